// SPDX-License-Identifier: MIT
#include "codec/http.h"

#include "model/host.h"
#include "model/limits.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <optional>

// Beast 1.81 asserts that a last chunk's line, once begun, comes with two bytes more at a time
// (parse_chunk_header); a server may send it byte by byte, and nothing is wrong then.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace lyncprobe::codec {

namespace http = boost::beast::http;

namespace {

using Parser = http::response_parser<http::string_body>;
using State = HttpReader::State;

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

// A path that stays one word of the request line (RFC 9112 3).
std::string request_target(std::string_view path) {
    std::string out;
    if (path.empty() || path.front() != '/') out = "/";
    for (const char c : path)
        if (is_visible(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

std::string visible_only(std::string_view text) {
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_visible);
    return out;
}

std::string host_header(const HttpGet& get) {
    // A zone index means something on this machine only (RFC 6874 4).
    const auto host = visible_only(get.host.substr(0, get.host.find('%')));
    if (get.port != (get.plain ? 80 : 443)) return host_and_port(host, get.port);
    return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

// What is wrong with the answer, for the errors a server's bytes can cause.
std::string clause(const boost::system::error_code& error) {
    if (error == http::error::bad_content_length) return "its Content-Length is no usable number";
    if (error == http::error::bad_transfer_encoding) return "its Transfer-Encoding is malformed";
    if (error == http::error::bad_chunk || error == http::error::bad_chunk_extension)
        return "a chunk of its body is malformed";
    if (error == http::error::bad_version || error == http::error::bad_status ||
        error == http::error::bad_reason)
        return "its status line is not HTTP/1";
    if (error == http::error::bad_value) return "there is a control character in its HTTP headers";
    return "its HTTP headers are malformed";
}

} // namespace

struct HttpReader::Impl {
    State read();
    State read_some();
    void begin_response();
    void note_headers();
    State complete();
    State fail(State, std::string why);

    std::optional<Parser> parser; // set while a response is being read
    std::string pending;          // not yet taken by the parser
    std::size_t header_bytes = 0; // of this response, taken by the parser
    std::size_t provisional = 0;
    bool headers_noted = false;
    HttpResponse response;
    std::string problem;
    State failed = State::need_more; // for ever, once it is not need_more
};

HttpReader::HttpReader() : impl_(std::make_unique<Impl>()) {}
HttpReader::~HttpReader() = default;

HttpReader::State HttpReader::feed(std::string_view bytes) {
    impl_->pending += bytes;
    return impl_->read();
}

HttpReader::State HttpReader::end_of_stream() {
    auto& self = *impl_;
    if (self.failed != State::need_more) return self.failed;
    // Only a body without length or chunks ends with the connection (RFC 9112 6.3).
    if (!self.parser || !self.parser->need_eof() || !self.parser->is_header_done())
        return State::need_more;
    boost::system::error_code error;
    self.parser->put_eof(error);
    return error ? State::need_more : self.complete();
}

const HttpResponse& HttpReader::response() const { return impl_->response; }

const HttpResponse* HttpReader::begun() const {
    return impl_->headers_noted ? &impl_->response : nullptr;
}

const std::string& HttpReader::problem() const { return impl_->problem; }

HttpReader::State HttpReader::Impl::read() {
    while (failed == State::need_more) {
        if (!parser) {
            // Empty lines before an answer do no harm (RFC 9112 2.2).
            pending.erase(0, std::min(pending.find_first_not_of("\r\n"), pending.size()));
            if (pending.empty()) return State::need_more;
            constexpr std::string_view kBegin = "HTTP/";
            const auto compared = std::min(pending.size(), kBegin.size());
            if (std::string_view(pending).substr(0, compared) != kBegin.substr(0, compared))
                return fail(State::malformed, "the answer is no HTTP");
            // Compared here, so that what is no HTTP is refused at its first wrong byte.
            if (compared < kBegin.size()) return State::need_more;
            begin_response();
        }
        const State state = read_some();
        if (state != State::have_response) return state;
        if (parser->get().result_int() >= 200) return complete();
        // 1xx (RFC 9110 15.2) come before the answer, not instead of it.
        parser.reset();
        headers_noted = false;
        if (++provisional > limits::kHttpProvisional)
            return fail(State::too_large, "it sent provisional answers without end");
    }
    return failed;
}

// Gives the parser what is there; have_response where a whole message has been read.
HttpReader::State HttpReader::Impl::read_some() {
    while (!parser->is_done()) {
        // Beast counts a header's lines one by one; the sum is counted here.
        auto size = pending.size();
        if (!parser->is_header_done()) size = std::min(size, limits::kHttpHeaders - header_bytes);
        boost::system::error_code error;
        const auto taken =
            size == 0 ? 0 : parser->put(boost::asio::const_buffer(pending.data(), size), error);
        const bool whole_header = parser->is_header_done();
        if (!headers_noted) header_bytes += taken;
        if (!headers_noted && whole_header) note_headers();
        pending.erase(0, taken);
        if (error == http::error::body_limit)
            return fail(
                State::too_large,
                fmt::format("its HTTP body is longer than {} bytes", limits::kHttpBody)
            );
        // What was read before the fault stays in begun().
        if (error && error != http::error::need_more) return fail(State::malformed, clause(error));
        if (taken > 0) continue;
        // No progress: what is pending is a piece of a header, of a chunk's header or of a trailer.
        if (pending.size() + (whole_header ? 0 : header_bytes) >= limits::kHttpHeaders)
            return fail(
                State::too_large,
                fmt::format("its HTTP headers are longer than {} bytes", limits::kHttpHeaders)
            );
        return State::need_more;
    }
    return State::have_response;
}

void HttpReader::Impl::begin_response() {
    parser.emplace();
    parser->eager(true); // all it can take at once
    // Twice: the exact limit is kept by read_some().
    parser->header_limit(static_cast<std::uint32_t>(2 * limits::kHttpHeaders));
    parser->body_limit(std::uint64_t{limits::kHttpBody});
    header_bytes = 0;
    headers_noted = false;
    response = {};
}

void HttpReader::Impl::note_headers() {
    const auto& message = parser->get();
    response.status = static_cast<int>(message.result_int());
    response.reason = valid_utf8(std::string(message.reason()));
    for (const auto& field : message)
        response.headers.emplace_back(field.name_string(), valid_utf8(std::string(field.value())));
    headers_noted = true;
}

HttpReader::State HttpReader::Impl::complete() {
    // Before the body is moved out, which ends the message.
    response.keep_alive = parser->keep_alive();
    response.body = std::move(parser->get().body());
    parser.reset();
    headers_noted = false;
    provisional = 0;
    return State::have_response;
}

HttpReader::State HttpReader::Impl::fail(State state, std::string why) {
    problem = std::move(why);
    failed = state;
    return state;
}

std::string encode(const HttpGet& get) {
    return fmt::format(
        "GET {} HTTP/1.1\r\n"
        "Host: {}\r\n"
        "User-Agent: lyncprobe\r\n"
        "Accept: {}\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: {}\r\n\r\n",
        request_target(get.path), host_header(get), visible_only(get.accept),
        get.close ? "close" : "keep-alive"
    );
}

} // namespace lyncprobe::codec
