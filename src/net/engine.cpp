// SPDX-License-Identifier: MIT
// One run: names are looked up beside the probing, endpoints wait for their turn, each is handed
// over exactly once.
#include "net/engine.h"

#include "model/address_policy.h"
#include "model/limits.h"
#include "net/descriptors.h"
#include "net/name_queue.h"
#include "net/resolver.h"
#include "net/run_attempt.h"
#include "net/scheduler.h"
#include "net/shortage_policy.h"
#include "probes/probe.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <random>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

namespace lyncprobe::net {

namespace asio = boost::asio;
using tls::PeerEnd;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kSpareDescriptors = 64;  // for files, name servers, a few libraries
constexpr std::size_t kReadBuffer = 64u << 10; // one for all connections
constexpr std::chrono::milliseconds kTick{50};
constexpr int kTicksPerProgress = 2;
constexpr std::chrono::seconds kLastChance{1}; // for open attempts after an interrupt
// A peer that heard nothing for so long may have given up on us.
constexpr std::chrono::seconds kPatienceOfPeers{2};
// Before a connection that we could not open is tried again.
constexpr std::chrono::milliseconds kShortagePause{50};
constexpr std::size_t kNameWarnings = 10;

// Why a run starts nothing any more.
enum class Stop { none, interrupted, deadline };

// EndpointTime is an endpoint's one deadline, which stalls put off.
struct EndpointTime {
    Clock::time_point limit;
    StallAllowance stalls;
    Clock::time_point deadline(Clock::time_point now) const { return limit + stalls.given(now); }
    bool over(Clock::time_point now) const { return now >= deadline(now); }
};

// Run is the state of one call of run(). Everything happens on the caller's thread, in handlers of
// io_: between two co_await nothing else changes it.
class Run {
  public:
    Run(std::span<const Target> targets, const EngineOptions& options, std::size_t names,
        tls::ContextPool& contexts, const Sinks& sinks);
    Result<RunEnd> go();

  private:
    // From targets to endpoints.
    void take_in(std::size_t target);
    void add_endpoints(
        std::size_t target, const std::vector<Address>& addresses, std::size_t skipped,
        std::chrono::nanoseconds look_up
    );
    void start_look_ups();
    void answered(const std::string& name, const LookUp& found);
    void warn_of_name(const std::string& warning);
    void give_up_slow_names();

    // From endpoints to results.
    void start_endpoints();
    asio::awaitable<void> probe(Endpoint endpoint);
    asio::awaitable<void> try_attempt(
        const Endpoint& endpoint, const Attempt& attempt, EndpointTime& time, ProbedEndpoint& result
    );
    asio::awaitable<bool> connect_once(
        const Endpoint& endpoint, const Attempt& attempt, const EndpointTime& time,
        Observation& seen
    );
    asio::awaitable<void> wait_for_room();
    void over(const Endpoint& endpoint, ProbedEndpoint&& result);
    void hand_over(ProbedEndpoint&& result);
    void hand_over_untried(
        std::size_t target, std::optional<Address> address, Outcome outcome,
        const std::string& detail, const Endpoint& endpoint, Stage stage = Stage::resolve,
        Cause cause = Cause::none
    );

    // The clock.
    void tick();
    void stop(Stop why);
    void stop_if_done();
    void report_progress();
    void fail(std::exception_ptr error);

    Clock::duration timeout_of(const Target& target) const;
    Clock::duration connect_timeout_of(const Target& target) const;
    std::vector<Address> chosen(std::vector<Address> addresses) const;
    bool wanted_family(const Address& address) const;
    std::string seed();

    StallClock own_stalls_;
    StallClock& stalls_;
    asio::io_context io_; // first, because everything below uses it until it is destroyed
    std::span<const Target> targets_;
    EngineOptions options_; // with_defaults()
    plan::ProbeVariants variants_;
    tls::ContextPool& contexts_;
    const Sinks& sinks_;
    Scheduler scheduler_;
    ShortagePolicy shortage_;
    std::unique_ptr<Resolver> resolver_;
    asio::steady_timer timer_;
    std::vector<char> buffer_;

    NameQueue names_;
    std::size_t name_warnings_ = 0;

    std::vector<std::weak_ptr<Connection>> open_;
    std::mt19937_64 random_;
    Progress progress_;
    Clock::time_point started_;
    Stop stop_ = Stop::none;
    int ticks_ = 0;
    std::exception_ptr failure_;
};

Run::Run(
    std::span<const Target> targets, const EngineOptions& options, std::size_t names,
    tls::ContextPool& contexts, const Sinks& sinks
)
    : stalls_(options.stalls != nullptr ? *options.stalls : own_stalls_),
      targets_(targets),
      options_(options),
      variants_(plan::variants_of(options, options.beside_tls13, options.also_as)),
      contexts_(contexts),
      sinks_(sinks),
      scheduler_(*options.concurrency, *options.per_address),
      shortage_(*options.concurrency),
      timer_(io_),
      buffer_(kReadBuffer),
      names_(names, &stalls_),
      random_(std::random_device{}()) {}

Result<RunEnd> Run::go() {
    auto resolver = Resolver::make(
        io_, {.servers = options_.resolvers, .family = *options_.address_family, .stalls = &stalls_}
    );
    if (!resolver) return resolver.error();
    resolver_ = std::move(*resolver);
    started_ = Clock::now();
    stalls_.begin(started_, kTick);
    progress_.targets = targets_.size();
    for (std::size_t target = 0; target < targets_.size(); ++target)
        take_in(target);
    start_look_ups();
    start_endpoints();
    tick();
    io_.run();
    resolver_.reset(); // not in a callback of its own
    if (failure_) std::rethrow_exception(failure_);
    report_progress();
    return RunEnd{
        .interrupted = stop_ == Stop::interrupted, .deadline_reached = stop_ == Stop::deadline};
}

// Addresses in the target list win over its name; a name that is an address needs no look-up.
void Run::take_in(std::size_t index) {
    const Target& target = targets_[index];
    if (!target.addresses.empty()) return add_endpoints(index, target.addresses, 0, {});
    if (const auto address = parse_address(target.host))
        return add_endpoints(index, {*address}, 0, {});
    names_.add(target.host, index);
}

std::vector<Address> without_duplicates(const std::vector<Address>& addresses) {
    std::vector<Address> distinct;
    for (const Address& address : addresses)
        if (std::ranges::find(distinct, address) == distinct.end()) distinct.push_back(address);
    return distinct;
}

void Run::add_endpoints(
    std::size_t target, const std::vector<Address>& addresses, std::size_t skipped,
    std::chrono::nanoseconds look_up
) {
    const std::vector<Address> all = without_duplicates(addresses);
    const std::vector<Address> distinct = chosen(all);
    Endpoint endpoint{
        .target = target,
        .addresses_of_name = all.size(), // before the family is chosen: an id does not depend on it
        .addresses_skipped = skipped,
        .look_up = look_up};
    const bool learnt = targets_[target].learnt;
    const AddressPolicy policy{
        .private_networks = options_.allow_private.value_or(false),
        .allowed_by = "--allow-private"};
    progress_.endpoints_known += distinct.size();
    for (const Address& address : distinct) {
        endpoint.address = address;
        if (never_a_server(address))
            hand_over_untried(
                target, address, Outcome::skipped, "this address is never a server's", endpoint,
                Stage::connect
            );
        else if (!wanted_family(address))
            hand_over_untried(
                target, address, Outcome::skipped,
                fmt::format("only IPv{} is to be probed", *options_.address_family), endpoint,
                Stage::connect
            );
        else if (auto refusal = learnt ? policy.refusal(address) : std::string(); !refusal.empty())
            hand_over_untried(
                target, address, Outcome::skipped, "others told this name: " + refusal, endpoint,
                Stage::connect
            );
        else
            scheduler_.add(endpoint);
    }
}

void Run::start_look_ups() {
    while (stop_ == Stop::none) {
        const auto next = names_.next(Clock::now());
        if (!next) return;
        const std::string& name = *next;
        // The answer may come before look_up() returns. It is taken from the loop instead, so that
        // nothing changes in the middle of what is done here.
        resolver_->look_up(name, [this, name](LookUp found) {
            asio::post(io_, [this, name, found = std::move(found)] { answered(name, found); });
        });
    }
}

void Run::answered(const std::string& name, const LookUp& found) {
    const auto waiters = names_.answered(name, Clock::now());
    if (waiters.empty()) return; // given up
    if (!found.warning.empty()) warn_of_name(found.warning);
    const std::size_t kept = std::min(found.addresses.size(), limits::kAddressesOfName);
    const std::vector<Address> addresses(
        found.addresses.begin(), found.addresses.begin() + static_cast<std::ptrdiff_t>(kept)
    );
    for (const auto& [target, look_up] : waiters) {
        if (!addresses.empty()) {
            add_endpoints(target, addresses, found.addresses.size() - kept, look_up);
            continue;
        }
        ++progress_.endpoints_known;
        hand_over_untried(
            target, std::nullopt, Outcome::dns_failure, found.failure, {.look_up = look_up},
            Stage::resolve, found.cause
        );
    }
    start_look_ups();
    start_endpoints();
    stop_if_done();
}

// A name server that answers no AAAA would otherwise print a line for every name.
void Run::warn_of_name(const std::string& warning) {
    ++name_warnings_;
    if (!sinks_.warning || name_warnings_ > kNameWarnings) return;
    sinks_.warning(warning);
    if (name_warnings_ == kNameWarnings)
        sinks_.warning("more names with records left out are not listed");
}

// Each target waits for its name no longer than its own deadline.
void Run::give_up_slow_names() {
    const auto patience = [this](std::size_t target) { return timeout_of(targets_[target]); };
    for (const auto& [target, look_up] : names_.give_up(Clock::now(), patience)) {
        ++progress_.endpoints_known;
        hand_over_untried(
            target, std::nullopt, Outcome::dns_failure, "no answer from the name server in time",
            {.look_up = look_up}, Stage::resolve, Cause::resolver_silent
        );
    }
    start_look_ups();
}

void Run::start_endpoints() {
    while (stop_ == Stop::none && shortage_.may_start()) {
        const auto endpoint = scheduler_.next();
        if (!endpoint) return;
        asio::co_spawn(io_, probe(*endpoint), [this](const std::exception_ptr& error) {
            if (error) fail(error);
        });
    }
}

asio::awaitable<void> Run::probe(Endpoint endpoint) {
    const Target& target = targets_[endpoint.target];
    ProbedEndpoint result;
    result.target = endpoint.target;
    result.address = endpoint.address;
    result.addresses_of_name = endpoint.addresses_of_name;
    result.addresses_skipped = endpoint.addresses_skipped;
    // One deadline for everything, the look-up before it included.
    const auto now = Clock::now();
    stalls_.look(now); // what was before is not this endpoint's
    EndpointTime time{now + timeout_of(target) - endpoint.look_up, StallAllowance(&stalls_)};
    std::vector<Attempt> attempts;
    // Each list of attempts follows from what was seen before; the plan says when it is enough.
    attempts.push_back(plan::first_attempt(target, variants_));
    while (!attempts.empty()) {
        for (const Attempt& attempt : attempts) {
            if (stop_ != Stop::none && !result.observations.empty()) break;
            co_await try_attempt(endpoint, attempt, time, result);
        }
        if (stop_ != Stop::none) break;
        attempts = plan::further_attempts(target, result.observations, variants_);
    }
    over(endpoint, std::move(result));
}

// A partner is asked once, whatever becomes of the question.
bool asked_a_partner(const Observation& observation) {
    return observation.attempt.probe == Probe::federation &&
           observation.stage >= Stage::conversation;
}

// While this machine stood still, the peer may have waited for us in vain.
bool may_be_our_silence(const Observation& observation) {
    return observation.outcome != Outcome::ok && observation.outcome != Outcome::refused &&
           observation.outcome != Outcome::local_error && !asked_a_partner(observation);
}

bool worth_a_retry(const Observation& observation) {
    // Supplementary attempts are made once: many servers answer an old version with a reset.
    if (!is_primary(observation.attempt.role)) return false;
    if (asked_a_partner(observation)) return false;
    return observation.outcome == Outcome::connect_timeout || observation.outcome == Outcome::reset;
}

Observation untried(Attempt attempt, Outcome outcome, const std::string& detail) {
    Observation observation;
    observation.attempt = std::move(attempt);
    observation.outcome = outcome;
    observation.detail = detail;
    return observation;
}

Outcome outcome_of(Stop why) {
    return why == Stop::interrupted ? Outcome::interrupted : Outcome::skipped;
}

std::string detail_of(Stop why) {
    return why == Stop::interrupted ? "interrupted before its turn"
                                    : "run deadline reached before its turn";
}

// The attempt and its retries; what got furthest counts.
asio::awaitable<void> Run::try_attempt(
    const Endpoint& endpoint, const Attempt& attempt, EndpointTime& time, ProbedEndpoint& result
) {
    std::vector<Observation> tries;
    while (tries.size() <= *options_.retries) {
        if (stop_ != Stop::none) {
            tries.push_back(untried(attempt, outcome_of(stop_), detail_of(stop_)));
            break;
        }
        // Without time left a connection would say "time-out" of a server that was never asked.
        if (tries.empty() && !result.observations.empty() && time.over(Clock::now())) {
            tries.push_back(
                untried(attempt, Outcome::skipped, "the endpoint's time was over before its turn")
            );
            tries.back().stage = Stage::connect;
            break;
        }
        Observation& seen = tries.emplace_back();
        const auto stalled_before = time.stalls.given(Clock::now());
        const bool shortage = co_await connect_once(endpoint, attempt, time, seen);
        if (shortage && shortage_.wait(scheduler_.running())) {
            tries.pop_back();
            const auto waits_since = Clock::now();
            co_await wait_for_room();
            // A shortage of this machine is not charged to the endpoint.
            time.limit += Clock::now() - waits_since;
            continue;
        }
        ++result.attempts;
        const auto now = Clock::now();
        const bool stood_still = time.stalls.given(now) - stalled_before >= kPatienceOfPeers;
        if (stood_still && stop_ == Stop::none && !time.over(now) && may_be_our_silence(seen)) {
            tries.pop_back();
            continue;
        }
        if (stop_ == Stop::deadline) {
            seen.detail += "; the run's deadline was reached";
            // What had not answered by then may have answered in its own time.
            if (seen.outcome == Outcome::timeout || seen.outcome == Outcome::connect_timeout)
                seen.cause = Cause::run_deadline;
        }
        if (!worth_a_retry(seen) || stop_ != Stop::none || time.over(now)) break;
    }
    result.observations.push_back(std::move(tries[furthest(tries)]));
}

asio::awaitable<void> Run::wait_for_room() {
    asio::steady_timer pause(io_);
    do {
        pause.expires_after(kShortagePause);
        co_await pause.async_wait(kAwait);
    } while (!shortage_.may_resume(scheduler_.running()) && stop_ == Stop::none);
    shortage_.resumed();
}

asio::awaitable<bool> Run::connect_once(
    const Endpoint& endpoint, const Attempt& attempt, const EndpointTime& time, Observation& seen
) {
    const Target& target = targets_[endpoint.target];
    AttemptSetup setup;
    setup.connection = Connection::make(io_, target.transport, time.stalls);
    setup.contexts = &contexts_;
    setup.buffer = buffer_;
    setup.target = &target;
    setup.address = endpoint.address;
    setup.attempt = attempt;
    setup.probe = probes::find(setup.attempt.probe);
    setup.deadline = time.deadline(Clock::now());
    setup.connect_timeout = connect_timeout_of(target);
    setup.look_up = endpoint.look_up;
    setup.seed = seed();
    const auto& ours = options_.our_domains;
    if (!ours.empty()) setup.our_domain = ours.front();
    setup.own_domain_asked = std::ranges::find(ours, target.sip_domain) != ours.end();
    setup.partner = options_.partner;
    setup.attempt.handshake.late_certificate =
        setup.probe != nullptr && setup.probe->late_certificate;
    // stop() reaches the connections that are still in use.
    std::erase_if(open_, [](const auto& connection) { return connection.expired(); });
    open_.push_back(setup.connection);
    return run_attempt(std::move(setup), seen);
}

void Run::over(const Endpoint& endpoint, ProbedEndpoint&& result) {
    scheduler_.finished(endpoint.address);
    shortage_.ended();
    hand_over(std::move(result));
    start_endpoints();
    stop_if_done();
}

void Run::hand_over(ProbedEndpoint&& result) {
    ++progress_.endpoints_finished;
    sinks_.finished(std::move(result));
}

void Run::hand_over_untried(
    std::size_t target, std::optional<Address> address, Outcome outcome, const std::string& detail,
    const Endpoint& endpoint, Stage stage, Cause cause
) {
    Observation observation =
        untried(plan::first_attempt(targets_[target], variants_), outcome, detail);
    observation.stage = stage;
    observation.cause = cause;
    const std::chrono::duration<double, std::milli> look_up = endpoint.look_up;
    observation.timings.resolve = observation.timings.total = look_up.count();
    ProbedEndpoint result;
    result.target = target;
    result.address = address;
    result.addresses_of_name = endpoint.addresses_of_name;
    result.addresses_skipped = endpoint.addresses_skipped;
    result.observations.push_back(std::move(observation));
    hand_over(std::move(result));
}

// Interrupts, the run's deadline and slow names are looked for in steps: a signal handler can only
// set a number.
void Run::tick() {
    const auto now = Clock::now();
    stalls_.turn(now);
    if (options_.interrupts != nullptr && options_.interrupts->load() > 0) stop(Stop::interrupted);
    if (options_.deadline && now >= started_ + *options_.deadline) stop(Stop::deadline);
    give_up_slow_names();
    if (ticks_++ % kTicksPerProgress == 0) report_progress();
    stop_if_done();
    timer_.expires_after(kTick);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) tick();
    });
}

void Run::stop(Stop why) {
    if (stop_ != Stop::none) return;
    stop_ = why;
    // Also those without a turn are handed over: every endpoint is in the result once.
    for (const Endpoint& endpoint : scheduler_.give_up())
        hand_over_untried(
            endpoint.target, endpoint.address, outcome_of(stop_), detail_of(stop_), endpoint
        );
    for (const std::size_t target : names_.give_up_all()) {
        ++progress_.endpoints_known;
        hand_over_untried(target, std::nullopt, outcome_of(stop_), detail_of(stop_), {});
    }
    const auto now = Clock::now();
    for (const auto& weak : open_)
        if (const auto connection = weak.lock())
            why == Stop::interrupted ? connection->cut(now + kLastChance, PeerEnd::interrupted)
                                     : connection->cut(now, PeerEnd::timeout);
}

void Run::stop_if_done() {
    if (scheduler_.running() == 0 && scheduler_.waiting() == 0 && names_.empty()) io_.stop();
}

void Run::report_progress() {
    progress_.in_flight = scheduler_.running();
    if (sinks_.tick) sinks_.tick(progress_);
}

// An exception must not pass through Asio's loop in the middle of a run: the loop is stopped, and
// go() throws it.
void Run::fail(std::exception_ptr error) {
    failure_ = std::move(error);
    io_.stop();
}

Clock::duration Run::timeout_of(const Target& target) const {
    return target.timeout.value_or(*options_.timeout);
}

Clock::duration Run::connect_timeout_of(const Target& target) const {
    return target.connect_timeout.value_or(*options_.connect_timeout);
}

// Those of another family than the wanted one only where there are no others.
std::vector<Address> Run::chosen(std::vector<Address> addresses) const {
    const auto wanted = [this](const Address& address) { return wanted_family(address); };
    if (std::ranges::any_of(addresses, wanted))
        std::erase_if(addresses, [&](const Address& address) { return !wanted(address); });
    return addresses;
}

bool Run::wanted_family(const Address& address) const {
    return *options_.address_family == 0 || (*options_.address_family == 6) == address.v6;
}

// For identifiers in conversations (branch, Call-ID): no two may be alike, also between runs.
std::string Run::seed() { return fmt::format("{:016x}", random_()); }

EngineOptions with_defaults(EngineOptions options) {
    options.concurrency = options.concurrency.value_or(100);
    options.per_address = options.per_address.value_or(1);
    options.retries = options.retries.value_or(0);
    options.timeout = options.timeout.value_or(Milliseconds{10'000});
    options.connect_timeout = options.connect_timeout.value_or(Milliseconds{5'000});
    options.address_family = options.address_family.value_or(0);
    return options;
}

// Each endpoint at a time needs one descriptor, each name under way up to two. Of few descriptors
// half are for endpoints. `names`: how many at a time.
void bound_by_descriptors(EngineOptions& options, std::size_t& names, const Sinks& sinks) {
    const std::size_t descriptors = raise_descriptor_limit();
    const std::size_t spare = std::min(kSpareDescriptors, descriptors / 2);
    const std::size_t most = std::max<std::size_t>(descriptors - spare, 1);
    if (*options.concurrency > most && sinks.warning)
        sinks.warning(fmt::format(
            "concurrency is {} instead of {}: the limit is {} open files (ulimit -n)", most,
            *options.concurrency, descriptors
        ));
    options.concurrency =
        static_cast<std::uint32_t>(std::clamp<std::size_t>(*options.concurrency, 1, most));
    names = std::clamp<std::size_t>(
        (descriptors - std::min<std::size_t>(*options.concurrency, descriptors)) / 4, 1,
        *options.concurrency
    );
}

} // namespace

Result<RunEnd> run(
    std::span<const Target> targets, const EngineOptions& options, tls::ContextPool& contexts,
    const Sinks& sinks
) {
    EngineOptions bounded = with_defaults(options);
    std::size_t names = 0;
    bound_by_descriptors(bounded, names, sinks);
    std::unique_ptr<Run> engine;
    try {
        engine = std::make_unique<Run>(targets, bounded, names, contexts, sinks);
    } catch (const boost::system::system_error& error) {
        return Problem{
            .what = fmt::format("the network engine cannot start: {}", error.code().message()),
            .where = {},
            .hint = "is the limit of open files high enough (ulimit -n)?"};
    }
    return engine->go();
}

} // namespace lyncprobe::net
