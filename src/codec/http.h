// SPDX-License-Identifier: MIT
// HTTP/1.1 (RFC 9110, 9112): the one request form we send, and responses read as they arrive.
#pragma once

#include "codec/header_parameters.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

// HttpGet is an anonymous GET. No compression is asked for, so that nothing has to be unpacked.
struct HttpGet {
    std::string_view host; // of the Host header
    std::uint16_t port = 443;
    std::string_view path;           // begins with '/'
    std::string_view accept = "*/*"; // of the Accept header
    bool close = false;              // this is the last request of the connection
    bool plain = false;              // http://: the default port is 80
};
// Whatever is in it, the request keeps its lines: in the path blanks, control characters and all
// beyond ASCII become %XX, in the headers they are left out.
std::string encode(const HttpGet&);

struct HttpResponse : Headers {
    int status = 0;
    std::string reason;
    std::string body;        // chunks put together; not decompressed
    bool keep_alive = false; // another request may follow on this connection
};

// HttpReader takes bytes as they come and gives one response after the other; bounded by
// model/limits.h (kHttpHeaders, kHttpBody). 1xx responses are passed over, at most
// kHttpProvisional.
class HttpReader {
  public:
    HttpReader();
    ~HttpReader();
    HttpReader(const HttpReader&) = delete;
    HttpReader& operator=(const HttpReader&) = delete;

    enum class State { need_more, have_response, malformed, too_large };

    // Takes all of `bytes`; response() is valid after have_response until the next feed(). Call
    // with no bytes to look for the next response in what is already there.
    State feed(std::string_view bytes);
    // The peer closed: a response without a length ends here. need_more: it was cut short.
    State end_of_stream();
    const HttpResponse& response() const;
    // The response that is being read, without its body, once its headers are there; else null.
    // It is what is known of one that was cut short or too large.
    const HttpResponse* begun() const;
    const std::string& problem() const; // one clause, for malformed and too_large

  private:
    struct Impl; // Beast's parser
    std::unique_ptr<Impl> impl_;
};

} // namespace lyncprobe::codec
