// SPDX-License-Identifier: MIT
#include "codec/http.h"

#include "model/limits.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::codec;

namespace {

using State = HttpReader::State;

const std::string kOk = "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/8.5\r\nX-A: 1\r\nx-a: 2\r\n"
                        "Content-Length: 5\r\n\r\nhello";
const std::string kChunked = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n";
const std::string kEndless = "HTTP/1.0 200 OK\r\nServer: RTC/6.0\r\n\r\n";

std::string ok_with_body(std::size_t size) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(size, 'x');
}

// A response whose head, empty line included, has exactly this size.
std::string ok_with_head(std::size_t size) {
    const std::string begin = "HTTP/1.1 204 No Content\r\nA: ", end = "\r\n\r\n";
    return begin + std::string(size - begin.size() - end.size(), 'a') + end;
}

State feed(HttpReader& reader, const std::string& bytes, std::size_t piece) {
    auto state = State::need_more;
    for (std::size_t i = 0; i < bytes.size() && state == State::need_more; i += piece)
        state = reader.feed(std::string_view(bytes).substr(i, piece));
    return state;
}

} // namespace

TEST_CASE("http: a response with a length") {
    HttpReader reader;
    REQUIRE(reader.feed(kOk) == State::have_response);
    const auto& response = reader.response();
    CHECK(response.status == 200);
    CHECK(response.reason == "OK");
    CHECK(response.header("SERVER") == "Microsoft-IIS/8.5");
    CHECK(response.all("X-a") == std::vector<std::string>{"1", "2"});
    CHECK(response.header("Missing").empty());
    CHECK(response.body == "hello");
    CHECK(response.keep_alive);
}

TEST_CASE("http: bytes that are no UTF-8 become U+FFFD in the head, and stay in the body") {
    HttpReader reader;
    REQUIRE(
        reader.feed("HTTP/1.1 200 O\xff\r\nServer: \xfe\r\nContent-Length: 1\r\n\r\n\xfd") ==
        State::have_response
    );
    CHECK(reader.response().reason == "O\xef\xbf\xbd");
    CHECK(reader.response().header("Server") == "\xef\xbf\xbd");
    CHECK(reader.response().body == "\xfd");
}

TEST_CASE("http: two responses and a rest, split at every two places") {
    const auto both = kOk + "\r\n" + kChunked;
    for (std::size_t first = 0; first <= both.size(); ++first)
        for (std::size_t second = first; second <= both.size(); ++second) {
            HttpReader reader;
            std::vector<HttpResponse> seen;
            for (const auto& part :
                 {both.substr(0, first), both.substr(first, second - first), both.substr(second)}) {
                auto state = reader.feed(part);
                while (state == State::have_response) {
                    seen.push_back(reader.response());
                    state = reader.feed({});
                }
                REQUIRE(state == State::need_more);
            }
            REQUIRE(seen.size() == 2);
            REQUIRE(seen[0].body == "hello");
            REQUIRE(seen[1].status == 404);
            REQUIRE(seen[1].body == "abcde");
        }
}

TEST_CASE("http: cut at every byte a response is cut short, never an error") {
    for (const auto& whole : {kOk, kChunked})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            HttpReader reader;
            CHECK(reader.feed(whole.substr(0, size)) == State::need_more);
            CHECK(reader.end_of_stream() == State::need_more);
        }
    HttpReader reader;
    CHECK(reader.begun() == nullptr);
    reader.feed(kOk.substr(0, kOk.size() - 2));
    REQUIRE(reader.begun() != nullptr);
    CHECK(reader.begun()->status == 200);
    CHECK(reader.begun()->header("server") == "Microsoft-IIS/8.5");
}

TEST_CASE("http: a response without a length ends with the connection") {
    HttpReader reader;
    CHECK(reader.feed(kEndless + "some") == State::need_more);
    CHECK(reader.feed(" text") == State::need_more);
    REQUIRE(reader.end_of_stream() == State::have_response);
    CHECK(reader.response().status == 200);
    CHECK(reader.response().body == "some text");
    CHECK_FALSE(reader.response().keep_alive);
    CHECK(reader.end_of_stream() == State::need_more);
    for (std::size_t size = 0; size < kEndless.size(); ++size) {
        HttpReader cut;
        cut.feed(kEndless.substr(0, size));
        CHECK(cut.end_of_stream() == State::need_more);
    }
    HttpReader empty;
    empty.feed(kEndless);
    CHECK(empty.end_of_stream() == State::have_response);
}

TEST_CASE("http: statuses without a body, and Connection: close") {
    HttpReader reader;
    REQUIRE(reader.feed("HTTP/1.1 304 Not Modified\r\n\r\n" + kOk) == State::have_response);
    CHECK(reader.response().status == 304);
    REQUIRE(reader.feed({}) == State::have_response);
    CHECK(reader.response().body == "hello");
    REQUIRE(
        reader.feed("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") ==
        State::have_response
    );
    CHECK_FALSE(reader.response().keep_alive);
}

TEST_CASE("http: provisional responses are passed over, sixteen of them") {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    std::string many;
    for (std::size_t i = 0; i < limits::kHttpProvisional; ++i)
        many += go_on;
    for (const std::size_t piece : {1u, 7u, 100000u}) {
        HttpReader good;
        REQUIRE(feed(good, many + kOk, piece) == State::have_response);
        CHECK(good.response().status == 200);
        HttpReader bad;
        CHECK(feed(bad, many + go_on + kOk, piece) == State::too_large);
        CHECK(bad.problem() == "it sent provisional answers without end");
    }
}

TEST_CASE("http: what is no HTTP is said so at its first wrong byte, and for good") {
    for (const std::string garbage :
         {"SSH-2.0-OpenSSH", "HTTQ/1.1 200 OK\r\n\r\n", "<html>", "\x15\x03\x01", "hello"}) {
        HttpReader reader;
        CHECK(feed(reader, garbage, 1) == State::malformed);
        CHECK(reader.problem() == "the answer is no HTTP");
        CHECK(reader.feed(kOk) == State::malformed);
        CHECK(reader.end_of_stream() == State::malformed);
    }
    for (const std::string line :
         {"HTTP/2.0 200 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 ok", "HTTP/1.1", "HTTP/x"}) {
        CAPTURE(line);
        HttpReader reader;
        CHECK(reader.feed(line + "\r\n\r\n") == State::malformed);
        CHECK(reader.problem() == "its status line is not HTTP/1");
    }
    HttpReader reader;
    CHECK(reader.feed("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n") == State::malformed);
    CHECK(reader.problem() == "its HTTP headers are malformed");
    HttpReader control;
    CHECK(control.feed("HTTP/1.1 200 OK\r\nServer: \x1b[31m\r\n\r\n") == State::malformed);
    CHECK(control.problem() == "there is a control character in its HTTP headers");
}

TEST_CASE("http: headers are read up to their limit") {
    for (const std::size_t piece : {1000u, 1000000u}) {
        HttpReader good;
        CHECK(feed(good, ok_with_head(limits::kHttpHeaders), piece) == State::have_response);
        HttpReader bad;
        CHECK(feed(bad, ok_with_head(limits::kHttpHeaders + 1), piece) == State::too_large);
        CHECK(bad.problem() == "its HTTP headers are longer than 65536 bytes");
        HttpReader one_header;
        CHECK(feed(one_header, ok_with_head(1u << 20), piece) == State::too_large);
        HttpReader endless;
        std::string lines = "HTTP/1.1 200 OK\r\n";
        while (lines.size() < limits::kHttpHeaders + 100)
            lines += "A: b\r\n";
        CHECK(feed(endless, lines, piece) == State::too_large);
        HttpReader status_line;
        CHECK(
            feed(status_line, "HTTP/1.1 200 " + std::string(1u << 17, 'x'), piece) ==
            State::too_large
        );
    }
}

TEST_CASE("http: a body is read up to its limit") {
    for (const std::size_t piece : {5000u, 2000000u}) {
        HttpReader good;
        REQUIRE(feed(good, ok_with_body(limits::kHttpBody), piece) == State::have_response);
        CHECK(good.response().body.size() == limits::kHttpBody);
        HttpReader bad;
        CHECK(feed(bad, ok_with_body(limits::kHttpBody + 1), piece) == State::too_large);
        CHECK(bad.problem() == "its HTTP body is longer than 1048576 bytes");
        HttpReader endless;
        const std::string text(limits::kHttpBody + 1, 'x');
        CHECK(feed(endless, kEndless + text, piece) == State::too_large);
        REQUIRE(endless.begun() != nullptr);
        CHECK(endless.begun()->header("Server") == "RTC/6.0");
        HttpReader edge;
        CHECK(feed(edge, kEndless + text.substr(1), piece) == State::need_more);
        CHECK(edge.end_of_stream() == State::have_response);
    }
}

TEST_CASE("http: lying lengths") {
    struct Row {
        std::string length;
        State state;
    };
    for (const auto& row :
         {Row{"-1", State::malformed}, Row{"+5", State::malformed}, Row{"0x10", State::malformed},
          Row{"5 5", State::malformed}, Row{"", State::malformed},
          Row{"9223372036854775808", State::too_large},
          Row{"18446744073709551616", State::malformed},
          Row{"99999999999999999999999999", State::malformed}}) {
        CAPTURE(row.length);
        HttpReader reader;
        CHECK(
            reader.feed("HTTP/1.1 200 OK\r\nContent-Length: " + row.length + "\r\n\r\n") ==
            row.state
        );
        CHECK_FALSE(reader.problem().empty());
    }
    HttpReader twice;
    CHECK(
        twice.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello") ==
        State::malformed
    );
    // Short: what follows the body is no response.
    HttpReader shorter;
    CHECK(
        shorter.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello") == State::have_response
    );
    CHECK(shorter.feed({}) == State::malformed);
}

TEST_CASE("http: chunk bombs") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto state_of = [&](const std::string& body, std::size_t piece) {
        HttpReader reader;
        return feed(reader, head + body, piece);
    };
    for (const std::size_t piece : {1u, 4000u, 4000000u}) {
        CHECK(state_of("FFFFFFFFFFFFFFFF\r\n", piece) == State::too_large);
        CHECK(state_of("FFFFFFFFFFFFFFFFFF\r\n", piece) == State::malformed);
        CHECK(state_of("-1\r\n", piece) == State::malformed);
        CHECK(state_of("zz\r\n", piece) == State::malformed);
        CHECK(state_of("5\r\nhelloXX\r\n", piece) == State::malformed);
    }
    for (const std::size_t piece : {4000u, 4000000u}) {
        // A chunk's extension and the trailer are headers in disguise.
        CHECK(
            state_of("5;" + std::string(2 * limits::kHttpHeaders, 'x'), piece) == State::too_large
        );
        CHECK(
            state_of("0\r\nA: " + std::string(2 * limits::kHttpHeaders, 'x'), piece) ==
            State::too_large
        );
        std::string small;
        for (std::size_t i = 0; i <= limits::kHttpBody / 4; ++i)
            small += "4\r\nabcd\r\n";
        CHECK(state_of(small, piece) == State::too_large);
    }
}

TEST_CASE("http: the request") {
    CHECK(
        encode(HttpGet{.host = "meet.contoso.com", .path = "/meet/"}) ==
        "GET /meet/ HTTP/1.1\r\nHost: meet.contoso.com\r\nUser-Agent: lyncprobe\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n"
    );
    const auto host = [](HttpGet get) {
        get.path = "/";
        const auto text = encode(get);
        const auto begin = text.find("Host: ") + 6;
        return text.substr(begin, text.find("\r\n", begin) - begin);
    };
    CHECK(host({.host = "a.example", .port = 4443}) == "a.example:4443");
    CHECK(host({.host = "a.example", .port = 80, .plain = true}) == "a.example");
    CHECK(host({.host = "a.example", .port = 443, .plain = true}) == "a.example:443");
    CHECK(host({.host = "2001:db8::1"}) == "[2001:db8::1]");
    CHECK(host({.host = "2001:db8::1", .port = 444}) == "[2001:db8::1]:444");
    CHECK(host({.host = "fe80::1%2"}) == "[fe80::1]");
    const auto closing = encode(HttpGet{.host = "a.example", .path = "/", .close = true});
    CHECK(closing.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("http: nothing in a request can add to its lines") {
    const auto plain = encode(HttpGet{.host = "a", .path = "/", .accept = "x"});
    const auto lines = [](std::string_view text) {
        return std::count(text.begin(), text.end(), '\n');
    };
    for (int c = 0; c < 256; ++c) {
        CAPTURE(c);
        const std::string foreign = "a" + std::string(1, static_cast<char>(c)) + "b";
        const auto request =
            encode(HttpGet{.host = foreign, .path = "/" + foreign, .accept = foreign});
        CHECK(lines(request) == lines(plain));
        const auto first = request.substr(0, request.find("\r\n"));
        CHECK(std::count(first.begin(), first.end(), ' ') == 2);
        for (const char byte : request)
            CHECK((byte == '\r' || byte == '\n' || (byte >= ' ' && byte < '\x7f')));
    }
    CHECK(encode(HttpGet{.host = "a", .path = "x y"}).starts_with("GET /x%20y HTTP/1.1\r\n"));
}

TEST_CASE("http: the last chunk may come byte by byte") {
    const std::string text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    HttpReader reader;
    auto state = HttpReader::State::need_more;
    for (const char c : text) {
        CHECK(state == HttpReader::State::need_more);
        state = reader.feed({&c, 1});
    }
    CHECK(state == HttpReader::State::have_response);
    CHECK(reader.response().body == "ok");
}
