// SPDX-License-Identifier: MIT
// Rules auto-enrollment and windows-2003-ca.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

Bench edge(Certificate certificate = server()) {
    Bench bench({std::move(certificate)});
    bench.target.role = Role::edge;
    bench.target.role_given = true;
    return bench;
}

Verdict auto_enrollment_of(Role role, EnrollmentMethod method = EnrollmentMethod::unknown) {
    auto bench = edge();
    bench.target.role = role;
    bench.target.enrollment.method = method;
    return bench.verdict("auto-enrollment");
}

// An old certificate, which a Windows Server 2003 CA might have issued.
Certificate old_certificate() {
    auto out = server();
    out.signature = out.signature_inner = sha1_rsa();
    return out;
}

Finding requested(
    EnrollmentMethod method, OperatingSystem ca, OperatingSystem requester,
    Certificate certificate = old_certificate()
) {
    Bench bench({std::move(certificate)});
    bench.target.enrollment.method = method;
    bench.target.enrollment.ca_os = ca;
    bench.target.enrollment.requester_os = requester;
    return bench.ask("windows-2003-ca");
}

using Method = EnrollmentMethod;
using Os = OperatingSystem;

} // namespace

TEST_CASE("auto-enrollment: internal servers pass either way") {
    for (const auto role :
         {Role::front_end, Role::standard_edition, Role::director, Role::mediation,
          Role::persistent_chat, Role::sba, Role::trusted_application, Role::exchange_um})
        for (const auto method : {Method::unknown, Method::automatic, Method::offline})
            CHECK(auto_enrollment_of(role, method) == Verdict::pass);
}

TEST_CASE("auto-enrollment: roles that are not Lync's are not judged") {
    for (const auto role :
         {Role::reverse_proxy, Role::office_web_apps, Role::partner, Role::gateway, Role::other})
        CHECK(auto_enrollment_of(role, Method::automatic) == Verdict::not_applicable);
}

TEST_CASE("auto-enrollment: inconclusive where nobody gave the role") {
    CHECK(
        text_of(Bench().ask("auto-enrollment")) ==
        "01 inconclusive: it is not known whether this is an internal server or an Edge Server; "
        "give its role {enrollment=unknown, position=0}"
    );
}

TEST_CASE("auto-enrollment: on an Edge the declaration decides") {
    CHECK(auto_enrollment_of(Role::edge, Method::automatic) == Verdict::fail);
    for (const auto method : {Method::web, Method::mmc, Method::certreq, Method::offline})
        CHECK(auto_enrollment_of(Role::edge, method) == Verdict::pass);
}

TEST_CASE("auto-enrollment: an undeclared Edge certificate that says nothing is inconclusive") {
    const auto finding = edge().ask("auto-enrollment");
    CHECK(
        text_of(finding) ==
        "01 inconclusive: nothing says how this Edge certificate was requested; declare "
        "enrollment.method for the target {sid_extension=no, role=edge, position=0}"
    );
    CHECK(finding.message.find("enrollment.method") != std::string::npos);
}

TEST_CASE("auto-enrollment: a public issuer or a version 1 template proves it was not auto-enrolled"
) {
    auto bench = edge();
    bench.chain.path.trust = TrustPath::Trust::trusted;
    bench.chain.path.system_anchor = true;
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 pass: a public CA issued it, which excludes auto-enrollment {proof=publicly trusted "
        "issuer, role=edge}"
    );
    bench.chain.path.anchors_configured = true; // also where our own roots are configured beside it
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 pass: a public CA issued it, which excludes auto-enrollment {proof=publicly trusted "
        "issuer, role=edge}"
    );
    bench.chain.path.system_anchor = false; // our own root proves nothing
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 inconclusive: nothing says how this Edge certificate was requested; declare "
        "enrollment.method for the target {sid_extension=no, role=edge, position=0}"
    );
    auto certificate = server();
    certificate.template_v1 = "WebServer";
    const auto finding = edge(certificate).ask("auto-enrollment");
    CHECK(
        text_of(finding) ==
        "01 pass: it comes from a version 1 template, which cannot be auto-enrolled {proof=version "
        "1 template, template=WebServer, role=edge}"
    );
    CHECK(finding.evidence.text("template") == "WebServer");
}

TEST_CASE("auto-enrollment: templates that Group Policy hands out prove nothing") {
    auto certificate = server();
    for (const auto* name :
         {"Machine", "domaincontroller", "MachineEnrollmentAgent", "IPSECIntermediateOnline"}) {
        CAPTURE(name);
        certificate.template_v1 = name;
        CHECK(edge(certificate).verdict("auto-enrollment") == Verdict::inconclusive);
    }
    certificate.template_v1 = "Machine";
    CHECK(
        text_of(edge(certificate).ask("auto-enrollment")) ==
        "01 inconclusive: it comes from the version 1 template Machine, which Group Policy's "
        "Automatic Certificate Request hands out; declare enrollment.method for the target "
        "{template=Machine, sid_extension=no, role=edge, position=0}"
    );
    certificate.template_v1 = "Machines";
    CHECK(edge(certificate).verdict("auto-enrollment") == Verdict::pass);
}

TEST_CASE("auto-enrollment: a certificate that names both kinds of template proves nothing") {
    auto certificate = server();
    certificate.template_v1 = "WebServer";
    certificate.template_v2 = TemplateInfo{.oid = "1.3.6.1.4.1.311.21.8.7", .major = 100};
    CHECK(
        text_of(edge(certificate).ask("auto-enrollment")) ==
        "01 inconclusive: it names a version 1 and a version 2 template, which contradict each "
        "other; declare enrollment.method for the target {template=1.3.6.1.4.1.311.21.8.7, "
        "template_v1=WebServer, sid_extension=no, role=edge, position=0}"
    );
}

TEST_CASE("auto-enrollment: a version 2 template on an Edge is a hint, unless decided") {
    auto certificate = server();
    certificate.template_v2 =
        TemplateInfo{.oid = "1.3.6.1.4.1.311.21.8.1.2", .major = 100, .minor = 3};
    auto bench = edge(certificate);
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 warn: it comes from a version 2 template, so it may have been auto-enrolled, which is "
        "not supported on an Edge Server {template=1.3.6.1.4.1.311.21.8.1.2, sid_extension=no, "
        "extension=1.3.6.1.4.1.311.21.7, role=edge, position=0}"
    );
    bench.target.enrollment.method = Method::offline;
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 pass: declared as not auto-enrolled {role=edge, enrollment=offline}"
    );
    bench.target.enrollment.method = Method::unknown;
    bench.policy.set(Decision::edge_template_v2, Verdict::inconclusive);
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 inconclusive: it comes from a version 2 template, so it may have been auto-enrolled, "
        "which is not supported on an Edge Server {template=1.3.6.1.4.1.311.21.8.1.2, "
        "sid_extension=no, extension=1.3.6.1.4.1.311.21.7, role=edge, position=0}"
    );
    bench.policy.set(Decision::edge_template_v2, Verdict::fail);
    CHECK(
        text_of(bench.ask("auto-enrollment")) ==
        "01 warn: it comes from a version 2 template, so it may have been auto-enrolled, which is "
        "not supported on an Edge Server {template=1.3.6.1.4.1.311.21.8.1.2, sid_extension=no, "
        "extension=1.3.6.1.4.1.311.21.7, role=edge, position=0}"
    ); // a hint proves nothing
}

TEST_CASE("auto-enrollment: a template extension that cannot be decoded fails with the error") {
    auto certificate = server();
    certificate.undecodable = {"1.3.6.1.4.1.311.21.7"};
    const auto finding = edge(certificate).ask("auto-enrollment");
    CHECK(
        text_of(finding) ==
        "01 fail: the extension 1.3.6.1.4.1.311.21.7 cannot be decoded {error=the extension "
        "1.3.6.1.4.1.311.21.7 cannot be decoded, role=edge}"
    );
    CHECK(!finding.evidence.text("error").empty());
}

TEST_CASE("windows-2003-ca: web requests from Server 2003 SP2 and XP pass") {
    for (const auto os :
         {Os::windows_xp, Os::windows_server_2003_sp2, Os::windows_server_2003_r2_sp2})
        CHECK(requested(Method::web, Os::windows_server_2003_sp2, os).verdict == Verdict::pass);
}

TEST_CASE("windows-2003-ca: web requests from any other system fail") {
    for (const auto os :
         {Os::windows_vista, Os::windows_7, Os::windows_server_2008, Os::windows_server_2003,
          Os::windows_server_2003_sp1, Os::windows_server_2003_r2, Os::linux, Os::other})
        for (const auto ca :
             {Os::windows_server_2003, Os::windows_server_2003_sp1, Os::windows_server_2003_r2_sp2})
            CHECK(requested(Method::web, ca, os).verdict == Verdict::fail);
}

TEST_CASE("windows-2003-ca: KB922706 does not help, and the message says so") {
    Bench bench({old_certificate()});
    bench.target.enrollment = {Method::web, Os::windows_server_2003, Os::windows_7, true};
    const auto finding = bench.ask("windows-2003-ca");
    CHECK(
        text_of(finding) ==
        "01 fail: requested from windows-7 on the web pages of a Windows Server 2003 CA, which is "
        "supported only from Windows Server 2003 SP2 or Windows XP; KB922706 does not help "
        "{method=web, ca_os=windows-server-2003, requester_os=windows-7, kb922706=yes, position=0}"
    );
    CHECK(finding.message.find("KB922706 does not help") != std::string::npos);
    CHECK(finding.evidence.text("requester_os") == "windows-7");
}

TEST_CASE("windows-2003-ca: a declaration holds against the certificate, which is noted") {
    const auto finding = requested(Method::web, Os::windows_server_2003, Os::windows_7, server());
    CHECK(
        text_of(finding) ==
        "01 fail: requested from windows-7 on the web pages of a Windows Server 2003 CA, which is "
        "supported only from Windows Server 2003 SP2 or Windows XP (KB922706 does not help) "
        "{method=web, ca_os=windows-server-2003, requester_os=windows-7, "
        "contradicts_declaration=its signature uses SHA256, position=0}"
    );
    CHECK(
        finding.evidence.text("contradicts_declaration").find("SHA256") != std::string_view::npos
    );
}

TEST_CASE("windows-2003-ca: another way or another CA is not judged") {
    for (const auto method : {Method::automatic, Method::mmc, Method::certreq, Method::offline})
        CHECK(
            requested(method, Os::windows_server_2003, Os::windows_7).verdict ==
            Verdict::not_applicable
        );
    for (const auto ca :
         {Os::windows_server_2008_r2, Os::public_ca, Os::other, Os::windows_2000_server})
        CHECK(requested(Method::web, ca, Os::windows_7).verdict == Verdict::not_applicable);
}

TEST_CASE("windows-2003-ca: inconclusive while any part is undeclared") {
    CHECK(
        text_of(requested(Method::unknown, Os::unknown, Os::unknown)) ==
        "01 inconclusive: nothing says whether this was requested on the web pages of a Windows "
        "Server 2003 CA; declare enrollment with method, ca_os and requester_os {method=unknown, "
        "ca_os=unknown, requester_os=unknown, position=0}"
    );
    CHECK(
        text_of(requested(Method::web, Os::unknown, Os::windows_7)) ==
        "01 inconclusive: nothing says whether this was requested on the web pages of a Windows "
        "Server 2003 CA; declare enrollment with method, ca_os and requester_os {method=web, "
        "ca_os=unknown, requester_os=windows-7, position=0}"
    );
    CHECK(
        text_of(requested(Method::unknown, Os::windows_server_2003, Os::windows_7)) ==
        "01 inconclusive: nothing says whether this was requested on the web pages of a Windows "
        "Server 2003 CA; declare enrollment with method, ca_os and requester_os {method=unknown, "
        "ca_os=windows-server-2003, requester_os=windows-7, position=0}"
    );
    CHECK(
        text_of(requested(Method::web, Os::windows_server_2003, Os::unknown)) ==
        "01 inconclusive: nothing says whether this was requested on the web pages of a Windows "
        "Server 2003 CA; declare enrollment with method, ca_os and requester_os {method=web, "
        "ca_os=windows-server-2003, requester_os=unknown, position=0}"
    );
}

TEST_CASE("windows-2003-ca: undeclared, a certificate that no such CA can have issued is not judged"
) {
    const auto undeclared = [](const Certificate& certificate) {
        return requested(Method::unknown, Os::unknown, Os::unknown, certificate).verdict;
    };
    CHECK(undeclared(server()) == Verdict::not_applicable); // SHA-256
    auto ecdsa = old_certificate();
    ecdsa.signature = algorithm("1.2.840.10045.4.1", "ecdsa-with-SHA1", "SHA1");
    CHECK(undeclared(ecdsa) == Verdict::not_applicable);
    auto with_pss = old_certificate();
    with_pss.signature = pss("SHA1", 20);
    CHECK(undeclared(with_pss) == Verdict::not_applicable);
    auto with_sid = old_certificate();
    with_sid.sid_extension = true;
    CHECK(undeclared(with_sid) == Verdict::not_applicable);
    auto with_curve = old_certificate();
    with_curve.key = curve("P-256");
    CHECK(undeclared(with_curve) == Verdict::not_applicable);
    Bench from_public_ca({old_certificate()});
    from_public_ca.chain.path.trust = TrustPath::Trust::trusted;
    from_public_ca.chain.path.system_anchor = true;
    CHECK(
        text_of(from_public_ca.ask("windows-2003-ca")) ==
        "01 not_applicable: no Windows Server 2003 CA issued it: a public CA issued it"
    );
}

TEST_CASE("windows-2003-ca: each release of a CA, and of a requester") {
    using enum OperatingSystem;
    for (const auto& os : words<OperatingSystem>()) {
        CAPTURE(os.text);
        const bool is_2003 =
            os.value == windows_server_2003 || os.value == windows_server_2003_sp1 ||
            os.value == windows_server_2003_sp2 || os.value == windows_server_2003_r2 ||
            os.value == windows_server_2003_r2_sp2;
        if (os.value != unknown)
            CHECK(
                (requested(Method::web, os.value, windows_xp).verdict == Verdict::pass) == is_2003
            );
        const bool may = os.value == windows_xp || os.value == windows_server_2003_sp2 ||
                         os.value == windows_server_2003_r2_sp2;
        CHECK(
            requested(Method::web, windows_server_2003, os.value).verdict ==
            (may                   ? Verdict::pass
             : os.value == unknown ? Verdict::inconclusive
                                   : Verdict::fail)
        );
    }
}

TEST_CASE("auto-enrollment: which roles are Lync's to judge, and how each method is called") {
    for (const auto& role : words<Role>()) {
        CAPTURE(role.text);
        Bench bench;
        bench.target.role = role.value;
        bench.target.role_given = true;
        bench.target.enrollment.method = Method::automatic;
        const bool foreign = role.value == Role::reverse_proxy ||
                             role.value == Role::office_web_apps || role.value == Role::partner ||
                             role.value == Role::gateway || role.value == Role::other;
        CHECK(
            bench.verdict("auto-enrollment") == (foreign ? Verdict::not_applicable
                                                 : role.value == Role::edge ? Verdict::fail
                                                                            : Verdict::pass)
        );
        bench.target.role_given = false;
        CHECK(bench.verdict("auto-enrollment") == Verdict::inconclusive);
    }
}
