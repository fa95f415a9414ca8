// SPDX-License-Identifier: MIT
// Rule subject-in-san: the common name is repeated in the subject alternative name.
#include "model/host.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

namespace lyncprobe::rules {

namespace {

using Names = std::vector<std::string>;

// The common names that are host names and that the SAN does not cover. Web clients are content
// with a wildcard.
Names left_out(const Subject& s) {
    const auto use = s.target().use;
    const bool web = use == CertificateUse::web_services_internal ||
                     use == CertificateUse::web_services_external ||
                     s.target().role == Role::reverse_proxy;
    Names out;
    for (const auto& name : s.leaf().common_names) {
        const bool host =
            name.find('.') != std::string::npos && !check_host_name(name).name.empty();
        const auto cover = cover_of(name, s.leaf().san->dns);
        if (host && cover != Cover::exact && !(web && cover == Cover::wildcard))
            out.push_back(name);
    }
    return out;
}

// Inside, a subject that is none of the server's names is wrong itself: subject-name says so.
void keep_the_servers_own(Names& names, const Target& target) {
    if (target.use != CertificateUse::default_ && target.use != CertificateUse::internal) return;
    const Names own{target.host, target.pool, target.server};
    std::erase_if(names, [&](const auto& name) { return cover_of(name, own) != Cover::exact; });
}

Ruling check_subject_in_san(const Subject& s) {
    if (auto broken = unreadable(s.leaf(), kSubjectAltName)) return *broken;
    if (!s.leaf().san || s.leaf().san->dns.empty())
        return not_applicable("no subject alternative name: the common name counts");
    auto names = left_out(s);
    const auto before = names.size();
    std::erase_if(names, [&](const auto& name) {
        return cover_of(name, s.context.names()) == Cover::exact;
    });
    keep_the_servers_own(names, s.target());
    if (names.empty())
        return before == 0 ? pass()
                           : not_applicable("host-name or subject-name judges this common name");
    if (auto open = beyond_limit(s.leaf(), names)) return *open;
    const bool outside = s.target().use == CertificateUse::access_edge_external ||
                         s.target().use == CertificateUse::data_edge_external;
    return verdict(
               outside ? Verdict::fail : Verdict::warn,
               some_of(names) + " is in the common name only, where no client looks for it: TLS "
                                "ignores the common name beside a subject alternative name"
    )
        .with("common_name", names);
}

} // namespace

constinit const Rule subject_in_san{
    .id = "subject-in-san",
    .title = "The subject alternative name repeats the common name",
    .scope = Scope::leaf,
    .source = kExternalAccess.at("certificate for the external interface of Edge Servers: subject "
                                 "name and subject alternative name"),
    .demands =
        "Beside DNS names in the subject alternative name the common name, if a host name, is one "
        "of them: demanded outside on an Edge Server, else a warning. For web services a covering "
        "wildcard is enough. What host-name misses is not reported twice.",
    .why = "TLS ignores the subject where there is a subject alternative name: the Access Edge "
           "FQDN, say, is not found although the subject has it.",
    .fix = "reissue the certificate with its common name as the first entry of the subject "
           "alternative name",
    .evidence = "common_name: what is not repeated",
    .applies = not_of_lync,
    .only_where_it_applies = true,
    .check = check_subject_in_san,
};

} // namespace lyncprobe::rules
