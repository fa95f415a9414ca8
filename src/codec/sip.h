// SPDX-License-Identifier: MIT
// SIP messages (RFC 3261 7): building the few requests we send, reading responses as they arrive.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lyncprobe::codec {

struct SipResponse {
    int status = 0;
    std::string reason;
    std::vector<std::pair<std::string, std::string>> headers; // as written, long names, order kept
    std::string body;

    // The first header of that name without regard to case, also where the peer wrote its compact
    // form (RFC 3261 7.3.3); empty where absent.
    std::string_view header(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const; // every header of that name
};

// SipReader takes bytes as they come and gives one response after the other; bounded by
// model/limits.h.
class SipReader {
  public:
    enum class State { need_more, have_response, malformed, too_large };

    // Takes all of `bytes`; response() is valid after have_response. Call with no bytes to look for
    // the next response in what is already there.
    State feed(std::string_view bytes);
    const SipResponse& response() const { return response_; }
    const std::string& problem() const {
        return problem_;
    } // one clause, for malformed and too_large

  private:
    State read_head();
    State read_body();
    State malformed(std::string why);

    std::string buffer_;
    std::size_t searched_ = 0; // bytes of the head that hold no empty line
    bool in_body_ = false;
    std::size_t body_size_ = 0;
    SipResponse response_;
    std::string problem_;
};

// Microsoft's NEGOTIATE ([MS-SIPCOMP]): hop by hop, needs no user and no authentication.
struct SipNegotiate {
    std::string_view host; // of the server
    std::uint16_t port = 0;
    std::string_view local_host;
    std::string_view seed; // makes branch, tag and Call-ID of this exchange
};
std::string encode(const SipNegotiate&);

} // namespace lyncprobe::codec
