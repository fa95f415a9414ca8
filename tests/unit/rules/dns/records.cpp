// SPDX-License-Identifier: MIT
// What is wrong with records, check by check.
#include "rules/engine/judge.h"
#include "support/discovery_domain.h"
#include "support/finding_text.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

class Domain : public discovery_test::DomainBuilder<Domain> {
  public:
    using DomainBuilder::DomainBuilder;

    std::vector<Finding> findings() const { return rules::judge_domain(get()); }
    // "fail: message" of every finding of the rule that is not pass or not_applicable.
    std::vector<std::string> problems(std::string_view rule) const {
        std::vector<std::string> out;
        for (const auto& finding : findings())
            if (finding.rule == rule && !finding.fix.empty())
                out.push_back(std::string(to_text(finding.verdict)) + ": " + finding.message);
        return out;
    }
    // The whole findings of the rule, in order.
    std::string whole(std::string_view rule) const {
        std::string out;
        for (const auto& finding : findings())
            if (finding.rule == rule) out += (out.empty() ? "" : " | ") + testing::text_of(finding);
        return out;
    }
    // All verdicts of the rule, in order, such as "pass warn".
    std::string verdicts(std::string_view rule) const {
        std::string out;
        for (const auto& finding : findings())
            if (finding.rule == rule)
                out += (out.empty() ? "" : " ") + std::string(to_text(finding.verdict));
        return out;
    }
};

// Verdict of the only SRV record with this target.
std::string srv_verdict(
    std::string_view check, const std::string& host, std::string_view record = "_sip._tls",
    std::uint16_t port = 443
) {
    return Domain().srv(record, host, port).verdicts(check);
}

bool says(const std::vector<std::string>& problems, std::string_view part) {
    return std::ranges::any_of(problems, [&](const std::string& problem) {
        return problem.find(part) != std::string::npos;
    });
}

Domain healthy_outside() {
    Domain domain;
    domain.address("lyncdiscover", "192.0.2.10");
    domain.srv("_sip._tls", "sip.contoso.com", 443);
    domain.srv("_sipfederationtls._tcp", "sip.contoso.com", 5061);
    return domain;
}

} // namespace

TEST_CASE("rules of dns: docs/discovery.md explains each") {
    std::ifstream in(LYNCPROBE_SOURCE_DIR "/docs/discovery.md");
    const std::string document((std::istreambuf_iterator<char>(in)), {});
    for (const auto* rule : rules::all())
        if (rule->scope == rules::Scope::dns)
            CHECK_MESSAGE(
                document.find("`" + std::string(rule->id) + "`") != std::string::npos, rule->id
            );
}

TEST_CASE("rules of dns: what is said of a domain, then of each record and target in turn") {
    Domain domain;
    domain.srv("_sipfederationtls._tcp", "a.contoso.com", 5061);
    domain.srv("_sipfederationtls._tcp", "b.fabrikam.com", 443);
    domain.row("_sipfederationtls._tcp").answer.aliases = {"_sip._tcp.fabrikam.com"};
    std::vector<std::string> order;
    for (const auto& finding : rules::judge_srv_records(domain.get()))
        order.push_back(std::string(finding.rule) + " " + std::string(to_text(finding.verdict)));
    CHECK(
        order ==
        std::vector<std::string>{
            "dns-srv-owner warn", "dns-strict-naming pass", "dns-srv-host pass",
            "dns-srv-port pass", "dns-srv-address pass", "dns-strict-naming fail",
            "dns-srv-host pass", "dns-srv-port warn", "dns-srv-address pass", "dns-srv-order pass",
            "dns-srv-failover warn"}
    );
    const auto all = domain.findings();
    CHECK(all.front().rule == "dns-records");
    CHECK(all.back().rule == "dns-srv-failover");
    CHECK(std::ranges::count(all, "dns-records", &Finding::rule) == 8);
}

TEST_CASE("rules of dns: a good deployment has no problem, outside and inside") {
    for (const auto& finding : healthy_outside().findings()) {
        CAPTURE(finding.message);
        CHECK((finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable));
        CHECK(finding.fix.empty());
        CHECK(finding.source.empty());
    }
    Domain inside;
    inside.address("lyncdiscoverinternal", "10.0.0.1").address("sip", "10.0.0.1");
    inside.srv("_sipinternaltls._tcp", "pool.contoso.com", 5061, "10.0.0.1");
    inside.srv("_sipfederationtls._tcp", "sip.contoso.com", 5061);
    for (const auto& finding : inside.findings())
        CHECK((finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable));
}

TEST_CASE("dns-strict-naming: exactly the domain, for sign-in and for partners") {
    for (const auto* record : {"_sip._tls", "_sipinternaltls._tcp", "_sipfederationtls._tcp"}) {
        CAPTURE(record);
        const auto verdict = [&](const std::string& host) {
            return srv_verdict("dns-strict-naming", host, record, 5061);
        };
        CHECK(verdict("sip.contoso.com") == "pass");
        CHECK(verdict("edge.fabrikam.com") == "fail");
        CHECK(verdict("sip.eu.contoso.com") == "fail");
        CHECK(verdict("contoso.com") == "fail");
        CHECK(verdict("sip.notcontoso.com") == "fail");
        CHECK(verdict("sipfed.online.lync.com") == "pass");
        CHECK(verdict("sip.lync.com.fabrikam.com") == "fail");
    }
    CHECK(srv_verdict("dns-strict-naming", "a.outlook.com") == "pass");
    CHECK(
        srv_verdict("dns-strict-naming", "a.outlook.com", "_sipfederationtls._tcp", 5061) == "fail"
    );
    CHECK(
        srv_verdict("dns-strict-naming", "x.fabrikam.com", "_xmpp-server._tcp", 5269) ==
        "not_applicable"
    );
    // Each target of one record for itself, and a domain that is a subdomain itself.
    CHECK(
        Domain()
            .srv("_sip._tls", "sip.contoso.com", 443)
            .srv("_sip._tls", "sip.fabrikam.com", 443)
            .whole("dns-strict-naming") ==
        "pass: _sip._tls names sip.contoso.com, in the domain {record=_sip._tls.contoso.com, "
        "target=sip.contoso.com, port=443} | fail: _sip._tls names sip.fabrikam.com, which is "
        "outside contoso.com: clients ask their users whether to trust it, or refuse it "
        "{record=_sip._tls.contoso.com, target=sip.fabrikam.com, port=443}"
    );
    CHECK(
        Domain("eu.contoso.com")
            .srv("_sip._tls", "sip.eu.contoso.com", 443)
            .srv("_sip._tls", "sip.contoso.com", 443)
            .whole("dns-strict-naming") ==
        "pass: _sip._tls names sip.eu.contoso.com, in the domain {record=_sip._tls.eu.contoso.com, "
        "target=sip.eu.contoso.com, port=443} | fail: _sip._tls names sip.contoso.com, which is "
        "outside eu.contoso.com: clients ask their users whether to trust it, or refuse it "
        "{record=_sip._tls.eu.contoso.com, target=sip.contoso.com, port=443}"
    );
}

TEST_CASE("dns-srv-none, dns-srv-name: what is no host name, each said in its own words") {
    CHECK(srv_verdict("dns-srv-none", ".") == "warn");
    CHECK(srv_verdict("dns-strict-naming", ".").empty());
    CHECK(srv_verdict("dns-srv-name", "192.0.2.1") == "fail");
    CHECK(srv_verdict("dns-srv-name", "_sip._tls.contoso.com") == "fail");
    CHECK(srv_verdict("dns-srv-name", "a\\000b.contoso.com") == "fail");
    CHECK(srv_verdict("dns-srv-name", "sip.contoso.com").empty());
    CHECK(says(Domain().srv("_sip._tls", "192.0.2.1", 443).problems("dns-srv-name"), "address"));
    CHECK(says(
        Domain().srv("_sip._tls", "_sip._tls.contoso.com", 443).problems("dns-srv-name"), "itself"
    ));
    // Whoever publishes only "." has no such record.
    CHECK(says(Domain().srv("_sip._tls", ".", 443).problems("dns-records"), "Skype for Business"));
}

TEST_CASE("dns-srv-host: an address, or the reason why there is none") {
    const auto problems = [](DnsStatus status) {
        return Domain()
            .srv("_sip._tls", "sip.contoso.com", 443)
            .host("sip.contoso.com", status)
            .problems("dns-srv-host");
    };
    CHECK(problems(DnsStatus::found).empty());
    CHECK(says(
        problems(DnsStatus::no_such_name), "fail: _sip._tls names sip.contoso.com: no such name"
    ));
    CHECK(says(problems(DnsStatus::no_such_record), "no such record"));
    CHECK(says(problems(DnsStatus::alias_loop), "lead nowhere"));
    CHECK(problems(DnsStatus::refused).empty());
    CHECK(says(
        Domain()
            .srv("_sip._tls", "sip.contoso.com", 443)
            .host("sip.contoso.com", DnsStatus::refused)
            .problems("dns-answer"),
        "inconclusive: _sip._tls names sip.contoso.com: refused"
    ));
    Domain zero;
    zero.srv("_sip._tls", "sip.contoso.com", 443, "0.0.0.0");
    CHECK(says(zero.problems("dns-srv-host"), "0.0.0.0 is never a server's"));
}

TEST_CASE("dns-srv-alias, dns-srv-owner: aliases, and Microsoft 365's") {
    Domain domain;
    domain.srv("_sip._tls", "sip.contoso.com", 443);
    CHECK(domain.verdicts("dns-srv-alias").empty());
    CHECK(domain.verdicts("dns-srv-owner").empty());
    domain.get().hosts.at("sip.contoso.com").aliases = {"edge.contoso.com"};
    domain.row("_sip._tls").answer.aliases = {"_sip._tls.fabrikam.com"};
    CHECK(
        domain.whole("dns-srv-alias") ==
        "warn: _sip._tls names sip.contoso.com, an alias of edge.contoso.com; an SRV record must "
        "name the host itself {record=_sip._tls.contoso.com, target=sip.contoso.com, port=443}"
    );
    CHECK(
        domain.whole("dns-srv-owner") ==
        "warn: _sip._tls is an alias of _sip._tls.fabrikam.com {record=_sip._tls.contoso.com, "
        "aliases=[_sip._tls.fabrikam.com]}"
    );
    domain.get().hosts.at("sip.contoso.com").aliases = {"sipdir.online.lync.com"};
    CHECK(
        domain.whole("dns-srv-alias") ==
        "pass: _sip._tls names sip.contoso.com, an alias of sipdir.online.lync.com at Microsoft "
        "365 {record=_sip._tls.contoso.com, target=sip.contoso.com, port=443}"
    );
    // A server that knows its own zones only cannot say what is behind an alias.
    auto& host = domain.get().hosts.at("sip.contoso.com");
    host = DnsAnswer();
    host.status = DnsStatus::no_such_record;
    host.aliases = {"edge.fabrikam.com"};
    CHECK(says(domain.problems("dns-srv-host"), "fail"));
    host.recursion = false;
    CHECK(domain.problems("dns-srv-host").empty());
    CHECK(says(domain.problems("dns-answer"), "inconclusive"));
}

TEST_CASE("dns-srv-port: the usual ones, odd ones, and 0") {
    const auto verdict = [](std::string_view record, std::uint16_t port) {
        return srv_verdict("dns-srv-port", "sip.contoso.com", record, port);
    };
    CHECK(verdict("_sip._tls", 443) == "pass");
    CHECK(verdict("_sip._tls", 5061) == "pass"); // an Edge Server with one address
    CHECK(verdict("_sip._tls", 5060) == "warn");
    CHECK(verdict("_sip._tls", 0) == "fail");
    CHECK(verdict("_sipinternaltls._tcp", 5061) == "pass");
    CHECK(verdict("_sipinternaltls._tcp", 443) == "warn");
    CHECK(verdict("_sipfederationtls._tcp", 5061) == "pass");
    CHECK(verdict("_sipfederationtls._tcp", 443) == "warn");
    CHECK(verdict("_xmpp-server._tcp", 5269) == "pass");
    CHECK(srv_verdict("dns-srv-port", "192.0.2.1", "_sip._tls", 0) == "fail");
}

TEST_CASE("dns-srv-order: repeated records, weights beside none, too many") {
    Domain domain;
    domain.srv("_sip._tls", "a.contoso.com", 443).srv("_sip._tls", "b.contoso.com", 443);
    CHECK(
        domain.whole("dns-srv-order") ==
        "pass: _sip._tls: 2 targets {record=_sip._tls.contoso.com, targets=2}"
    );
    auto& targets = domain.row("_sip._tls").answer.targets;
    targets[0].weight = 10;
    CHECK(says(domain.problems("dns-srv-order"), "hardly ever"));
    targets[1].priority = 5;
    CHECK(
        domain.whole("dns-srv-order") ==
        "pass: _sip._tls: 2 targets {record=_sip._tls.contoso.com, targets=2}"
    );
    targets.push_back(targets[1]);
    targets.push_back(targets[1]);
    CHECK(domain.problems("dns-srv-order").size() == 1);
    CHECK(says(domain.problems("dns-srv-order"), "names b.contoso.com twice"));
    domain.row("_sip._tls").answer.targets_skipped = 468;
    CHECK(says(domain.problems("dns-srv-order"), "472 targets"));
}

TEST_CASE("dns-lyncdiscover-split: what one view can show, and what it cannot") {
    const auto verdict = [](std::initializer_list<std::pair<const char*, const char*>> addresses) {
        Domain domain;
        for (const auto& [record, address] : addresses)
            domain.address(record, address);
        for (const auto& finding : domain.findings())
            if (finding.rule == "dns-lyncdiscover-split")
                CHECK(finding.message.find("cannot be seen here") != std::string::npos);
        return domain.verdicts("dns-lyncdiscover-split");
    };
    CHECK(verdict({}) == "not_applicable");
    CHECK(verdict({{"lyncdiscover", "192.0.2.1"}}) == "pass");
    CHECK(verdict({{"lyncdiscover", "10.0.0.1"}}) == "warn");
    CHECK(verdict({{"lyncdiscover", "10.0.0.1"}, {"lyncdiscover", "192.0.2.1"}}) == "pass");
    CHECK(verdict({{"lyncdiscoverinternal", "10.0.0.1"}}) == "pass");
    CHECK(verdict({{"lyncdiscoverinternal", "192.0.2.1"}}) == "warn");
    CHECK(verdict({{"lyncdiscoverinternal", "10.0.0.1"}, {"lyncdiscover", "192.0.2.1"}}) == "warn");
    Domain hosted;
    hosted.alias("lyncdiscover", "webdir.online.lync.com", "52.112.0.1");
    CHECK(
        hosted.whole("dns-lyncdiscover-split") ==
        "pass: this is a view from outside: lyncdiscover alone; what the DNS of the other side "
        "says cannot be seen here {lyncdiscoverinternal=no, lyncdiscover=yes}"
    );
    hosted.address("lyncdiscoverinternal", "10.0.0.1");
    CHECK(says(hosted.problems("dns-lyncdiscover-split"), "Microsoft 365"));
}

TEST_CASE("dns-lyncdiscover-alias: in the domain, at Microsoft, elsewhere") {
    const auto verdict = [](const std::string& of) {
        return Domain().alias("lyncdiscover", of, "192.0.2.1").verdicts("dns-lyncdiscover-alias");
    };
    CHECK(verdict("web.contoso.com") == "pass");
    CHECK(verdict("webdir.online.lync.com") == "pass");
    CHECK(verdict("proxy.fabrikam.com") == "warn");
    CHECK(Domain().address("lyncdiscover", "192.0.2.1").verdicts("dns-lyncdiscover-alias").empty());
}

TEST_CASE("dns-hosting: all or nothing") {
    CHECK(healthy_outside().verdicts("dns-hosting").empty());
    Domain hosted;
    hosted.alias("lyncdiscover", "webdir.online.lync.com", "52.112.0.1");
    hosted.srv("_sip._tls", "sipdir.online.lync.com", 443);
    hosted.srv("_sipfederationtls._tcp", "sipfed.online.lync.com", 5061);
    CHECK(
        hosted.whole("dns-hosting") ==
        "pass: the records outside lead to Microsoft 365 {microsoft_365=[lyncdiscover; _sip._tls; "
        "_sipfederationtls._tcp], elsewhere=[]}"
    );
    for (const auto& finding : hosted.findings())
        CHECK((finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable));
    auto mixed = healthy_outside();
    mixed.row("lyncdiscover").answer.aliases = {"webdir.online.lync.com"};
    CHECK(says(
        mixed.problems("dns-hosting"),
        "lyncdiscover leads to Microsoft 365 and _sip._tls, _sipfederationtls._tcp elsewhere"
    ));
    // The SRV target itself is an alias of the hosting service.
    auto through = healthy_outside();
    through.get().hosts.at("sip.contoso.com").aliases = {"sipdir.online.lync.com"};
    CHECK(
        through.whole("dns-hosting") ==
        "warn: _sip._tls, _sipfederationtls._tcp lead to Microsoft 365 and lyncdiscover elsewhere "
        "{microsoft_365=[_sip._tls; _sipfederationtls._tcp], elsewhere=[lyncdiscover]}"
    );
}

TEST_CASE("dns-records: what each generation misses") {
    const auto none = Domain().problems("dns-records");
    CHECK(none.size() == 5);
    CHECK(says(none, "fail: Lync 2013"));
    CHECK(says(none, "warn: Lync Windows Store app"));
    CHECK(says(none, "warn: Communicator"));
    CHECK(says(none, "fail: Skype for Business"));
    CHECK(says(none, "warn: Federation partners"));
    // Only the record that Skype for Business no longer asks for.
    Domain old;
    old.srv("_sipinternal._tcp", "sip.contoso.com", 5060);
    CHECK(says(old.problems("dns-records"), "fail: Skype for Business"));
    CHECK_FALSE(says(old.problems("dns-records"), "Lync 2013"));
    CHECK(
        old.whole("dns-plain-sip") ==
        "warn: _sipinternal._tcp offers sign-in without TLS to Lync clients"
    );
    // Without SRV records and autodiscover.
    CHECK_FALSE(says(Domain().address("sip", "192.0.2.1").problems("dns-records"), "fail"));
}

TEST_CASE("dns-records: a record of another type under the right name") {
    Domain domain;
    domain.status("_sipfederationtls._tcp", DnsStatus::no_such_record);
    const auto said = domain.whole("dns-records");
    CHECK(
        said.find("get no push messages; there is a record of another type under "
                  "_sipfederationtls._tcp.contoso.com (no SRV record)") != std::string::npos
    );
    CHECK(said.find("lyncdiscover.contoso.com (no") == std::string::npos);
    domain.status("lyncdiscover", DnsStatus::no_such_record);
    CHECK(
        domain.whole("dns-records").find("lyncdiscover.contoso.com (no A, AAAA or CNAME record)") !=
        std::string::npos
    );
    // A wildcard makes every name exist.
    for (auto& row : domain.get().rows)
        row.answer.status = DnsStatus::no_such_record;
    CHECK(domain.whole("dns-records").find("another type") == std::string::npos);
}

TEST_CASE("dns: a final dot that is missing in the zone file is the cause, and the fix") {
    constexpr const char* kFix = "write the name with a final dot in the zone: ";
    const auto fix_of = [&](const Domain& domain, std::string_view rule) {
        for (const auto& finding : domain.findings())
            if (finding.rule == rule && finding.verdict == Verdict::fail) return finding.fix;
        return std::string("none");
    };
    Domain srv;
    srv.srv("_sip._tls", "access.contoso.com.contoso.com", 443, "")
        .host("access.contoso.com.contoso.com", DnsStatus::no_such_name);
    for (const auto* rule : {"dns-strict-naming", "dns-srv-host"}) {
        CHECK(
            srv.problems(rule) ==
            std::vector<std::string>{
                "fail: _sip._tls names access.contoso.com.contoso.com: the final dot is missing "
                "behind access.contoso.com, so the name server appended the name of its zone"}
        );
        CHECK(fix_of(srv, rule).starts_with(std::string(kFix) + "access.contoso.com. "));
    }
    Domain hosted;
    hosted.srv("_sipfederationtls._tcp", "sipfed.online.lync.com.contoso.com", 5061);
    CHECK(fix_of(hosted, "dns-strict-naming").starts_with(std::string(kFix) + "sipfed.online"));
    Domain parent("eu.contoso.com");
    parent.srv("_sip._tls", "sip.eu.contoso.com.contoso.com", 443);
    CHECK(fix_of(parent, "dns-strict-naming").starts_with(std::string(kFix) + "sip.eu.contoso"));
    Domain alias;
    alias.alias("lyncdiscover", "web.contoso.com.contoso.com");
    CHECK(
        alias.problems("dns-answer") ==
        std::vector<std::string>{
            "fail: lyncdiscover is an alias of web.contoso.com.contoso.com: the final dot is "
            "missing behind web.contoso.com, so the name server appended the name of its zone"}
    );
    Domain behind;
    behind.srv("_sip._tls", "sip.contoso.com", 443, "")
        .host("sip.contoso.com", DnsStatus::no_such_name)
        .get()
        .hosts["sip.contoso.com"]
        .aliases = {"edge.contoso.com.contoso.com"};
    behind.get().hosts["sip.contoso.com"].recursion = true;
    CHECK(says(behind.problems("dns-srv-host"), "sip.contoso.com is an alias of edge.contoso"));
    // A subdomain is one.
    Domain below;
    below.srv("_sip._tls", "sip.eu.contoso.com", 443);
    CHECK(says(below.problems("dns-strict-naming"), "in a subdomain"));
}

TEST_CASE("dns-wildcard: every name at one address") {
    Domain domain;
    for (auto& row : domain.get().rows)
        if (row.type != RecordType::srv) domain.address(row.record, "192.0.2.1");
    CHECK(says(domain.problems("dns-wildcard"), "leads to 192.0.2.1"));
    domain.row("meet").answer.addresses = {parse_address("192.0.2.2").value()};
    CHECK(domain.verdicts("dns-wildcard").empty());
    CHECK(healthy_outside().verdicts("dns-wildcard").empty());
}

TEST_CASE("dns-answer: a silent name server proves nothing, and is said once") {
    Domain domain;
    for (auto& row : domain.get().rows) {
        row.answer.status = DnsStatus::no_answer;
        row.answer.detail = "the name server was silent";
    }
    CHECK(
        domain.problems("dns-answer") ==
        std::vector<std::string>{
            "inconclusive: no answer, the name server was silent: every record"}
    );
    CHECK_FALSE(says(domain.problems("dns-records"), "fail"));
    CHECK(says(domain.problems("dns-records"), "inconclusive: Lync 2013"));
    domain.status("sip", DnsStatus::refused);
    CHECK(domain.problems("dns-answer").size() == 2);
}

TEST_CASE("dns-answer: aliases that lead nowhere") {
    Domain domain;
    domain.alias("meet", "gone.contoso.com");
    CHECK(says(domain.problems("dns-answer"), "fail: meet is an alias of gone.contoso.com"));
    domain.row("meet").answer.recursion = false;
    CHECK(says(domain.problems("dns-answer"), "inconclusive: meet is an alias"));
    domain.row("meet").answer.detail = "an alias leads back to itself";
    domain.status("meet", DnsStatus::alias_loop);
    CHECK(says(domain.problems("dns-answer"), "fail: meet: an alias leads back to itself"));
}

TEST_CASE("rules of dns: whole findings") {
    auto absent = Domain().srv("_sip._tls", "sip.contoso.com", 443);
    absent.host("sip.contoso.com", DnsStatus::no_such_name);
    Domain wildcard;
    for (auto& row : wildcard.get().rows)
        if (row.type != RecordType::srv) wildcard.address(row.record, "192.0.2.1");
    CHECK(
        Domain().srv("_sip._tls", ".", 443).whole("dns-srv-none") ==
        "warn: _sip._tls says that the domain has no such service: its target is \".\" "
        "{record=_sip._tls.contoso.com, target=., port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "192.0.2.1", 443).whole("dns-srv-name") ==
        "fail: _sip._tls names the address 192.0.2.1, where only a host name is allowed "
        "{record=_sip._tls.contoso.com, target=192.0.2.1, port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "_sip._tls.contoso.com", 443).whole("dns-srv-name") ==
        "fail: _sip._tls names itself {record=_sip._tls.contoso.com, target=_sip._tls.contoso.com, "
        "port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "sip.contoso.com", 443).whole("dns-srv-host") ==
        "pass: _sip._tls names sip.contoso.com, which has an address "
        "{record=_sip._tls.contoso.com, target=sip.contoso.com, port=443}"
    );
    CHECK(
        absent.whole("dns-srv-host") ==
        "fail: _sip._tls names sip.contoso.com: no such name {record=_sip._tls.contoso.com, "
        "target=sip.contoso.com, port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "sip.contoso.com", 443, "0.0.0.0").whole("dns-srv-host") ==
        "fail: _sip._tls names sip.contoso.com, whose address 0.0.0.0 is never a server's "
        "{record=_sip._tls.contoso.com, target=sip.contoso.com, port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "sip.contoso.com", 443).whole("dns-srv-port") ==
        "pass: _sip._tls: port 443 {record=_sip._tls.contoso.com, target=sip.contoso.com, port=443}"
    );
    CHECK(
        Domain().srv("_sip._tls", "sip.contoso.com", 5060).whole("dns-srv-port") ==
        "warn: _sip._tls names sip.contoso.com with port 5060; the usual one is 443, and firewalls "
        "of others may let nothing else pass {record=_sip._tls.contoso.com, "
        "target=sip.contoso.com, port=5060}"
    );
    CHECK(
        Domain().srv("_sip._tls", "sip.contoso.com", 0).whole("dns-srv-port") ==
        "fail: _sip._tls names sip.contoso.com with port 0, on which no server can listen "
        "{record=_sip._tls.contoso.com, target=sip.contoso.com, port=0}"
    );
    CHECK(
        Domain()
            .alias("lyncdiscover", "web.contoso.com", "192.0.2.1")
            .whole("dns-lyncdiscover-alias") == "pass: lyncdiscover is an alias inside the domain "
                                                "{record=lyncdiscover, aliases=[web.contoso.com]}"
    );
    CHECK(
        Domain()
            .alias("lyncdiscover", "webdir.online.lync.com", "192.0.2.1")
            .whole("dns-lyncdiscover-alias") ==
        "pass: lyncdiscover leads to Microsoft 365 {record=lyncdiscover, "
        "aliases=[webdir.online.lync.com]}"
    );
    CHECK(
        Domain()
            .alias("lyncdiscover", "proxy.fabrikam.com", "192.0.2.1")
            .whole("dns-lyncdiscover-alias") ==
        "warn: lyncdiscover is an alias of proxy.fabrikam.com, in another domain: over HTTPS "
        "mobile clients do not accept that {record=lyncdiscover, aliases=[proxy.fabrikam.com]}"
    );
    CHECK(
        Domain().alias("meet", "gone.contoso.com").whole("dns-answer") ==
        "fail: meet is an alias of gone.contoso.com, and nothing was found there "
        "{record=meet.contoso.com, aliases=[gone.contoso.com]}"
    );
    CHECK(
        Domain().status("sip", DnsStatus::refused).whole("dns-answer") ==
        "inconclusive: refused: sip {status=refused, records=[sip]}"
    );
    CHECK(
        Domain()
            .srv("_sip._tls", "sip.contoso.com", 443)
            .host("sip.contoso.com", DnsStatus::no_answer)
            .whole("dns-answer") ==
        "inconclusive: _sip._tls names sip.contoso.com: no answer {record=_sip._tls.contoso.com, "
        "target=sip.contoso.com, port=443}"
    );
    CHECK(
        wildcard.whole("dns-wildcard") ==
        "warn: every name that was asked for leads to 192.0.2.1: the zone seems to have a "
        "wildcard, so clients find servers that are none {address=192.0.2.1}"
    );
    CHECK(
        Domain().address("sip", "192.0.2.1").whole("dns-records") ==
        "pass: Lync 2013, Lync 2010 with later updates, Lync mobile: sip {client=lync-2013, "
        "found=[sip], absent=[lyncdiscoverinternal; lyncdiscover; _sipinternaltls._tcp; "
        "_sipinternal._tcp; _sip._tls; sipinternal; sipexternal]} | warn: Lync Windows Store app: "
        "there is no lyncdiscoverinternal, lyncdiscover: it asks for nothing else and cannot sign "
        "in {client=lync-store-app, found=[], absent=[lyncdiscoverinternal; lyncdiscover]} | pass: "
        "Communicator and Lync 2010 without updates: sip {client=lync-2010-early, found=[sip], "
        "absent=[_sipinternaltls._tcp; _sipinternal._tcp; _sip._tls; sipinternal; sipexternal]} | "
        "pass: Skype for Business: sip {client=skype-for-business, found=[sip], "
        "absent=[lyncdiscoverinternal; lyncdiscover; _sipinternaltls._tcp; _sip._tls; sipinternal; "
        "sipexternal]} | warn: Federation partners, and push for mobile clients: there is no "
        "_sipfederationtls._tcp: partners that look for the domain do not find it, and mobile "
        "clients get no push messages {client=partners, found=[], absent=[_sipfederationtls._tcp]} "
        "| not_applicable: XMPP partners: there is no _xmpp-server._tcp: no XMPP federation, which "
        "is optional {client=xmpp-partners, found=[], absent=[_xmpp-server._tcp]} | "
        "not_applicable: Lync Phone Edition, for updates: there is no ucupdates-r2: only "
        "telephones inside ask for it {client=phones, found=[], absent=[ucupdates-r2]} | "
        "not_applicable: Browsers: meetings, dial-in, control panel: there is no meet, dialin, "
        "admin: the simple URLs may have other names {client=browsers, found=[], absent=[meet; "
        "dialin; admin]}"
    );
    CHECK(
        Domain().whole("dns-lyncdiscover-split") ==
        "not_applicable: neither name was found; what the DNS of the other side says cannot be "
        "seen here {lyncdiscoverinternal=no, lyncdiscover=no}"
    );
}

TEST_CASE("dns-srv-failover: several hosts or priorities warn, for federation alone") {
    const auto* kRecord = "_sipfederationtls._tcp";
    Domain one;
    one.srv(kRecord, "sip.contoso.com", 5061).srv(kRecord, "sip.contoso.com", 5062);
    CHECK(one.verdicts("dns-srv-failover") == "pass");
    Domain hosts;
    hosts.srv(kRecord, "edge1.contoso.com", 5061).srv(kRecord, "edge2.contoso.com", 5061);
    CHECK(
        hosts.whole("dns-srv-failover") ==
        "warn: _sipfederationtls._tcp has 2 host names (edge1.contoso.com, edge2.contoso.com): "
        "that was never supported as fail-over, and federation stops when the first Edge pool does "
        "{record=_sipfederationtls._tcp.contoso.com, hosts=[edge1.contoso.com; edge2.contoso.com], "
        "priorities=1}"
    );
    hosts.row(kRecord).answer.targets.back().priority = 10;
    CHECK(says(hosts.problems("dns-srv-failover"), "edge2.contoso.com) with 2 priorities"));
    one.row(kRecord).answer.targets.back().priority = 10;
    CHECK(says(one.problems("dns-srv-failover"), "has 2 priorities: "));
    Domain clients;
    clients.srv("_sip._tls", "a.contoso.com", 443).srv("_sip._tls", "b.contoso.com", 443);
    CHECK(clients.verdicts("dns-srv-failover").empty());
    Domain none;
    none.srv(kRecord, ".", 0, "");
    CHECK(none.verdicts("dns-srv-failover").empty());
}

TEST_CASE("dns-srv-address: addresses that nobody outside can reach fail, for federation alone") {
    const auto verdict = [](const std::string& address, const char* record = nullptr) {
        Domain domain;
        domain.srv(record ? record : "_sipfederationtls._tcp", "sip.contoso.com", 5061, address);
        return domain.verdicts("dns-srv-address");
    };
    for (const auto* address :
         {"127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.7.7", "100.64.0.9", "::1",
          "fe80::1", "fd00::5", "::ffff:10.0.0.1"})
        CHECK_MESSAGE(verdict(address) == "fail", address);
    for (const auto* address : {"192.0.2.1", "172.32.0.1", "2001:db8::1"})
        CHECK_MESSAGE(verdict(address) == "pass", address);
    CHECK(verdict("0.0.0.0") == "pass"); // dns-srv-host fails
    CHECK(verdict("10.1.2.3", "_sipinternaltls._tcp").empty());
    CHECK(verdict("10.1.2.3", "_sip._tls").empty());
}

TEST_CASE("dns-srv-address: one of several, the view from inside, and what is meant") {
    const auto* kRecord = "_sipfederationtls._tcp";
    Domain domain;
    domain.srv(kRecord, "sip.contoso.com", 5061, "10.1.2.3");
    CHECK(
        domain.whole("dns-srv-address") ==
        "fail: _sipfederationtls._tcp names sip.contoso.com, whose address 10.1.2.3 is private, "
        "loopback or link-local: partners cannot reach it {addresses=[10.1.2.3], all=yes, "
        "record=_sipfederationtls._tcp.contoso.com, target=sip.contoso.com, port=5061}"
    );
    const auto meant = rules::judge_domain(domain.get(), {}, true);
    const auto found = std::ranges::find(meant, "dns-srv-address", &Finding::rule);
    REQUIRE(found != meant.end());
    CHECK(found->verdict == Verdict::pass);
    CHECK(found->message.find("10.1.2.3") != std::string::npos);
    domain.srv(kRecord, "edge.contoso.com", 5061, "192.0.2.7");
    CHECK(domain.verdicts("dns-srv-address") == "fail pass");
    Domain inside;
    inside.address("lyncdiscoverinternal", "10.0.0.1")
        .srv(kRecord, "sip.contoso.com", 5061, "10.1.2.3");
    CHECK(inside.verdicts("dns-srv-address") == "inconclusive");
}

TEST_CASE("dns-srv-order: how often a target stands there, by host and port, and each edge") {
    const auto* kRecord = "_sip._tls";
    const auto problems = [&](std::vector<std::uint32_t> times, std::uint16_t step = 0) {
        Domain domain;
        std::uint16_t port = 443;
        for (const auto count : times) {
            domain.srv(kRecord, "a.contoso.com", port);
            domain.row(kRecord).answer.targets.back().times = count;
            port = static_cast<std::uint16_t>(port + step);
        }
        return domain.problems("dns-srv-order");
    };
    using Lines = std::vector<std::string>;
    CHECK(problems({1}).empty());
    CHECK(problems({1, 1}) == Lines{"warn: _sip._tls names a.contoso.com twice"});
    CHECK(problems({2}) == Lines{"warn: _sip._tls names a.contoso.com twice"});
    CHECK(problems({3}) == Lines{"warn: _sip._tls names a.contoso.com 3 times"});
    CHECK(problems({1, 2}) == Lines{"warn: _sip._tls names a.contoso.com 3 times"});
    CHECK(problems({2, 5}) == Lines{"warn: _sip._tls names a.contoso.com twice"}); // said once
    CHECK(problems({1, 1}, 1).empty()); // another port is another target
    Domain one_more;
    one_more.srv(kRecord, "a.contoso.com", 443);
    one_more.row(kRecord).answer.targets_skipped = 1;
    CHECK(
        one_more.problems("dns-srv-order") ==
        Lines{"warn: _sip._tls has 2 targets; only the first 32 were looked at"}
    );
    CHECK(one_more.whole("dns-srv-order").find("targets=2}") != std::string::npos);
    Domain weighted;
    weighted.srv(kRecord, "a.contoso.com", 443).srv(kRecord, "b.contoso.com", 443);
    auto& targets = weighted.row(kRecord).answer.targets;
    targets[0].weight = targets[1].weight = 1;
    CHECK(weighted.problems("dns-srv-order").empty());
    targets[1].weight = 0;
    CHECK(weighted.problems("dns-srv-order").size() == 1);
    Domain empty;
    empty.status(kRecord, DnsStatus::found);
    CHECK(empty.verdicts("dns-srv-order").empty());
}

TEST_CASE("dns-srv-host: absent for certain, and what a server of its zone alone cannot know") {
    const auto verdict = [](DnsStatus status, bool recursion, bool alias) {
        Domain domain;
        domain.srv("_sip._tls", "sip.contoso.com", 443).host("sip.contoso.com", status);
        auto& host = domain.get().hosts["sip.contoso.com"];
        host.recursion = recursion;
        if (alias) host.aliases = {"edge.fabrikam.com"};
        return domain.verdicts("dns-srv-host");
    };
    for (const auto status :
         {DnsStatus::no_such_name, DnsStatus::no_such_record, DnsStatus::alias_loop}) {
        CHECK(verdict(status, true, false) == "fail");
        CHECK(verdict(status, true, true) == "fail");
        CHECK(verdict(status, false, false) == "fail");
        CHECK(verdict(status, false, true).empty());
    }
    for (const auto status : {DnsStatus::refused, DnsStatus::no_answer, DnsStatus::server_failure})
        CHECK(verdict(status, true, false).empty());
    // Where the host was not asked about nothing is said.
    CHECK(Domain().srv("_sip._tls", "sip.contoso.com", 443, "").verdicts("dns-srv-host").empty());
}

TEST_CASE("dns-srv-address: in words, of one, of several, of all, and what shows the inside") {
    const auto* kRecord = "_sipfederationtls._tcp";
    const auto with = [&](std::vector<std::string> addresses) {
        Domain domain;
        domain.srv(kRecord, "sip.contoso.com", 5061);
        auto& host = domain.get().hosts["sip.contoso.com"];
        host.addresses.clear();
        for (const auto& address : addresses)
            host.addresses.push_back(*parse_address(address));
        return domain;
    };
    CHECK(with({"10.0.0.1", "10.0.0.2"})
              .whole("dns-srv-address")
              .starts_with("fail: _sipfederationtls._tcp names sip.contoso.com, whose addresses "
                           "10.0.0.1, 10.0.0.2 "
                           "are private, loopback or link-local: partners cannot reach it {"));
    CHECK(with({"10.0.0.1", "192.0.2.1"})
              .whole("dns-srv-address")
              .starts_with("fail: _sipfederationtls._tcp names sip.contoso.com, whose address "
                           "10.0.0.1 is private, "
                           "loopback or link-local: partners cannot reach it there "
                           "{addresses=[10.0.0.1], all=no"));
    CHECK(
        with({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"})
            .whole("dns-srv-address")
            .find("10.0.0.4 and 2 more are private") != std::string::npos
    );
    for (const auto* record : {"lyncdiscoverinternal", "_sipinternaltls._tcp", "lyncdiscover"}) {
        auto domain = with({"10.0.0.1"});
        domain.status(record, DnsStatus::found);
        CHECK(
            domain.verdicts("dns-srv-address") ==
            (std::string_view(record) == "lyncdiscover" ? "fail" : "inconclusive")
        );
    }
}

TEST_CASE("dns-wildcard: one name that is missing, or a record of another kind, is none") {
    const auto all = [] {
        Domain domain;
        for (auto& row : domain.get().rows)
            if (row.type != RecordType::srv) domain.address(row.record, "192.0.2.1");
        return domain;
    };
    CHECK(all().verdicts("dns-wildcard") == "warn");
    auto missing = all();
    missing.status("meet", DnsStatus::no_such_name);
    CHECK(missing.verdicts("dns-wildcard").empty());
    auto bare = all();
    for (auto& row : bare.get().rows)
        row.answer.addresses.clear();
    CHECK(bare.verdicts("dns-wildcard").empty());
}

TEST_CASE("dns-records: what is certain, what is open, for clients that must and that may") {
    const auto verdict_of = [](const Domain& domain, std::string_view client) {
        for (const auto& finding : domain.findings())
            if (finding.rule == "dns-records" && finding.evidence.text("client") == client)
                return finding.verdict;
        throw std::logic_error("no such client");
    };
    Domain none;
    const std::pair<const char*, Verdict> absent[] = {
        {"lync-2013", Verdict::fail},        {"lync-store-app", Verdict::warn},
        {"lync-2010-early", Verdict::warn},  {"skype-for-business", Verdict::fail},
        {"partners", Verdict::warn},         {"xmpp-partners", Verdict::not_applicable},
        {"phones", Verdict::not_applicable}, {"browsers", Verdict::not_applicable}};
    Domain silent, loops;
    for (auto& row : silent.get().rows)
        row.answer.status = DnsStatus::no_answer;
    for (auto& row : loops.get().rows)
        row.answer.status = DnsStatus::alias_loop;
    for (const auto& [client, verdict] : absent) {
        CAPTURE(client);
        CHECK(verdict_of(none, client) == verdict);
        CHECK(verdict_of(loops, client) == verdict); // as good as nothing
        CHECK(
            verdict_of(silent, client) ==
            (verdict == Verdict::not_applicable ? verdict : Verdict::inconclusive)
        );
    }
    for (const auto& finding : silent.findings())
        if (finding.rule == "dns-records" && finding.verdict == Verdict::inconclusive)
            CHECK(finding.fix == "ask a name server that answers (--resolver), and run it again");
    // An answer of another type counts only where some other name does not exist, and no alias is.
    Domain alias;
    alias.alias("_sipfederationtls._tcp", "x.contoso.com");
    CHECK(alias.whole("dns-records").find("another type") == std::string::npos);
}

TEST_CASE("dns-lyncdiscover-split and -alias: each view, and whose alias counts") {
    Domain both;
    both.address("lyncdiscover", "10.0.0.1").address("lyncdiscoverinternal", "10.0.0.2");
    CHECK(says(both.problems("dns-lyncdiscover-split"), "one of them is in a zone of the wrong"));
    Domain unresolved;
    unresolved.status("lyncdiscoverinternal", DnsStatus::found); // no address was looked at
    CHECK(unresolved.verdicts("dns-lyncdiscover-split") == "pass");
    Domain mixed;
    mixed.address("lyncdiscoverinternal", "10.0.0.1").address("lyncdiscoverinternal", "192.0.2.1");
    CHECK(mixed.verdicts("dns-lyncdiscover-split") == "warn");
    // The first alias outside the domain is named, wherever it stands; Microsoft's are excepted.
    Domain chained;
    chained.alias("lyncdiscover", "web.contoso.com")
        .alias("lyncdiscover", "proxy.fabrikam.com")
        .alias("lyncdiscover", "host.litware.com", "192.0.2.1");
    CHECK(says(chained.problems("dns-lyncdiscover-alias"), "an alias of proxy.fabrikam.com, in"));
    Domain inside;
    inside.alias("lyncdiscoverinternal", "pool.fabrikam.com", "10.0.0.1");
    CHECK(inside.verdicts("dns-lyncdiscover-alias") == "warn");
}

TEST_CASE("dns-srv-owner, dns-plain-sip, dns-hosting: where they have nothing to say") {
    Domain absent;
    absent.alias("_sip._tls", "_sip._tls.fabrikam.com"); // leads nowhere: dns-answer says so
    CHECK(absent.verdicts("dns-srv-owner").empty());
    Domain host;
    host.alias("meet", "web.contoso.com", "192.0.2.1"); // no SRV record
    CHECK(host.verdicts("dns-srv-owner").empty());
    CHECK(Domain().srv("_sipinternal._tcp", ".", 0, "").verdicts("dns-plain-sip").empty());
    CHECK(Domain().verdicts("dns-plain-sip").empty());
    // A record that leads nowhere is on neither side.
    Domain hosted;
    hosted.alias("lyncdiscover", "webdir.online.lync.com", "52.112.0.1");
    hosted.srv("_sip._tls", ".", 0, "");
    CHECK(hosted.verdicts("dns-hosting") == "pass");
    CHECK(Domain().verdicts("dns-hosting").empty());
}
