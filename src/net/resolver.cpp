// SPDX-License-Identifier: MIT
// A and AAAA as two queries, because asking for both at once waits for the slower; and a reason
// where there is no answer.
#include "net/resolver.h"

#include "net/dns_channel.h"

#include <ares.h>
#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;

namespace {

// RFC 6761 6.3: such names are loopback and are not asked of any server.
bool is_localhost(std::string_view name) {
    return name == "localhost" || name.ends_with(".localhost");
}

// c-ares' word for "every server failed", whatever they said.
bool unexplained(int status) { return status == ARES_ECONNREFUSED; }

bool ran_out(int status) { return status == ARES_ETIMEOUT || unexplained(status); }

bool stalled_since(const StallAllowance& asked) {
    return asked.given(StallClock::Clock::now()).count() > 0;
}

DnsChannel::Settings dns_settings(const std::string& servers, int extra_flags) {
    return {.servers = servers, .lookups = "b", .extra_flags = extra_flags};
}

} // namespace

// Pending is one look-up under way. c-ares' callbacks and the grace timer share it; the last of
// them to let it go ends it.
struct Resolver::Pending {
    Pending(asio::io_context& io, std::string its_name, Done its_done)
        : name(std::move(its_name)), done(std::move(its_done)), grace(io) {}
    std::string name;
    Done done; // empty once it was called
    std::optional<FamilyAnswer> a, aaaa;
    asio::steady_timer grace;
    StallClock::Clock::time_point grace_until;
    StallAllowance stalls; // since the grace began
};

Result<std::unique_ptr<Resolver>> Resolver::make(asio::io_context& io, const Settings& settings) {
    const auto servers = server_list(settings.servers);
    if (!servers) return servers.error();
    std::unique_ptr<Resolver> self(new Resolver(io, settings));
    self->hosts_ = DnsChannel::open(io, {.servers = {}, .lookups = "f", .extra_flags = 0});
    self->dns_ = DnsChannel::open(io, dns_settings(*servers, 0));
    self->reasons_ = DnsChannel::open(io, dns_settings(*servers, ARES_FLAG_NOCHECKRESP));
    if (!self->hosts_ || !self->dns_ || !self->reasons_) return DnsChannel::cannot_start();
    return self;
}

Resolver::Resolver(asio::io_context& io, const Settings& settings) : io_(io), settings_(settings) {}

Resolver::~Resolver() = default;

void Resolver::look_up(const std::string& name, Done done) {
    // Servers that the operator names are asked about everything but localhost: a line in the hosts
    // file of this machine would hide what they say.
    if ((settings_.servers.empty() || is_localhost(name)) && look_in_hosts_file(name, done)) return;
    const auto pending = std::make_shared<Pending>(io_, name, std::move(done));
    // Which families are open is decided before the first question, whose answer may come at once.
    const bool v4 = settings_.family != 6;
    const bool v6 = settings_.family != 4;
    if (!v4) pending->a = FamilyAnswer{.status = ARES_ENODATA, .addresses = {}};
    if (!v6) pending->aaaa = FamilyAnswer{.status = ARES_ENODATA, .addresses = {}};
    if (v4) ask(pending, false);
    if (v6) ask(pending, true);
}

// The file is read before ask() returns. It counts only where it has an address of a family that is
// wanted.
bool Resolver::look_in_hosts_file(const std::string& name, const Done& done) {
    FamilyAnswer answer{.status = ARES_ENOTFOUND, .addresses = {}};
    hosts_->ask(name, settings_.family, [&answer](int status, std::vector<Address> addresses) {
        answer = {.status = status, .addresses = std::move(addresses)};
    });
    if (answer.status != ARES_SUCCESS || answer.addresses.empty()) return false;
    done(combine(name, answer, std::nullopt));
    return true;
}

// A query that no server answered is asked once more of a channel that takes an error for an
// answer: c-ares otherwise calls SERVFAIL and REFUSED "could not contact".
void Resolver::ask(const std::shared_ptr<Pending>& pending, bool v6) {
    const int family = v6 ? 6 : 4;
    dns_->ask(
        pending->name, family,
        [this, pending, v6, family,
         asked = StallAllowance(settings_.stalls)](int status, std::vector<Address> found) {
            // c-ares counts a stall against the server; each costs it one of its tries.
            if (ran_out(status) && pending->done && stalled_since(asked)) return ask(pending, v6);
            if (!unexplained(status) || !pending->done) {
                answered(pending, v6, {.status = status, .addresses = std::move(found)});
                return;
            }
            const auto take = [this, pending, v6](int again, std::vector<Address> addresses) {
                answered(pending, v6, {.status = again, .addresses = std::move(addresses)});
            };
            reasons_->ask(pending->name, family, take);
        }
    );
}

void Resolver::answered(const std::shared_ptr<Pending>& pending, bool v6, FamilyAnswer answer) {
    if (!pending->done) return;
    const bool found = !answer.addresses.empty();
    (v6 ? pending->aaaa : pending->a) = std::move(answer);
    if (pending->a && pending->aaaa)
        finish(pending);
    else if (found)
        start_grace(pending);
}

// Many name servers never answer AAAA. With an address of the other family there is something to
// probe, so the late one is waited for only a moment (RFC 8305 3).
void Resolver::start_grace(const std::shared_ptr<Pending>& pending) {
    pending->grace_until = StallClock::Clock::now() + settings_.grace;
    pending->stalls = StallAllowance(settings_.stalls);
    wait_for_grace(pending);
}

void Resolver::wait_for_grace(const std::shared_ptr<Pending>& pending) {
    const auto until = [pending] {
        return pending->grace_until + pending->stalls.given(StallClock::Clock::now());
    };
    pending->grace.expires_at(until());
    pending->grace.async_wait([pending, until](boost::system::error_code error) {
        if (error) return;
        StallClock::Clock::now() < until() ? wait_for_grace(pending) : finish(pending);
    });
}

void Resolver::finish(const std::shared_ptr<Pending>& pending) {
    if (!pending->done) return;
    pending->grace.cancel();
    const FamilyAnswer late{.status = ARES_ETIMEOUT, .addresses = {}};
    const Done done = std::exchange(pending->done, nullptr);
    done(combine(pending->name, pending->a.value_or(late), pending->aaaa.value_or(late)));
}

} // namespace lyncprobe::net
