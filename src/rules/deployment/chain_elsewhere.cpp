// SPDX-License-Identifier: MIT
// Rule chain-elsewhere: what a chain lacks as presented, as far as another endpoint showed it.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Gap is what lies between a presented chain and its root.
struct Gap {
    std::vector<CertificatePtr> missing; // intermediates, nearest first
    CertificatePtr root;                 // null where nobody showed it
    std::string open;                    // the issuer that nobody showed
    bool trusted = false;                // the root is an anchor
};

CertificatePtr named(const std::vector<CertificatePtr>& list, const std::string& name) {
    const auto key = name_key(name);
    CertificatePtr found;
    for (const auto& certificate : list) {
        if (key.empty() || name_key(certificate->subject) != key) continue;
        if (certificate->root_like) return certificate; // the shortest way
        if (!found) found = certificate;
    }
    return found;
}

bool among(const std::vector<CertificatePtr>& list, const Certificate& certificate) {
    return std::any_of(list.begin(), list.end(), [&](const CertificatePtr& one) {
        return one->sha256 == certificate.sha256;
    });
}

// From where the presented chain breaks off, name by name; the closure's signatures are good.
Gap gap_of(const Chain& chain, const IssuerClosure& closure) {
    Gap gap;
    gap.open = chain.missing_issuer;
    std::set<std::string> met;
    while (met.insert(gap.open).second) {
        const auto next = named(closure.above, gap.open);
        if (!next) return gap;
        if (next->root_like) {
            gap.root = next;
            gap.trusted = among(closure.anchors, *next);
            gap.open.clear();
            return gap;
        }
        if (!among(chain.presented, *next)) gap.missing.push_back(next);
        gap.open = next->issuer;
    }
    return gap;
}

using FirstPresented = std::map<Fingerprint, std::string_view>; // by which endpoint first

FirstPresented first_presented(const ScanResult& run) {
    FirstPresented shown;
    std::set<const Chain*> met;
    for (const auto& row : run.endpoints)
        if (row.main.chain && met.insert(row.main.chain.get()).second)
            for (const auto& certificate : row.main.chain->presented)
                shown.emplace(certificate->sha256, row.id);
    return shown;
}

// "CN=Issuing CA (presented by fe01 registrar:5061/sip)"
std::string with_place(const Certificate& certificate, const FirstPresented& shown) {
    const auto place = shown.find(certificate.sha256);
    if (place == shown.end()) return certificate.subject + " (presented by no server)";
    return fmt::format("{} (presented by {})", certificate.subject, place->second);
}

std::string end_text(const Gap& gap) {
    if (gap.trusted)
        return fmt::format("with it the chain leads to the anchor {}", gap.root->subject);
    if (gap.root)
        return fmt::format(
            "with it the chain leads to {}, which is not among the anchors of this scan: unknown, "
            "not untrusted",
            gap.root->subject
        );
    return fmt::format("above it {} is missing, which no server presented", gap.open);
}

Ruling rule_on(const Chain& chain, const Gap& gap, const FirstPresented& shown) {
    if (gap.missing.empty())
        return pass(fmt::format("nothing but the root {} is left out", with_place(*gap.root, shown))
        )
            .with("root", gap.root->subject);
    std::vector<std::string> subjects, places;
    for (const auto& certificate : gap.missing) {
        subjects.push_back(certificate->subject);
        places.push_back(with_place(*certificate, shown));
    }
    const auto message = fmt::format("the chain lacks {}; {}", some_of(places), end_text(gap));
    // chain-complete fails where it can tell; here it is about where to find what is missing.
    const bool failed_already = chain.complete == false || !chain.fetched.empty();
    auto ruling = failed_already ? warn(message) : fail(message);
    ruling.evidence.set("missing", std::move(subjects));
    if (gap.root) ruling.evidence.set("root", gap.root->subject);
    ruling.evidence.set("sha256", to_hex(gap.missing.front()->sha256));
    return ruling;
}

// What only an anchor or a caIssuers location gave is for chain-complete to tell.
bool worth_saying(const Gap& gap, const FirstPresented& shown) {
    if (gap.missing.empty()) return gap.root != nullptr;
    return std::any_of(gap.missing.begin(), gap.missing.end(), [&](const CertificatePtr& one) {
        return shown.contains(one->sha256);
    });
}

std::vector<RunRuling> check_chain_elsewhere(
    const ScanResult& run, const IssuerClosures& issuer_closures
) {
    std::map<const Chain*, std::vector<std::size_t>> incomplete;
    std::vector<const Chain*> in_order;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto* chain = run.endpoints[i].main.chain.get();
        if (!chain || chain->complete == true || chain->missing_issuer.empty()) continue;
        auto& endpoints = incomplete[chain];
        if (endpoints.empty()) in_order.push_back(chain);
        endpoints.push_back(i);
    }
    const auto shown = incomplete.empty() ? FirstPresented() : first_presented(run);
    std::vector<RunRuling> rulings;
    std::map<std::pair<std::string, Verdict>, std::size_t> said; // the same once
    for (const auto* chain : in_order) {
        const auto closure = issuer_closures.find(chain);
        if (closure == issuer_closures.end()) continue;
        const auto gap = gap_of(*chain, closure->second);
        if (!worth_saying(gap, shown)) continue;
        auto ruling = rule_on(*chain, gap, shown);
        const auto [at, fresh] = said.try_emplace({ruling.message, ruling.verdict}, rulings.size());
        if (fresh) rulings.push_back({std::move(ruling), {}});
        auto& endpoints = rulings[at->second].endpoints;
        endpoints.insert(endpoints.end(), incomplete[chain].begin(), incomplete[chain].end());
    }
    return rulings;
}

} // namespace

constinit const Rule chain_elsewhere{
    .id = "chain-elsewhere",
    .title = "What a chain lacks is not presented by others",
    .scope = Scope::deployment,
    .source = {.document = "RFC 5246", .section = "7.4.2 Server Certificate"},
    .demands = "No endpoint leaves out an intermediate certificate that another endpoint presents. "
               "A self-signed root that is left out is nothing missing; what nobody shows is left "
               "to chain-complete and chain-trusted.",
    .why = "One server lacks in its Intermediate store what the deployment has: peers that have "
           "the certificate from elsewhere connect, others do not, and it looks like chance.",
    .fix = "export the certificate that is named from the place that presents it, import it into "
           "Intermediate Certification Authorities (computer account) of the server that leaves it "
           "out, and restart its services; --format json has it as PEM under `certificates`",
    .evidence = "missing: subjects of the certificates that are left out, nearest first; sha256: "
                "the fingerprint of the first; root: where the chain leads with them",
    .check_run = check_chain_elsewhere,
};

} // namespace lyncprobe::rules
