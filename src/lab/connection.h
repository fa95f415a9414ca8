// SPDX-License-Identifier: MIT
// One connection of a lab server as a machine without I/O: bytes in, bytes out, and how it ends.
// Plays the faults.
#pragma once

#include "lab/handles.h"
#include "lab/lab.h"
#include "lab/turn_answers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// Ending is what the socket's owner does once it has taken the output.
enum class Ending {
    none,
    close, // write everything, then FIN
    reset  // RST at once, output unwritten
};

// Connection is the server side of one TCP connection. The specification and the context outlive
// it.
class Connection {
  public:
    Connection(const ServerSpec&, SSL_CTX*, std::uint16_t client_port);

    void opened();                   // the peer has connected
    void received(std::string_view); // the peer said something
    void flushed();                  // all output was written; an endless answer goes on

    std::string take_output();
    Ending ending() const { return ending_; }

  private:
    void on_hello();
    void shake_hands();
    void established();
    void read_application_data();
    void answer_requests();
    void say(std::string_view);
    void collect_output();
    void finish(Ending);

    const ServerSpec& spec_;
    SslPtr ssl_;                     // null where the listener has no certificate
    std::optional<TurnServer> turn_; // an A/V Edge's, in place of TLS
    std::uint16_t client_port_;
    std::string first_record_; // of the peer, until it is complete
    std::string requests_;     // decrypted, not answered yet
    std::string output_;
    std::string endless_; // said again whenever everything before was written; empty = nothing is
    Ending ending_ = Ending::none;
    bool hello_seen_ = false;
    bool established_ = false;
};

// What a server says of itself as an A/V Edge.
TurnSettings turn_settings(const ServerSpec&);

// The part of a TLS 1.2 server's flight up to and with its Certificate message, in whole records
// (RFC 5246 6.2, 7.4.2).
std::string_view up_to_certificate(std::string_view flight);

} // namespace lyncprobe::lab
