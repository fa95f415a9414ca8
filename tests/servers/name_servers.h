// SPDX-License-Identifier: MIT
// Name servers on loopback: dnsmasq and nsd as they are installed, and one of our own that lies.
#pragma once

#include "support/process.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lyncprobe::test {

// Dnsmasq knows what its options say, and nothing else.
class Dnsmasq {
  public:
    explicit Dnsmasq(const std::vector<std::string>& options);
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

// Nsd serves zones from files in its own folder, and refuses every other zone.
class Nsd {
  public:
    struct Zone {
        std::string name;
        std::string records; // lines of a zone file, behind SOA and NS; empty = the file is missing
    };
    explicit Nsd(const std::vector<Zone>& zones);
    Nsd(const Nsd&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

// What LyingDns does with a question of the kind that it lies about. To the others it gives
// 127.0.0.1 for every name.
enum class Lie {
    none, // sip.contoso.example, port 443; or 127.0.0.1
    silent,
    wrong_id,
    wrong_question,
    not_a_response,
    count,           // says more records than there are
    length,          // a record that is longer than the message
    pointer_loop,    // a name that points to itself
    pointer_forward, // and one that points past the end
    srv_short,       // an SRV record without port and host
    bad_label,       // a label of a kind that does not exist
    garbage,
    empty,
    header_only,
    always_truncated, // and nobody listens on TCP
    odd_host,         // escape sequences, NUL and a dot in a label
    markup_host,
    longest_host,    // 253 characters
    alias_to_itself, // this and the next three are for addresses
    alias_loop,
    alias_chain, // 60 steps, and an address at its end
    alias_fresh  // to a name that nobody has asked for yet, each time
};

class LyingDns {
  public:
    enum class About { services, addresses };
    explicit LyingDns(Lie lie, About about = About::services);
    ~LyingDns();
    LyingDns(const LyingDns&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    void serve();

    Lie lie_;
    About about_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

} // namespace lyncprobe::test
