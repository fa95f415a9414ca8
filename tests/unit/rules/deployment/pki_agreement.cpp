// SPDX-License-Identifier: MIT
// Rules one-internal-pki, sip-web-issuers and web-sites-agree: whose certificates fit together.
#include "unit/rules/fleet.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Use = CertificateUse;

Target front_end(std::uint16_t port = 5061, Use use = Use::default_, std::string server = "fe1") {
    return in_pool(on(std::move(server), port, Role::front_end, use), "pool");
}
Target edge_inside() { return in_pool(on("edge1", 5062, Role::edge, Use::internal), "edgepool"); }
Target edge_outside() { return on("sip", 443, Role::edge, Use::access_edge_external); }
Target proxy() { return on("lyncweb", 443, Role::reverse_proxy, Use::other); }
Target chat() { return on("chat1", 5041, Role::persistent_chat, Use::default_); }

} // namespace

TEST_CASE("one-internal-pki: the Edge inside and Persistent Chat follow the Front Ends") {
    Fleet fleet;
    fleet.add(edge_inside(), issued(1), "Contoso Root");
    CHECK(fleet.judge("one-internal-pki").empty()); // no Front End
    fleet.add(front_end(), issued(2), "Contoso Root");
    CHECK(text_of(fleet.only("one-internal-pki")) == "pass");
    // Another issuing CA below the same root is good.
    fleet.add(chat(), by(issued(3), "Contoso Issuing CA 2"), "Contoso Root");
    fleet.add(edge_outside(), by(issued(4), "Public CA"), "Public Root"); // free
    CHECK(text_of(fleet.only("one-internal-pki")) == "pass");
    fleet.add(edge_inside(), by(issued(5), "Other CA"), "Other Root").id = "the stranger";
    const auto& finding = fleet.only("one-internal-pki");
    CHECK(
        text_of(finding) ==
        "fail: not of the PKI of the Front End Servers (CN=Contoso Root): CN=Other Root on the "
        "stranger. To do: request these certificates again from the CA that the Front End Servers "
        "have theirs from {front_end=CN=Contoso Root}"
    );
    CHECK(says(
        finding,
        "not of the PKI of the Front End Servers (CN=Contoso Root): CN=Other Root on the stranger."
    ));
    CHECK(finding.evidence.text("front_end") == "CN=Contoso Root");
    CHECK(fleet.judge("one-internal-pki")[0].endpoints == std::vector<std::size_t>{4});
}

TEST_CASE(
    "one-internal-pki: inside an Edge may have a certificate of a public CA, Persistent Chat not"
) {
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Contoso Root");
    const auto add_public = [&](Target target) {
        auto& row = fleet.add(std::move(target), by(issued(2), "Public CA"), "Public Root");
        auto chain = *row.main.chain;
        chain.path.system_anchor = true;
        row.main.chain = std::make_shared<const Chain>(std::move(chain));
    };
    add_public(edge_inside());
    CHECK(fleet.judge("one-internal-pki").empty());
    add_public(chat());
    CHECK(
        text_of(fleet.only("one-internal-pki")) ==
        "fail: not of the PKI of the Front End Servers (CN=Contoso Root): CN=Public Root on "
        "chat1:5041. To do: request these certificates again from the CA that the Front End "
        "Servers have theirs from {front_end=CN=Contoso Root}"
    );
}

TEST_CASE("one-internal-pki: Front Ends of two roots vouch for either") {
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Contoso Root");
    fleet.add(front_end(5061, Use::default_, "fe2"), by(issued(2), "New CA"), "New Root");
    fleet.add(edge_inside(), by(issued(3), "New CA 2"), "New Root");
    CHECK(text_of(fleet.only("one-internal-pki")) == "pass");
}

TEST_CASE("one-internal-pki: without known roots only the same issuer decides") {
    Fleet fleet;
    fleet.add(front_end(), issued(1));
    fleet.add(edge_inside(), issued(2));
    CHECK(text_of(fleet.only("one-internal-pki")) == "pass");
    fleet.add(edge_inside(), by(issued(3), "Other CA"));
    CHECK(
        text_of(fleet.only("one-internal-pki")) ==
        "inconclusive: issued by another CA than the certificates of the Front End Servers "
        "(CN=Contoso Issuing CA): CN=Other CA on edge1:5062. With the roots of both in trust: "
        "ca_files it can be told whether they are of one PKI {front_end=CN=Contoso Issuing CA}"
    );
    CHECK(says(fleet.only("one-internal-pki"), "trust: ca_files"));
    // The root of one of the two is not enough.
    fleet.run.endpoints.pop_back();
    fleet.add(edge_inside(), by(issued(3), "Other CA"), "Other Root");
    CHECK(
        text_of(fleet.only("one-internal-pki")) ==
        "inconclusive: issued by another CA than the certificates of the Front End Servers "
        "(CN=Contoso Issuing CA): CN=Other Root on edge1:5062. With the roots of both in trust: "
        "ca_files it can be told whether they are of one PKI {front_end=CN=Contoso Issuing CA}"
    );
    // A chain that was cut short is told by another of its issuer.
    fleet.add(front_end(5062), issued(4), "Contoso Root");
    CHECK(
        text_of(fleet.only("one-internal-pki")) ==
        "fail: not of the PKI of the Front End Servers (CN=Contoso Root): CN=Other Root on "
        "edge1:5062. To do: request these certificates again from the CA that the Front End "
        "Servers have theirs from {front_end=CN=Contoso Root}"
    );
}

TEST_CASE("one-internal-pki: a self-signed certificate is a PKI of its own") {
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Contoso Root");
    auto own = issued(2);
    own.issuer = own.subject;
    own.subject_der = own.issuer_der = "CN=chat1";
    own.self_issued = own.self_signed = own.root_like = true;
    fleet.add(chat(), own);
    const auto& finding = fleet.only("one-internal-pki");
    CHECK(
        text_of(finding) ==
        "fail: not of the PKI of the Front End Servers (CN=Contoso Root): CN=sip.contoso.com "
        "(self-signed) on chat1:5041. To do: request these certificates again from the CA that the "
        "Front End Servers have theirs from {front_end=CN=Contoso Root}"
    );
    CHECK(says(finding, "(self-signed)"));
}

TEST_CASE("sip-web-issuers: the web site inside has the PKI of its pool's SIP certificates") {
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Contoso Root");
    CHECK(fleet.judge("sip-web-issuers").empty());
    fleet.add(front_end(443, Use::web_services_internal), issued(2), "Contoso Root");
    fleet.add(front_end(4443, Use::web_services_external), by(issued(3), "X"), "X Root"); // free
    CHECK(text_of(fleet.only("sip-web-issuers")) == "pass {pool=pool}");
    fleet.add(front_end(443, Use::web_services_internal, "fe2"), by(issued(4), "X"), "X Root");
    const auto& finding = fleet.only("sip-web-issuers");
    CHECK(
        text_of(finding) ==
        "warn: the internal web site of pool has its certificate from CN=X Root (fe2:443), SIP "
        "from CN=Contoso Root. To do: issue the web certificate from the same PKI, or give "
        "telephones its root with New-CsWebTrustedCACertificate {pool=pool}"
    );
    CHECK(says(
        finding, "the internal web site of pool has its certificate from CN=X Root (fe2:443), SIP "
                 "from CN=Contoso Root."
    ));
    CHECK(finding.evidence.text("pool") == "pool");
    CHECK(fleet.judge("sip-web-issuers")[0].endpoints == std::vector<std::size_t>{3});
    // Telephones have the roots of public CAs.
    Chain by_public_ca = *fleet.run.endpoints.back().main.chain;
    by_public_ca.path.system_anchor = true;
    fleet.run.endpoints.back().main.chain = std::make_shared<const Chain>(by_public_ca);
    CHECK(text_of(fleet.only("sip-web-issuers")) == "pass {pool=pool}");
    Fleet unknown;
    unknown.add(front_end(), issued(1));
    unknown.add(front_end(443, Use::web_services_internal), by(issued(2), "X"));
    CHECK(
        text_of(unknown.only("sip-web-issuers")) ==
        "inconclusive: the internal web site of pool has its certificate from CN=X (fe1:443), SIP "
        "from CN=Contoso Issuing CA. With the roots of both in trust: ca_files it can be told "
        "whether they are of one PKI {pool=pool}"
    );
}

TEST_CASE("sip-web-issuers: outside, only a mixture of the PKI inside with another is odd") {
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Contoso Root");
    fleet.add(edge_outside(), by(issued(2), "Public A"), "Root A");
    fleet.add(proxy(), by(issued(3), "Public B"), "Root B");
    CHECK(fleet.judge("sip-web-issuers").empty()); // two public CAs
    fleet.add(proxy(), issued(4), "Contoso Root").id = "the private one";
    const auto& finding = fleet.only("sip-web-issuers");
    CHECK(
        text_of(finding) ==
        "warn: outside, the private one present certificates of the CA of the internal servers "
        "(CN=Contoso Root), sip:443, lyncweb:443 those of another: clients out there that lack "
        "this root can use only the latter. To do: put a certificate of a public CA on the former"
    );
    CHECK(says(
        finding,
        "the private one present certificates of the CA of the internal servers (CN=Contoso"
    ));
    CHECK(fleet.judge("sip-web-issuers")[0].endpoints == std::vector<std::size_t>{3});

    Fleet all_private;
    all_private.add(front_end(), issued(1), "Contoso Root");
    all_private.add(edge_outside(), issued(2), "Contoso Root");
    all_private.add(proxy(), issued(3), "Contoso Root");
    CHECK(all_private.judge("sip-web-issuers").empty());
    auto inside = proxy();
    inside.side = Side::internal; // publishes to nobody outside
    Fleet inner;
    inner.add(front_end(), issued(1), "Contoso Root");
    inner.add(edge_outside(), by(issued(2), "Public A"), "Root A");
    inner.add(inside, issued(3), "Contoso Root");
    CHECK(inner.judge("sip-web-issuers").empty());
}

TEST_CASE("web-sites-agree: one certificate is renewed on 443, 4443 and the proxy together") {
    Fleet fleet;
    fleet.add(front_end(443, Use::web_services_internal), issued(1));
    CHECK(fleet.judge("web-sites-agree").empty());
    fleet.add(front_end(4443, Use::web_services_external), issued(1));
    CHECK(text_of(fleet.only("web-sites-agree")) == "pass");
    fleet.run.endpoints.pop_back();
    fleet.add(front_end(4443, Use::web_services_external), issued(2, "2025-06-01"));
    const auto& finding = fleet.only("web-sites-agree");
    CHECK(
        text_of(finding) ==
        "warn: a web certificate was renewed in one place only: fe1:4443 has the newer, "
        "sip.contoso.com (SHA-256 02000000…), valid 2025-06-01 to 2027-01-01; still the older: "
        "sip.contoso.com (SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on fe1:443. To do: "
        "put the "
        "newer one there, too {subject=CN=sip.contoso.com}"
    );
    CHECK(says(
        finding, "fe1:4443 has the newer, sip.contoso.com (SHA-256 02000000…), valid 2025-06-01"
    ));
    CHECK(says(finding, "still the older: sip.contoso.com (SHA-256 01000000…)"));
    CHECK(finding.evidence.text("subject") == "CN=sip.contoso.com");
    fleet.add(proxy(), issued(1));
    CHECK(says(fleet.only("web-sites-agree"), "on fe1:443, lyncweb:443."));
}

TEST_CASE("web-sites-agree: other names, issuers or servers are other certificates") {
    Fleet fleet;
    fleet.add(front_end(443, Use::web_services_internal), issued(1));
    auto external = issued(2, "2025-06-01");
    external.san->dns.push_back("lyncweb.contoso.com");
    fleet.add(front_end(4443, Use::web_services_external), external);
    fleet.add(proxy(), by(issued(3, "2025-07-01"), "Public CA"));
    fleet.add(
        front_end(4443, Use::web_services_external, "fe2"), issued(4, "2025-08-01")
    ); // its own
    CHECK(fleet.judge("web-sites-agree").empty());
    // Requested one after the other for the servers of a pool, and one of them copied to the proxy.
    Fleet rollout;
    rollout.add(front_end(4443, Use::web_services_external), issued(1));
    rollout.add(front_end(4443, Use::web_services_external, "fe2"), issued(2, "2025-01-09"));
    rollout.add(proxy(), issued(1));
    CHECK(text_of(rollout.only("web-sites-agree")) == "pass");
}

TEST_CASE("web-sites-agree: a proxy that leads to the internal web site") {
    Fleet fleet;
    auto internal = issued(1);
    internal.subject = "CN=webint";
    fleet.add(front_end(443, Use::web_services_internal), internal);
    fleet.add(proxy(), internal);
    CHECK(text_of(fleet.only("web-sites-agree")) == "pass"); // no external one was seen
    fleet.add(front_end(4443, Use::web_services_external), issued(2));
    const auto& finding = fleet.only("web-sites-agree");
    CHECK(
        text_of(finding) ==
        "warn: lyncweb:443 presents the certificate of the internal web site, sip.contoso.com "
        "(SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on fe1:443, and the external one has "
        "another: "
        "it seems to lead to port 443 inside. To do: publish the external web site, 443 outside to "
        "4443 inside"
    );
    CHECK(says(finding, "lyncweb:443 presents the certificate of the internal web site"));
    fleet.add(front_end(4443, Use::web_services_external, "fe2"), internal);
    CHECK(text_of(fleet.only("web-sites-agree")) == "pass");
}

TEST_CASE("sip-web-issuers: outside there is a mixture only where SIP and the web were both seen") {
    const auto said = [](bool sip, bool web) {
        Fleet fleet;
        fleet.add(front_end(), issued(1), "Contoso Root");
        for (const bool ours : {true, false}) {
            const auto leaf = ours ? issued(2) : by(issued(3), "Public A");
            const auto* root = ours ? "Contoso Root" : "Root A";
            if (sip) fleet.add(edge_outside(), leaf, root);
            if (web) fleet.add(proxy(), leaf, root);
        }
        return fleet.judge("sip-web-issuers").size();
    };
    CHECK(said(true, true) == 1);
    CHECK(said(true, false) == 0);
    CHECK(said(false, true) == 0);
    // A public CA inside is no mixture, and what cannot be told is none.
    Fleet fleet;
    fleet.add(front_end(), issued(1), "Public Root");
    auto& row = fleet.add(edge_outside(), issued(2), "Public Root");
    auto chain = std::make_shared<Chain>(*row.main.chain);
    chain->path.system_anchor = true;
    row.main.chain = chain;
    fleet.add(proxy(), by(issued(3), "Public B"), "Root B");
    CHECK(fleet.judge("sip-web-issuers").empty());
    Fleet open;
    open.add(front_end(), issued(1), "Contoso Root");
    open.add(edge_outside(), issued(2), "Contoso Root");
    open.add(proxy(), by(issued(3), "Public B")); // its root is not known
    CHECK(open.judge("sip-web-issuers").empty());
}

TEST_CASE("one-internal-pki: which roles and uses follow the Front Ends") {
    for (const auto& role : words<Role>())
        for (const auto use : {Use::default_, Use::internal, Use::web_services_internal}) {
            Fleet fleet;
            fleet.add(front_end(), issued(1), "Contoso Root");
            fleet.add(on("x", 5061, role.value, use), by(issued(2), "X"), "X Root");
            const bool follows = (role.value == Role::edge && use == Use::internal) ||
                                 (role.value == Role::persistent_chat && use == Use::default_);
            CHECK_MESSAGE(fleet.judge("one-internal-pki").empty() != follows, role.text);
            // Who is a Front End: of these alone an Edge is a stranger.
            Fleet other;
            other.add(on("x", 5061, role.value, use), issued(1), "Contoso Root");
            other.add(edge_inside(), by(issued(2), "X"), "X Root");
            const bool front = use == Use::default_ && (role.value == Role::front_end ||
                                                        role.value == Role::standard_edition);
            CHECK_MESSAGE(other.judge("one-internal-pki").empty() != front, role.text);
        }
}
