// SPDX-License-Identifier: MIT
// TURN as Microsoft speaks it ([MS-TURN], from an early draft of RFC 5766): the one request that
// needs no user, and its answer. Answers of RFC 5389 and RFC 5766 servers are read too, to tell
// them apart.
#pragma once

#include "model/host.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

// Message types ([MS-TURN] 2.2.1; the same numbers in RFC 5766).
namespace turn_type {
inline constexpr std::uint16_t kAllocate = 0x0003, kAllocateResponse = 0x0103,
                               kAllocateError = 0x0113;
}

using TurnTransaction = std::array<std::uint8_t, 16>;

// Of this connection, made of its seed.
TurnTransaction turn_transaction(std::string_view seed);

// The same with the cookie of RFC 5389 in front. To Microsoft all 16 bytes are one opaque id; a
// server of RFC 5766 does not answer without the cookie.
TurnTransaction turn_transaction_of_both_kinds(std::string_view seed);

// Allocate without credentials: magic cookie and MS-Version 4 (IPv6 known: Lync Server 2013).
std::string ms_turn_allocate(const TurnTransaction&);

// What stands before each message on TCP: 02, 00, length ([MS-TURN] "TCP").
std::string ms_turn_frame(std::string_view message);

struct TurnAddress {
    Address address;
    std::uint16_t port = 0;
};

// TurnMessage is one message that is well formed. Of an attribute that stands there twice the first
// one counts (RFC 5389 15). Text is raw.
struct TurnMessage {
    std::uint16_t type = 0;
    TurnTransaction transaction{};
    bool microsoft = false; // has Microsoft's magic cookie
    std::optional<int> error;
    std::string reason; // of the error
    std::string realm, nonce;
    std::optional<std::uint32_t> ms_version;
    std::optional<TurnAddress> alternate_server; // the address this very server has
    std::string alternate_host;                  // its name ([MS-TURN] 8032)
    std::optional<TurnAddress> mapped_address;   // of us, as the server sees us
    std::string software;                        // RFC 5389 15.10
    std::vector<std::uint16_t> attributes;       // types, in order
};

// One whole message, such as one datagram; nothing where it is none.
std::optional<TurnMessage> read_turn_message(std::string_view bytes);

// MsTurnReader takes the bytes of a TCP connection as they come and gives one message.
class MsTurnReader {
  public:
    enum class State { need_more, have_message, malformed, too_large };

    State feed(std::string_view bytes);
    const TurnMessage& message() const { return message_; } // after have_message
    const std::string& problem() const { return problem_; } // one clause, else
    bool empty() const { return buffer_.empty(); }          // nothing came yet

  private:
    State end(State state, std::string problem);

    std::string buffer_; // at most one frame of an accepted size
    TurnMessage message_;
    std::string problem_;
};

} // namespace lyncprobe::codec
