// SPDX-License-Identifier: MIT
// The table of records and clients, the questions, and the targets.
#include "model/limits.h"
#include "plan/discovery.h"
#include "plan/discovery_naming.h"
#include "support/discovery_domain.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

class Domain : public discovery_test::DomainBuilder<Domain> {
    using DomainBuilder::DomainBuilder;
};

using Names = std::vector<std::string>;

Names asked_by(std::string_view client) {
    const auto domain = plan::discovery_of("contoso.com");
    Names out;
    const auto order = std::ranges::find(domain.clients, client, &ClientOrder::id);
    REQUIRE(order != domain.clients.end());
    for (const auto index : order->rows)
        out.emplace_back(domain.rows[index].record);
    return out;
}

DnsAnswer answer(const DnsQuestion& question, DnsStatus status, const Names& addresses = {}) {
    DnsAnswer out;
    out.question = question;
    out.status = status;
    for (const auto& text : addresses)
        out.addresses.push_back(parse_address(text).value());
    return out;
}

DnsAnswer combined(const DnsAnswer& a, const DnsAnswer& aaaa) {
    return plan::combine_families("h.example", {{a.question, a}, {aaaa.question, aaaa}});
}

const DnsQuestion kA{"h.example", RecordType::a}, kAaaa{"h.example", RecordType::aaaa};

Names texts(const DnsAnswer& from) {
    Names out;
    for (const auto& address : from.addresses)
        out.push_back(to_text(address));
    return out;
}

std::string line(const Target& target) {
    return target.name + " | " + host_and_port(target.host, target.port) + " " +
           std::string(to_text(target.probe)) + " " + std::string(to_text(target.role)) + " " +
           std::string(to_text(target.use)) + " " + std::string(to_text(target.side)) + " " +
           target.sip_domain;
}

Names targets_of(Domain& domain) {
    Names out;
    for (const auto& target : plan::discovered_targets({domain.get()}))
        out.push_back(line(target));
    return out;
}

} // namespace

TEST_CASE("discovery: each generation of clients asks in its own order") {
    CHECK(
        asked_by("lync-2013") ==
        Names{
            "lyncdiscoverinternal", "lyncdiscover", "_sipinternaltls._tcp", "_sipinternal._tcp",
            "_sip._tls", "sipinternal", "sip", "sipexternal"}
    );
    CHECK(asked_by("lync-store-app") == Names{"lyncdiscoverinternal", "lyncdiscover"});
    CHECK(
        asked_by("lync-2010-early") ==
        Names{
            "_sipinternaltls._tcp", "_sipinternal._tcp", "_sip._tls", "sipinternal", "sip",
            "sipexternal"}
    );
    CHECK(
        asked_by("skype-for-business") ==
        Names{
            "lyncdiscoverinternal", "lyncdiscover", "_sipinternaltls._tcp", "_sip._tls",
            "sipinternal", "sip", "sipexternal"}
    );
    CHECK(asked_by("partners") == Names{"_sipfederationtls._tcp"});
    CHECK(asked_by("xmpp-partners") == Names{"_xmpp-server._tcp"});
    CHECK(asked_by("phones") == Names{"ucupdates-r2"});
    CHECK(asked_by("browsers") == Names{"meet", "dialin", "admin"});
}

TEST_CASE("discovery: every record is asked for by somebody, and stands once") {
    const auto domain = plan::discovery_of("contoso.com");
    std::set<std::size_t> asked;
    std::set<std::string_view> records;
    for (const auto& client : domain.clients)
        asked.insert(client.rows.begin(), client.rows.end());
    for (const auto& row : domain.rows) {
        records.insert(row.record);
        CHECK(row.name == std::string(row.record) + ".contoso.com");
        CHECK(row.record.starts_with('_') == (row.type == RecordType::srv));
        CHECK(row.answer.status == DnsStatus::not_asked);
    }
    CHECK(asked.size() == domain.rows.size());
    CHECK(records.size() == domain.rows.size());
}

TEST_CASE("discovery: questions stand once, of the families that are wanted") {
    const auto domain = plan::discovery_of("contoso.com");
    const auto both = plan::record_questions({domain, domain}, 0);
    CHECK(both.size() == 5 + 2 * 9);
    CHECK(plan::record_questions({domain}, 4).size() == 5 + 9);
    CHECK(std::ranges::none_of(plan::record_questions({domain}, 6), [](const DnsQuestion& q) {
        return q.type == RecordType::a;
    }));
}

TEST_CASE("discovery: hosts of SRV records are asked for where they are names") {
    Domain domain;
    domain.srv("_sip._tls", "sip.contoso.com", 443, "").srv("_sip._tls", "192.0.2.1", 443, "");
    domain.srv("_sipinternaltls._tcp", "sip.contoso.com", 5061, "");
    domain.srv("_sipfederationtls._tcp", ".", 5061, "");
    domain.srv("_xmpp-server._tcp", "a\\000b.contoso.com", 5269, "");
    const auto questions = plan::host_questions({domain.get()}, 4);
    REQUIRE(questions.size() == 1);
    CHECK(questions.front().name == "sip.contoso.com");
    const plan::Answers answers{
        {questions.front(), answer(questions.front(), DnsStatus::found, {"192.0.2.7"})}};
    plan::take_hosts(domain.get(), answers);
    REQUIRE(domain.get().hosts.size() == 1);
    CHECK(texts(domain.get().hosts.at("sip.contoso.com")) == Names{"192.0.2.7"});
}

TEST_CASE("discovery: A and AAAA together") {
    const auto both = combined(
        answer(kA, DnsStatus::found, {"192.0.2.2", "192.0.2.1"}),
        answer(kAaaa, DnsStatus::found, {"2001:db8::1"})
    );
    CHECK(texts(both) == Names{"192.0.2.1", "192.0.2.2", "2001:db8::1"});
    CHECK(both.detail.empty());
    const auto late =
        combined(answer(kA, DnsStatus::found, {"192.0.2.1"}), answer(kAaaa, DnsStatus::no_answer));
    CHECK(late.status == DnsStatus::found);
    CHECK(late.detail == "its AAAA records are left out: no answer");
    const auto status = [](DnsStatus a, DnsStatus aaaa) {
        return combined(answer(kA, a), answer(kAaaa, aaaa)).status;
    };
    CHECK(status(DnsStatus::no_such_record, DnsStatus::no_such_name) == DnsStatus::no_such_name);
    CHECK(status(DnsStatus::no_such_record, DnsStatus::refused) == DnsStatus::refused);
    CHECK(status(DnsStatus::server_failure, DnsStatus::no_such_name) == DnsStatus::no_such_name);
    const auto only_six =
        combined(answer(kA, DnsStatus::server_failure), answer(kAaaa, DnsStatus::found, {"::1"}));
    CHECK(only_six.status == DnsStatus::found);
    CHECK(only_six.detail == "its A records are left out: server failure");
    CHECK(plan::combine_families("h.example", {}).status == DnsStatus::not_asked);
    const auto single =
        plan::combine_families("h.example", {{kAaaa, answer(kAaaa, DnsStatus::refused)}});
    CHECK(single.status == DnsStatus::refused);
    CHECK(single.question == kA);
}

TEST_CASE("discovery: both families together keep to the limit") {
    Names four, six;
    for (std::size_t i = 1; i <= limits::kAddressesOfName; ++i) {
        four.push_back("192.0.2." + std::to_string(i));
        six.push_back("2001:db8::" + std::to_string(i));
    }
    const auto both =
        combined(answer(kA, DnsStatus::found, four), answer(kAaaa, DnsStatus::found, six));
    CHECK(texts(both) == four);
    CHECK(both.addresses_skipped == limits::kAddressesOfName);
}

TEST_CASE("discovery: what counts as answered") {
    Domain domain;
    CHECK(count_answers(domain.get()).questions == 14);
    CHECK(count_answers(domain.get()).unanswered == 0);
    domain.status("sip", DnsStatus::refused).status("meet", DnsStatus::alias_loop);
    domain.srv("_sip._tls", "sip.contoso.com", 443).host("sip.contoso.com", DnsStatus::no_answer);
    CHECK(count_answers(domain.get()).questions == 15);
    CHECK(count_answers(domain.get()).unanswered == 2);
}

TEST_CASE("discovery: targets of a deployment seen from outside") {
    Domain domain;
    domain.address("lyncdiscover", "192.0.2.10").address("meet", "192.0.2.10");
    domain.srv("_sip._tls", "sip.contoso.com", 443);
    domain.srv("_sipfederationtls._tcp", "sip.contoso.com", 5061);
    domain.srv("_xmpp-server._tcp", "xmpp.contoso.com", 5269);
    domain.address("sip", "192.0.2.1"); // not taken: the SRV record comes first
    CHECK(
        targets_of(domain) ==
        Names{
            "contoso.com lyncdiscover | lyncdiscover.contoso.com:443 autodiscover reverse-proxy "
            "WebServicesExternal external contoso.com",
            "contoso.com _sip._tls sip.contoso.com | sip.contoso.com:443 sip edge "
            "AccessEdgeExternal external contoso.com",
            "contoso.com _sipfederationtls._tcp sip.contoso.com | sip.contoso.com:5061 federation "
            "edge AccessEdgeExternal external contoso.com",
            "contoso.com _xmpp-server._tcp xmpp.contoso.com | xmpp.contoso.com:5269 xmpp edge "
            "AccessEdgeExternal external contoso.com",
            "contoso.com meet | meet.contoso.com:443 https reverse-proxy WebServicesExternal "
            "external contoso.com"}
    );
}

TEST_CASE("discovery: targets of a deployment seen from inside have no role that DNS cannot tell") {
    Domain domain;
    domain.address("lyncdiscoverinternal", "10.0.0.1").address("dialin", "10.0.0.1");
    domain.srv("_sipinternaltls._tcp", "pool.contoso.com", 5061, "10.0.0.1");
    CHECK(
        targets_of(domain) ==
        Names{
            "contoso.com lyncdiscoverinternal | lyncdiscoverinternal.contoso.com:443 autodiscover "
            "other WebServicesInternal internal contoso.com",
            "contoso.com _sipinternaltls._tcp pool.contoso.com | pool.contoso.com:5061 sip other "
            "Default internal contoso.com",
            "contoso.com dialin | dialin.contoso.com:443 https other WebServicesInternal internal "
            "contoso.com"}
    );
    CHECK_FALSE(plan::discovered_targets({domain.get()}).front().role_given);
}

TEST_CASE("discovery: without SRV records the names that clients try at last are targets") {
    Domain domain;
    domain.address("sipinternal", "10.0.0.1").address("sip", "10.0.0.1");
    domain.address("sipexternal", "192.0.2.1");
    CHECK(
        targets_of(domain) ==
        Names{
            "contoso.com sipinternal | sipinternal.contoso.com:5061 sip other Default internal "
            "contoso.com",
            "contoso.com sip | sip.contoso.com:5061 sip other Default internal contoso.com",
            "contoso.com sipexternal | sipexternal.contoso.com:443 sip edge AccessEdgeExternal "
            "external contoso.com"}
    );
}

TEST_CASE("discovery: what cannot be connected to is no target, and nothing is one twice") {
    Domain domain;
    domain.srv("_sip._tls", "sip.contoso.com", 443).srv("_sip._tls", "sip.contoso.com", 443);
    domain.srv("_sip._tls", "sip.contoso.com", 5061).srv("_sip._tls", "sip.contoso.com", 0);
    domain.srv("_sip._tls", ".", 443, "").srv("_sip._tls", "gone.contoso.com", 443);
    domain.host("gone.contoso.com", DnsStatus::no_such_name);
    const auto targets = targets_of(domain);
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].starts_with("contoso.com _sip._tls sip.contoso.com | sip.contoso.com:443"));
    CHECK(targets[1].starts_with("contoso.com _sip._tls sip.contoso.com 5061 | "));
}

TEST_CASE("discovery: a hosted domain's servers are a partner's") {
    Domain domain;
    domain.alias("lyncdiscover", "webdir.online.lync.com", "52.112.0.1");
    domain.srv("_sip._tls", "sipdir.online.lync.com", 443, "52.112.0.2");
    for (const auto& target : plan::discovered_targets({domain.get()})) {
        CHECK(target.role == Role::partner);
        CHECK(target.use == CertificateUse::other);
    }
}

TEST_CASE("discovery: a host outside the domain is learnt, one below it is not") {
    Domain domain;
    domain.alias("lyncdiscover", "webdir.online.lync.com", "52.112.0.1");
    domain.srv("_sip._tls", "sip.contoso.com", 443, "192.0.2.1");
    domain.srv("_sipfederationtls._tcp", "sip.contoso.com.fabrikam.com", 5061, "192.0.2.2");
    for (const auto& target : plan::discovered_targets({domain.get()}))
        CHECK_MESSAGE(target.learnt == target.host.ends_with("fabrikam.com"), target.host);
    CHECK(plan::federation_targets(domain.get()).front().learnt);
}

TEST_CASE("discovery naming: private addresses, places") {
    const auto all_private = [](std::vector<std::string> texts) {
        DnsAnswer answer;
        for (const auto& text : texts)
            answer.addresses.push_back(parse_address(text).value());
        return plan::all_private(answer);
    };
    // tests/unit/model/address_policy_test.cpp has the ranges.
    CHECK(all_private({"10.1.2.3", "127.0.0.1", "169.254.1.1", "fd00::1", "fe80::1"}));
    CHECK_FALSE(all_private({"10.1.2.3", "192.0.2.1"}));
    CHECK_FALSE(all_private({}));
    CHECK(plan::place_of("online.lync.com", "contoso.com") == plan::Place::hosted);
    CHECK(plan::place_of("xonline.lync.com", "contoso.com") == plan::Place::trusted);
    CHECK(plan::place_of("notlync.com", "contoso.com") == plan::Place::elsewhere);
}
