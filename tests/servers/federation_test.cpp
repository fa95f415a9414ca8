// SPDX-License-Identifier: MIT
// `lyncprobe federation` as fabrikam.example would ask contoso.example: real name servers, Kamailio
// in the place of the partner's Edge, and openssl s_server where Kamailio has no such fault.
#include "servers/kamailio.h"
#include "servers/name_servers.h"
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

using Ask = Kamailio::ClientCertificate;

constexpr const char* kDomain = "contoso.example";
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";

lab::CertificateSpec our_spec(const std::string& name) {
    auto spec = server_spec(name);
    spec.eku->emplace_back(kClientAuth); // OpenSSL's servers want it
    return spec;
}

const lab::Issued& our_certificate() {
    static const auto issued = contoso().issuing.issue(our_spec("edge.fabrikam.example"));
    return issued;
}

// Us is who asks: with our certificate and the roots that our Edge has.
struct Us {
    std::optional<lab::Issued> certificate = our_certificate();
    std::string behind = contoso().issuing.self().certificate_pem;
    std::string roots = contoso().root.self().certificate_pem;
    std::vector<std::string> more = {}; // options
    std::vector<std::string> domains = {kDomain};
    bool loopback_meant = true;
    Process::Options process = {};
};

class Answered {
  public:
    explicit Answered(Finished done) : done_(std::move(done)) {
        CAPTURE(done_.err);
        boost::system::error_code error;
        document_ = boost::json::parse(done_.out, error);
        REQUIRE_FALSE(error);
    }

    int exit_code() const { return done_.exit_code; }
    const std::string& json() const { return done_.out; }
    std::string get(std::string_view pointer) const {
        boost::system::error_code missing;
        const auto* found = document_.find_pointer(pointer, missing);
        REQUIRE_MESSAGE(found != nullptr, "no " << pointer << " in " << done_.out);
        return text(*found);
    }
    std::string verdict() const { return get("/federation/0/verdict"); }
    // "fails theirs" of the reason with this code; empty where there is none.
    std::string reason(std::string_view code) const {
        const auto* one = find(code);
        return one == nullptr ? "" : text(one->at("weight")) + " " + text(one->at("side"));
    }
    std::string message(std::string_view code) const {
        const auto* one = find(code);
        return one == nullptr ? "" : text(one->at("message"));
    }
    // Codes of the reasons, in order, with a space between.
    std::string codes() const {
        std::string out;
        for (const auto& one : reasons())
            out += (out.empty() ? "" : " ") + text(one.at("code"));
        return out;
    }

  private:
    const boost::json::array& reasons() const {
        return document_.at("federation").at(0).at("reasons").as_array();
    }
    const boost::json::value* find(std::string_view code) const {
        for (const auto& one : reasons())
            if (text(one.at("code")) == code) return &one;
        return nullptr;
    }
    static std::string text(const boost::json::value& value) {
        return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
    }

    Finished done_;
    boost::json::value document_;
};

Finished ask(const std::string& resolver, const Us& us, const std::string& format) {
    const TemporaryFolder folder;
    std::vector<std::string> arguments{"federation"};
    arguments.insert(arguments.end(), us.domains.begin(), us.domains.end());
    arguments.insert(arguments.end(), {"--resolver", resolver, "--format", format});
    if (us.certificate) {
        arguments.insert(
            arguments.end(),
            {"--cert", folder.write("our.pem", us.certificate->certificate_pem + us.behind),
             "--key", folder.write("our.key", us.certificate->key_pem)}
        );
    }
    if (!us.roots.empty()) {
        arguments.insert(
            arguments.end(), {"--ca-file", folder.write("roots.pem", us.roots), "--no-system-trust"}
        );
    }
    // Every server of the tests is on loopback.
    if (us.loopback_meant) arguments.emplace_back("--allow-private");
    arguments.insert(arguments.end(), us.more.begin(), us.more.end());
    return lyncprobe(arguments, us.process);
}

Answered ask(const std::string& resolver, const Us& us = {}) {
    return Answered(ask(resolver, us, "json"));
}

std::string record(std::uint16_t port, const std::string& host = kHost, int priority = 0) {
    return fmt::format(
        "--srv-host=_sipfederationtls._tcp.{},{},{},{}", kDomain, host, port, priority
    );
}

// The partner's zone with the usual record and the usual host, and what else is given.
std::vector<std::string> zone(std::uint16_t port, const std::vector<std::string>& more = {}) {
    std::vector<std::string> out{
        "--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1", record(port)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

// The partner's Edge with a certificate of one's own making.
Answered ask_edge_with(
    const lab::Issued& leaf, const std::vector<std::string>& behind, const Us& us = {}
) {
    const TemporaryFolder folder;
    const Kamailio edge(
        write_credentials(folder, "edge", leaf, behind), {.client_certificate = Ask::required}
    );
    const Dnsmasq dns(zone(edge.port()));
    return ask(dns.address(), us);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

const std::string& issuing_pem() { return contoso().issuing.self().certificate_pem; }

} // namespace

TEST_CASE("federation: a partner that trusts us, wants our certificate and answers is ready") {
    const TemporaryFolder folder;
    const Kamailio edge(good_credentials(folder), {.client_certificate = Ask::required});
    const Dnsmasq dns(zone(edge.port()));
    const auto good = ask(dns.address());
    CHECK(good.exit_code() == 0);
    CHECK(good.verdict() == "ready");
    // Told, and no reason against it: a port and an address of this test's.
    CHECK(good.codes() == "dns-srv-port dns-srv-address");
    CHECK(good.reason("dns-srv-port") == "note theirs");
    CHECK(good.reason("dns-srv-address") == "note theirs");
    CHECK(good.get("/federation/0/our_domain") == "fabrikam.example"); // by our certificate
    CHECK(good.get("/federation/0/endpoints/0") == good.get("/endpoints/0/id"));
    CHECK(good.get("/summary/exit_code") == "0");
    CHECK(good.get("/endpoints/0/mutual_tls/accepted") == "true");
    const auto checked = run(
        {"python3", LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py",
         LYNCPROBE_SOURCE_DIR "/docs/result.schema.json", folder.write("result.json", good.json())}
    );
    CHECK_MESSAGE(checked.exit_code == 0, checked.err);

    SUBCASE("the same by name, without a record") {
        const Dnsmasq no_record(
            {"--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1"}
        );
        const auto direct =
            ask(no_record.address(),
                {.more = {"--direct", fmt::format("sip.contoso.example:{}", edge.port())}});
        CHECK(direct.exit_code() == 0);
        CHECK(direct.verdict() == "ready");
        const auto wrong = ask(no_record.address(), {.more = {"--direct", "gone.contoso.example"}});
        CHECK(wrong.exit_code() == 1);
        CHECK(wrong.reason("direct-host") == "fails theirs");
    }
    SUBCASE("as lines") {
        const auto lines = ask(dns.address(), {}, "ndjson");
        CHECK(has(lines.out, "\"verdict\":\"ready\""));
        const auto valid = run(
            {"python3", LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py",
             LYNCPROBE_SOURCE_DIR "/docs/result.schema.json",
             folder.write("result.ndjson", lines.out)}
        );
        CHECK_MESSAGE(valid.exit_code == 0, valid.err);
    }
    SUBCASE("without a certificate of ours nothing is told about mutual TLS") {
        const auto nobody = ask(dns.address(), {.certificate = std::nullopt});
        CHECK(nobody.exit_code() == 3);
        CHECK(nobody.verdict() == "cannot-tell");
        CHECK(nobody.reason("no-identity") == "open ours");
    }
    SUBCASE("in the name of a domain that is not in our certificate: told, since it was accepted") {
        const auto other = ask(dns.address(), {.more = {"--our-domain", "litware.example"}});
        CHECK(other.exit_code() == 0);
        CHECK(other.reason("our-name") == "note ours");
    }
    SUBCASE("several domains: one verdict each, the worst decides") {
        const auto two =
            ask(dns.address(), {.domains = {kDomain, "empty.contoso.example", "CONTOSO.example."}});
        CHECK(two.exit_code() == 1);
        CHECK(two.verdict() == "ready");
        CHECK(two.get("/federation/1/verdict") == "will-fail");
        CHECK(two.get("/federation/1/reasons/0/code") == "srv-record");
    }
    SUBCASE("for people, on one screen") {
        const auto text = ask(dns.address(), {}, "text");
        CHECK(text.exit_code == 0);
        CHECK(has(text.out, "contoso.example: ready\n"));
        CHECK(has(text.out, "took our certificate; answers OPTIONS with 200 OK"));
        CHECK(std::ranges::count(text.out, '\n') < 24);
    }
}

TEST_CASE("federation: no SRV record, and one that leads into a foreign domain") {
    const TemporaryFolder folder;
    const Kamailio edge(good_credentials(folder), {.client_certificate = Ask::required});
    const Dnsmasq none({"--local=/contoso.example/"});
    const auto missing = ask(none.address());
    CHECK(missing.exit_code() == 1);
    CHECK(missing.verdict() == "will-fail");
    CHECK(missing.codes() == "srv-record");
    CHECK(missing.reason("srv-record") == "fails theirs");

    auto foreign = server_spec("sip.litware.example");
    const Kamailio other(
        write_credentials(folder, "other", contoso().issuing.issue(foreign), {issuing_pem()}),
        {.client_certificate = Ask::required}
    );
    const Dnsmasq abroad(
        {"--local=/contoso.example/", "--local=/litware.example/",
         "--host-record=sip.litware.example,127.0.0.1", record(other.port(), "sip.litware.example")}
    );
    const Us unmeant{.loopback_meant = false}; // only their record tells such names
    CHECK(ask(abroad.address(), unmeant).get("/endpoints/0/outcome") == "skipped");
    const auto outside = ask(abroad.address());
    CHECK(outside.exit_code() == 1);
    CHECK(outside.reason("dns-strict-naming") == "fails theirs");
    CHECK(outside.reason("host-name") == ""); // the rest is good, and known
    CHECK(outside.get("/endpoints/0/mutual_tls/accepted") == "true");

    // Unless it is Microsoft's hosting.
    const Kamailio hosting(
        write_credentials(
            folder, "hosting", contoso().issuing.issue(server_spec("sipfed.online.lync.com")),
            {issuing_pem()}
        ),
        {.client_certificate = Ask::required}
    );
    const Dnsmasq hosted(
        {"--local=/contoso.example/", "--local=/lync.com/",
         "--host-record=sipfed.online.lync.com,127.0.0.1",
         record(hosting.port(), "sipfed.online.lync.com")}
    );
    CHECK(ask(hosted.address()).verdict() == "ready");
    CHECK(ask(hosted.address(), unmeant).reason("dns-srv-address") == "fails theirs");

    // A name server that refuses says nothing about the domain.
    const Nsd elsewhere({Nsd::Zone{"litware.example", "sip A 127.0.0.1\n"}});
    const auto refused = ask(elsewhere.address());
    CHECK(refused.exit_code() == 3);
    CHECK(refused.reason("srv-record") == "open either");
}

TEST_CASE("federation: the partner's certificate by the rules of an Edge") {
    const auto& pki = contoso();
    SUBCASE("another name") {
        const auto wrong =
            ask_edge_with(pki.issuing.issue(server_spec("web.contoso.example")), {issuing_pem()});
        CHECK(wrong.exit_code() == 1);
        CHECK(wrong.reason("host-name") == "fails theirs");
    }
    SUBCASE("the name by a wildcard only") {
        const auto wrong =
            ask_edge_with(pki.issuing.issue(server_spec("*.contoso.example")), {issuing_pem()});
        CHECK(wrong.reason("host-name") == "fails theirs");
        CHECK(has(wrong.message("host-name"), "wildcard"));
    }
    SUBCASE("a root that we do not have") {
        const auto wrong = ask_edge_with(
            pki.server, {issuing_pem(), pki.root.self().certificate_pem},
            {.roots = pki.stranger_root.self().certificate_pem}
        );
        CHECK(wrong.exit_code() == 1);
        CHECK(wrong.codes() == "untrusted-root dns-srv-port dns-srv-address");
        CHECK(wrong.reason("untrusted-root") == "fails ours");
        const auto left_out = ask_edge_with(
            pki.server, {issuing_pem()}, {.roots = pki.stranger_root.self().certificate_pem}
        );
        CHECK(left_out.reason("untrusted-root") == "fails ours");
        // Nobody said which roots our Edge has.
        const auto unknown = ask_edge_with(pki.server, {issuing_pem()}, {.roots = ""});
        CHECK(unknown.exit_code() == 3);
        CHECK(unknown.reason("untrusted-root") == "open ours");
    }
    SUBCASE("expired") {
        auto spec = server_spec();
        spec.not_before_days = -400;
        spec.not_after_days = -3;
        const auto wrong = ask_edge_with(pki.issuing.issue(spec), {issuing_pem()});
        CHECK(wrong.exit_code() == 1);
        CHECK(wrong.codes() == "validity dns-srv-port dns-srv-address");
        CHECK(has(wrong.message("validity"), "expired"));
    }
    SUBCASE("no intermediate: some can fetch it where the certificate says from where") {
        auto spec = server_spec();
        const auto fetched = ask_edge_with(pki.issuing.issue(spec), {});
        CHECK(fetched.exit_code() == 3);
        CHECK(fetched.reason("missing-intermediate") == "open theirs");
        spec.ca_issuer_urls.clear();
        const auto lost = ask_edge_with(pki.issuing.issue(spec), {});
        CHECK(lost.exit_code() == 1);
        CHECK(lost.codes() == "missing-intermediate dns-srv-port dns-srv-address");
    }
    SUBCASE("no server authentication, and a signature that Lync does not support") {
        auto spec = server_spec();
        spec.eku = {kClientAuth};
        CHECK(
            ask_edge_with(pki.issuing.issue(spec), {issuing_pem()}).reason("server-eku") ==
            "fails theirs"
        );
        spec = server_spec();
        spec.pss_signature = true;
        CHECK(
            ask_edge_with(pki.issuing.issue(spec), {issuing_pem()}).reason("no-rsassa-pss") ==
            "fails theirs"
        );
    }
}

TEST_CASE("federation: the partner's Edge refuses our certificate") {
    const TemporaryFolder folder;
    const Kamailio edge(good_credentials(folder), {.client_certificate = Ask::required});
    const Dnsmasq dns(zone(edge.port()));

    const auto stranger = ask(dns.address(), {.certificate = contoso().stranger, .behind = ""});
    CHECK(stranger.exit_code() == 1);
    CHECK(stranger.reason("our-root-untrusted") == "fails theirs");
    CHECK(stranger.get("/endpoints/0/outcome") == "client_certificate_rejected");

    // For OpenSSL a certificate without client authentication is none of a client.
    const auto server_only = contoso().issuing.issue(server_spec("edge.fabrikam.example"));
    const auto refused = ask(dns.address(), {.certificate = server_only});
    CHECK(refused.exit_code() == 1);
    CHECK(refused.reason("client-certificate-refused") == "fails ours");

    auto spec = our_spec("edge.fabrikam.example");
    spec.not_before_days = -400;
    spec.not_after_days = -3;
    const auto old = ask(dns.address(), {.certificate = contoso().issuing.issue(spec)});
    CHECK(old.exit_code() == 1);
    CHECK(old.reason("our-certificate") == "fails ours");
    CHECK(old.reason("client-certificate-refused") == "fails ours");
}

TEST_CASE("federation: what the partner answers in SIP") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto ask_one_that_says = [&](const Kamailio::Reply& reply, Ask certificate) {
        const Kamailio edge(
            credentials, {.options = reply, .client_certificate = certificate, .server = "RTC/6.0"}
        );
        const Dnsmasq dns(zone(edge.port()));
        return ask(dns.address());
    };
    const auto forbidden = ask_one_that_says(
        {403,
         "Forbidden",
         {"ms-diagnostics-public: 1017;reason=\"Cannot route From and To domains in this "
          "combination\""}},
        Ask::required
    );
    CHECK(forbidden.exit_code() == 1);
    CHECK(forbidden.codes() == "sip-refusal dns-srv-port dns-srv-address");
    CHECK(forbidden.reason("sip-refusal") == "fails theirs");
    const auto gone = ask_one_that_says({504, "Server time-out"}, Ask::required);
    CHECK(gone.exit_code() == 1);
    CHECK(gone.reason("sip-refusal") == "fails either");
    const auto busy = ask_one_that_says({503, "Service Unavailable"}, Ask::required);
    CHECK(busy.exit_code() == 3);
    CHECK(busy.reason("sip-refusal") == "open theirs");
    const auto no_question = ask_one_that_says({200, "OK"}, Ask::not_asked);
    CHECK(no_question.exit_code() == 3);
    CHECK(no_question.reason("mutual-tls") == "open theirs");
}

TEST_CASE(
    "federation: versions of TLS that no Lync Edge speaks, and ports that speak something else"
) {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto ask_web_server = [&](const std::string& protocols) {
        const auto port = free_port();
        const Nginx server({{port, kHost, credentials, "ssl_protocols " + protocols + ";"}});
        const Dnsmasq dns(zone(port));
        return ask(dns.address());
    };
    const auto modern = ask_web_server("TLSv1.3");
    CHECK(modern.exit_code() == 1);
    CHECK(modern.reason("tls-version") == "fails theirs");
    const auto both = ask_web_server("TLSv1.2 TLSv1.3");
    CHECK(both.get("/endpoints/0/tls/version") == "TLSv1.3");
    CHECK(both.reason("tls-version") == "");
    CHECK(both.reason("sip") == "fails theirs"); // it answers HTTP

    const OpensslServer server(credentials, {"-tls1", "-cipher", "ALL:@SECLEVEL=0"});
    const Dnsmasq old_zone(zone(server.port()));
    const auto old = ask(old_zone.address(), {.more = {"--timeout", "3s"}});
    CHECK(old.exit_code() == 3);
    CHECK(old.reason("tls-version") == "open theirs");

    // What answers there is a name server.
    const Dnsmasq plain({"--local=/contoso.example/"});
    const auto port =
        static_cast<std::uint16_t>(std::stoi(plain.address().substr(plain.address().find(':') + 1))
        );
    const Dnsmasq dns(zone(port));
    CHECK(ask(dns.address()).verdict() != "ready");
}

TEST_CASE("federation: every address, and records of several priorities") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const Kamailio edge(credentials, {.client_certificate = Ask::required});
    const auto nobody = free_port();

    SUBCASE("a dead address beside a good one is told") {
        const Dnsmasq dns(
            {"--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1",
             "--host-record=sip.contoso.example,127.0.0.2", record(edge.port())}
        );
        const auto some = ask(dns.address());
        CHECK(some.exit_code() == 0);
        CHECK(some.reason("reachable") == "note theirs");
        CHECK(has(some.json(), "127.0.0.2"));
    }
    SUBCASE("a loopback address is theirs, although it answers here, and a second host no help") {
        const Dnsmasq dns(zone(edge.port(), {record(edge.port(), "edge2.contoso.example", 10)}));
        const auto inside = ask(dns.address(), {.loopback_meant = false});
        CHECK(inside.exit_code() == 1);
        CHECK(inside.verdict() == "will-fail");
        CHECK(inside.reason("dns-srv-address") == "fails theirs");
        CHECK(has(inside.message("dns-srv-address"), "127.0.0.1"));
        CHECK(inside.reason("dns-srv-failover") == "note theirs");
        CHECK(has(inside.message("dns-srv-failover"), "2 host names"));
    }
    SUBCASE("the same by nsd, with one host and two priorities") {
        const auto records = fmt::format(
            "_sipfederationtls._tcp SRV 0 0 {0} sip\n_sipfederationtls._tcp SRV 20 0 {0} sip\n",
            edge.port()
        );
        const Nsd loopback({Nsd::Zone{kDomain, "sip A 127.0.0.1\n" + records}});
        const auto meant = ask(loopback.address());
        CHECK(meant.verdict() == "ready");
        CHECK(meant.reason("dns-srv-address") == "note theirs");
        CHECK(meant.reason("dns-srv-failover") == "note theirs");
        CHECK(has(meant.message("dns-srv-failover"), "2 priorities"));

        const auto unmeant = ask(loopback.address(), {.loopback_meant = false});
        CHECK(unmeant.exit_code() == 1);
        CHECK(unmeant.reason("dns-srv-address") == "fails theirs");
        CHECK(unmeant.reason("dns-srv-failover") == "note theirs");
    }
    SUBCASE("nobody there at all") {
        const Dnsmasq dns(zone(nobody));
        const auto none = ask(dns.address());
        CHECK(none.exit_code() == 1);
        CHECK(none.reason("reachable") == "fails theirs");
    }
    SUBCASE("a bad second record is told; a dead first one leaves open what their peers do") {
        const Dnsmasq second_dead(zone(edge.port(), {record(nobody, kHost, 10)}));
        CHECK(ask(second_dead.address()).verdict() == "ready");
        const Dnsmasq first_dead(
            {"--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1",
             record(nobody, kHost, 0), record(edge.port(), kHost, 10)}
        );
        const auto open = ask(first_dead.address());
        CHECK(open.exit_code() == 3);
        CHECK(open.reason("reachable") == "open theirs");
    }
}

TEST_CASE("federation: our own domain as a partner sees it") {
    const TemporaryFolder folder;
    const Kamailio edge(
        good_credentials(folder),
        {.options = {403, "Forbidden"}, .client_certificate = Ask::required}
    );
    const Dnsmasq dns(zone(edge.port()));
    const Us stranger{.certificate = std::nullopt, .more = {"--self"}};
    const auto own_root = ask(dns.address(), stranger);
    CHECK(own_root.exit_code() == 3);
    CHECK(own_root.reason("private-root") == "open ours");

    // The roots of this machine, for this test, are Contoso's.
    folder.write("root.pem", contoso().root.self().certificate_pem);
    REQUIRE(run({"openssl", "rehash", folder.path()}).exit_code == 0);
    auto publicly = stranger;
    publicly.roots = "";
    const auto unknown = ask(dns.address(), publicly);
    CHECK(has(unknown.message("untrusted-root"), "whether partners trust it cannot be seen"));
    publicly.process.environment = {"SSL_CERT_DIR=" + folder.path()};
    const auto good = ask(dns.address(), publicly);
    CHECK(good.exit_code() == 0);
    CHECK(good.verdict() == "ready");
    CHECK(good.get("/federation/0/self") == "true");

    const Dnsmasq none({"--local=/contoso.example/"});
    const auto missing = ask(none.address(), publicly);
    CHECK(missing.exit_code() == 1);
    CHECK(missing.reason("srv-record") == "fails ours");
}

TEST_CASE("federation: hosts of a lying name server are shown harmlessly") {
    for (const auto lie : {Lie::odd_host, Lie::markup_host, Lie::longest_host}) {
        const LyingDns dns(lie);
        const auto done = ask(dns.address(), {.more = {"--connect-timeout", "1s"}}, "text");
        CHECK(done.exit_code == 1);
        CHECK(done.out.find('\x1b') == std::string::npos);
        CHECK(has(done.out, "contoso.example: will fail because"));
    }
}

} // namespace lyncprobe::test
