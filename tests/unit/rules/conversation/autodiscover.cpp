// SPDX-License-Identifier: MIT
// Rules autodiscover-location and autodiscover-domain: which side's site answers, and to whose
// hosts it sends users.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Lines = std::vector<std::string>;

// Service is an autodiscover endpoint that gave its documents.
struct Service {
    explicit Service(const std::string& host, const std::string& location = "External") {
        bench.target.probe = Probe::autodiscover;
        bench.target.host = host;
        bench.target.sip_domain = host.substr(host.find('.') + 1);
        bench.seen.answer = &facts;
        if (!location.empty()) facts.set("access_location", location);
    }
    Finding ask(std::string_view rule) { return bench.ask(rule); }
    Verdict location() { return ask("autodiscover-location").verdict; }
    Finding domain(Lines endpoints) {
        facts.set("endpoints", std::move(endpoints));
        return ask("autodiscover-domain");
    }

    Facts facts;
    Bench bench;
};

} // namespace

TEST_CASE("autodiscover-location: lyncdiscover is outside, lyncdiscoverinternal inside") {
    CHECK(Service("lyncdiscover.fabrikam.com").location() == Verdict::pass);
    CHECK(Service("lyncdiscover.fabrikam.com", "external").location() == Verdict::pass);
    CHECK(Service("lyncdiscoverinternal.fabrikam.com", "Internal").location() == Verdict::pass);
    CHECK(
        text_of(Service("lyncdiscover.fabrikam.com", "Internal").ask("autodiscover-location")) ==
        "fail: tells clients outside AccessLocation=Internal: the request reached the internal web "
        "site of the pool {access_location=Internal, side=external}"
    );
    CHECK(
        text_of(
            Service("lyncdiscoverinternal.fabrikam.com", "External").ask("autodiscover-location")
        ) == "fail: tells clients inside AccessLocation=External: the request reached the external "
             "web site of the pool {access_location=External, side=internal}"
    );
}

TEST_CASE("autodiscover-location: the use of the certificate and the side say it before the name") {
    Service external_site("fe01.fabrikam.local");
    external_site.bench.target.side = Side::internal; // where the machine is
    external_site.bench.target.use = CertificateUse::web_services_external;
    CHECK(external_site.location() == Verdict::pass);

    Service inside("lyncdiscover.fabrikam.com", "Internal");
    inside.bench.target.side = Side::internal;
    CHECK(inside.location() == Verdict::pass);

    Service site("fe01.fabrikam.local");
    CHECK(site.location() == Verdict::inconclusive);
    site.bench.target.port = 4443;
    CHECK(site.location() == Verdict::pass);
    site.bench.target.port = 443;
    site.bench.target.role = Role::reverse_proxy;
    CHECK(site.location() == Verdict::pass);
    site.bench.target.role = Role::front_end;
    site.bench.target.use = CertificateUse::web_services_internal;
    CHECK(site.location() == Verdict::fail);
}

TEST_CASE("autodiscover-location: the fix says which ports, and where") {
    Service proxy("lyncdiscover.fabrikam.com", "Internal");
    proxy.bench.target.role = Role::reverse_proxy;
    CHECK(
        proxy.ask("autodiscover-location").fix ==
        "on the reverse proxy: lead port 443 of this name to port 4443 of the pool, its external "
        "web site, and not to 443, the internal one"
    );
    proxy.bench.target.port = 80;
    proxy.bench.target.plain = true;
    CHECK(proxy.ask("autodiscover-location").fix.find("to port 8080 of") != std::string::npos);
    Service inside("lyncdiscoverinternal.fabrikam.com", "External");
    CHECK(inside.ask("autodiscover-location").fix.starts_with("lead this name to port 443 of the"));
    inside.bench.target.role = Role::front_end;
    CHECK(inside.ask("autodiscover-location")
              .fix.starts_with("see in IIS which web site has port 443"));
}

TEST_CASE("autodiscover-location: one wrong document of several fails, none says nothing") {
    Service mixed("lyncdiscover.fabrikam.com");
    mixed.facts.set("access_location_other", std::string("Internal"));
    const auto finding = mixed.ask("autodiscover-location");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(
        finding.message == "tells clients outside AccessLocation=Internal: some of the requests "
                           "reached the internal web site of the pool"
    );
    CHECK(Service("lyncdiscover.fabrikam.com", "").location() == Verdict::not_applicable);
    CHECK(Service("lyncdiscover.fabrikam.com", "Nowhere").location() == Verdict::not_applicable);
}

TEST_CASE("autodiscover-domain: hosts of the domain and of Microsoft 365 pass, others warn") {
    Service service("lyncdiscover.fabrikam.com");
    CHECK(text_of(service.ask("autodiscover-domain")) == "not_applicable: it names no hosts");
    CHECK(
        service
            .domain(
                {"Domain https://web.fabrikam.com:443",
                 "SipClientExternalAccess sip://sip.eu.fabrikam.com:443",
                 "User https://webdir.online.lync.com:443"}
            )
            .verdict == Verdict::pass
    );
    CHECK(
        text_of(service.domain(
            {"Domain https://web.tailspin.net:443", "User https://web.tailspin.net:4443",
             "SipClientExternalAccess sip://sip.notfabrikam.com:443"}
        )) == "warn: sends users of fabrikam.com to web.tailspin.net, sip.notfabrikam.com, outside "
              "their SIP domain: clients ask whether to trust these servers, or do not go there "
              "{hosts=[web.tailspin.net; sip.notfabrikam.com], sip_domains=[fabrikam.com]}"
    );
    CHECK(service.domain({"Domain https://192.0.2.1:443"}).verdict == Verdict::warn);
}

TEST_CASE("autodiscover-domain: outside nobody goes to the hosts of the inside") {
    const Lines inside{
        "Internal/Autodiscover https://webint.fabrikam.local:443",
        "SipClientInternalAccess sip://pool.fabrikam.local:5061"};
    CHECK(Service("lyncdiscover.fabrikam.com").domain(inside).verdict == Verdict::pass);
    CHECK(
        Service("lyncdiscoverinternal.fabrikam.com", "Internal").domain(inside).verdict ==
        Verdict::warn
    );
}

TEST_CASE("autodiscover-domain: the SIP domains of one list are served by one pool") {
    const Lines own{"fabrikam.com", "tailspin.net"};
    const Lines hosts{"Domain https://web.tailspin.net:443"};
    Service by_name("lyncdiscover.fabrikam.com");
    by_name.bench.context.sip_domains = own;
    CHECK(by_name.domain(hosts).verdict == Verdict::pass);
    CHECK(by_name.domain({"Domain https://web.litware.com:443"}).verdict == Verdict::warn);
    Service taken_over("lyncdiscover.litware.com"); // a domain that the list does not have
    taken_over.bench.context.sip_domains = own;
    CHECK(taken_over.domain(hosts).verdict == Verdict::warn);
}

TEST_CASE("autodiscover-domain: what a host lies in need not be anybody's SIP domain") {
    const Lines own{"fabrikam.com", "tailspin.net"};
    const Lines hosts{"Domain https://web.tailspin.net:443"};
    Service site("fe01.fabrikam.local");
    CHECK(
        site.domain(hosts).message ==
        "sends users of fabrikam.local to web.tailspin.net, outside their SIP domain: clients ask "
        "whether to trust that server, or do not go there, if that is their SIP domain"
    );
    CHECK(site.domain(hosts).verdict == Verdict::inconclusive);
    site.bench.context.sip_domains = own;
    CHECK(site.domain(hosts).verdict == Verdict::pass);
    site.bench.target.sip_domain = "litware.com"; // as the target says
    CHECK(site.domain(hosts).verdict == Verdict::warn);
}

TEST_CASE("autodiscover-location: what tells the side where the list does not") {
    struct Row {
        const char* host;
        std::uint16_t port;
        Role role;
        CertificateUse use;
        const char* side; // "" = not known
    };
    const auto none = CertificateUse::other;
    const Row rows[] = {
        {"lyncdiscover.fabrikam.com", 443, Role::other, none, "external"},
        {"lyncdiscoverinternal.fabrikam.com", 4443, Role::reverse_proxy, none, "internal"},
        {"lyncdiscoverx.fabrikam.com", 443, Role::other, none, ""},
        {"fe01.fabrikam.com", 443, Role::front_end, none, ""},
        {"fe01.fabrikam.com", 4443, Role::front_end, none, "external"},
        {"fe01.fabrikam.com", 8080, Role::front_end, none, "external"},
        {"fe01.fabrikam.com", 8081, Role::front_end, none, ""},
        {"fe01.fabrikam.com", 4443, Role::front_end, CertificateUse::web_services_internal,
         "internal"},
        {"web.fabrikam.com", 443, Role::reverse_proxy, none, "external"}};
    for (const auto& row : rows) {
        CAPTURE(row.host);
        CAPTURE(row.port);
        Service service(row.host);
        service.bench.target.port = row.port;
        service.bench.target.role = row.role;
        service.bench.target.use = row.use;
        CHECK(service.ask("autodiscover-location").evidence.text("side") == row.side);
        CHECK((service.location() == Verdict::inconclusive) == !*row.side);
    }
    Service none_of_it("lyncdiscover.fabrikam.com");
    none_of_it.bench.target.probe = Probe::https;
    CHECK(none_of_it.location() == Verdict::not_applicable);
    // Where all documents are of the wrong side it is the request, not some of them.
    Service same("lyncdiscover.fabrikam.com");
    same.facts.set("access_location_other", std::string("External"));
    CHECK(same.location() == Verdict::pass);
    Service strange("lyncdiscover.fabrikam.com", "Internal");
    strange.facts.set("access_location_other", std::string("Nowhere"));
    CHECK(
        strange.ask("autodiscover-location").message.find("the request reached") !=
        std::string::npos
    );
}

TEST_CASE("autodiscover-location: every fix, with and without TLS, of our servers and of a proxy") {
    const auto fix = [](const char* host, const char* location, Role role, bool plain) {
        Service service(host, location);
        service.bench.target.role = role;
        service.bench.target.plain = plain;
        service.bench.target.port = plain ? 80 : 443;
        return service.ask("autodiscover-location").fix;
    };
    const char *out = "lyncdiscover.fabrikam.com", *in = "lyncdiscoverinternal.fabrikam.com";
    for (const auto& [plain, inner, outer] :
         {std::tuple{false, "443", "4443"}, {true, "80", "8080"}}) {
        const std::string inside(inner), outside(outer);
        CHECK(
            fix(out, "Internal", Role::reverse_proxy, plain)
                .find(
                    "to port " + outside + " of the pool, its external web site, and not to " +
                    inside + ","
                ) != std::string::npos
        );
        CHECK(fix(in, "External", Role::other, plain)
                  .starts_with("lead this name to port " + inside + " of"));
        CHECK(fix(in, "External", Role::other, plain).ends_with("not to " + outside));
        CHECK(
            fix(out, "Internal", Role::front_end, plain)
                .find(
                    "the external one belongs on " + outside + ", the internal one on " + inside +
                    ";"
                ) != std::string::npos
        );
    }
}

TEST_CASE("autodiscover-domain: each host once, and only where there is something to compare") {
    Service service("lyncdiscover.fabrikam.com");
    const auto twice =
        service.domain({"Domain https://web.tailspin.net:443", "User https://web.tailspin.net:8443"}
        );
    CHECK(list_of(twice.evidence, "hosts") == Lines{"web.tailspin.net"});
    CHECK(twice.message.ends_with("clients ask whether to trust that server, or do not go there"));
    service.bench.target.probe = Probe::https;
    CHECK(text_of(service.ask("autodiscover-domain")) == "not_applicable: no autodiscover service");
    Service nobodys("lyncdiscover.fabrikam.com");
    nobodys.bench.target.sip_domain.clear();
    CHECK(
        nobodys.domain({"Domain https://web.tailspin.net:443"}).message ==
        "no SIP domain of its users is known"
    );
    // A host of the SIP domain that the target names itself is no guess.
    Service named("web.fabrikam.com");
    named.bench.target.sip_domain = "litware.com";
    CHECK(named.domain({"Domain https://web.tailspin.net:443"}).verdict == Verdict::warn);
}
