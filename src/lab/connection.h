// SPDX-License-Identifier: MIT
// One connection of a lab server as a machine without I/O: bytes in, bytes out, and how it ends.
// Plays the faults.
#pragma once

#include "lab/answers.h"
#include "lab/handles.h"
#include "lab/lab.h"
#include "lab/turn_answers.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// Ending is what the socket's owner does once it has taken the output.
enum class Ending {
    none,
    close,        // write everything, then FIN
    reset,        // RST at once, output unwritten
    say_and_reset // write everything, then RST
};

// Connection is the server side of one TCP connection. The specification and the context outlive
// it.
class Connection {
  public:
    Connection(const ServerSpec&, SSL_CTX*, std::uint16_t client_port);
    Connection(const Connection&) = delete;

    void opened();                   // the peer has connected
    void received(std::string_view); // the peer said something
    void flushed();                  // all output was written; an endless answer goes on

    std::string take_output();
    Ending ending() const { return ending_; }
    std::chrono::milliseconds pause() const { return pause_; } // wanted before the next output

  private:
    enum class Phase {
        clear, // application data without TLS: for good, or until STARTTLS
        hello, // the first record of the peer is not complete
        handshake,
        tls // application data
    };

    void on_hello();
    void answer_badly(std::string_view);
    void handshake();
    void spoil_flight(bool complete);
    void established();
    void go_on_flooding();
    void read_application_data();
    void answer_requests();
    std::optional<Reply> next_reply();
    std::optional<Reply> next_xmpp_reply();
    std::optional<Reply> bad_reply(std::string_view request) const;
    Reply web_reply(std::string_view request) const;
    void follow(const Reply&);
    void ask_for_certificate();
    void say(std::string_view);
    void collect_output();
    void finish(Ending);

    const ServerSpec& spec_;
    SslPtr ssl_;                     // null where the listener has no certificate
    std::optional<TurnServer> turn_; // an A/V Edge's, in place of TLS
    std::uint16_t client_port_;
    Phase phase_ = Phase::hello;
    std::string first_record_; // of the peer, until it is complete
    std::string unread_;       // application data, not answered yet
    std::string waiting_;      // a request that is answered when the late certificate has come
    std::string output_;
    std::string endless_; // said again whenever everything before was written; empty = nothing is
    std::chrono::milliseconds pause_{0};
    Ending ending_ = Ending::none;
    int finished_ = 0; // Finished messages of the peer
};

// The part of a TLS 1.2 server's flight up to and with its Certificate message, in whole records
// (RFC 5246 6.2, 7.4.2).
std::string_view up_to_certificate(std::string_view flight);

// What a server says of itself as an A/V Edge.
TurnSettings turn_settings(const ServerSpec&);

} // namespace lyncprobe::lab
