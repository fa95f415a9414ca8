// SPDX-License-Identifier: MIT
// What the rules over several endpoints share, each limit and each clause.
#include "rules/deployment/ca_lists.h"
#include "rules/deployment/presented_certificates.h"
#include "unit/rules/fleet.h"

#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Use = CertificateUse;
using Texts = std::vector<std::string>;

Certificate at_time(std::uint8_t number, std::chrono::seconds later) {
    auto out = issued(number);
    out.not_before = *out.not_before + later;
    return out;
}

Target front_end(std::string server) {
    return in_pool(on(std::move(server), 5061, Role::front_end, Use::default_), "pool");
}

Origin origin(std::string root, std::string issuer, std::string text) {
    return {std::move(root), std::move(issuer), std::move(text)};
}

} // namespace

TEST_CASE("presented: older by more than an hour, and not where a date is missing") {
    using std::chrono::seconds;
    const auto base = issued(1);
    CHECK(!is_older(base, at_time(2, seconds{3600})));
    CHECK(is_older(base, at_time(2, seconds{3601})));
    CHECK(!is_older(at_time(2, seconds{3601}), base));
    CHECK(!is_older(base, at_time(2, seconds{10}), seconds{10}));
    CHECK(is_older(base, at_time(2, seconds{11}), seconds{10}));
    auto undated = base;
    undated.not_before.reset();
    CHECK(!is_older(undated, base));
    CHECK(!is_older(base, undated));
}

TEST_CASE("presented: the newest issue is first; within an hour the one that most have") {
    using std::chrono::seconds;
    const auto first = [](seconds gap) {
        Fleet fleet;
        fleet.add(front_end("fe1"), at_time(2, gap));
        fleet.add(front_end("fe2"), issued(1));
        fleet.add(front_end("fe3"), issued(1));
        const auto issues = issues_in(presented_in(fleet.run));
        REQUIRE(issues.size() == 2);
        CHECK(issues[0].presented_by.size() + issues[1].presented_by.size() == 3);
        return int{issues[0].leaf->sha256[0]};
    };
    CHECK(first(seconds{3600}) == 1);
    CHECK(first(seconds{3601}) == 2);
}

TEST_CASE("presented: the machine behind an endpoint, where it is known") {
    const auto machine = [](std::string server, std::string pool, std::string host, Use use) {
        Target target;
        target.server = std::move(server);
        target.pool = std::move(pool);
        target.host = std::move(host);
        target.use = use;
        return machine_of(target);
    };
    CHECK(machine("fe01", "pool", "x", Use::other) == "fe01");
    CHECK(machine("", "pool", "fe01", Use::default_) == "fe01");
    CHECK(machine("", "pool", "fe01", Use::internal) == "fe01");
    CHECK(machine("", "pool", "fe01", Use::web_services_internal).empty());
    CHECK(machine("", "", "fe01", Use::default_).empty());
    CHECK(machine("", "pool", "pool", Use::default_).empty());
    CHECK(machine("", "pool", "192.0.2.1", Use::default_).empty());
    Fleet fleet;
    auto target = on("", 443, Role::reverse_proxy, Use::other);
    target.host = "lyncweb";
    fleet.add(target, issued(1));
    CHECK(machine_or_address(presented_in(fleet.run)[0]) == "lyncweb (192.0.2.1)");
    fleet.run.endpoints[0].address.reset();
    CHECK(machine_or_address(presented_in(fleet.run)[0]) == "lyncweb");
    fleet.run.targets[0].server = "rp01";
    CHECK(machine_or_address(presented_in(fleet.run)[0]) == "rp01");
}

TEST_CASE("presented: a certificate in words, also without a name or a date") {
    auto certificate = issued(1);
    CHECK(certificate_text(certificate).starts_with("sip.contoso.com ("));
    certificate.common_names.clear();
    certificate.not_after.reset();
    const auto text = certificate_text(certificate);
    CHECK(text.starts_with("CN=sip.contoso.com ("));
    CHECK(text.ends_with("valid 2025-01-01 to ?"));
}

TEST_CASE("presented: of deviations three are said, the rest is counted") {
    Fleet fleet;
    fleet.add(front_end("fe1"), issued(1));
    const auto group = presented_in(fleet.run);
    DeviationList list;
    list.add("nothing", {});
    CHECK(list.empty());
    for (const auto* what : {"a", "b", "c"})
        list.add(what, group);
    CHECK(list.text() == "a on fe1:5061; b on fe1:5061; c on fe1:5061");
    list.add("d", group);
    CHECK(list.text() == "a on fe1:5061; b on fe1:5061; c on fe1:5061; and 1 more");
    CHECK(list.endpoints().size() == 4);
}

TEST_CASE("origins: by the root, by the issuer, and where the roots do not tell") {
    Origins ours;
    CHECK(ours.empty());
    ours.add(origin("R", "I", "root R"));
    CHECK(!ours.empty());
    CHECK(ours.contain(origin("R", "J", "")) == true);
    CHECK(ours.contain(origin("", "I", "")) == true);
    CHECK(ours.contain(origin("S", "J", "")) == false);
    CHECK(!ours.contain(origin("", "J", "")));
    // One issuer whose root is not known leaves it open, until another chain shows it.
    ours.add(origin("", "K", "CA K"));
    CHECK(!ours.contain(origin("S", "J", "")));
    CHECK(ours.texts() == Texts{"CA K", "root R"});
    ours.add(origin("T", "K", "root T"));
    CHECK(ours.contain(origin("S", "J", "")) == false);
    ours.add(origin("", "K", "CA K")); // stays known
    CHECK(ours.contain(origin("S", "J", "")) == false);
    CHECK(ours.texts() == Texts{"root R", "root T"});
    // A certificate that has neither root nor issuer in view.
    Origins nameless;
    nameless.add(origin("", "", "self"));
    CHECK(!nameless.empty());
    CHECK(!nameless.contain(origin("S", "J", "")));
    Origins self_signed;
    self_signed.add(origin("R", "", "self"));
    CHECK(self_signed.contain(origin("S", "J", "")) == false);
}

TEST_CASE("origins: of a chain, by its path and its top") {
    const auto shown = [](auto spoil) {
        Fleet fleet;
        fleet.add(front_end("fe1"), issued(1), "Contoso Root");
        auto chain = std::make_shared<Chain>(*fleet.run.endpoints[0].main.chain);
        spoil(*chain);
        return origin_of(*chain);
    };
    const auto good = shown([](Chain&) {});
    CHECK(good.root == "CN=Contoso Root");
    CHECK(good.text == "CN=Contoso Root");
    CHECK(good.issuer == "CN=Contoso Issuing CA");
    const auto open = shown([](Chain& chain) { chain.path.trust = TrustPath::Trust::untrusted; });
    CHECK(open.root.empty());
    CHECK(open.text == "CN=Contoso Issuing CA");
    const auto with_root = shown([](Chain& chain) {
        chain.path.trust = TrustPath::Trust::untrusted;
        auto top = std::make_shared<Certificate>(*chain.path.path.back());
        top->root_like = true;
        chain.path.path.back() = top;
    });
    CHECK(with_root.root == "CN=Contoso Root");
    CHECK(shown([](Chain& chain) { chain.path.path.clear(); }).root.empty());
    // An anchor that is the server certificate itself keeps the words of its issuer.
    const auto anchor = shown([](Chain& chain) { chain.path.path = chain.presented; });
    CHECK(anchor.text == "CN=Contoso Issuing CA");
}

TEST_CASE("lists of issuers: who sends the roots that it trusts, and which Windows is old") {
    for (const auto& role : words<Role>()) {
        Target target;
        target.role = role.value;
        target.role_given = true;
        const bool foreign = role.value == Role::gateway || role.value == Role::partner ||
                             role.value == Role::other || role.value == Role::reverse_proxy;
        CHECK_MESSAGE(lists_its_roots(target) == !foreign, role.text);
        target.os = OperatingSystem::linux;
        CHECK(!lists_its_roots(target));
        target.os = OperatingSystem::windows_server_2012;
        target.role_given = false;
        CHECK(!lists_its_roots(target));
    }
    using enum OperatingSystem;
    const std::set<OperatingSystem> old{
        windows_xp,
        windows_vista,
        windows_7,
        windows_2000_server,
        windows_server_2003,
        windows_server_2003_sp1,
        windows_server_2003_sp2,
        windows_server_2003_r2,
        windows_server_2003_r2_sp2,
        windows_server_2008,
        windows_server_2008_r2,
        windows_server_2008_r2_tls12};
    for (const auto& os : words<OperatingSystem>())
        CHECK_MESSAGE(before_windows_2012(os.value) == old.contains(os.value), os.text);
    // The main attempt's list, else that of one under the endpoint's own name.
    EndpointRow row;
    CHECK(request_of(row) == nullptr);
    for (const auto& role : words<AttemptRole>()) {
        row.variants.clear();
        auto& variant = row.variants.emplace_back();
        variant.role = role.value;
        variant.client_certificate = std::make_shared<ClientCertificateFacts>();
        CHECK((request_of(row) != nullptr) == has_own_sni(role.value));
    }
    row.main.client_certificate = std::make_shared<ClientCertificateFacts>();
    CHECK(request_of(row) == row.main.client_certificate.get());
}

TEST_CASE("stale-certificate: expired is a failure from the second after its end") {
    Fleet fleet;
    fleet.add(front_end("fe1"), issued(2, "2025-06-01"));
    auto second = front_end("fe1");
    second.port = 444;
    fleet.add(second, issued(1));
    const auto end = *issued(1).not_after;
    fleet.run.judged_at = end;
    CHECK(fleet.verdict("stale-certificate") == Verdict::warn);
    fleet.run.judged_at = end + std::chrono::seconds{1};
    CHECK(fleet.verdict("stale-certificate") == Verdict::fail);
}

TEST_CASE("web-sites-agree: copies of one machine an hour apart, of several a month apart") {
    using std::chrono::hours;
    const auto verdict = [](const char* other_server, std::chrono::seconds gap) {
        Fleet fleet;
        auto site = in_pool(on("fe1", 443, Role::front_end, Use::web_services_internal), "pool");
        fleet.add(site, issued(1));
        site = in_pool(on(other_server, 4443, Role::front_end, Use::web_services_external), "pool");
        fleet.add(site, at_time(2, gap));
        if (std::string_view(other_server) != "fe1") {
            auto proxy = on("lyncweb", 443, Role::reverse_proxy, Use::other);
            fleet.add(proxy, at_time(2, gap));
        }
        return fleet.verdict("web-sites-agree");
    };
    const std::chrono::seconds second{1};
    CHECK(verdict("fe1", hours{1}) == Verdict::pass);
    CHECK(verdict("fe1", hours{1} + second) == Verdict::warn);
    CHECK(verdict("fe2", hours{24 * 30}) == Verdict::pass);
    CHECK(verdict("fe2", hours{24 * 30} + second) == Verdict::warn);
}
