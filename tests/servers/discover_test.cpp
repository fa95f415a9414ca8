// SPDX-License-Identifier: MIT
// `lyncprobe discover` against real name servers and against one that lies.
#include "servers/name_servers.h"
#include "servers/scan.h"

#include <algorithm>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

// Discovered is one domain of the JSON; everything is asked for as text.
class Discovered {
  public:
    explicit Discovered(Finished done) : done_(std::move(done)) {
        CAPTURE(done_.err);
        CAPTURE(done_.signal);
        boost::system::error_code error;
        document_ = boost::json::parse(done_.out, error);
        REQUIRE_FALSE(error);
        CHECK(document_.at("kind") == "discovery");
    }

    int exit_code() const { return done_.exit_code; }
    double seconds() const { return done_.seconds; }
    std::string errors() const { return done_.err; }
    const boost::json::value& document() const { return document_; }

    const boost::json::value& record(std::string_view name) const {
        for (const auto& row : domain().at("records").as_array())
            if (text(row.at("record")) == name) return row;
        FAIL("no record " << name);
        std::abort();
    }
    std::string status(std::string_view name) const { return text(record(name).at("status")); }
    // "sip.contoso.example:443 …"
    std::string targets(std::string_view name) const {
        std::string out;
        for (const auto& target : record(name).at("targets").as_array())
            out +=
                (out.empty() ? "" : " ") + text(target.at("host")) + ":" + text(target.at("port"));
        return out;
    }
    std::string host_status(std::string_view name) const {
        for (const auto& host : domain().at("hosts").as_array())
            if (text(host.at("host")) == name) return text(host.at("status"));
        return {};
    }
    // "fail: message" of every finding of this check that is worse than a pass.
    std::vector<std::string> problems(std::string_view check) const {
        std::vector<std::string> out;
        for (const auto& finding : domain().at("findings").as_array())
            if (text(finding.at("rule")) == check && finding.as_object().contains("fix"))
                out.push_back(text(finding.at("verdict")) + ": " + text(finding.at("message")));
        return out;
    }
    bool has_problem(std::string_view check, std::string_view part) const {
        return std::ranges::any_of(problems(check), [&](const std::string& problem) {
            return problem.find(part) != std::string::npos;
        });
    }

  private:
    const boost::json::value& domain() const { return document_.at("domains").at(0); }
    static std::string text(const boost::json::value& value) {
        return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
    }

    Finished done_;
    boost::json::value document_;
};

Discovered discover(
    const std::string& resolver, const std::vector<std::string>& more = {},
    const std::string& domain = "contoso.example"
) {
    std::vector<std::string> arguments{"discover", domain, "--resolver", resolver,
                                       "--format", "json", "--timeout",  "2s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Discovered(lyncprobe(arguments));
}

constexpr const char* kWholeZone = R"(
sip A 192.0.2.1
sip AAAA 2001:db8::1
web A 192.0.2.2
lyncdiscover CNAME web
meet A 192.0.2.2
dialin A 192.0.2.2
xmpp A 192.0.2.3
_sip._tls SRV 0 0 443 sip
_sipfederationtls._tcp SRV 0 0 5061 sip
_xmpp-server._tcp SRV 0 0 5269 xmpp
)";

} // namespace

TEST_CASE("discover: a whole set of records, by nsd") {
    const Nsd nsd({Nsd::Zone{"contoso.example", kWholeZone}});
    const auto found = discover(nsd.address());
    CHECK(found.exit_code() == 0);
    CHECK(found.errors() == "");
    CHECK(found.targets("_sip._tls") == "sip.contoso.example:443");
    CHECK(found.targets("_sipfederationtls._tcp") == "sip.contoso.example:5061");
    CHECK(found.targets("_xmpp-server._tcp") == "xmpp.contoso.example:5269");
    CHECK(found.status("lyncdiscover") == "found");
    CHECK(found.record("lyncdiscover").at("aliases").at(0) == "web.contoso.example");
    CHECK(found.record("lyncdiscover").at("ttl") == 300);
    CHECK(found.record("sip").at("addresses").at(1) == "2001:db8::1");
    CHECK(found.status("lyncdiscoverinternal") == "no_such_name");
    CHECK(found.host_status("sip.contoso.example") == "found");
    CHECK(found.document().at("summary").at("unanswered") == 0);
    for (const auto* check : {"dns-records", "dns-strict-naming", "dns-srv-host", "dns-answer"})
        CHECK(found.problems(check).empty());
}

TEST_CASE("discover: a whole set of records, by dnsmasq, several domains, one of them empty") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--local=/fabrikam.example/",
         "--host-record=pool.contoso.example,10.0.0.1",
         "--host-record=lyncdiscoverinternal.contoso.example,10.0.0.1",
         "--srv-host=_sipinternaltls._tcp.contoso.example,pool.contoso.example,5061"}
    );
    const auto found = discover(dns.address(), {"fabrikam.example", "CONTOSO.example."});
    CHECK(found.exit_code() == 1); // nobody can sign in at fabrikam.example
    CHECK(found.document().at("domains").as_array().size() == 2);
    CHECK(found.targets("_sipinternaltls._tcp") == "pool.contoso.example:5061");
    CHECK(found.problems("dns-lyncdiscover-split").empty());
    CHECK(found.has_problem("dns-records", "warn: Federation partners"));
    CHECK(found.document().at("domains").at(1).at("domain") == "fabrikam.example");
}

TEST_CASE("discover: strict naming, aliases and hosting are judged") {
    const Nsd nsd(
        {Nsd::Zone{"contoso.example", R"(
_sip._tls SRV 0 0 443 sip.fabrikam.example.
_sipfederationtls._tcp SRV 0 0 5061 edge.eu.contoso.example.
edge.eu A 192.0.2.1
_sipinternaltls._tcp CNAME _sip._tls.fabrikam.example.
lyncdiscover CNAME proxy.fabrikam.example.
)"},
         {"fabrikam.example", R"(
sip A 192.0.2.1
proxy A 192.0.2.1
_sip._tls SRV 0 0 443 sip
)"}}
    );
    const auto found = discover(nsd.address());
    CHECK(found.exit_code() == 1);
    CHECK(found.has_problem(
        "dns-strict-naming", "_sip._tls names sip.fabrikam.example, which is outside"
    ));
    CHECK(found.has_problem("dns-strict-naming", "edge.eu.contoso.example, which is in a subdomain")
    );
    CHECK(found.has_problem("dns-srv-owner", "_sipinternaltls._tcp is an alias"));
    CHECK(found.targets("_sipinternaltls._tcp") == "sip.fabrikam.example:443");
    CHECK(found.has_problem("dns-lyncdiscover-alias", "proxy.fabrikam.example, in another domain"));
    CHECK(found.has_problem("dns-srv-port", "port 443"));
}

TEST_CASE("discover: a domain at Microsoft 365 is outside by right") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--local=/lync.com/",
         "--host-record=sipdir.online.lync.com,192.0.2.1",
         "--host-record=sipfed.online.lync.com,192.0.2.2",
         "--host-record=webdir.online.lync.com,192.0.2.3",
         "--cname=lyncdiscover.contoso.example,webdir.online.lync.com",
         "--cname=sip.contoso.example,sipdir.online.lync.com",
         "--srv-host=_sip._tls.contoso.example,sipdir.online.lync.com,443",
         "--srv-host=_sipfederationtls._tcp.contoso.example,sipfed.online.lync.com,5061"}
    );
    const auto found = discover(dns.address(), {"--fail-on", "warn"});
    CHECK(found.exit_code() == 0);
    CHECK(found.problems("dns-strict-naming").empty());
    CHECK(found.problems("dns-lyncdiscover-alias").empty());
}

TEST_CASE("discover: broken SRV targets, each in its own words") {
    const Nsd nsd({Nsd::Zone{"contoso.example", R"(
_sipinternaltls._tcp SRV 0 0 5061 .
_sip._tls SRV 0 0 443 192.0.2.1.
_sip._tls SRV 1 0 443 gone
_sip._tls SRV 2 0 443 _sip._tls
_sip._tls SRV 3 0 0 sip
_sip._tls SRV 4 0 443 other
_sip._tls SRV 5 0 443 noaddress
sip A 192.0.2.1
other CNAME sip
noaddress TXT "no address"
)"}});
    const auto found = discover(nsd.address());
    CHECK(found.exit_code() == 1);
    CHECK(found.has_problem("dns-srv-none", "_sipinternaltls._tcp says"));
    CHECK(found.has_problem("dns-srv-name", "names the address 192.0.2.1"));
    CHECK(found.has_problem("dns-srv-name", "names itself"));
    CHECK(found.has_problem("dns-srv-host", "gone.contoso.example: no such name"));
    CHECK(found.has_problem("dns-srv-host", "noaddress.contoso.example: no such record"));
    CHECK(found.has_problem("dns-srv-port", "port 0"));
    CHECK(found.has_problem("dns-srv-alias", "other.contoso.example, an alias"));
}

TEST_CASE("discover: federation records that fail over, and that lead to private addresses") {
    const auto zone = [](const std::string& records) {
        return Nsd::Zone{
            "contoso.example", "sip A 192.0.2.1\nedge2 A 192.0.2.2\ninside A 10.1.2.3\n"
                               "inside AAAA fd00::1\nlocal A 169.254.7.7\n" +
                                   records};
    };
    constexpr const char* kFailover = "dns-srv-failover";
    constexpr const char* kAddress = "dns-srv-address";

    const Nsd hosts({zone("_sipfederationtls._tcp SRV 0 0 5061 sip\n"
                          "_sipfederationtls._tcp SRV 10 0 5061 edge2\n")});
    const auto two = discover(hosts.address());
    CHECK(two.has_problem(
        kFailover, "2 host names (edge2.contoso.example, sip.contoso.example) with 2 priorities"
    ));
    CHECK(two.problems(kAddress).empty());

    const Nsd priorities({zone("_sipfederationtls._tcp SRV 0 0 5061 sip\n"
                               "_sipfederationtls._tcp SRV 5 0 5061 sip\n")});
    CHECK(discover(priorities.address()).has_problem(kFailover, "has 2 priorities"));

    // The records of clients may have several hosts.
    const Nsd clients({zone("_sip._tls SRV 0 0 443 sip\n_sip._tls SRV 10 0 443 edge2\n"
                            "_sipfederationtls._tcp SRV 0 0 5061 inside\n")});
    const auto inside = discover(clients.address());
    CHECK(inside.exit_code() == 1);
    CHECK(inside.problems(kFailover).empty());
    CHECK(inside.has_problem(
        kAddress, "fail: _sipfederationtls._tcp names inside.contoso.example, whose addresses "
                  "10.1.2.3, fd00::1 are private"
    ));

    const Nsd link_local({zone("_sipfederationtls._tcp SRV 0 0 5061 local\n")});
    CHECK(discover(link_local.address()).has_problem(kAddress, "169.254.7.7"));

    // A resolver of the inside says nothing about what partners get.
    const Nsd split({zone("_sipfederationtls._tcp SRV 0 0 5061 inside\n"
                          "lyncdiscoverinternal A 10.1.2.4\n")});
    CHECK(discover(split.address()).has_problem(kAddress, "inconclusive: "));
}

TEST_CASE("discover: a broken zone is a server failure, a foreign one is refused, both are no fault"
) {
    const Nsd nsd({Nsd::Zone{"contoso.example", ""}});
    const auto broken = discover(nsd.address());
    CHECK(broken.exit_code() == 3);
    CHECK(broken.status("_sip._tls") == "server_failure");
    CHECK(broken.status("sip") == "server_failure");
    CHECK(broken.has_problem("dns-answer", "SERVFAIL"));
    CHECK(broken.has_problem("dns-records", "inconclusive: Lync 2013"));
    const auto foreign = discover(nsd.address(), {}, "fabrikam.example");
    CHECK(foreign.exit_code() == 3);
    CHECK(foreign.status("_sip._tls") == "refused");
    CHECK(foreign.has_problem("dns-answer", "REFUSED): every record"));
}

TEST_CASE("discover: alias loops end, by dnsmasq's and nsd's answers") {
    const Nsd nsd({Nsd::Zone{"contoso.example", R"(
meet CNAME dialin
dialin CNAME meet
lyncdiscover CNAME lyncdiscover
admin CNAME a1
a1 CNAME a2
a2 CNAME a3
a3 A 192.0.2.1
sip CNAME sip.fabrikam.example.
)"}});
    const auto found = discover(nsd.address());
    CHECK(found.status("meet") != "found");
    CHECK(found.status("lyncdiscover") != "found");
    CHECK(found.has_problem("dns-answer", "meet"));
    CHECK(found.status("admin") == "found");
    CHECK(found.record("admin").at("aliases").as_array().size() == 3);
    // Its server does not know what is behind the alias, and does not look.
    CHECK(found.has_problem("dns-answer", "inconclusive: sip is an alias of sip.fabrikam.example"));
    CHECK(found.seconds() < 5);
}

TEST_CASE("discover: an answer too long for a datagram comes over TCP; 32 targets are kept") {
    std::string records;
    for (int i = 0; i < 300; ++i)
        records += "_sip._tls SRV " + std::to_string(i) + " 0 443 edge" + std::to_string(i) + "\n";
    for (int i = 0; i < 32; ++i)
        records += "edge" + std::to_string(i) + " A 192.0.2.1\n";
    const Nsd nsd({Nsd::Zone{"contoso.example", records}});
    const auto found = discover(nsd.address());
    CHECK(found.record("_sip._tls").at("targets").as_array().size() == 32);
    CHECK(found.record("_sip._tls").at("targets_skipped") == 268);
    CHECK(found.document().at("domains").at(0).at("hosts").as_array().size() == 32);
    CHECK(found.host_status("edge31.contoso.example") == "found");
    CHECK(found.has_problem("dns-srv-order", "300 targets"));
}

TEST_CASE("discover: no name server, and a silent one, are known in time") {
    const auto closed = discover("127.0.0.1:9");
    CHECK(closed.exit_code() == 3);
    CHECK(closed.status("sip") == "no_answer");
    CHECK(closed.seconds() < 3);
    const LyingDns silent(Lie::silent);
    const auto nothing = discover(silent.address(), {"--timeout", "700ms"});
    CHECK(nothing.exit_code() == 3);
    CHECK(nothing.status("_sip._tls") == "no_answer");
    CHECK(nothing.seconds() < 3);
    CHECK(nothing.problems("dns-answer").size() == 1);
}

TEST_CASE("discover: a name server that lies about SRV records harms nothing and nobody else") {
    const auto status = [](Lie lie) {
        const LyingDns dns(lie);
        const auto found = discover(dns.address(), {"--timeout", "1s"});
        CHECK(found.status("sip") == "found"); // the other questions are answered
        CHECK(found.seconds() < 5);
        CHECK((found.exit_code() == 1 || found.exit_code() == 3));
        return found.status("_sip._tls");
    };
    CHECK(status(Lie::wrong_id) == "no_answer");
    CHECK(status(Lie::empty) == "no_answer");
    CHECK(status(Lie::count) == "malformed");
    CHECK(status(Lie::length) == "malformed");
    CHECK(status(Lie::pointer_loop) == "malformed");
    CHECK(status(Lie::pointer_forward) == "malformed");
    CHECK(status(Lie::srv_short) == "malformed");
    CHECK(status(Lie::bad_label) == "malformed");
    for (const auto lie :
         {Lie::wrong_question, Lie::not_a_response, Lie::garbage, Lie::header_only,
          Lie::always_truncated}) {
        const auto word = status(lie);
        CAPTURE(word);
        CHECK((word == "no_answer" || word == "malformed" || word == "no_such_record"));
    }
}

TEST_CASE("discover: odd bytes of a name server reach no terminal") {
    for (const auto lie : {Lie::odd_host, Lie::markup_host, Lie::longest_host}) {
        const LyingDns dns(lie);
        for (const std::vector<std::string>& more :
             {std::vector<std::string>{"--verbose"}, {"--format", "json"}, {"--yaml"}}) {
            std::vector<std::string> arguments{"discover",    "contoso.example", "--resolver",
                                               dns.address(), "--timeout",       "2s"};
            arguments.insert(arguments.end(), more.begin(), more.end());
            const auto done = lyncprobe(arguments);
            CHECK(done.exit_code == 1);
            // A name that is too long for a line is cut with a character of ours.
            const int highest = lie == Lie::longest_host ? 0x100 : 0x7f;
            CHECK(std::ranges::none_of(done.out + done.err, [&](char c) {
                const auto byte = static_cast<unsigned char>(c);
                return (byte < 0x20 && c != '\n') || byte == 0x7f || byte >= highest;
            }));
        }
    }
    const LyingDns odd(Lie::odd_host);
    const auto found = discover(odd.address());
    CHECK(found.has_problem("dns-srv-name", "\\027\\09131m\\046\\000\\013\\010x\\155"));
}

TEST_CASE("discover --scan: what was found is probed") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1",
         "--srv-host=_sip._tls.contoso.example,sip.contoso.example,9"}
    );
    const auto done = lyncprobe(
        {"discover", "contoso.example", "--resolver", dns.address(), "--scan", "--timeout", "2s",
         "--fail-on", "never"}
    );
    CHECK(done.exit_code == 3); // nothing listens there
    CHECK(done.out.find("_sip._tls: sip.contoso.example port 9: 127.0.0.1") != std::string::npos);
    CHECK(done.out.find("1 endpoint: 1 refused") != std::string::npos);
}

} // namespace lyncprobe::test
