// SPDX-License-Identifier: MIT
// The errors of connect(2) and socket(2), each with its outcome.
#include "net/connect_failure.h"

#include <fmt/format.h>

namespace lyncprobe::net {

namespace errc = boost::system::errc;
using boost::system::error_code;

namespace {

// Errors of this machine's, which say nothing about the endpoint.
bool is_shortage(const error_code& error) {
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::no_buffer_space || error == errc::not_enough_memory;
}

// Of our own kernel or of a router on the way (ICMP): has_route() tells them apart.
bool is_no_route(const error_code& error) {
    return error == errc::network_unreachable || error == errc::host_unreachable;
}

} // namespace

bool depends_on_way(const error_code& error) {
    return is_no_route(error) || error == errc::address_not_available ||
           error == errc::address_family_not_supported;
}

ConnectFailure classify(const error_code& error, const Way& way) {
    // The kernel reports the ICMP message at a later call. Windows calls the same one a reset.
    if (way.udp && (error == errc::connection_refused || error == errc::connection_reset))
        return {
            .outcome = Outcome::refused,
            .detail = "the UDP port is closed (ICMP port unreachable)"};
    if (error == errc::connection_refused)
        return {
            .outcome = Outcome::refused,
            .detail = "connection refused: nothing listens on this port"};
    if (error == errc::timed_out)
        return {
            .outcome = Outcome::connect_timeout,
            .detail = "no answer to the connection request in time"};
    if (error == errc::connection_reset || error == errc::connection_aborted)
        return {.outcome = Outcome::reset, .detail = "connection reset while connecting"};
    if (depends_on_way(error) && !way.family_route)
        return {
            .outcome = Outcome::skipped,
            .detail = fmt::format("this machine has no {} route", way.v6 ? "IPv6" : "IPv4")};
    // With a route, a local address that is not available means that every local port is taken.
    if (is_shortage(error) || (error == errc::address_not_available && way.route))
        return {
            .outcome = Outcome::local_error,
            .detail = fmt::format("this machine cannot open a connection: {}", error.message()),
            .shortage = true};
    return {
        .outcome = Outcome::unreachable,
        .detail = fmt::format("cannot be reached: {}", error.message()),
        .cause = is_no_route(error) && !way.route ? Cause::no_route : Cause::none};
}

} // namespace lyncprobe::net
