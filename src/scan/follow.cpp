// SPDX-License-Identifier: MIT
#include "scan/follow.h"

#include "model/limits.h"
#include "plan/discovery_naming.h"
#include "probes/autodiscover.h"

#include <algorithm>

namespace lyncprobe::scan {

namespace {

// What a token of [MS-OCDISCWS] says about the server behind it.
void set_role(Target& target, std::string_view token) {
    if (token == "SipClientExternalAccess" || token == "SipServerExternalAccess") {
        target.role = Role::edge;
        target.use = CertificateUse::access_edge_external;
        target.side = Side::external;
    } else if (token == "SipClientInternalAccess" || token == "SipServerInternalAccess") {
        target.role = Role::front_end;
        target.use = CertificateUse::default_;
        target.side = Side::internal;
    } else {
        return;
    }
    target.role_given = true;
}

Target target_of(const probes::LearntEndpoint& learnt, const Target& because_of) {
    Target target;
    target.host = learnt.host;
    target.port = learnt.port;
    const bool discovers = learnt.token == "Redirect" || learnt.token.ends_with("Autodiscover");
    const bool partners = learnt.token == "SipServerExternalAccess";
    target.probe = partners                 ? Probe::federation
                   : learnt.scheme == "sip" ? Probe::sip
                   : discovers              ? Probe::autodiscover
                                            : Probe::https;
    set_role(target, learnt.token);
    target.identity = because_of.identity;
    target.mutual = because_of.mutual;
    target.timeout = because_of.timeout;
    target.connect_timeout = because_of.connect_timeout;
    target.site = because_of.site;
    return target;
}

// Our certificate is shown to hosts in the domain that was asked about, and in our own, at whatever
// address.
bool is_known(
    const std::string& host, const Target& because_of, const std::vector<std::string>& own
) {
    return plan::is_below(host, because_of.sip_domain) ||
           std::ranges::any_of(own, [&](const auto& domain) {
               return plan::is_below(host, domain);
           });
}

// Under whatever name: a target whose certificate must cover that host is the host.
bool is_there(const std::vector<Target>& targets, const Target& wanted) {
    return std::ranges::any_of(targets, [&](const Target& known) {
        const auto names = expected_names(known);
        return known.port == wanted.port &&
               (known.host == wanted.host || std::ranges::find(names, wanted.host) != names.end());
    });
}

} // namespace

std::vector<Target> learnt_targets(const ScanResult& run, const std::vector<std::string>& own) {
    std::vector<Target> learnt;
    for (const auto& row : run.endpoints) {
        const auto& because_of = run.targets[row.target];
        for (const auto& endpoint : probes::learnt_endpoints(row.main.answer)) {
            if (parse_address(endpoint.host)) continue; // a document may name any address
            auto target = target_of(endpoint, because_of);
            target.learnt = !is_known(target.host, because_of, own);
            if (target.learnt) target.identity.clear();
            if (is_there(run.targets, target) || is_there(learnt, target)) continue;
            if (learnt.size() == limits::kLearntKept) return learnt;
            learnt.push_back(std::move(target));
        }
    }
    return learnt;
}

} // namespace lyncprobe::scan
