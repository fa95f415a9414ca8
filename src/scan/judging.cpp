// SPDX-License-Identifier: MIT
#include "scan/judging.h"

#include "codec/tls_messages.h"
#include "plan/plan.h"
#include "rules/engine/deployment_names.h"
#include "scan/revocation.h"
#include "schannel/releases.h"

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::scan {

namespace {

// The client-certificate facts of the attempt that offered ours, else of the main one.
const ClientCertificateFacts* with_our_certificate(const EndpointRow& row) {
    const auto* main = row.main.client_certificate.get();
    if (main && main->identity_offered) return main;
    for (const auto& variant : row.variants)
        if (variant.client_certificate && variant.client_certificate->identity_offered)
            return variant.client_certificate.get();
    return main;
}

// Nothing was answered either way: neither a choice nor a refusal.
bool left_open(const AttemptRow& attempt) {
    return attempt.stage < Stage::handshake || attempt.outcome == Outcome::timeout ||
           attempt.outcome == Outcome::interrupted;
}

void add_versions(const AttemptRow& attempt, rules::EndpointEvidence& evidence) {
    const bool raw = attempt.raw_version != 0;
    // In the place of a certain client, which may have offered a part of the versions.
    const bool posed = attempt.as_os != OperatingSystem::unknown;
    if (raw && !posed && attempt.role == AttemptRole::supplementary) {
        const auto offered = static_cast<TlsVersion>(attempt.raw_version);
        evidence.versions_offered.push_back(offered);
        if (left_open(attempt)) evidence.versions_open.push_back(offered);
    }
    const bool absurd = raw && attempt.outcome == Outcome::tls_failure;
    if (!attempt.tls || attempt.tls->version == TlsVersion::none || absurd) return;
    if (has_own_sni(attempt.role)) evidence.connections.push_back(attempt.tls.get());
    if (!schannel::has_tls12(attempt.as_os)) return; // chose an old version of old ones
    auto& chosen = evidence.versions_chosen;
    if (std::find(chosen.begin(), chosen.end(), attempt.tls->version) == chosen.end())
        chosen.push_back(attempt.tls->version);
}

// Points into the row.
rules::EndpointEvidence evidence_of(const EndpointRow& row, const PendingEvidence& pending) {
    rules::EndpointEvidence evidence;
    evidence.row = &row;
    evidence.cause = pending.cause;
    evidence.first_bytes = pending.first_bytes;
    evidence.unanswered = pending.unanswered;
    evidence.client_certificate = with_our_certificate(row);
    // What a conversation told before it broke off is evidence, and no basis for a verdict.
    if (row.main.outcome == Outcome::ok) evidence.answer = &row.main.answer;
    evidence.address = row.address;
    evidence.answered_at = pending.answered_at;
    add_versions(row.main, evidence);
    for (const auto& variant : row.variants) {
        add_versions(variant, evidence);
        if (has_own_sni(variant.role)) continue;
        rules::NameTried tried{.role = variant.role, .outcome = variant.outcome, .leaf = {}};
        if (variant.chain && !variant.chain->presented.empty())
            tried.leaf = variant.chain->presented.front()->sha256;
        evidence.names_tried.push_back(tried);
    }
    return evidence;
}

// The chain that only a variant saw becomes the row's, with a word about whence it is.
void show_chain(EndpointRow& row, const ChainPtr& chain) {
    if (row.main.chain || row.main.pseudo_tls || row.main.plain) return;
    row.main.chain = chain;
    for (const auto& variant : row.variants) {
        if (variant.chain != chain || variant.raw_version == 0 || !variant.tls) continue;
        row.main.detail += fmt::format(
            "; its chain was read by a hello of our own in {} with {}: this machine's OpenSSL "
            "cannot shake hands with this server",
            to_text(variant.tls->version), variant.tls->cipher
        );
        return;
    }
}

std::string not_judged(const std::exception& error) {
    return fmt::format("could not be judged on this machine: {}", error.what());
}

} // namespace

pki::Preference preference_at(Time now) {
    auto known = std::make_shared<std::map<Fingerprint, int>>(); // judged once each
    return {.now = now, .against = [known](const Certificate& issuer) {
                const auto [at, fresh] = known->try_emplace(issuer.sha256);
                if (fresh) at->second = rules::fails_as_issuer(issuer);
                return at->second;
            }};
}

Judge::Judge(
    pki::CertificateStore& store, FindingPool& pool, rules::Selection selection,
    const Policy& policy, std::vector<Waiver> waivers, Time now, std::chrono::seconds expires_within
)
    : store_(store),
      pool_(pool),
      selection_(std::move(selection)),
      policy_(policy),
      waivers_(std::move(waivers), now),
      now_(now),
      expires_within_(expires_within) {}

PendingRow Judge::row(const Target& target, ProbedEndpoint&& probed) {
    PendingRow out;
    auto& [row, evidence] = out;
    row.id = plan::endpoint_id(target, probed.address, probed.addresses_of_name);
    row.target = probed.target;
    row.address = probed.address;
    row.addresses_skipped = probed.addresses_skipped;
    row.attempts = probed.attempts;

    const auto main = furthest(probed.observations);
    auto& its = probed.observations[main];
    evidence.answered_at = its.answered_at;
    evidence.cause = its.cause;
    evidence.first_bytes = std::move(its.first_bytes);
    evidence.unanswered = std::move(its.unanswered);
    for (std::size_t i = 0; i < probed.observations.size(); ++i) {
        auto chain = store_.chain(probed.observations[i].presented);
        const bool other = !has_own_sni(probed.observations[i].attempt.role);
        auto staple = std::exchange(probed.observations[i].tls.ocsp_staple, {});
        if (chain && !other && (!evidence.chain || i == main)) {
            evidence.chain = chain;
            evidence.staple = std::move(staple);
        }
        auto attempt = row_of(std::move(probed.observations[i]), std::move(chain));
        if (i == main)
            row.main = std::move(attempt);
        else
            row.variants.push_back(std::move(attempt));
    }
    if (evidence.chain) show_chain(row, evidence.chain);
    return out;
}

PendingRow Judge::row_safely(const Target& target, ProbedEndpoint&& probed) {
    ProbedEndpoint spare;
    spare.target = probed.target;
    spare.address = probed.address;
    spare.addresses_of_name = probed.addresses_of_name;
    spare.addresses_skipped = probed.addresses_skipped;
    spare.attempts = probed.attempts;
    try {
        return row(target, std::move(probed));
    } catch (const std::exception& error) {
        auto& seen = spare.observations.emplace_back();
        seen.outcome = Outcome::local_error;
        seen.stage = Stage::done;
        seen.detail = not_judged(error);
        return row(target, std::move(spare));
    }
}

AttemptRow Judge::row_of(Observation&& seen, ChainPtr chain) {
    AttemptRow row;
    row.label = std::move(seen.attempt.label);
    row.outcome = seen.outcome;
    row.stage = seen.stage;
    row.detail = std::move(seen.detail);
    row.timings = seen.timings;
    row.pseudo_tls = seen.pseudo_tls;
    row.plain = seen.plain;
    row.answer = std::move(seen.answer);
    for (const auto& der : seen.given)
        if (auto certificate = store_.intern(der))
            row.given.push_back({std::move(*certificate), seen.given_at});
    row.chain = std::move(chain);
    row.role = seen.attempt.role;
    if (seen.attempt.handshake.kind == HandshakeKind::raw_hello)
        row.raw_version = seen.attempt.handshake.version;
    row.as_os = seen.attempt.handshake.as_os;
    row.sure_only = seen.attempt.handshake.sure_only;
    row.not_offered = std::move(seen.not_offered);
    if (!seen.tls.messages.empty() || !seen.tls.alerts.empty() ||
        seen.tls.version != TlsVersion::none)
        row.tls = shared(std::move(seen.tls));
    if (seen.client_certificate.requested)
        row.client_certificate =
            std::make_shared<const ClientCertificateFacts>(std::move(seen.client_certificate));
    return row;
}

std::shared_ptr<const TlsFacts> Judge::shared(TlsFacts&& facts) {
    const auto known = tls_.find(facts);
    if (known != tls_.end()) return *known;
    return *tls_.insert(std::make_shared<const TlsFacts>(std::move(facts))).first;
}

void Judge::stand(
    const std::vector<pki::IdentityPtr>& identities, const Declared& declared,
    std::string_view vantage
) {
    vantage_ = vantage;
    sip_domains_ = declared.sip_domains;
    for (const auto& identity : identities) {
        auto& ours = ours_[identity->id()];
        ours.chain = store_.chain(identity->chain());
        ours.stranger = !ours.chain->presented.empty() &&
                        rules::is_stranger(*ours.chain->presented.front(), declared);
    }
}

void Judge::judge(
    const Target& target, EndpointRow& row, const PendingEvidence& evidence,
    const rules::Others* others
) {
    static const Chain kNoChain; // of an endpoint that showed none
    auto observed = evidence_of(row, evidence);
    if (others) others->tell(target, row, observed);
    if (const auto ours = ours_.find(target.identity); ours != ours_.end()) {
        observed.ours = ours->second.chain.get();
        observed.stranger = ours->second.stranger;
    }
    auto facts = context();
    facts.described = &target;
    facts.observed = &observed;
    const auto statuses = with_staple(evidence);
    if (!statuses.empty()) facts.revocation = &statuses;
    auto names = target.also;
    names.push_back(display_name(target));
    names.push_back(row.id);
    row.findings = findings(
        evidence.chain ? *evidence.chain : kNoChain, facts, names, rules::impact_of(target)
    );
}

void Judge::judge_safely(
    const Target& target, EndpointRow& row, const PendingEvidence& evidence,
    const rules::Others* others
) {
    try {
        judge(target, row, evidence, others);
    } catch (const std::exception& error) {
        row.main.outcome = Outcome::local_error;
        row.main.stage = Stage::done;
        row.main.detail = not_judged(error);
        row.main.chain = nullptr; // else it would count as judged
        row.main.pseudo_tls = row.main.plain = false;
        row.variants.clear();
        judge_unjudged(target, row);
    }
}

// That it was not judged is said by the rules about connections, if there is memory for that.
void Judge::judge_unjudged(const Target& target, EndpointRow& row) {
    try {
        judge(target, row, {});
    } catch (const std::exception&) {
        row.findings.clear();
    }
}

// What is known of the chain's certificates and what the server stapled; empty where it stapled
// nothing.
StatusMap Judge::with_staple(const PendingEvidence& evidence) {
    StatusMap statuses;
    if (evidence.staple.empty() || evidence.chain->presented.empty()) return statuses;
    if (revocation_)
        for (const auto& certificate : evidence.chain->presented)
            if (const auto known = revocation_->find(certificate->sha256);
                known != revocation_->end())
                statuses.insert(*known);
    auto location = std::make_shared<FetchedLocation>();
    location->kind = LocationKind::staple;
    location->outcome = FetchOutcome::ok;
    location->bytes = evidence.staple.size();
    const auto& leaf = *evidence.chain->presented.front();
    statuses[leaf.sha256].said.push_back(read_response(
        location, evidence.staple, leaf, store_.issuer_of(leaf, *evidence.chain), now_
    ));
    return statuses;
}

IdentityRow Judge::identity(const pki::Identity& identity) {
    IdentityRow row{.id = identity.id(), .chain = store_.chain(identity.chain()), .findings = {}};
    auto facts = context();
    facts.own_identity = true;
    row.findings = findings(*row.chain, facts, {identity.id()}, rules::impact_of_ours());
    return row;
}

FileRow Judge::file(std::string path, const std::vector<std::string>& certificates) {
    FileRow row;
    row.path = std::move(path);
    row.chain = store_.chain(certificates);
    return row;
}

void Judge::judge(FileRow& row, rules::Context facts) {
    facts.key = row.key ? &*row.key : nullptr;
    if (row.chain)
        row.findings = findings(*row.chain, facts, {row.path}, rules::impact_of(facts.target()));
}

rules::Context Judge::context() const {
    rules::Context context;
    context.now = now_;
    context.expires_within = expires_within_;
    context.policy = &policy_;
    context.revocation = revocation_;
    context.vantage = vantage_;
    context.sip_domains = sip_domains_;
    return context;
}

std::vector<TopologyRow> Judge::deployment(
    const ScanResult& run, const IssuerClosures& issuer_closures
) {
    auto rows = rules::judge_run(run, issuer_closures, selection_, pool_);
    for (auto& row : rows) {
        std::vector<std::string> names;
        for (const auto endpoint : row.endpoints) {
            const auto& seen = run.endpoints[endpoint];
            names.push_back(seen.id);
            names.push_back(display_name(run.targets[seen.target]));
        }
        row.finding = rules::weighed(
            waivers_.apply(row.finding, names, pool_), rules::impact_of(run, row), pool_
        );
    }
    return rows;
}

std::vector<const Finding*> Judge::findings(
    const Chain& chain, const rules::Context& facts, const std::vector<std::string>& names,
    const rules::Impact& impact
) {
    auto out = rules::judge(chain, facts, selection_, pool_);
    for (auto& finding : out)
        finding =
            rules::weighed(waivers_.apply(finding, names, pool_, chain.presented), impact, pool_);
    return out;
}

} // namespace lyncprobe::scan
