// SPDX-License-Identifier: MIT
// connect → exchange → farewell. Reads before it believes in an end, so that an alert wins over the
// reset behind it.
#include "net/run_attempt.h"

#include "model/text/lists.h"
#include "net/connect_failure.h"
#include "net/exchange.h"
#include "net/route.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>

namespace lyncprobe::net {

namespace asio = boost::asio;
using tls::PeerEnd;

namespace {

// A TLS 1.3 server refuses a client certificate one round trip after our side has finished; three
// allow for a slow one.
constexpr std::chrono::milliseconds kRefusalWait{200};
constexpr int kRefusalRoundTrips = 3;

// Clocks of one attempt; a phase that was not reached keeps `max`.
struct Marks {
    Clock::time_point started = Clock::now();
    Clock::time_point connected = Clock::time_point::max();
    Clock::time_point handshake_complete = Clock::time_point::max();
};

Clock::duration refusal_wait(const Marks& marks) {
    const auto round_trips = kRefusalRoundTrips * (marks.connected - marks.started);
    return std::max<Clock::duration>(kRefusalWait, round_trips);
}

// One round: everything there is to send, then whatever comes.
asio::awaitable<void> talk(AttemptSetup& setup, Exchange& exchange, Marks& marks) {
    Connection& connection = *setup.connection;
    bool pausing = false;
    exchange.start();
    while (exchange.phase() != Exchange::Phase::over) {
        std::string output = exchange.take_output();
        if (!output.empty()) {
            co_await connection.write(std::move(output));
            exchange.output_sent();
            continue;
        }
        if (exchange.phase() == Exchange::Phase::refusal && !pausing) {
            pausing = true;
            const auto wait = std::max<Clock::duration>(refusal_wait(marks), exchange.listen());
            connection.pause_until(Clock::now() + wait);
        }
        const std::size_t size = co_await connection.read(setup.buffer);
        if (size > 0)
            exchange.receive({setup.buffer.data(), size});
        else if (connection.end() != PeerEnd::open)
            exchange.peer_ended(connection.end());
        else
            exchange.refusal_waited();
        if (exchange.handshake_complete())
            marks.handshake_complete = std::min(marks.handshake_complete, Clock::now());
    }
    if (exchange.handshake_complete() &&
        Clock::now() >= marks.handshake_complete + refusal_wait(marks))
        exchange.refusal_time_passed();
    // The farewell: a close_notify, so that the server's log shows no broken connection.
    connection.close(exchange.take_output());
}

// Fills in why there is no connection; true where only a shortage of this machine's was the reason.
bool no_connection(
    const AttemptSetup& setup, const boost::system::error_code& error, Observation& seen
) {
    if (setup.connection->end() == PeerEnd::interrupted) {
        seen.outcome = Outcome::interrupted;
        seen.detail = "the run was interrupted while connecting";
        return false;
    }
    Way way{
        .route = true,
        .family_route = true,
        .v6 = setup.address.v6,
        .udp = setup.target->transport == Transport::udp};
    // Asked only where it matters: each costs a socket.
    if (depends_on_way(error)) {
        way.route = has_route(setup.address);
        way.family_route = way.route || family_has_route(setup.address);
    }
    ConnectFailure failure = classify(error, way);
    seen.outcome = failure.outcome;
    seen.detail = std::move(failure.detail);
    seen.cause = failure.cause;
    return failure.shortage;
}

// Over UDP a connection that does not exist shows only after the first datagram, or not at all.
bool conclude_datagrams(const AttemptSetup& setup, const Datagrams& datagrams, Observation& seen) {
    if (datagrams.undelivered) {
        seen.stage = Stage::connect;
        return no_connection(setup, datagrams.undelivered, seen);
    }
    if (seen.outcome != Outcome::timeout) return false;
    if (datagrams.received > 0) {
        seen.detail = "what answered over UDP was no answer to our question";
        return false;
    }
    seen.cause = Cause::udp_silence;
    seen.detail = fmt::format(
        "no answer over UDP in time, although the question was sent {}: nothing answers on this "
        "port, or a firewall drops it",
        counted(datagrams.sent, "time")
    );
    return false;
}

double milliseconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

Timings timings(const Marks& marks, std::chrono::nanoseconds look_up, bool conversed) {
    const auto ended = Clock::now();
    const auto never = Clock::time_point::max();
    Timings result;
    result.resolve = milliseconds(look_up);
    result.connect = milliseconds(std::min(marks.connected, ended) - marks.started);
    if (marks.connected != never) {
        const auto complete = std::min(marks.handshake_complete, ended);
        result.handshake = milliseconds(complete - marks.connected);
        if (conversed && marks.handshake_complete != never)
            result.conversation = milliseconds(ended - complete);
    }
    result.total = milliseconds(look_up + (ended - marks.started));
    return result;
}

} // namespace

asio::awaitable<bool> run_attempt(AttemptSetup setup, Observation& seen) {
    bool shortage = false;
    seen.attempt = setup.attempt;
    seen.stage = Stage::connect; // until something shows that it came further
    Marks marks;
    const bool converses = setup.probe != nullptr && setup.probe->converse != nullptr;
    Connection& connection = *setup.connection;
    try {
        connection.limit(std::min(setup.deadline, marks.started + setup.connect_timeout));
        const auto address = to_asio(setup.address);
        const auto error = co_await connection.connect(address, setup.target->port);
        if (error) {
            shortage = no_connection(setup, error, seen);
        } else {
            marks.connected = Clock::now();
            connection.limit(setup.deadline);
            const std::string local = converses ? connection.local_address() : std::string();
            const probes::Peer peer{
                .target = setup.target,
                .local_host = local,
                .seed = setup.seed,
                .our_domain = setup.our_domain,
                .own_domain_asked = setup.own_domain_asked,
                .partner = setup.partner,
                .constant_hello = setup.attempt.constant_hello,
                .identity_offered = !setup.attempt.handshake.identity.empty()};
            Exchange exchange(
                setup.contexts->get(setup.attempt.handshake), setup.attempt.handshake, setup.probe,
                peer
            );
            co_await talk(setup, exchange, marks);
            exchange.conclude(seen);
            if (const auto datagrams = connection.datagrams())
                shortage = conclude_datagrams(setup, *datagrams, seen);
            seen.answered_at =
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        }
    } catch (const std::bad_alloc&) {
        // With fewer endpoints beside it there may be enough: the engine tries again.
        shortage = true;
        seen.outcome = Outcome::local_error;
        seen.detail = "this machine is out of memory";
    } catch (const std::exception& error) {
        seen.outcome = Outcome::local_error;
        seen.detail = fmt::format("internal error: {}", error.what());
    }
    connection.close();
    seen.timings = timings(marks, setup.look_up, converses);
    co_return shortage;
}

} // namespace lyncprobe::net
