// SPDX-License-Identifier: MIT
// Rounds: every request of a round asks one host; what was redirected asks the next one in the
// next round, after the policy has seen where it leads.
#include "fetch/fetch.h"

#include "fetch/location.h"
#include "fetch/transfer.h"
#include "model/limits.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include <fmt/format.h>

namespace lyncprobe::fetch {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Milliseconds kTick{100}; // how late a deadline or an interrupt may be noticed
// After so many waits in a row without a byte a host is not waited for once more: thousands of
// certificates may name one responder.
constexpr int kSilences = 3;

// Job is a request on its way through the rounds.
struct Job {
    std::size_t request = 0;
    std::string url;
    Clock::duration spent{0};                // without stalls
    Clock::duration stalled{0};              // what of these was given to it
    std::optional<AddressClass> first_class; // of the first host
};

double in_milliseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

class Fetching {
  public:
    Fetching(
        const std::vector<Request>& requests, const Options& options,
        const std::function<void(std::size_t, Answer&&)>& done
    )
        : requests_(requests), options_(options), done_(done), multi_(curl_multi_init()) {}

    void run() {
        std::vector<Job> jobs;
        for (std::size_t i = 0; i < requests_.size(); ++i)
            jobs.push_back({.request = i, .url = requests_[i].url});
        // A redirect is a request of the next round, so that its host is looked up and judged like
        // any other.
        for (int round = 0; round <= limits::kRedirects && !jobs.empty(); ++round)
            jobs = run_round(std::move(jobs));
        for (const auto& job : jobs)
            finish(
                job, FetchOutcome::redirect_limit,
                fmt::format("it redirects more than {} times", limits::kRedirects)
            );
    }

  private:
    struct Ready {
        Job job;
        Location location;
        std::vector<Address> addresses;
        AddressPolicy policy;
    };
    struct Running {
        Ready asked;
        std::unique_ptr<Transfer> transfer;
        std::string origin; // host and port
        Clock::time_point started;
        StallAllowance stalls; // since then
        bool talking = false;  // with a directory, over the connection that libcurl has made
    };

    // The jobs that were redirected.
    std::vector<Job> run_round(std::vector<Job> jobs) {
        auto waiting = prepare(std::move(jobs));
        if (options_.stalls) options_.stalls->begin(Clock::now(), kTick);
        std::reverse(waiting.begin(), waiting.end()); // taken from the end
        std::vector<Job> redirected;
        while (!waiting.empty() || !running_.empty()) {
            if (const auto stop = stopped()) {
                for (const auto& one : waiting)
                    finish(one.job, stop->outcome, stop->detail);
                for (auto& [handle, one] : running_) {
                    curl_multi_remove_handle(multi_.get(), handle);
                    finish(one.asked.job, stop->outcome, stop->detail);
                }
                running_.clear();
                for (const auto& job : redirected)
                    finish(job, stop->outcome, stop->detail);
                return {};
            }
            while (!waiting.empty() && running_.size() < options_.at_a_time) {
                start(std::move(waiting.back()));
                waiting.pop_back();
            }
            int active = 0;
            broken_ = curl_multi_perform(multi_.get(), &active) != CURLM_OK;
            collect(waiting, redirected);
            auto sockets = talk(waiting, redirected);
            if (active > 0 || !sockets.empty())
                curl_multi_poll(
                    multi_.get(), sockets.data(), static_cast<unsigned>(sockets.size()),
                    static_cast<int>(kTick.count()), nullptr
                );
            if (options_.stalls) options_.stalls->turn(Clock::now());
        }
        return redirected;
    }

    // Reads the locations and looks up their hosts; what is not to be asked ends here.
    std::vector<Ready> prepare(std::vector<Job> jobs) {
        std::vector<Ready> ready;
        std::vector<std::string> names;
        for (auto& job : jobs) {
            auto read = read_location(job.url, options_.ldap_server);
            if (!read.location) {
                finish(job, read.refusal.outcome, std::move(read.refusal.detail));
                continue;
            }
            if (job.first_class && read.location->directory) {
                finish(job, FetchOutcome::unsupported, "it redirects to a directory");
                continue;
            }
            if (!read.location->literal) names.push_back(read.location->host);
            ready.push_back({std::move(job), std::move(*read.location), {}, {}});
        }
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        std::map<std::string, NameFound> found;
        if (!names.empty() && !stopped()) {
            auto answers = options_.resolve(names);
            for (std::size_t i = 0; i < names.size(); ++i)
                found[names[i]] = std::move(answers[i]);
        }
        std::erase_if(ready, [&](Ready& one) { return !choose_addresses(one, found); });
        return ready;
    }

    // False where nothing is left to ask; the job is finished then.
    bool choose_addresses(Ready& one, const std::map<std::string, NameFound>& found) {
        one.policy = {
            .private_networks = options_.private_networks || one.location.by_operator,
            .same_as = one.job.first_class};
        auto candidates =
            one.location.literal ? std::vector{*one.location.literal} : std::vector<Address>{};
        if (!one.location.literal) {
            const auto name = found.find(one.location.host);
            if (name != found.end()) candidates = name->second.addresses;
            if (candidates.empty()) {
                without_address(one.job, name == found.end() ? nullptr : &name->second);
                return false;
            }
        }
        std::string refusal;
        for (const auto& address : candidates) {
            auto reason = one.policy.refusal(address);
            if (reason.empty()) {
                if (!one.policy.same_as) one.policy.same_as = class_of(address);
                one.addresses.push_back(address);
            } else {
                refusal = std::move(reason);
            }
        }
        if (!one.addresses.empty()) return true;
        finish(one.job, FetchOutcome::forbidden, std::move(refusal));
        return false;
    }

    // `found`: null where the name was not looked up, since the run is at its end.
    void without_address(const Job& job, const NameFound* found) {
        if (const auto stop = stopped(); stop && !found)
            return finish(job, stop->outcome, stop->detail);
        finish(
            job,
            found && found->no_such_name ? FetchOutcome::no_such_name : FetchOutcome::dns_failure,
            "its host: " + (found ? found->failure : "not looked up")
        );
    }

    void start(Ready one) {
        auto origin = host_and_port(one.location.host, one.location.port);
        // A host that did not answer others costs no second time-out.
        if (const auto known = silent_.find(origin); known != silent_.end())
            return finish(one.job, FetchOutcome::unreachable, known->second);
        if (options_.refusal)
            if (auto reason = options_.refusal(one.job.request); !reason.empty())
                return finish(one.job, FetchOutcome::limit_exceeded, std::move(reason));
        const auto spent = std::chrono::duration_cast<Milliseconds>(one.job.spent);
        // All steps of one request share its time.
        const auto left = std::max(options_.timeout - spent, Milliseconds{1});
        auto transfer = std::make_unique<Transfer>(
            one.location, requests_[one.job.request], one.addresses, one.policy,
            std::min(options_.connect_timeout, left), left
        );
        CURL* handle = transfer->handle();
        if (!handle || curl_multi_add_handle(multi_.get(), handle) != CURLM_OK)
            return finish(one.job, FetchOutcome::local_error, "libcurl cannot start");
        running_.emplace(
            handle,
            Running{
                std::move(one), std::move(transfer), std::move(origin), Clock::now(),
                StallAllowance(options_.stalls)}
        );
    }

    void collect(std::vector<Ready>& waiting, std::vector<Job>& redirected) {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const auto one = running_.find(message->easy_handle);
            if (one == running_.end()) continue;
            if (message->data.result == CURLE_OK && one->second.transfer->is_directory())
                one->second.talking = true; // the connection lasts as long as libcurl has it
            else
                conclude(one->first, message->data.result, waiting, redirected);
        }
    }

    // Goes on with directories. What is to be waited for.
    std::vector<curl_waitfd> talk(std::vector<Ready>& waiting, std::vector<Job>& redirected) {
        std::vector<curl_waitfd> sockets;
        std::vector<std::pair<CURL*, CURLcode>> over;
        const auto now = Clock::now();
        for (const auto& [handle, one] : running_) {
            if (!one.talking) continue;
            if (!one.transfer->talk())
                over.emplace_back(handle, CURLE_OK);
            else if (one.asked.job.spent + now - one.started - one.stalls.given(now) >= options_.timeout)
                over.emplace_back(handle, CURLE_OPERATION_TIMEDOUT);
            else
                sockets.push_back(one.transfer->wanted());
        }
        for (const auto& [handle, code] : over)
            conclude(handle, code, waiting, redirected);
        return sockets;
    }

    void conclude(
        CURL* handle, CURLcode code, std::vector<Ready>& waiting, std::vector<Job>& redirected
    ) {
        auto one = std::move(running_.extract(handle).mapped());
        curl_multi_remove_handle(multi_.get(), handle);
        auto& job = one.asked.job;
        const bool stalled = charge(job, one);
        auto next = code == CURLE_OK ? one.transfer->redirect() : std::string();
        if (!next.empty()) {
            job.url = std::move(next);
            job.first_class = one.asked.policy.same_as;
            redirected.push_back(std::move(job));
            return;
        }
        // libcurl's clock went on while this machine stood still.
        if (stalled && code != CURLE_OK && job.spent < options_.timeout) {
            waiting.push_back(std::move(one.asked));
            return;
        }
        auto answer = one.transfer->answer(code);
        // Who was redirected may have had next to no time left for this host.
        if (!job.first_class) learn_silence(one, code, answer);
        answer.milliseconds = in_milliseconds(job.spent);
        one.transfer.reset();
        done_(job.request, std::move(answer));
    }

    // The time since it was asked, without stalls; true where there were any.
    static bool charge(Job& job, const Running& one) {
        const auto now = Clock::now();
        const auto most = StallAllowance::kMost - job.stalled;
        const auto stalled = std::min<Clock::duration>(one.stalls.given(now), most);
        job.stalled += stalled;
        job.spent += now - one.started - stalled;
        return stalled.count() > 0;
    }

    void learn_silence(const Running& one, CURLcode code, const Answer& answer) {
        if (answer.outcome == FetchOutcome::unreachable)
            silent_[one.origin] = answer.detail;
        else if (!one.transfer->silent(code))
            silences_.erase(one.origin);
        else if (++silences_[one.origin] == kSilences)
            silent_[one.origin] = "not asked: its host says nothing to other requests";
    }

    void finish(const Job& job, FetchOutcome outcome, std::string detail) {
        Answer answer;
        answer.outcome = outcome;
        answer.detail = valid_utf8(std::move(detail));
        answer.milliseconds = in_milliseconds(job.spent);
        done_(job.request, std::move(answer));
    }

    // Absent while the work may go on.
    std::optional<Refusal> stopped() const {
        if (options_.interrupts && *options_.interrupts > 0)
            return Refusal{FetchOutcome::interrupted, "the run was interrupted"};
        if (options_.deadline && Clock::now() >= *options_.deadline)
            return Refusal{FetchOutcome::skipped, options_.deadline_says};
        if (broken_) return Refusal{FetchOutcome::local_error, "libcurl cannot go on"};
        return std::nullopt;
    }

    const std::vector<Request>& requests_;
    const Options& options_;
    const std::function<void(std::size_t, Answer&&)>& done_;
    MultiPtr multi_;
    std::map<CURL*, Running> running_;
    bool broken_ = false;
    std::map<std::string, int> silences_;       // origin → how many in a row
    std::map<std::string, std::string> silent_; // origin → why; not waited for once more
};

} // namespace

void fetch(
    const std::vector<Request>& requests, const Options& options,
    const std::function<void(std::size_t, Answer&&)>& done
) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    Fetching(requests, options, done).run();
}

} // namespace lyncprobe::fetch
