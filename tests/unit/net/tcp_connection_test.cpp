// SPDX-License-Identifier: MIT
// How a connection ends for the peer: it hears the last words, whatever it had said itself.
#include "net/connection.h"

#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

using namespace lyncprobe;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Heard {
    std::string words;
    error_code end;
};

// What the peer of a connection hears that ends with `last_words`; before that the peer says
// `unread`, which nobody reads.
Heard heard(const std::string& unread, const std::string& last_words) {
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    const auto connection = net::Connection::make(io, Transport::tcp);
    connection->limit(net::Clock::now() + std::chrono::seconds(5));
    const auto here = acceptor.local_endpoint();
    error_code connected = asio::error::not_connected;
    asio::co_spawn(
        io,
        [&]() -> asio::awaitable<void> {
            connected = co_await connection->connect(here.address(), here.port());
        },
        asio::detached
    );
    while (connected == asio::error::not_connected && io.run_one() > 0) {
    }
    REQUIRE(!connected);
    tcp::socket peer = acceptor.accept();
    asio::write(peer, asio::buffer(unread)); // over loopback it is there when this returns
    connection->close(last_words);
    Heard out;
    asio::read(peer, asio::dynamic_buffer(out.words), out.end);
    return out;
}

} // namespace

TEST_CASE("connection: the peer hears the last words and then the end") {
    const auto seen = heard("", "farewell");
    CHECK(seen.words == "farewell");
    CHECK(seen.end == asio::error::eof);
}

TEST_CASE("connection: the last words are not lost where something is left unread") {
    CHECK(heard("a session ticket", "farewell").words == "farewell");
}

TEST_CASE("connection: without last words the peer sees the end alone") {
    const auto seen = heard("", "");
    CHECK(seen.words.empty());
    CHECK(seen.end == asio::error::eof);
}
