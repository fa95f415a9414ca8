// SPDX-License-Identifier: MIT
// A ClientHello of our own, and the server's flight in clear text behind it: certificate, key
// exchange and client certificate request without cryptography (TLS 1.2 and older), and for TLS 1.3
// the version alone.
#pragma once

#include "codec/tls_messages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

inline constexpr std::uint16_t kSsl2 = 0x0002, kSsl3 = 0x0300;

// HelloProfile is the content of a hello in the likeness of a certain client; numbers as on the
// wire, lists in its order.
struct HelloProfile {
    std::vector<std::uint16_t> versions; // highest first, kSsl3 to kTls13
    std::vector<std::uint16_t> suites, groups, signature_schemes;
    std::vector<std::uint16_t> extensions; // kinds; of those that this file knows
    bool operator==(const HelloProfile&) const = default;
};

// RawHello is what a hello of our own is made of.
struct RawHello {
    std::uint16_t version = kTls12;        // kSsl2, kSsl3, kTls10 to kTls13; it offers no other
    std::string_view server_name;          // SNI, empty = none; SSL 2.0 and 3.0 have none
    std::string_view random;               // kHelloRandom bytes that cannot be guessed
    const HelloProfile* profile = nullptr; // in place of `version` and of what we offer ourselves
};
inline constexpr std::size_t kHelloRandom = 96;

// The whole record, ready to be sent.
std::string raw_client_hello(const RawHello&);

// The handshake message in such a record, with its 4-byte header; empty for SSL 2.0.
std::string_view hello_message(std::string_view record);

// The polite end: user_canceled, then close_notify (RFC 8446 6.1).
std::string farewell(std::uint16_t version);

// ServerHello of SSL 2.0 ("The SSL Protocol", version 2, 1.2): everything is in this one message.
struct Ssl2ServerHello {
    bool well_formed = false;
    std::uint16_t version = 0;
    std::string certificate;            // DER
    std::vector<std::uint32_t> ciphers; // kinds of three bytes
};
Ssl2ServerHello read_ssl2_server_hello(std::string_view message);

// ServerFlight takes the server's answer to a hello of our own as it comes, in pieces of any size.
class ServerFlight {
  public:
    // `offered`: the highest version that our hello offered.
    explicit ServerFlight(std::uint16_t offered) : offered_(offered) {}

    enum class State {
        reading,
        done,      // ServerHelloDone; ServerHello of TLS 1.3 or SSL 2.0
        alert,     // a fatal one, close_notify, or an error of SSL 2.0
        malformed, // no flight of a server
        too_large, // more than limits.h allows
        not_tls    // the first bytes begin no record
    };

    // Piece is one whole handshake message with its 4-byte header, or the two bytes of an alert.
    struct Piece {
        bool alert = false;
        std::string bytes;
    };

    State receive(std::string_view bytes);
    State state() const { return state_; }
    std::vector<Piece> take_pieces();                     // in wire order, each once
    const std::string& reason() const { return reason_; } // why malformed or too large, in words
    const std::optional<ServerHello>& hello() const { return hello_; }
    const std::optional<Ssl2ServerHello>& ssl2_hello() const { return ssl2_hello_; }

  private:
    bool take_record();
    bool take_ssl2_message();
    void handshake_bytes(std::string_view content);
    void alert_bytes(std::string_view content);
    void message(std::string whole);
    void server_hello(std::string_view body);
    bool in_order(std::uint8_t type);
    void end(State state, std::string reason = {});
    std::string_view rest() const { return std::string_view(input_).substr(taken_); }

    std::uint16_t offered_;
    State state_ = State::reading;
    std::string input_; // not yet a whole record
    std::size_t taken_ = 0;
    std::string handshake_, alert_; // not yet a whole message, of records that were whole
    std::vector<Piece> pieces_;
    std::optional<ServerHello> hello_;
    std::optional<Ssl2ServerHello> ssl2_hello_;
    std::string reason_;
    std::size_t messages_ = 0, warnings_ = 0, empty_records_ = 0;
    int last_rank_ = -1; // place in the flight of the message before
    bool anything_ = false;
};

} // namespace lyncprobe::codec
