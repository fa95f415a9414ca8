// SPDX-License-Identifier: MIT
// What the A/V Edge of Lync Server 2013 answers, byte by byte. Deliberately independent of codec/,
// so that a client is not tested against itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// What such an Edge believes of itself.
struct TurnSettings {
    std::string address = "127.0.0.1"; // of Alternate Server, IPv4
    std::uint16_t port = 443;
    bool only_constant_hello = false; // hangs up on a hello with another random
    bool microsoft = true;            // false: as a server of RFC 5766 answers, with its numbers
};

// Answer to one datagram with an Allocate: 401. Empty where it is none.
std::string turn_datagram_answer(std::string_view datagram, const TurnSettings&);

// TurnServer is the TCP side of one connection: pseudo-TLS hello, then framed requests.
class TurnServer {
  public:
    explicit TurnServer(const TurnSettings& settings) : settings_(settings) {}

    // Takes what the client said and gives what is to be said; a fatal alert (40) to another hello,
    // after which nothing is answered any more.
    std::string on(std::string_view bytes);
    // True where the connection is to be closed once everything was written.
    bool over() const { return over_; }

  private:
    std::string on_hello();
    std::string hang_up(std::string last_words);

    TurnSettings settings_;
    std::string received_;
    bool greeted_ = false;
    bool over_ = false;
};

} // namespace lyncprobe::lab
