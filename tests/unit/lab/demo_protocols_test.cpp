// SPDX-License-Identifier: MIT
// The demonstration's listeners, asked over the network: each speaks the protocol of its probe, and
// the planted answers are the ones that are planted.
#include "lab/answers.h"
#include "unit/lab/one_server.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <optional>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;

namespace {

constexpr const char* kAcceptXml = "application/vnd.microsoft.rtc.autodiscover+xml;v=1";

const Demo& high_demo() {
    static const Demo demo = make_demo(false);
    return demo;
}

// The demonstration on free ports. Not for longer than one test: its thread would take the signals
// that others wait for.
struct Running {
    Demo demo = high_demo();
    Lab lab;

    Running() {
        std::erase_if(demo.servers, [](const auto& entry) {
            return !missing_address(entry.server).empty();
        });
        for (auto& entry : demo.servers) {
            entry.server.port = 0;
            entry.server.port = lab.add(entry.server).value();
        }
    }
    const DemoServer& server(std::string_view name) const {
        const auto found =
            std::find_if(demo.servers.begin(), demo.servers.end(), [&](const auto& entry) {
                return entry.server.name == name;
            });
        REQUIRE(found != demo.servers.end());
        return *found;
    }
    // With our identity, as the scan shows up, unless the target is told to offer none.
    TlsPeer::Options options(const DemoServer& entry) const {
        TlsPeer::Options options;
        options.address = entry.server.address;
        if (entry.target.mutual == Mutual::none) return options;
        options.certificate_pem = demo.identity.certificate_pem;
        options.key_pem = demo.identity.key_pem;
        options.issuer_pem = demo.identity_chain_pem.at(0);
        return options;
    }
    std::string ask(const DemoServer& entry, const std::string& request) const {
        if (!entry.server.plain) return TlsPeer(entry.server.port, options(entry)).ask(request);
        Wire wire(entry.server.port, entry.server.address);
        wire.send(request);
        return wire.read_all(std::chrono::milliseconds(200));
    }
    std::string ask(std::string_view name, const std::string& request) const {
        return ask(server(name), request);
    }
};

std::string sip(std::string_view method) {
    return fmt::format(
        "{0} sip:contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK3\r\n"
        "From: <sip:a@contoso.example>;tag=1\r\nTo: <sip:a@contoso.example>\r\nCall-ID: c3\r\n"
        "CSeq: 1 {0}\r\nContent-Length: 0\r\n\r\n",
        method
    );
}

std::string get(std::string_view path, std::string_view host, std::string_view accept = "*/*") {
    return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAccept: {}\r\n\r\n", path, host, accept);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool covers(const DemoServer& entry, const std::string& name) {
    const X509Ptr leaf = certificate_from_pem(entry.server.chain_pem.front());
    return X509_check_host(leaf.get(), name.c_str(), 0, 0, nullptr) == 1;
}

// Seconds between the Date header of an answer and now, to the minute.
long minutes_ahead(const std::string& answer) {
    const std::string date(header_value(answer, "Date"));
    for (long minutes = -10; minutes <= 10; ++minutes)
        for (long second = -30; second < 30; ++second)
            if (fixdate(std::time(nullptr) + minutes * 60 + second) == date) return minutes;
    return 999;
}

void check_sip(const Running& lab, const DemoServer& entry) {
    const auto answer = lab.ask(entry, sip("NEGOTIATE"));
    CHECK(answer.starts_with("SIP/2.0 200 OK\r\n"));
    CHECK(header_value(answer, "Server").starts_with("RTC"));
    const auto registered = lab.ask(entry, sip("REGISTER"));
    const bool signs_in = entry.server.client_certificates != ClientCertificates::required;
    CHECK(registered.starts_with("SIP/2.0 401 Unauthorized\r\n") == signs_in);
    if (!signs_in) return;
    CHECK(has(registered, fmt::format("targetname=\"sip/{}\"", entry.target.server)));
    CHECK(covers(entry, entry.target.server));
    CHECK(minutes_ahead(registered) == 0);
}

void check_web(const Running& lab, const DemoServer& entry) {
    const WebBehaviour& web = entry.server.web;
    const bool control = web.site == WebBehaviour::Site::conference_control;
    const bool lync = web.site == WebBehaviour::Site::lync;
    const auto* path = control ? "/LiveServer/Focus/" : lync ? "/meet/" : "/";
    const auto answer = lab.ask(entry, get(path, entry.target.host));
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(header_value(answer, "Server") == (control ? "RTC/5.0" : "Microsoft-IIS/8.5"));
    CHECK(minutes_ahead(answer) == 0);
    if (!lync) return;
    CHECK(has(answer, "lcs_se_w15_msrc5.0.8308.577"));
    const std::string revealed(header_value(answer, "X-MS-Server-Fqdn"));
    if (entry.target.use == CertificateUse::web_services_internal) CHECK(covers(entry, revealed));
}

void check_autodiscover(const Running& lab, const DemoServer& entry) {
    const auto root = lab.ask(entry, get("/", "lyncdiscover.contoso.example", kAcceptXml));
    const bool outside = entry.target.use != CertificateUse::web_services_internal;
    CHECK(has(root, outside ? "AccessLocation=\"External\"" : "AccessLocation=\"Internal\""));
    CHECK(has(root, entry.server.plain ? "<Link token=\"Redirect\"" : "<Link token=\"Domain\""));
    const auto domain =
        lab.ask(entry, get("/Autodiscover/AutodiscoverService.svc/root/domain", entry.target.host));
    CHECK(has(domain, R"("SipServerExternalAccess":{"fqdn":"sip.contoso.example","port":"15061"})")
    );
    CHECK(has(domain, R"("SipClientExternalAccess":{"fqdn":"sip.contoso.example","port":"10443"})")
    );
}

void check_xmpp(const Running& lab, const DemoServer& entry) {
    TlsPeer::Options options = lab.options(entry);
    if (entry.server.xmpp == Xmpp::no_tls) {
        Wire wire(entry.server.port, options.address);
        wire.send("<stream:stream to='contoso.example' from='probe.example' version='1.0'>");
        CHECK(!has(wire.read_until("</stream:features>"), "<starttls "));
        return;
    }
    options.in_clear_text = [](Wire& wire) {
        wire.send("<stream:stream to='contoso.example' from='probe.example' version='1.0'>");
        CHECK(has(wire.read_until("</stream:features>"), "<starttls "));
        wire.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        CHECK(wire.read_until("/>").starts_with("<proceed "));
    };
    CHECK(TlsPeer(entry.server.port, options).done());
    CHECK(covers(entry, "contoso.example"));
}

} // namespace

TEST_CASE("every good listener of the demonstration speaks the protocol of its probe") {
    const Running lab;
    std::map<Probe, int> asked;
    for (const auto& entry : lab.demo.servers) {
        if (!entry.planted.empty()) continue;
        CAPTURE(entry.server.name);
        ++asked[entry.target.probe];
        switch (entry.target.probe) {
        case Probe::sip: check_sip(lab, entry); break;
        case Probe::federation:
            CHECK(lab.ask(entry, sip("OPTIONS")).starts_with("SIP/2.0 200 OK\r\n"));
            break;
        case Probe::https: check_web(lab, entry); break;
        case Probe::autodiscover: check_autodiscover(lab, entry); break;
        case Probe::replication:
            CHECK(lab.ask(entry, get("/ReplicationWebService", entry.target.host))
                      .starts_with(
                          entry.target.mutual == Mutual::none ? "HTTP/1.1 403 " : "HTTP/1.1 200 OK"
                      ));
            break;
        case Probe::xmpp: check_xmpp(lab, entry); break;
        case Probe::av_edge: break; // no TLS, and asked elsewhere
        default:                    // nothing is said in these
            CHECK(TlsPeer(entry.server.port, lab.options(entry)).done());
        }
    }
    for (const auto probe :
         {Probe::sip, Probe::federation, Probe::https, Probe::autodiscover, Probe::replication,
          Probe::xmpp, Probe::web_conferencing})
        CHECK_MESSAGE(asked[probe] > 0, to_text(probe));
}

TEST_CASE("planted: names that a challenge or a header reveals and the certificate lacks") {
    const Running lab;
    const auto& registrar = lab.server("fe03 registrar");
    CHECK(has(lab.ask(registrar, sip("REGISTER")), "targetname=\"fe03.contoso.example\""));
    CHECK_FALSE(covers(registrar, "fe03.contoso.example"));
    const auto& web = lab.server("fe03 internal web site");
    const auto page = lab.ask(web, get("/", web.target.host));
    CHECK(header_value(page, "X-MS-Server-Fqdn") == "fe03.contoso.example");
    CHECK_FALSE(covers(web, "fe03.contoso.example"));
}

TEST_CASE("planted: clocks that are wrong, and a product that is older than the list says") {
    const Running lab;
    CHECK(minutes_ahead(lab.ask("dir02 registrar", sip("REGISTER"))) == -8);
    CHECK(minutes_ahead(lab.ask("fe03 external web site", get("/", "lyncweb"))) == 3);
    const auto old = lab.ask("branch appliance 2 registrar", sip("NEGOTIATE"));
    CHECK(header_value(old, "Server") == "RTC/4.0");
}

TEST_CASE("planted: refusals in the words of each protocol") {
    const Running lab;
    const auto closed = lab.ask("fe03 IM conferencing", sip("NEGOTIATE"));
    CHECK(closed.starts_with("SIP/2.0 403 Forbidden\r\n"));
    CHECK(header_value(closed, "ms-diagnostics").starts_with("1017;reason="));
    const auto unknown = lab.ask("partner Fabrikam, federation", sip("OPTIONS"));
    CHECK(header_value(unknown, "ms-diagnostics").starts_with("1027;reason="));
    const auto silent = lab.ask("edge03 Access Edge, federation", sip("OPTIONS"));
    CHECK(silent.starts_with("SIP/2.0 504 Server time-out\r\n"));
    CHECK(header_value(silent, "ms-diagnostics").empty());
    CHECK(lab.ask("edge03 replication", get("/ReplicationWebService", "edge03.contoso.example"))
              .starts_with("HTTP/1.1 403 Forbidden\r\n"));
}

TEST_CASE("planted: XMPP without TLS, and without the bare domain in the certificate") {
    const Running lab;
    const auto& plain = lab.server("edge03 XMPP proxy");
    Wire wire(plain.server.port, plain.server.address);
    wire.send("<stream:stream to='contoso.example' from='probe.example' version='1.0'>");
    const auto features = wire.read_until("</stream:features>");
    CHECK(has(features, "<stream:features>"));
    CHECK_FALSE(has(features, "starttls"));
    CHECK_FALSE(covers(lab.server("edge02 XMPP proxy"), "contoso.example"));
}

TEST_CASE("planted: autodiscover that leads away, and autodiscover that is none") {
    const Running lab;
    const auto request = get("/", "lyncdiscover.tailspin.example", kAcceptXml);
    const auto away = lab.ask("autodiscover of Tailspin", request);
    CHECK(header_value(away, "Location") == "https://lyncdiscover.contoso.example/");
    const auto none = lab.ask("autodiscover of Adatum", request);
    CHECK(none.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_FALSE(has(none, "AutodiscoverResponse"));
}

TEST_CASE("the internal web site of fe01 asks for a certificate late") {
    const Running lab;
    const auto& entry = lab.server("fe01 internal web site");
    const auto request = get("/CertProv/CertProvisioningService.svc", entry.target.host);
    TlsPeer::Options options = lab.options(entry);
    options.post_handshake_auth = true;
    TlsPeer peer(entry.server.port, options);
    CHECK_FALSE(peer.asked());
    CHECK(peer.ask(request).starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(peer.asked());
}
