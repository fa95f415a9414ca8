// SPDX-License-Identifier: MIT
// Rule subject-name: the common name is the one that Microsoft's tables ask of the role and use.
#include "model/host.h"
#include "plan/subject.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Names = std::vector<std::string>;
using plan::SubjectName;

bool has_any(const Names& common_names, const Names& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& name) {
        return cover_of(name, common_names) == Cover::exact;
    });
}

bool any_begins(const Names& names, std::string_view prefix) {
    return std::any_of(names.begin(), names.end(), [&](const auto& name) {
        return name.size() >= prefix.size() &&
               dns_name_matches(prefix, std::string_view(name).substr(0, prefix.size()));
    });
}

bool has_dns_san(const Certificate& certificate) {
    return certificate.san && !certificate.san->dns.empty();
}

Ruling rule_on_wildcard(const Subject& s) {
    const std::string said = "the common name is a wildcard, which Microsoft supports for no role";
    if (s.target().role == Role::reverse_proxy)
        return warn(said + "; web clients look at the subject alternative name only");
    return fail(said);
}

Ruling rule_on(const SubjectName& wanted, const Subject& s) {
    const auto& have = s.leaf().common_names;
    if (has_any(have, wanted.names)) return pass();
    if (have.empty())
        return warn(fmt::format(
            "the certificate has no common name; Microsoft's tables ask for {}, {}", wanted.whose,
            wanted.names.front()
        ));
    const bool sip_domain = any_begins(have, "sip.");
    const bool access = s.target().use == CertificateUse::access_edge_external;
    if (access && sip_domain) return pass();
    // A name that is nowhere else in the certificate is subject-in-san's.
    if (access && has_dns_san(s.leaf()) && !has_any(s.leaf().san->dns, have)) return pass();
    const bool bearable = has_any(have, wanted.bearable) || sip_domain;
    const auto otherwise = wanted.strict ? Verdict::fail : Verdict::warn;
    return verdict(
        bearable && s.target().use != CertificateUse::internal ? Verdict::warn : otherwise,
        fmt::format(
            "the common name is {}; Microsoft's tables ask for {}, {}", some_of(have), wanted.whose,
            wanted.names.front()
        )
    );
}

// A certificate that has the name nowhere is quite another one, which host-name says already.
bool host_name_misses(const SubjectName& wanted, const Subject& s) {
    bool expected = false;
    for (const auto& name : wanted.names) {
        if (!contains(s.context.names(), name)) continue;
        expected = true;
        if (cover_of(name, s.leaf()) == Cover::exact) return false;
    }
    return expected;
}

Ruling check_subject_name(const Subject& s) {
    const auto& have = s.leaf().common_names;
    const bool wildcard = any_begins(have, "*.");
    if (wildcard && !has_dns_san(s.leaf()) && !s.context.names().empty())
        return not_applicable("host-name says that a wildcard in the common name does not count");
    const auto wanted = plan::subject_name(s.target(), s.context.names());
    if (!wildcard && (!wanted || wanted->names.empty()))
        return not_applicable("no common name is asked for here, or it is not known which");
    if (!wildcard && !has_any(have, wanted->names) && host_name_misses(*wanted, s))
        return not_applicable("host-name says that the wanted name is missing");
    auto ruling = wildcard ? rule_on_wildcard(s) : rule_on(*wanted, s);
    if (ruling.verdict == Verdict::pass) return ruling;
    if (wanted) ruling.evidence.set("wanted", wanted->names);
    return std::move(ruling).with("common_name", have);
}

std::string applies_subject_name(const Subject& s) {
    const bool um = s.target().role == Role::exchange_um && !s.context.own_identity;
    return um ? "" : not_of_lync(s);
}

} // namespace

constinit const Rule subject_name{
    .id = "subject-name",
    .title = "The common name is the one that the role asks for",
    .scope = Scope::leaf,
    .source = kInternalServers.at("subject name of each table; Certificate requirements for "
                                  "external user access; Wildcard certificate support"),
    .demands = "The common name is no wildcard (on a reverse proxy a warning). It is the pool's "
               "FQDN on Default certificates, where another name of the server warns and "
               "Persistent Chat may have the server's; the Edge pool's or server's internal FQDN "
               "inside on an Edge Server; outside the Access Edge FQDN or sip.<SIP domain>, "
               "recommended since Lync Server 2013; on Exchange UM the server's FQDN. Web services "
               "and Web Conferencing Edges may have any. Without a known pool it is not judged.",
    .why =
        "Replication to an Edge Server compares the common name with host and pool (event 1015), "
        "gateways and static routes expect the pool's, and older products see nothing else.",
    .fix =
        "request the certificate again with the name that the table asks for as its subject (the "
        "certificate wizard fills it in), and keep every name in the subject alternative name",
    .evidence = "common_name: what the certificate has; wanted: one of these was expected",
    .applies = applies_subject_name,
    .only_where_it_applies = true,
    .check = check_subject_name,
};

} // namespace lyncprobe::rules
