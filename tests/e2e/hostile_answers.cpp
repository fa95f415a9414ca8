// SPDX-License-Identifier: MIT
// Servers that shake hands and then answer in their protocol to do harm: each ends with the outcome
// that the contract names, in bounded time and memory, and shows its chain all the same.
#include "e2e/fixtures.h"
#include "support/bad_answers.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

constexpr double kTimeout = 4, kSlack = 3; // seconds

lab::ServerSpec web(lab::BadAnswer kind) {
    auto spec = good_server();
    spec.speaks_sip = false;
    spec.speaks_http = true;
    spec.web.site = lab::WebBehaviour::Site::lync;
    spec.faults = lab::answering(kind);
    return spec;
}

lab::ServerSpec sip(lab::BadAnswer kind) {
    auto spec = good_server();
    spec.speaks_sip = true;
    spec.faults = lab::answering(kind);
    return spec;
}

lab::ServerSpec xmpp(lab::BadAnswer kind) {
    auto spec = good_server();
    spec.speaks_sip = false;
    spec.xmpp = lab::Xmpp::starttls_offered;
    spec.faults = lab::answering(kind);
    return spec;
}

} // namespace

TEST_CASE("hostile answers end as the contract says, each endpoint once, nothing unescaped") {
    using enum lab::BadAnswer;
    struct Hostile {
        std::string name;
        lab::ServerSpec spec;
        std::string probe;
        std::set<std::string> outcomes; // that fit
    };
    const std::vector<Hostile> all{
        {"endless headers", web(http_endless_headers), "https", {"limit_exceeded"}},
        {"headers of 1 MB", web(http_huge_headers), "https", {"limit_exceeded"}},
        {"negative length", web(http_negative_length), "https", {"protocol_error"}},
        {"huge length", web(http_huge_length), "https", {"limit_exceeded", "protocol_error"}},
        {"endless chunks", web(http_endless_chunks), "https", {"limit_exceeded"}},
        {"gzip bomb", web(http_gzip_bomb), "https", {"ok"}},                // never unpacked
        {"redirect loop", web(http_redirect_loop), "autodiscover", {"ok"}}, // never followed
        {"controls in Location", web(http_controls_in_location), "https", {"protocol_error"}},
        {"a drip without end", web(http_drip), "https", {"timeout"}},
        {"entity bomb", web(xml_entity_bomb), "autodiscover", {"ok"}},
        {"deep JSON", web(json_deep), "autodiscover", {"ok", "limit_exceeded"}},
        {"100 Trying without end", sip(sip_provisional_flood), "sip", {"limit_exceeded"}},
        {"NUL in a SIP header", sip(sip_controls_in_headers), "sip", {"protocol_error"}},
        {"a stream without end", xmpp(xmpp_never_closes), "xmpp", {"ok", "timeout"}},
        {"features without end", xmpp(xmpp_endless_features), "xmpp", {"limit_exceeded"}},
    };
    Site site;
    for (const auto& one : all)
        site.add(
            one.name, one.spec,
            (one.probe == "sip" ? "" : "sip_domain: contoso.example, role: reverse-proxy, ") +
                ("probe: " + one.probe)
        );
    site.add("good", good_server());
    const Trap trap;
    const auto done = lyncprobe(
        {"scan", site.list(), "--timeout", "4s", "--output", site.file("r.json"), "--output",
         site.file("r.txt"), "--verbose"}
    );
    CHECK(done.seconds < kTimeout + kSlack);
    CHECK(harmless_on_a_terminal(done.out));
    CHECK(harmless_on_a_terminal(read_text(site.file("r.txt"))));
    require_valid({site.file("r.json")});
    const auto result = json_file(site.file("r.json"));
    CHECK(target_names(result).size() == all.size() + 1);
    for (const auto& one : all) {
        const auto outcome = outcome_of(result, one.name);
        const auto detail = text_of(endpoint_named(result, one.name), "detail");
        CHECK_MESSAGE(
            one.outcomes.contains(outcome), one.name << " ended with " << outcome << ": " << detail
        );
        CHECK_MESSAGE(detail != "", one.name);
    }
    for (const auto* judged :
         {"endless headers", "gzip bomb", "entity bomb", "NUL in a SIP header"})
        CHECK_MESSAGE(verdict_of(result, judged, "server-eku") == "pass", judged);
    CHECK(verdict_of(result, "entity bomb", "autodiscover-answer") == "fail");
    CHECK(verdict_of(result, "deep JSON", "autodiscover-answer") == "fail");
    CHECK(outcome_of(result, "good") == "ok");
    CHECK(!trap.was_called());
}

TEST_CASE("--follow probes what autodiscover names, once, and nothing is followed without it") {
    Site site;
    auto discover = good_server();
    discover.speaks_sip = false;
    discover.speaks_http = true;
    discover.web.site = lab::WebBehaviour::Site::lync;
    // Names that no name server knows: that they are asked for is what is seen.
    discover.web.internal_web = "webint.contoso.example";
    discover.web.external_web = "lyncweb.contoso.example";
    discover.web.internal_sip = "pool.contoso.example";
    discover.web.external_sip = "sip.contoso.example";
    site.add("discover", discover, "probe: autodiscover, sip_domain: contoso.example");
    const auto list = site.list();
    // A resolver that is not there: every look-up fails at once.
    const std::vector<std::string> common{"scan",        list,       "--resolver",
                                          "127.0.0.1:9", "--format", "json"};
    const auto plain = parse_json(lyncprobe(common).out);
    CHECK(target_names(plain).size() == 1);
    const auto& findings = plain.at("topology_findings").as_array();
    REQUIRE(!findings.empty());
    for (const auto& finding : findings) {
        CHECK(text_of(finding.as_object(), "rule") == "autodiscover-names");
        CHECK(text_of(finding.as_object(), "verdict") == "inconclusive");
        CHECK(has(text_of(finding.as_object(), "message"), "--follow"));
    }
    auto with = common;
    with.push_back("--follow");
    const auto followed = parse_json(lyncprobe(with).out);
    const auto names = target_names(followed);
    CHECK(names.size() > 3);
    CHECK(names.contains("sip.contoso.example:443"));
    CHECK(outcome_of(followed, "sip.contoso.example:443") == "dns_failure");
}

} // namespace lyncprobe::test
