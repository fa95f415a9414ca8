// SPDX-License-Identifier: MIT
#include "scan/revocation.h"

#include "model/limits.h"
#include "net/name_addresses.h"
#include "pki/certificate_file.h"
#include "pki/crl.h"
#include "pki/distinguished_name.h"
#include "pki/ocsp.h"
#include "rules/revocation/crl_scope.h"
#include "rules/revocation/revocation_facts.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::scan {

fetch::Options fetch_options(
    const RunSettings& settings, std::vector<std::string> resolvers,
    const std::atomic<int>* interrupts, StallClock* stalls
) {
    fetch::Options out;
    out.private_networks = settings.fetch_private.value_or(false);
    out.ldap_server = settings.ldap_server.value_or("");
    out.timeout = settings.timeout.value_or(out.timeout);
    out.connect_timeout = settings.connect_timeout.value_or(out.connect_timeout);
    out.interrupts = interrupts;
    out.stalls = stalls;
    net::AskOptions ask;
    ask.resolvers = std::move(resolvers);
    ask.timeout = out.connect_timeout;
    ask.interrupts = out.interrupts;
    ask.stalls = stalls;
    out.resolve = [ask](const std::vector<std::string>& names) {
        std::vector<fetch::NameFound> found;
        for (auto& one : net::look_up(names, ask))
            found.push_back({std::move(one.addresses), std::move(one.failure), one.no_such_name});
        return found;
    };
    return out;
}

StatusSaid read_response(
    const std::shared_ptr<FetchedLocation>& location, std::string_view der,
    const Certificate& certificate, const CertificatePtr& issuer, Time now
) {
    StatusSaid said;
    said.location = location;
    if (!issuer) {
        said.unfit = rules::kIssuerNotKnown;
        return said;
    }
    auto answer = pki::read_ocsp(der, certificate, *issuer, now);
    location->ocsp = answer.facts;
    if (!answer.readable) location->outcome = FetchOutcome::wrong_content;
    said.unfit = location->detail = answer.problem;
    said.signature = answer.facts.signature;
    said.status = answer.status;
    said.revoked_at = answer.revoked_at;
    said.reason = std::move(answer.reason);
    return said;
}

void Revocation::add(ChainPtr chain) {
    if (chain && known_.try_emplace(chain, chains_.size()).second)
        chains_.push_back(std::move(chain));
}

ChainPtr Revocation::completed(const ChainPtr& chain) const {
    const auto known = known_.find(chain);
    return known == known_.end() ? chain : chains_[known->second];
}

void Revocation::run() {
    shares_.resize(chains_.size());
    const auto latest = std::chrono::steady_clock::now() + limits::kFetchTime;
    if (!options_.deadline || latest < *options_.deadline) {
        options_.deadline = latest;
        options_.deadline_says =
            fmt::format("fetching takes at most {} of a run", to_text(limits::kFetchTime));
    }
    fetch_issuers();
    collect_askers();
    ask_for_lists(LocationKind::crl);
    ask_for_lists(LocationKind::delta_crl);
    ask_responders();
    put_in_order();
    avoid_revoked();
}

// What came back may make another path the best one.
void Revocation::avoid_revoked() {
    std::set<Fingerprint> revoked;
    for (const auto& [sha256, status] : statuses_)
        if (rules::revoked_by(status, now_)) revoked.insert(sha256);
    for (auto& chain : chains_)
        if (auto other = store_.avoid(*chain, revoked)) chain = std::move(other);
}

// Round by round: what one location gave may name the next.
void Revocation::fetch_issuers() {
    std::map<std::string, std::vector<CertificatePtr>> found; // by URL
    for (int step = 0; step < limits::kAiaSteps; ++step) {
        std::vector<std::string> urls;
        std::map<std::string, std::vector<std::size_t>> wanted; // by these URLs: the chains
        for (std::size_t i = 0; i < chains_.size(); ++i)
            if (const auto last = store_.without_issuer(*chains_[i]))
                for (const auto& url : last->ca_issuer_urls) {
                    if (found.try_emplace(url).second) urls.push_back(url);
                    wanted[url].push_back(i);
                }
        std::vector<Question> questions;
        for (const auto& url : urls)
            questions.push_back(
                new_question(LocationKind::ca_issuers, url, wanted[url], limits::kCaIssuers)
            );
        ask(questions, [&](const Question& question, fetch::Answer&& answer) {
            auto& location = *question.location;
            std::string problem;
            // A directory may hold several values, of which one that cannot be read spoils none.
            for (const auto& value : answer.values) {
                const auto file = pki::read_foreign_certificates(value);
                if (!file) {
                    problem = file.error().what;
                    continue;
                }
                for (const auto& der : file->certificates)
                    if (auto certificate = store_.intern(der))
                        found[location.url].push_back(std::move(*certificate));
            }
            location.certificates = found[location.url].size();
            if (location.outcome != FetchOutcome::ok || location.certificates > 0) return;
            location.outcome = FetchOutcome::wrong_content;
            location.detail = "what is there is no certificate: " + problem;
        });
        bool changed = false;
        for (auto& chain : chains_)
            while (const auto last = store_.without_issuer(*chain)) {
                std::vector<CertificatePtr> offered;
                for (const auto& url : last->ca_issuer_urls)
                    if (const auto known = found.find(url); known != found.end())
                        offered.insert(offered.end(), known->second.begin(), known->second.end());
                // What was found may be of another key or name; then the chain stays as it was.
                auto completed = store_.complete(*chain, offered);
                if (!completed) break;
                chain = std::move(completed);
                changed = true;
            }
        if (!changed) return;
    }
}

void Revocation::collect_askers() {
    std::map<Fingerprint, std::size_t> seen;
    for (std::size_t of = 0; of < chains_.size(); ++of) {
        const auto& chain = chains_[of];
        for (std::size_t i = 0; i < chain->presented.size(); ++i) {
            const auto& certificate = chain->presented[i];
            if (!rules::can_be_revoked(*certificate, i)) continue;
            const auto [known, fresh] = seen.try_emplace(certificate->sha256, askers_.size());
            if (fresh) {
                askers_.push_back({.certificate = certificate, .issuer = nullptr, .chains = {}});
                statuses_[certificate->sha256].fetched = true;
            }
            auto& asker = askers_[known->second];
            // Another chain may have shown the issuer that was missing in the first.
            if (!asker.issuer) asker.issuer = store_.issuer_of(*certificate, *chain);
            asker.chains.push_back(of);
        }
    }
}

void Revocation::ask_for_lists(LocationKind kind) {
    std::vector<std::string> urls;                             // in the order of the askers
    std::map<std::string, std::vector<std::size_t>> askers_of; // by these URLs
    const auto want = [&](const std::string& url, std::size_t asker) {
        const auto [known, fresh] = askers_of.try_emplace(url);
        if (fresh) urls.push_back(url);
        // One certificate may name a location in several of its distribution points.
        if (fresh || known->second.back() != asker) known->second.push_back(asker);
    };
    if (kind == LocationKind::delta_crl) {
        // Their locations are in the lists that were read in the round before.
        for (const auto& [url, askers] : deltas_)
            for (const auto asker : askers)
                want(url, asker);
    } else {
        for (std::size_t asker = 0; asker < askers_.size(); ++asker)
            if (const auto& points = askers_[asker].certificate->crl_distribution_points)
                for (const auto& point : *points)
                    for (const auto& url : point.urls)
                        want(url, asker);
    }
    std::vector<Question> questions;
    for (const auto& url : urls) {
        auto& askers = askers_of[url];
        std::vector<std::size_t> chains;
        for (const auto asker : askers)
            chains.insert(chains.end(), askers_[asker].chains.begin(), askers_[asker].chains.end());
        questions.push_back(new_question(kind, url, chains, limits::kCrl));
        questions.back().askers = std::move(askers);
    }
    ask(questions, [&](const Question& question, fetch::Answer&& answer) {
        if (answer.outcome == FetchOutcome::ok)
            read_list(question, std::move(answer.values.front()));
        if (question.location->outcome == FetchOutcome::ok) return;
        for (const auto asker : question.askers) {
            StatusSaid said;
            said.location = question.location;
            said.unfit = question.location->detail;
            say(asker, std::move(said));
        }
    });
}

// The list itself is forgotten when everybody who asked for it has an answer.
void Revocation::read_list(const Question& question, std::string bytes) {
    auto& location = *question.location;
    auto list = pki::Crl::read(std::move(bytes));
    if (!list) {
        location.outcome = FetchOutcome::wrong_content;
        location.detail = list.error().what;
        return;
    }
    location.crl = list->facts();
    auto& facts = *location.crl;
    // A list may have millions of entries: it is searched once, for all who asked.
    std::set<std::string> serials;
    for (const auto asker : question.askers)
        serials.insert(askers_[asker].certificate->serial);
    const auto entries = list->find(serials);
    std::map<Fingerprint, SignatureState> checked; // by issuer
    for (const auto index : question.askers) {
        const auto& asker = askers_[index];
        StatusSaid said;
        said.location = question.location;
        said.unfit = rules::unfit_list(
            facts, {.same_name = pki::same_name(facts.issuer_der, asker.certificate->issuer_der),
                    .certificate = asker.issuer != nullptr}
        );
        if (asker.issuer && said.unfit.empty()) {
            const auto [known, fresh] = checked.try_emplace(asker.issuer->sha256);
            if (fresh)
                known->second = rules::as_allowed(list->signed_by(*asker.issuer), *asker.issuer);
            facts.signature = rules::better(facts.signature, known->second);
            said.signature = known->second;
        }
        if (const auto entry = entries.find(asker.certificate->serial); entry != entries.end()) {
            said.status =
                entry->second.removed ? StatusSaid::Status::removed : StatusSaid::Status::revoked;
            said.revoked_at = entry->second.revoked_at;
            said.reason = entry->second.reason;
        } else {
            said.status = StatusSaid::Status::good;
            if (said.unfit.empty()) said.unfit = rules::out_of_scope(facts, *asker.certificate);
        }
        say(index, std::move(said));
        // A delta list that names another one would lead in circles.
        if (location.kind != LocationKind::crl) continue;
        for (const auto& url : facts.delta_urls)
            deltas_[url].insert(index);
    }
}

void Revocation::ask_responders() {
    std::vector<Question> questions;
    for (std::size_t i = 0; i < askers_.size(); ++i) {
        const auto& asker = askers_[i];
        // A request names the issuer by a hash of its key.
        if (!asker.issuer || asker.certificate->ocsp_urls.empty()) continue;
        const auto body = pki::ocsp_request(*asker.certificate, *asker.issuer);
        if (body.empty()) continue;
        for (const auto& url : asker.certificate->ocsp_urls) {
            auto& question = questions.emplace_back(
                new_question(LocationKind::ocsp, url, asker.chains, limits::kOcspAnswer)
            );
            question.request.body = body;
            question.askers = {i};
        }
    }
    ask(questions, [&](const Question& question, fetch::Answer&& answer) {
        const auto asker = question.askers.front();
        StatusSaid said;
        said.location = question.location;
        said.unfit = question.location->detail;
        if (answer.outcome == FetchOutcome::ok)
            said = read_response(
                question.location, answer.values.front(), *askers_[asker].certificate,
                askers_[asker].issuer, now_
            );
        say(asker, std::move(said));
    });
}

Revocation::Question Revocation::new_question(
    LocationKind kind, const std::string& url, const std::vector<std::size_t>& chains,
    std::size_t limit
) {
    auto location = std::make_shared<FetchedLocation>();
    location->kind = kind;
    location->url = url;
    locations_.push_back(location);
    // The first chain with something left of its share pays: a server with a long chain of its own
    // must not use up what others need.
    const auto payer = std::ranges::find_if(chains, [&](std::size_t chain) {
        return shares_[chain].locations < limits::kLocationsOfChain && refusal(chain).empty();
    });
    if (payer == chains.end() || asked_ == limits::kLocationsFetched) {
        location->outcome = FetchOutcome::limit_exceeded;
        location->detail = fmt::format(
            "not asked: a run asks at most {} locations, {} for one chain",
            limits::kLocationsFetched, limits::kLocationsOfChain
        );
    } else {
        ++shares_[*payer].locations;
        ++asked_;
    }
    return {
        .location = location,
        .request = {.url = url, .body = {}, .limit = limit},
        .askers = {},
        .payer = payer == chains.end() ? 0 : *payer};
}

std::string Revocation::refusal(std::size_t chain) const {
    const std::chrono::duration<double, std::milli> waited(shares_[chain].milliseconds);
    if (waited < limits::kFetchTimeOfChain) return {};
    return fmt::format(
        "not asked: the other locations of one chain took {} already",
        to_text(limits::kFetchTimeOfChain)
    );
}

void Revocation::ask(
    const std::vector<Question>& questions,
    const std::function<void(const Question&, fetch::Answer&&)>& answered
) {
    std::vector<fetch::Request> requests;
    std::vector<const Question*> asked; // one for each request
    for (const auto& question : questions)
        if (question.location->outcome == FetchOutcome::limit_exceeded) {
            answered(question, {.outcome = FetchOutcome::limit_exceeded});
        } else {
            requests.push_back(question.request);
            asked.push_back(&question);
        }
    auto options = options_;
    options.refusal = [&](std::size_t request) { return refusal(asked[request]->payer); };
    const auto take = [&](std::size_t request, fetch::Answer&& answer) {
        auto& location = *asked[request]->location;
        // Kept before the answer is read, which may find it unfit and say so here.
        location.outcome = answer.outcome;
        location.detail = answer.detail;
        location.address = answer.address;
        location.bytes = answer.bytes;
        location.milliseconds = answer.milliseconds;
        shares_[asked[request]->payer].milliseconds += answer.milliseconds;
        observer_.fetching(++answered_, asked_);
        answered(*asked[request], std::move(answer));
    };
    observer_.fetching(answered_, asked_);
    world_.fetch(requests, options, take);
}

void Revocation::say(std::size_t asker, StatusSaid said) {
    statuses_[askers_[asker].certificate->sha256].said.push_back(std::move(said));
}

// Answers come in any order; a report must not.
void Revocation::put_in_order() {
    std::map<const FetchedLocation*, std::size_t> order;
    for (const auto& location : locations_)
        order.emplace(location.get(), order.size());
    for (auto& [certificate, status] : statuses_)
        std::ranges::sort(status.said, [&](const auto& a, const auto& b) {
            return order[a.location.get()] < order[b.location.get()];
        });
}

} // namespace lyncprobe::scan
