// SPDX-License-Identifier: MIT
// Rule host-name.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Names = std::vector<std::string>;

Certificate with_san(Names dns, Names ip = {}) {
    auto out = server();
    out.san = SubjectAltName{.dns = std::move(dns), .ip = std::move(ip)};
    return out;
}

Certificate with_common_name(std::string name) {
    auto out = server();
    out.san.reset();
    out.common_names = {std::move(name)};
    return out;
}

Finding expecting(
    Names names, const Certificate& certificate, CertificateUse use = CertificateUse::other
) {
    Bench bench({certificate});
    bench.target.names = std::move(names);
    bench.target.use = use;
    return bench.ask("host-name");
}

} // namespace

TEST_CASE("host-name: every expected name in the SAN passes, whatever the case") {
    CHECK(
        text_of(expecting({"SIP.contoso.com", "meet.contoso.com"}, server())) ==
        "01 pass {names=[SIP.contoso.com; meet.contoso.com], san_dns=[sip.contoso.com; "
        "meet.contoso.com], common_name=[sip.contoso.com]}"
    );
    CHECK(
        text_of(expecting({"sip.contoso.com."}, server())) ==
        "01 pass {names=[sip.contoso.com.], san_dns=[sip.contoso.com; meet.contoso.com], "
        "common_name=[sip.contoso.com]}"
    );
}

TEST_CASE("host-name: names beyond the limit are not absent") {
    auto certificate = server();
    certificate.san->beyond = 1;
    const auto open = expecting({"sip.fabrikam.com"}, certificate);
    CHECK(open.verdict == Verdict::inconclusive);
    CHECK(open.fix.find("certutil") != std::string::npos);
    CHECK(expecting({"sip.contoso.com"}, certificate).verdict == Verdict::pass);
}

TEST_CASE("host-name: one missing name fails and is named") {
    const auto finding = expecting({"sip.contoso.com", "sip.fabrikam.com"}, server());
    CHECK(
        text_of(finding) ==
        "01 fail: the certificate does not cover sip.fabrikam.com {names=[sip.contoso.com; "
        "sip.fabrikam.com], missing=[sip.fabrikam.com], san_dns=[sip.contoso.com; "
        "meet.contoso.com], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(list_of(finding.evidence, "missing") == Names{"sip.fabrikam.com"});
    CHECK(list_of(finding.evidence, "san_dns") == Names{"sip.contoso.com", "meet.contoso.com"});
    CHECK(finding.message.find("sip.fabrikam.com") != std::string::npos);
}

TEST_CASE("host-name: a byte that is no UTF-8, read as U+FFFD, matches no letter") {
    const auto finding = expecting({"sip.contoso.com"}, with_san({"s\xef\xbf\xbdp.contoso.com"}));
    CHECK(finding.verdict == Verdict::fail);
}

TEST_CASE("host-name: without an expected name it is inconclusive") {
    CHECK(
        text_of(expecting({}, server())) == "01 inconclusive: no expected name is known; give it "
                                            "with --name, or names: in the target list {position=0}"
    );
}

TEST_CASE(
    "host-name: a name in the common name does not count beside a SAN, and the message says so"
) {
    const auto finding = expecting({"sip.contoso.com"}, with_san({"meet.contoso.com"}));
    CHECK(
        text_of(finding) ==
        "01 fail: the certificate does not cover sip.contoso.com; the common name has it, but does "
        "not count beside a subject alternative name {names=[sip.contoso.com], "
        "missing=[sip.contoso.com], only_in_common_name=[sip.contoso.com], "
        "san_dns=[meet.contoso.com], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(list_of(finding.evidence, "only_in_common_name") == Names{"sip.contoso.com"});
    CHECK(finding.message.find("common name") != std::string::npos);
}

TEST_CASE("host-name: the common name counts where there is no SAN with a DNS name, with a warning"
) {
    const auto finding = expecting({"sip.contoso.com"}, with_common_name("sip.contoso.com"));
    CHECK(
        text_of(finding) ==
        "01 warn: no DNS name is in a subject alternative name, and the common name alone covers "
        "it: browsers, telephones and other clients of today do not look there "
        "{names=[sip.contoso.com], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(!finding.message.empty());
    CHECK(
        text_of(expecting({"sip.contoso.com"}, with_san({}, {"192.0.2.1"}))) ==
        "01 warn: no DNS name is in a subject alternative name, and the common name alone covers "
        "it: browsers, telephones and other clients of today do not look there "
        "{names=[sip.contoso.com], san_ip=[192.0.2.1], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"sip.contoso.com"}, with_common_name("other.contoso.com"))) ==
        "01 fail: the certificate does not cover sip.contoso.com {names=[sip.contoso.com], "
        "missing=[sip.contoso.com], common_name=[other.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"sip.contoso.com"}, with_common_name("*.contoso.com"))) ==
        "01 fail: sip.contoso.com is covered only by a wildcard in the common name, which is not "
        "supported {names=[sip.contoso.com], only_by_wildcard=[sip.contoso.com], "
        "common_name=[*.contoso.com], position=0}"
    );
}

TEST_CASE("host-name: a wildcard does not cover SIP names") {
    const auto wildcard = with_san({"*.contoso.com"});
    for (const auto use :
         {CertificateUse::default_, CertificateUse::access_edge_external,
          CertificateUse::data_edge_external, CertificateUse::xmpp_server}) {
        const auto finding = expecting({"sip.contoso.com"}, wildcard, use);
        CHECK(finding.verdict == Verdict::fail);
        CHECK(list_of(finding.evidence, "only_by_wildcard") == Names{"sip.contoso.com"});
    }
    CHECK(
        text_of(expecting(
            {"sip.contoso.com"}, with_san({"*.contoso.com", "sip.contoso.com"}),
            CertificateUse::default_
        )) == "01 pass {names=[sip.contoso.com], san_dns=[*.contoso.com; sip.contoso.com], "
              "common_name=[sip.contoso.com]}"
    );
    Bench on_edge({wildcard});
    on_edge.target.role = Role::edge;
    on_edge.target.role_given = true;
    CHECK(
        text_of(on_edge.ask("host-name")) ==
        "01 fail: sip.contoso.com is covered only by a wildcard, which SIP servers and telephones "
        "do not accept {names=[sip.contoso.com], only_by_wildcard=[sip.contoso.com], "
        "san_dns=[*.contoso.com], common_name=[sip.contoso.com], position=0}"
    );
}

TEST_CASE("host-name: without a use the protocol says whether a wildcard counts") {
    const auto spoken = [](Probe probe, Role role) {
        Bench bench({with_san({"*.contoso.com"})});
        bench.target.probe = probe;
        bench.target.role = role;
        return bench.verdict("host-name");
    };
    for (const auto probe : {Probe::sip, Probe::federation, Probe::xmpp})
        CHECK(spoken(probe, Role::partner) == Verdict::fail);
    for (const auto probe : {Probe::tls, Probe::https, Probe::autodiscover})
        CHECK(spoken(probe, Role::partner) == Verdict::pass);
    CHECK(spoken(Probe::sip, Role::exchange_um) == Verdict::pass);
    CHECK(spoken(Probe::sip, Role::gateway) == Verdict::pass);
}

TEST_CASE("host-name: a wildcard beside the right common name of an Edge's inside is disputed") {
    auto certificate = with_san({"*.contoso.com"});
    certificate.common_names = {"edge.contoso.com"};
    const auto inside = [&](std::string name) {
        return expecting({std::move(name)}, certificate, CertificateUse::internal);
    };
    CHECK(
        text_of(inside("edge.contoso.com")) ==
        "01 warn: edge.contoso.com is in the common name, and beside it only a wildcard covers "
        "it; Microsoft's pages disagree whether that counts {names=[edge.contoso.com], "
        "disputed=[edge.contoso.com], san_dns=[*.contoso.com], common_name=[edge.contoso.com], "
        "position=0}"
    );
    CHECK(list_of(inside("edge.contoso.com").evidence, "disputed") == Names{"edge.contoso.com"});
    CHECK(
        text_of(inside("other.contoso.com")) ==
        "01 fail: other.contoso.com is covered only by a wildcard, which SIP servers and "
        "telephones do not accept {names=[other.contoso.com], "
        "only_by_wildcard=[other.contoso.com], san_dns=[*.contoso.com], "
        "common_name=[edge.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"edge.contoso.com"}, certificate, CertificateUse::default_)) ==
        "01 fail: edge.contoso.com is covered only by a wildcard, which SIP servers and telephones "
        "do not accept {names=[edge.contoso.com], only_by_wildcard=[edge.contoso.com], "
        "san_dns=[*.contoso.com], common_name=[edge.contoso.com], position=0}"
    );
}

TEST_CASE("host-name: a wildcard covers web names, and with a note where the use is not known") {
    const auto wildcard = with_san({"*.contoso.com"});
    for (const auto use :
         {CertificateUse::web_services_internal, CertificateUse::web_services_external,
          CertificateUse::other}) {
        const auto finding = expecting({"meet.contoso.com"}, wildcard, use);
        CHECK(
            text_of(finding) ==
            "01 pass: meet.contoso.com is covered by a wildcard, which is good for web names only "
            "{names=[meet.contoso.com], by_wildcard=[meet.contoso.com], san_dns=[*.contoso.com], "
            "common_name=[sip.contoso.com]}"
        );
        CHECK(list_of(finding.evidence, "by_wildcard") == Names{"meet.contoso.com"});
    }
    CHECK(
        text_of(expecting(
            {"lyncdiscover.contoso.com", "meet.contoso.com"}, wildcard, CertificateUse::default_
        )) == "01 pass: lyncdiscover.contoso.com, meet.contoso.com is covered by a wildcard, which "
              "is good for web names only {names=[lyncdiscover.contoso.com; meet.contoso.com], "
              "by_wildcard=[lyncdiscover.contoso.com; meet.contoso.com], san_dns=[*.contoso.com], "
              "common_name=[sip.contoso.com]}"
    );
    CHECK(
        text_of(expecting({"a.b.contoso.com"}, wildcard)) ==
        "01 fail: the certificate does not cover a.b.contoso.com {names=[a.b.contoso.com], "
        "missing=[a.b.contoso.com], san_dns=[*.contoso.com], common_name=[sip.contoso.com], "
        "position=0}"
    );
    CHECK(
        text_of(expecting({"contoso.com"}, wildcard)) ==
        "01 fail: the certificate does not cover contoso.com {names=[contoso.com], "
        "missing=[contoso.com], san_dns=[*.contoso.com], common_name=[sip.contoso.com], position=0}"
    );
}

TEST_CASE("host-name: addresses are looked for among the addresses") {
    const auto certificate = with_san({"sip.contoso.com"}, {"192.0.2.7", "2001:db8::1"});
    CHECK(
        text_of(expecting({"192.0.2.7"}, certificate)) ==
        "01 pass {names=[192.0.2.7], san_dns=[sip.contoso.com], san_ip=[192.0.2.7; 2001:db8::1], "
        "common_name=[sip.contoso.com]}"
    );
    CHECK(
        text_of(expecting({"2001:DB8:0::1"}, certificate)) ==
        "01 pass {names=[2001:DB8:0::1], san_dns=[sip.contoso.com], san_ip=[192.0.2.7; "
        "2001:db8::1], common_name=[sip.contoso.com]}"
    );
    CHECK(
        text_of(expecting({"192.0.2.8"}, certificate)) ==
        "01 fail: the certificate does not cover 192.0.2.8 {names=[192.0.2.8], "
        "missing=[192.0.2.8], san_dns=[sip.contoso.com], san_ip=[192.0.2.7; 2001:db8::1], "
        "common_name=[sip.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"192.0.2.7"}, with_san({"192.0.2.7"}))) ==
        "01 fail: the certificate does not cover 192.0.2.7 {names=[192.0.2.7], "
        "missing=[192.0.2.7], san_dns=[192.0.2.7], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"192.0.2.7"}, with_common_name("192.0.2.7"))) ==
        "01 fail: the certificate does not cover 192.0.2.7 {names=[192.0.2.7], "
        "missing=[192.0.2.7], common_name=[192.0.2.7], position=0}"
    );
}

TEST_CASE("host-name: names with a NUL inside never match") {
    const std::string with_nul("sip.contoso.com\0.evil.example", 29);
    CHECK(
        text_of(expecting({"sip.contoso.com"}, with_san({with_nul}))) ==
        "01 fail: the certificate does not cover sip.contoso.com; the common name has it, but does "
        "not count beside a subject alternative name {names=[sip.contoso.com], "
        "missing=[sip.contoso.com], only_in_common_name=[sip.contoso.com], "
        "san_dns=[sip.contoso.com\\x00.evil.example], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({with_nul}, with_san({with_nul}))) ==
        "01 fail: the certificate does not cover sip.contoso.com\\x00.evil.example "
        "{names=[sip.contoso.com\\x00.evil.example], missing=[sip.contoso.com\\x00.evil.example], "
        "san_dns=[sip.contoso.com\\x00.evil.example], common_name=[sip.contoso.com], position=0}"
    );
    CHECK(
        text_of(expecting({"sip.contoso.com"}, with_common_name(with_nul))) ==
        "01 fail: the certificate does not cover sip.contoso.com {names=[sip.contoso.com], "
        "missing=[sip.contoso.com], common_name=[sip.contoso.com\\x00.evil.example], position=0}"
    );
}

TEST_CASE("host-name: thousands of names are cut in the evidence and counted") {
    Names many;
    for (int i = 0; i < 4096; ++i)
        many.push_back("host" + std::to_string(i) + ".contoso.com");
    const auto finding = expecting({"sip.contoso.com"}, with_san(many));
    CHECK(list_of(finding.evidence, "san_dns").size() == 50);
    CHECK(number_of(finding.evidence, "san_dns_count") == 4096);
}

TEST_CASE("host-name: a SAN that cannot be decoded fails with the error") {
    auto certificate = with_common_name("sip.contoso.com");
    certificate.undecodable = {"2.5.29.17"};
    const auto finding = expecting({"sip.contoso.com"}, certificate);
    CHECK(
        text_of(finding) == "01 fail: the extension 2.5.29.17 cannot be decoded {error=the "
                            "extension 2.5.29.17 cannot be decoded}"
    );
    CHECK(!finding.evidence.text("error").empty());
}

TEST_CASE("host-name: for every use, probe and role whether a wildcard is enough") {
    const auto refused = [](CertificateUse use, Probe probe, Role role, bool given) {
        auto wildcard = with_san({"*.contoso.com"});
        wildcard.common_names.clear();
        Bench bench({wildcard});
        bench.target.use = use;
        bench.target.probe = probe;
        bench.target.role = role;
        bench.target.role_given = given;
        return bench.verdict("host-name") == Verdict::fail;
    };
    using enum CertificateUse;
    for (const auto& use : words<CertificateUse>()) {
        CAPTURE(use.text);
        const bool exact = use.value == default_ || use.value == internal ||
                           use.value == access_edge_external || use.value == data_edge_external ||
                           use.value == xmpp_server;
        // The use says it before the probe and the role do.
        if (use.value != other) CHECK(refused(use.value, Probe::sip, Role::edge, true) == exact);
    }
    for (const auto& probe : words<Probe>()) {
        CAPTURE(probe.text);
        const bool sip = probe.value == Probe::sip || probe.value == Probe::federation ||
                         probe.value == Probe::xmpp;
        CHECK(refused(other, probe.value, Role::other, false) == sip);
        CHECK(
            refused(other, probe.value, Role::gateway, true) == (sip && probe.value != Probe::sip)
        );
    }
    for (const auto& role : words<Role>()) {
        CAPTURE(role.text);
        const bool only_sip = role.value == Role::edge || role.value == Role::mediation ||
                              role.value == Role::persistent_chat || role.value == Role::sba;
        CHECK(refused(other, Probe::tls, role.value, true) == only_sip);
        CHECK(!refused(other, Probe::tls, role.value, false));
        const bool not_microsofts = role.value == Role::exchange_um || role.value == Role::gateway;
        CHECK(refused(other, Probe::sip, role.value, true) == !not_microsofts);
    }
}

TEST_CASE("host-name: the web names that a Default certificate may have by a wildcard") {
    const auto wildcard = with_san({"*.contoso.com"});
    for (const auto* label : {"lyncdiscover", "lyncdiscoverinternal", "meet", "dialin", "admin"}) {
        const auto name = std::string(label) + ".contoso.com";
        CHECK(expecting({name}, wildcard, CertificateUse::default_).verdict == Verdict::pass);
        CHECK(expecting({name}, wildcard, CertificateUse::internal).verdict == Verdict::fail);
    }
    CHECK(
        expecting({"meeting.contoso.com"}, wildcard, CertificateUse::default_).verdict ==
        Verdict::fail
    );
    CHECK(expecting({"sip.contoso.com"}, wildcard, CertificateUse::data_edge_external)
              .message.ends_with("which is not supported outside on an Edge Server"));
}
