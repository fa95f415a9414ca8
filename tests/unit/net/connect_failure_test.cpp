// SPDX-License-Identifier: MIT
// The table of connect errors.
#include "net/connect_failure.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using net::ConnectFailure;
using net::Way;

namespace {

ConnectFailure classify(int error, const Way& way = {}) {
    return net::classify({error, boost::system::system_category()}, way);
}

} // namespace

TEST_CASE("connect: each error has its outcome") {
    CHECK(classify(ECONNREFUSED).outcome == Outcome::refused);
    CHECK(classify(ETIMEDOUT).outcome == Outcome::connect_timeout);
    CHECK(classify(ECONNRESET).outcome == Outcome::reset);
    CHECK(classify(EHOSTUNREACH).outcome == Outcome::unreachable);
    CHECK(classify(ENETUNREACH).outcome == Outcome::unreachable);
    CHECK(classify(EACCES).outcome == Outcome::unreachable);
    CHECK(classify(EPERM).outcome == Outcome::unreachable);
}

TEST_CASE("connect: a shortage of this machine is never the server's fault") {
    for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL}) {
        const auto failure = classify(error);
        CHECK(failure.shortage);
        CHECK(failure.outcome == Outcome::local_error);
    }
    CHECK_FALSE(classify(ECONNREFUSED).shortage);
}

TEST_CASE("connect: a datagram that came back says that the UDP port is closed") {
    for (const int error : {ECONNREFUSED, ECONNRESET}) {
        const auto failure = classify(error, {.udp = true});
        CHECK(failure.outcome == Outcome::refused);
        CHECK(failure.detail == "the UDP port is closed (ICMP port unreachable)");
    }
    CHECK(classify(EHOSTUNREACH, {.udp = true}).outcome == Outcome::unreachable);
}

TEST_CASE("connect: a family without a route is skipped, an address without one is unreachable") {
    const Way no_family{.route = false, .family_route = false, .v6 = true};
    for (const int error : {ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT}) {
        CHECK(net::depends_on_way({error, boost::system::system_category()}));
        CHECK(classify(error, no_family).outcome == Outcome::skipped);
        CHECK(classify(error, no_family).detail == "this machine has no IPv6 route");
        CHECK_FALSE(classify(error, no_family).shortage);
    }
    const Way no_address{.route = false, .family_route = true, .v6 = true};
    CHECK(classify(ENETUNREACH, no_address).outcome == Outcome::unreachable);
    CHECK(classify(EADDRNOTAVAIL, no_address).outcome == Outcome::unreachable);
}
