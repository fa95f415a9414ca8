// SPDX-License-Identifier: MIT
// Rule auto-enrollment: supported on internal servers, not on Edge Servers.
#include "model/text/ascii.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Exchange Unified Messaging and trusted applications are servers of the domain like Lync's own.
bool is_foreign(Role role) {
    switch (role) {
    case Role::reverse_proxy:
    case Role::office_web_apps:
    case Role::partner:
    case Role::gateway:
    case Role::other: return true;
    default: return false;
    }
}

// The version 1 templates that Group Policy's Automatic Certificate Request Settings hand out: they
// reached machines of a domain without a request before auto-enrollment of version 2 templates did.
bool is_handed_out_by_group_policy(std::string_view template_name) {
    constexpr std::string_view kNames[] = {
        "Machine", "DomainController", "MachineEnrollmentAgent", "IPSECIntermediateOnline"};
    return std::ranges::any_of(kNames, [&](auto name) {
        return equal_ignoring_case(name, template_name);
    });
}

std::string applies_auto_enrollment(const Subject& s) {
    const auto role = s.target().role;
    if (s.context.own_identity) return "our own certificate belongs to no server of a role";
    if (!s.target().role_given || !is_foreign(role)) return {};
    return fmt::format("a server with the role {} is not one of Lync's", to_text(role));
}

constexpr const char* kDeclareMethod =
    "ask who requested it, and write `enrollment: {method: offline}` (or web, mmc, certreq, "
    "auto) for the target into the list; for a file or a single endpoint give --enrollment";

Ruling rule_on_undeclared_edge(const Subject& s) {
    const auto& certificate = s.leaf();
    if (publicly_trusted(s.chain))
        return pass("a public CA issued it, which excludes auto-enrollment")
            .with("proof", "publicly trusted issuer");
    for (const auto extension : {kTemplateNameV1, kTemplateV2})
        if (auto broken = unreadable(certificate, extension)) return *broken;
    if (certificate.template_v1 && certificate.template_v2)
        return inconclusive(
                   "it names a version 1 and a version 2 template, which contradict each other; "
                   "declare enrollment.method for the target",
                   kDeclareMethod
        )
            .with("template", certificate.template_v2->oid)
            .with("template_v1", *certificate.template_v1)
            .with("sid_extension", certificate.sid_extension);
    if (certificate.template_v1 && is_handed_out_by_group_policy(*certificate.template_v1))
        return inconclusive(
                   fmt::format(
                       "it comes from the version 1 template {}, which Group Policy's Automatic "
                       "Certificate Request hands out; declare enrollment.method for the target",
                       *certificate.template_v1
                   ),
                   kDeclareMethod
        )
            .with("template", *certificate.template_v1)
            .with("sid_extension", certificate.sid_extension);
    if (certificate.template_v1)
        return pass("it comes from a version 1 template, which cannot be auto-enrolled")
            .with("proof", "version 1 template")
            .with("template", *certificate.template_v1);
    if (certificate.template_v2)
        return verdict(
                   at_most_warn(s.decided(Decision::edge_template_v2)), // no more than a hint
                   "it comes from a version 2 template, so it may have been auto-enrolled, which "
                   "is not supported on an Edge Server"
        )
            .with("template", certificate.template_v2->oid)
            .with("sid_extension", certificate.sid_extension)
            .with("extension", std::string(kTemplateV2));
    return inconclusive(
               "nothing says how this Edge certificate was requested; declare enrollment.method "
               "for the target",
               kDeclareMethod
    )
        .with("sid_extension", certificate.sid_extension);
}

Ruling check_auto_enrollment(const Subject& s) {
    const auto method = s.target().enrollment.method;
    const std::string declared(to_text(method));
    if (!s.target().role_given)
        return inconclusive(
                   "it is not known whether this is an internal server or an Edge Server; give its "
                   "role",
                   kGiveRole
        )
            .with("enrollment", declared);
    const std::string role(to_text(s.target().role));
    if (s.target().role != Role::edge)
        return pass("auto-enrollment is supported on internal servers, and so is every other way")
            .with("role", role)
            .with("enrollment", declared);
    if (method == EnrollmentMethod::automatic)
        return fail("declared as auto-enrolled, which is not supported on an Edge Server")
            .with("role", role)
            .with("enrollment", declared);
    if (method != EnrollmentMethod::unknown)
        return pass("declared as not auto-enrolled")
            .with("role", role)
            .with("enrollment", declared);
    return rule_on_undeclared_edge(s).with("role", role);
}

} // namespace

constinit const Rule auto_enrollment{
    .id = "auto-enrollment",
    .title = "Edge Server certificates are not auto-enrolled",
    .scope = Scope::leaf,
    .source = kRequirements,
    .demands = "Internal Lync servers' certificates may come any way; an Edge Server's may not be "
               "auto-enrolled. No certificate records how it was requested: `enrollment:` in the "
               "target list decides; without it a public issuer excludes it, and so does a version "
               "1 template that Group Policy does not hand out; a version 2 template is a hint; "
               "with neither it is inconclusive. Other servers are not judged.",
    .why = "An Edge Server is no member of the domain: a certificate that renews itself there, or "
           "is copied from one that does, stops its services unannounced.",
    .fix = "request the Edge certificate offline with the Lync Server Deployment Wizard or "
           "certreq, assign it, and switch auto-enrollment off for that machine",
    .evidence = "role, enrollment: as declared; proof: what excludes auto-enrollment; template: "
                "name or OID; sid_extension: subject from Active Directory (1.3.6.1.4.1.311.25.2)",
    .applies = applies_auto_enrollment,
    .check = check_auto_enrollment,
};

} // namespace lyncprobe::rules
