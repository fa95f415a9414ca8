// SPDX-License-Identifier: MIT
// Rule same-name-same-chain: all addresses of a name present the same chain.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// A partner's servers are not ours to align, and great ones have many certificates.
GroupKey name_and_port(const PresentedCertificate& shown) {
    const auto& target = *shown.target;
    if (!host_is_name(target) || target.role == Role::partner) return {};
    return {target.host, std::to_string(target.port), server_name_sent(target)};
}

bool several_addresses(const Group& group) {
    return std::any_of(group.begin(), group.end(), [&](const PresentedCertificate& shown) {
        return shown.row->address != group.front().row->address;
    });
}

// Does one certificate have to be on all of them? Not where the name is a pool's whose servers have
// one each, or may be, as the role is not known; of an Edge pool pool-certificate says it.
bool one_certificate(const Group& group) {
    return std::none_of(group.begin(), group.end(), [&](const PresentedCertificate& shown) {
        const auto& target = *shown.target;
        if (target.role == Role::other) return true;
        if (target.role == Role::edge) return !target.pool.empty();
        const bool one_machine =
            !target.server.empty() && target.server == group.front().target->server;
        return is_lync_internal(target.role) && !one_machine;
    });
}

// The CA certificates sent below the root that are not needed.
std::set<std::string> intermediates(const Chain& chain) {
    std::set<std::string> sent;
    for (std::size_t i = 1; i < chain.presented.size(); ++i)
        if (!chain.presented[i]->root_like)
            sent.insert(fmt::format(
                "{} ({})", chain.presented[i]->subject, short_thumbprint(*chain.presented[i])
            ));
    return sent;
}

RunRuling rule_on_intermediates(const std::string& where, const Group& group) {
    // By issuer: certificates of two CAs have two chains.
    std::map<std::string, std::map<std::set<std::string>, Group>> sent_by_issuer;
    for (const auto& shown : group)
        sent_by_issuer[shown.leaf().issuer][intermediates(shown.chain())].push_back(shown);
    DeviationList different;
    for (const auto& [issuer, sent] : sent_by_issuer)
        for (const auto& [names, senders] : sent)
            if (sent.size() > 1)
                different.add(
                    names.empty() ? "none" : some_of(std::vector(names.begin(), names.end())),
                    senders
                );
    if (different.empty()) return {pass(), {}};
    return {
        warn(fmt::format(
            "{} sends different intermediate certificates, depending on the address: {}. To do: "
            "install the same intermediates on all of them",
            where, different.text()
        )),
        different.endpoints()};
}

// Names whose addresses differ by the same certificates: the machines behind them are the same, say
// reverse proxies that publish them all, and it is one fault.
struct Differing {
    std::vector<std::string> names; // with their ports
    Group group;
};

RunRuling rule_on_leaves(Differing differing) {
    auto& names = differing.names;
    const auto issues = issues_in(differing.group);
    DeviationList others;
    for (auto issue = issues.begin() + 1; issue != issues.end(); ++issue)
        others.add(certificate_text(*issue->leaf), issue->presented_by);
    auto ruling = warn(fmt::format(
                           "{} {} different certificates, depending on the address: {} on {}, but "
                           "{}. To do: put the first of these on all of them",
                           some_of(names), names.size() == 1 ? "presents" : "present",
                           certificate_text(*issues.front().leaf),
                           endpoints_text(issues.front().presented_by), others.text()
                       ))
                      .with("name", names.front());
    if (const auto count = std::ssize(names); count > 1) {
        names.resize(std::min(names.size(), kNamesInEvidence));
        ruling.evidence.set("names", std::move(names));
        ruling.evidence.set("names_count", static_cast<std::int64_t>(count));
    }
    return {std::move(ruling), others.endpoints()};
}

// In the order of the first names.
class DifferingNames {
  public:
    void add(const std::string& where, const Group& group, const std::vector<Issue>& issues) {
        std::set<Fingerprint> certificates;
        for (const auto& issue : issues)
            certificates.insert(issue.leaf->sha256);
        const auto at = index_.try_emplace(std::move(certificates), list_.size()).first->second;
        if (at == list_.size()) list_.emplace_back();
        list_[at].names.push_back(where);
        list_[at].group.insert(list_[at].group.end(), group.begin(), group.end());
    }
    std::vector<Differing> take() { return std::move(list_); }

  private:
    std::map<std::set<Fingerprint>, std::size_t> index_;
    std::vector<Differing> list_;
};

std::vector<RunRuling> check_same_name_same_chain(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    DifferingNames differing;
    Group good;
    for (const auto& [key, group] : grouped(run, name_and_port)) {
        if (!several_addresses(group)) continue;
        const auto where = key[0] + ":" + key[1];
        const auto issues = issues_in(group);
        if (issues.size() > 1 && one_certificate(group)) {
            differing.add(where, group, issues);
            continue;
        }
        auto said = rule_on_intermediates(where, group);
        said.ruling.evidence.set("name", where);
        append_ruling(std::move(said), group, rulings, good);
    }
    for (auto& names : differing.take())
        rulings.push_back(rule_on_leaves(std::move(names)));
    append_pass(good, rulings);
    return rulings;
}

} // namespace

constinit const Rule same_name_same_chain{
    .id = "same-name-same-chain",
    .title = "All addresses of a name present the same chain",
    .scope = Scope::deployment,
    .source =
        {.document = "RFC 5246; that every address of a name has the same is experience, not "
                     "Microsoft's text",
         .section = "7.4.2"},
    .demands = "Under one name, port and server name sent, every address presents the same server "
               "certificate and intermediates; else it warns. Internal pools have a certificate "
               "for each server: there, and where no role is said, only intermediates are "
               "compared. Edge pools are pool-certificate's matter. Partners are not judged.",
    .why = "A client takes any address of the name. What one of them has wrong shows up as a fault "
           "that comes and goes, and that a look at the other address does not find.",
    .fix = "install the newest certificate with all its intermediates on every server and load "
           "balancer behind the name, or take the address that is left over out of DNS",
    .evidence = "name: the name and port that have several addresses; names, names_count: all of "
                "them where several names differ by the same certificates",
    .check_run = check_same_name_same_chain,
};

} // namespace lyncprobe::rules
