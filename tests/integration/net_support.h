// SPDX-License-Identifier: MIT
// For the tests of net/: runs of the engine whose results can be asked, and servers that do nothing
// but count.
#pragma once

#include "lab/lab.h"
#include "net/engine.h"

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace lyncprobe::net_test {

// Outcome of a whole run, endpoints in order of completion.
struct Results {
    std::vector<ProbedEndpoint> endpoints;
    std::vector<std::string> warnings;
    net::RunEnd end;
    double seconds = 0;

    std::map<Outcome, std::size_t> outcomes() const; // of the last observation of each endpoint
    const Observation& only() const;                 // of a run with one endpoint
};

// Runs the engine; fails the test where it cannot start.
Results run(const std::vector<Target>& targets, const net::EngineOptions& options = {});

Target target(const std::string& host, std::uint16_t port, Probe probe = Probe::tls);

// A server certificate of a lab CA; made once.
const lab::Issued& certificate();

// A good server with this certificate.
lab::ServerSpec server(const lab::Faults& faults = {});

// Starts it; fails the test where that is not possible. Returns its port.
std::uint16_t start(lab::Lab& lab, const lab::ServerSpec& spec);

// Holder accepts connections, keeps each open for a while without a word, closes it, and counts.
class Holder {
  public:
    explicit Holder(std::chrono::milliseconds hold, const std::string& address = "127.0.0.1");
    ~Holder();
    Holder(const Holder&) = delete;
    std::uint16_t port() const { return port_; }
    std::size_t most_at_once() const { return most_at_once_; }
    std::size_t accepted() const { return accepted_; }

  private:
    void serve();

    std::chrono::milliseconds hold_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> most_at_once_ = 0, accepted_ = 0;
    std::thread thread_;
};

// A socket on loopback that answers nobody.
class DeadSocket {
  public:
    enum class Kind {
        not_listening, // TCP, bound only: connections are refused
        full_queue,    // TCP, nobody accepts and the queue is full: connection requests are dropped
        mute_udp       // takes datagrams and never answers
    };
    explicit DeadSocket(Kind kind);
    ~DeadSocket();
    DeadSocket(const DeadSocket&) = delete;
    std::uint16_t port() const { return port_; }

  private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> fillers_;
};

// Sayer says the same to everybody who connects, and then resets the connection.
class Sayer {
  public:
    // `listens`: it waits for the first bytes of the client before it says anything.
    Sayer(std::string words, bool listens);
    ~Sayer();
    Sayer(const Sayer&) = delete;
    std::uint16_t port() const { return port_; }

  private:
    void serve();

    std::string words_;
    bool listens_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

// HalfDns is a name server that knows 127.0.0.1 for every name and is no help with AAAA.
class HalfDns {
  public:
    // `aaaa_code`: the response code for AAAA (RFC 1035 4.1.1); absent = it never answers.
    explicit HalfDns(std::optional<std::uint8_t> aaaa_code);
    ~HalfDns();
    HalfDns(const HalfDns&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::size_t queries_for_a() const { return queries_for_a_; }

  private:
    void serve();

    std::optional<std::uint8_t> aaaa_code_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> queries_for_a_ = 0;
    std::thread thread_;
};

// Dnsmasq is the real name server on a free port of loopback; stopped by its pid.
class Dnsmasq {
  public:
    explicit Dnsmasq(std::vector<std::string> options);
    ~Dnsmasq();
    Dnsmasq(const Dnsmasq&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    void start(const std::vector<std::string>& options);
    bool running();
    void stop();

    std::uint16_t port_ = 0;
    int pid_ = -1;
};

} // namespace lyncprobe::net_test
