// SPDX-License-Identifier: MIT
// An io_context of its own: whoever asks has nothing else to do until all is answered.
#include "net/dns_questions.h"

#include "codec/dns.h"
#include "net/dns_channel.h"
#include "net/look_up.h"

#include <ares.h>
#include <chrono>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50}; // how late a limit or an interrupt may be noticed

constexpr std::string_view kSilent = "the name server was silent";

// Numbers of the record types (RFC 1035 3.2.2, RFC 3596 2.1, RFC 2782).
int wire_type(RecordType type) {
    return type == RecordType::a ? 1 : type == RecordType::aaaa ? 28 : 33;
}

// What c-ares makes of an answer that it does not hand out.
DnsStatus without_message(int status) {
    switch (status) {
    case ARES_EBADRESP: return DnsStatus::malformed;
    case ARES_ENODATA: return DnsStatus::no_such_record;
    case ARES_EBADNAME:
    case ARES_ENOTFOUND: return DnsStatus::no_such_name;
    case ARES_ESERVFAIL:
    case ARES_EFORMERR:
    case ARES_ENOTIMP: return DnsStatus::server_failure;
    case ARES_EREFUSED: return DnsStatus::refused;
    default: return DnsStatus::no_answer;
    }
}

std::string detail_without_message(int status) {
    if (status == ARES_ECONNREFUSED) return "no name server can be reached";
    if (status == ARES_EBADNAME) return "it is too long to be asked for";
    if (status == ARES_ETIMEOUT) return std::string(kSilent);
    return without_message(status) == DnsStatus::no_answer ? ares_strerror(status) : "";
}

// Asking is the whole of one list. c-ares calls back possibly before ask_raw() returns.
class Asking {
  public:
    Asking(std::span<const DnsQuestion> questions, const AskOptions& options)
        : options_(options), timer_(io_), state_(questions.size()) {
        for (const auto& question : questions)
            answers_.emplace_back().question = question;
    }

    bool open(const std::string& servers) {
        // As in resolver.cpp: the second channel takes an error for an answer and says which it is.
        servers_ = DnsChannel::open(io_, {.servers = servers, .lookups = "b", .extra_flags = 0});
        reasons_ = DnsChannel::open(
            io_, {.servers = servers, .lookups = "b", .extra_flags = ARES_FLAG_NOCHECKRESP}
        );
        return servers_ && reasons_;
    }

    std::vector<DnsAnswer> run() {
        started_ = Clock::now();
        if (options_.stalls != nullptr) options_.stalls->begin(started_, kTick);
        start_more();
        tick();
        io_.run();
        // Before io_, and not in a callback of their own (c-ares issue 347).
        servers_.reset();
        reasons_.reset();
        return std::move(answers_);
    }

  private:
    struct State {
        enum { waiting, asked, done } at = waiting;
        Clock::time_point since;
        StallAllowance stalls;       // since then
        Clock::duration forgiven{0}; // of these, at the last time it was asked
    };

    void start_more() {
        if (starting_) return; // an answer that came at once: the loop below goes on
        starting_ = true;
        while (next_ < state_.size() && under_way_ < options_.at_a_time) {
            const auto index = next_++;
            state_[index] = {State::asked, Clock::now(), StallAllowance(options_.stalls)};
            ++under_way_;
            ask(index, *servers_);
        }
        starting_ = false;
        if (under_way_ == 0 && next_ == state_.size()) end();
    }

    void ask(std::size_t index, DnsChannel& channel) {
        const auto& question = answers_[index].question;
        channel.ask_raw(
            question.name, wire_type(question.type),
            [this, index, &channel](int status, std::string_view message) {
                answered(index, status, message, &channel == servers_.get());
            }
        );
    }

    void answered(std::size_t index, int status, std::string_view message, bool first) {
        if (state_[index].at != State::asked) return; // given up meanwhile
        // c-ares counts a stall against the server; each costs it one of its tries.
        const auto stalled = state_[index].stalls.given(Clock::now());
        if (message.empty() && first && stalled > state_[index].forgiven &&
            (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED)) {
            state_[index].forgiven = stalled;
            return ask(index, *servers_);
        }
        // No server gave an answer that c-ares accepts, which may be a SERVFAIL or REFUSED.
        if (message.empty() && status == ARES_ECONNREFUSED && first) {
            ask(index, *reasons_);
            return;
        }
        auto& answer = answers_[index];
        heard_ = heard_ || !message.empty();
        if (!message.empty()) {
            answer = codec::read_dns_answer(DnsQuestion(answer.question), message);
        } else {
            answer.status = without_message(status);
            answer.detail = detail_without_message(status);
        }
        finish(index);
    }

    void finish(std::size_t index) {
        state_[index].at = State::done;
        --under_way_;
        start_more();
    }

    void tick() {
        if (ended_) return;
        const auto now = Clock::now();
        if (options_.stalls != nullptr) options_.stalls->turn(now);
        const bool interrupted = options_.interrupts && *options_.interrupts > 0;
        if (interrupted || (options_.deadline && now - started_ >= *options_.deadline)) {
            give_up_all("there was no time to wait for it", DnsStatus::not_asked);
            return;
        }
        for (std::size_t i = 0; i < state_.size(); ++i) {
            const auto waited = now - state_[i].since - state_[i].stalls.given(now);
            if (state_[i].at != State::asked || waited < options_.timeout) continue;
            // Where no server has answered at all, waiting again for each of the other questions
            // would take minutes and change nothing.
            if (!heard_) {
                give_up_all(kSilent, DnsStatus::no_answer);
                return;
            }
            answers_[i].status = DnsStatus::no_answer;
            answers_[i].detail = kSilent;
            finish(i);
        }
        if (ended_) return;
        timer_.expires_after(kTick);
        timer_.async_wait([this](boost::system::error_code error) {
            if (!error) tick();
        });
    }

    // What is under way stays without an answer, and the rest is what `unasked` says.
    void give_up_all(std::string_view why, DnsStatus unasked) {
        for (std::size_t i = 0; i < state_.size(); ++i) {
            if (state_[i].at == State::done) continue;
            const bool asked = state_[i].at == State::asked;
            answers_[i].status = asked ? DnsStatus::no_answer : unasked;
            answers_[i].detail = why;
            state_[i].at = State::done;
        }
        end();
    }

    void end() {
        ended_ = true;
        timer_.cancel();
        io_.stop(); // c-ares may still wait for questions that were given up
    }

    AskOptions options_;
    asio::io_context io_{1};
    asio::steady_timer timer_;
    std::shared_ptr<DnsChannel> servers_, reasons_;
    std::vector<DnsAnswer> answers_;
    std::vector<State> state_;
    std::size_t next_ = 0, under_way_ = 0;
    Clock::time_point started_;
    bool starting_ = false, heard_ = false, ended_ = false;
};

} // namespace

Result<std::vector<DnsAnswer>> ask(
    std::span<const DnsQuestion> questions, const AskOptions& options
) {
    const auto servers = server_list(options.resolvers);
    if (!servers) return servers.error();
    Asking asking(questions, options);
    if (!asking.open(*servers)) return DnsChannel::cannot_start();
    return asking.run();
}

} // namespace lyncprobe::net
