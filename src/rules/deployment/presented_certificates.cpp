// SPDX-License-Identifier: MIT
#include "rules/deployment/presented_certificates.h"

#include "model/text/lists.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kSaid = 3;

std::string date(const std::optional<Time>& time) {
    return time ? to_rfc3339(*time).substr(0, 10) : "?";
}

Time issued(const Certificate& certificate) { return certificate.not_before.value_or(Time{}); }

} // namespace

Group presented_in(const ScanResult& run) {
    Group out;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        if (server_certificate_of(row)) out.push_back({i, &row, &run.targets[row.target]});
    }
    return out;
}

std::vector<Issue> issues_in(const Group& group) {
    std::map<Fingerprint, Issue> by_fingerprint;
    for (const auto& shown : group) {
        auto& issue = by_fingerprint[shown.leaf().sha256];
        issue.leaf = &shown.leaf();
        issue.presented_by.push_back(shown);
    }
    std::vector<Issue> issues;
    auto latest = Time{};
    for (auto& [fingerprint, issue] : by_fingerprint) {
        latest = std::max(latest, issued(*issue.leaf));
        issues.push_back(std::move(issue));
    }
    const auto rank = [&](const Issue& issue) {
        return std::tuple(
            latest - issued(*issue.leaf) > kSameIssue, -std::ssize(issue.presented_by),
            issue.leaf->sha256
        );
    };
    std::sort(issues.begin(), issues.end(), [&](const Issue& a, const Issue& b) {
        return rank(a) < rank(b);
    });
    return issues;
}

bool is_older(const Certificate& one, const Certificate& than, std::chrono::seconds by) {
    return one.not_before && than.not_before && *than.not_before - *one.not_before > by;
}

const std::string& machine_of(const Target& target) {
    static const std::string kUnknown;
    if (!target.server.empty()) return target.server;
    // Web services of a pool are behind a load balancer, SIP on the machines themselves.
    const bool own_name =
        !target.pool.empty() && target.host != target.pool && host_is_name(target) &&
        (target.use == CertificateUse::default_ || target.use == CertificateUse::internal);
    return own_name ? target.host : kUnknown;
}

std::string machine_or_address(const PresentedCertificate& shown) {
    if (const auto& machine = machine_of(*shown.target); !machine.empty()) return machine;
    const auto& address = shown.row->address;
    return address ? fmt::format("{} ({})", shown.target->host, lyncprobe::to_text(*address))
                   : shown.target->host;
}

std::string certificate_text(const Certificate& certificate) {
    return fmt::format(
        "{} ({}), valid {} to {}",
        certificate.common_names.empty() ? certificate.subject : certificate.common_names.front(),
        short_thumbprint(certificate), date(certificate.not_before), date(certificate.not_after)
    );
}

std::string endpoints_text(const Group& group) {
    std::vector<std::string> ids;
    for (const auto& shown : group)
        ids.push_back(shown.row->id);
    return some_of(ids);
}

std::vector<std::size_t> endpoints_of(const Group& group) {
    std::vector<std::size_t> out;
    for (const auto& shown : group)
        out.push_back(shown.endpoint);
    return out;
}

void DeviationList::add(std::string what, const Group& where) {
    if (where.empty()) return;
    what += " on " + endpoints_text(where);
    said_.push_back(std::move(what));
    where_.insert(where_.end(), where.begin(), where.end());
}

std::string DeviationList::text() const {
    const auto shown = std::min(said_.size(), kSaid);
    auto text = joined(std::span(said_).first(shown), "; ");
    if (said_.size() > shown) text += fmt::format("; and {} more", said_.size() - shown);
    return text;
}

void append_ruling(
    RunRuling said, const Group& judged, std::vector<RunRuling>& rulings, Group& good
) {
    if (said.ruling.verdict == Verdict::pass)
        good.insert(good.end(), judged.begin(), judged.end());
    else
        rulings.push_back(std::move(said));
}

void append_pass(const Group& good, std::vector<RunRuling>& rulings) {
    if (!good.empty()) rulings.push_back({pass(), endpoints_of(good)});
}

Origin origin_of(const Chain& chain) {
    const auto& leaf = *chain.presented.front();
    Origin out;
    if (!leaf.self_issued) out.issuer = leaf.issuer_der;
    out.text = leaf.self_issued ? fmt::format("{} (self-signed)", leaf.subject) : leaf.issuer;
    if (chain.path.path.empty()) return out;
    const auto& top = *chain.path.path.back();
    if (!chain.path.anchored() && !top.root_like) return out;
    out.root = top.subject_der;
    if (&top != &leaf) out.text = top.subject;
    return out;
}

void Origins::add(const Origin& origin) {
    const bool root_known = !origin.root.empty();
    if (root_known) roots_.emplace(origin.root, origin.text);
    if (!origin.issuer.empty()) {
        auto& issuer = issuers_[origin.issuer];
        issuer.root_known = issuer.root_known || root_known;
        issuer.text = origin.text;
    } else if (!root_known) {
        nameless_ = true;
    }
}

std::optional<bool> Origins::contain(const Origin& origin) const {
    if (issuers_.contains(origin.issuer) || roots_.contains(origin.root)) return true;
    const bool all_known =
        !nameless_ && std::all_of(issuers_.begin(), issuers_.end(), [](auto& one) {
            return one.second.root_known;
        });
    if (origin.root.empty() || !all_known) return std::nullopt;
    return false;
}

std::vector<std::string> Origins::texts() const {
    std::set<std::string> texts;
    for (const auto& [root, text] : roots_)
        texts.insert(text);
    for (const auto& [name, issuer] : issuers_)
        if (!issuer.root_known) texts.insert(issuer.text);
    return {texts.begin(), texts.end()};
}

} // namespace lyncprobe::rules
