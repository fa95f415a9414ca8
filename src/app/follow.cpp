// SPDX-License-Identifier: MIT
#include "app/follow.h"

#include "model/limits.h"
#include "probes/autodiscover.h"

#include <algorithm>

namespace lyncprobe::app {

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
    target.probe = learnt.scheme == "sip" ? Probe::sip
                   : discovers            ? Probe::autodiscover
                                          : Probe::https;
    set_role(target, learnt.token);
    target.identity = because_of.identity;
    target.mutual = because_of.mutual;
    target.timeout = because_of.timeout;
    target.connect_timeout = because_of.connect_timeout;
    target.site = because_of.site;
    return target;
}

bool is_there(const std::vector<Target>& targets, const Target& wanted) {
    return std::any_of(targets.begin(), targets.end(), [&](const Target& known) {
        return known.host == wanted.host && known.port == wanted.port;
    });
}

} // namespace

std::vector<Target> learnt_targets(const RunResult& run, std::size_t from) {
    std::vector<Target> learnt;
    for (const auto& row : run.endpoints) {
        if (row.target < from) continue;
        const auto& because_of = run.targets[row.target];
        for (const auto& endpoint : probes::learnt_endpoints(row.main.answer)) {
            auto target = target_of(endpoint, because_of);
            if (is_there(run.targets, target) || is_there(learnt, target)) continue;
            if (learnt.size() == limits::kLearntKept) return learnt;
            learnt.push_back(std::move(target));
        }
    }
    return learnt;
}

} // namespace lyncprobe::app
