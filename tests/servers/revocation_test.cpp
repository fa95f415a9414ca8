// SPDX-License-Identifier: MIT
// --fetch against a real web server: revocation lists as AD CS publishes them, and everything that
// can be wrong with them and with the way to them.
#include "servers/revocation.h"

#include <filesystem>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

TEST_CASE("fetch: a good CRL is reached, fresh, signed by the issuer, and vouches for the leaf") {
    const Publisher web;
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {.strangers = 3}));
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    const auto result = check_leaf(leaf);
    for (const auto* rule : {"crl-reachable", "crl-fresh", "crl-signature", "not-revoked"})
        CHECK_MESSAGE(result.verdict(rule) == "pass", rule << ": " << result.message(rule));
    const auto& location = result.document.at("revocation").at("locations").at(0);
    CHECK(location.at("outcome") == "ok");
    CHECK(location.at("entries") == 3);
    CHECK(location.at("signature") == "good");
    CHECK(location.at("delta") == false);

    SUBCASE("without --fetch nothing is asked and nothing is said") {
        const auto silent = check_leaf(leaf, {});
        CHECK(silent.verdict("crl-reachable") == "none");
        CHECK(silent.verdict("not-revoked") == "none");
        CHECK(silent.document.as_object().if_contains("revocation") == nullptr);
    }
    SUBCASE("--fetch alone asks no private address") {
        const auto careful = check_leaf(leaf, {"--fetch"});
        CHECK(careful.outcome() == "forbidden");
        CHECK(careful.verdict("crl-reachable") == "inconclusive");
        CHECK(careful.verdict("not-revoked") == "inconclusive");
    }
}

TEST_CASE("fetch: a revoked certificate fails, with date and reason") {
    const Publisher web;
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {.revoked = {{leaf.certificate_pem}}}));
    const auto result = check_leaf(leaf);
    CHECK(result.verdict("not-revoked") == "fail");
    CHECK(result.message("not-revoked").find("keyCompromise") != std::string::npos);
    CHECK(result.verdict("crl-reachable") == "pass");
    CHECK(result.exit_code == 1);
}

TEST_CASE("fetch: an expired CRL fails as such and vouches for nobody") {
    const Publisher web;
    web.put(
        "ca.crl",
        lab::make_crl(publishing_ca().self(), {.this_update_days = -9, .next_update_days = -2})
    );
    const auto result = check_leaf(leaf_with(publishing_ca(), {web.url("/pki/ca.crl")}));
    CHECK(result.verdict("crl-reachable") == "pass");
    CHECK(result.verdict("crl-fresh") == "fail");
    CHECK(result.verdict("not-revoked") == "inconclusive");
}

TEST_CASE("fetch: a CRL whose Next CRL Publish has passed warns before it runs out") {
    const Publisher web;
    web.put(
        "ca.crl",
        lab::make_crl(publishing_ca().self(), {.this_update_days = -6, .next_publish_days = -1})
    );
    const auto result = check_leaf(leaf_with(publishing_ca(), {web.url("/pki/ca.crl")}));
    CHECK(result.verdict("crl-fresh") == "warn");
    CHECK(result.verdict("not-revoked") == "pass");
}

TEST_CASE("fetch: a CRL signed with RSASSA-PSS warns, and still counts") {
    const Publisher web;
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {.pss_signature = true}));
    const auto result = check_leaf(leaf_with(publishing_ca(), {web.url("/pki/ca.crl")}));
    CHECK(result.verdict("crl-signature") == "warn");
    CHECK(result.verdict("not-revoked") == "pass");
}

TEST_CASE("fetch: the CRL of another CA, or one that another key signed, is not believed") {
    const Publisher web;
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    SUBCASE("another CA") {
        web.put(
            "ca.crl",
            lab::make_crl(contoso().stranger_root.self(), {.revoked = {{leaf.certificate_pem}}})
        );
    }
    SUBCASE("the name of the CA and another key") {
        auto forged = publishing_ca().self();
        forged.key_pem = contoso().stranger_root.self().key_pem;
        web.put("ca.crl", lab::make_crl(forged, {.revoked = {{leaf.certificate_pem}}}));
    }
    const auto result = check_leaf(leaf);
    CHECK(result.verdict("crl-signature") == "fail");
    CHECK(result.verdict("not-revoked") == "inconclusive");
}

TEST_CASE("fetch: a list of another distribution point does not vouch, and does accuse") {
    const Publisher web;
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    lab::CrlSpec spec{.scope_url = "http://crl.contoso.example/shard2.crl"};
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), spec));
    CHECK(check_leaf(leaf).verdict("not-revoked") == "inconclusive");
    spec.revoked = {{leaf.certificate_pem}};
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), spec));
    CHECK(check_leaf(leaf).verdict("not-revoked") == "fail");
    spec = {.scope_url = web.url("/pki/ca.crl")};
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), spec));
    CHECK(check_leaf(leaf).verdict("not-revoked") == "pass");
}

TEST_CASE("fetch: a delta CRL is asked for by its name with '+', and takes part") {
    const Publisher web;
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    lab::CrlSpec base{.number = 20, .delta_urls = {web.url("/pki/ca+.crl")}};
    SUBCASE("not there: the base vouches, the delta is missed") {
        web.put("ca.crl", lab::make_crl(publishing_ca().self(), base));
        const auto result = check_leaf(leaf);
        CHECK(result.outcome(1) == "status");
        CHECK(result.verdict("crl-reachable") == "warn");
        CHECK(result.message("crl-reachable").find("double escaping") != std::string::npos);
        CHECK(result.verdict("not-revoked") == "pass");
    }
    SUBCASE("it revokes what the base does not list") {
        web.put("ca.crl", lab::make_crl(publishing_ca().self(), base));
        web.put(
            "ca+.crl", lab::make_crl(
                           publishing_ca().self(),
                           {.number = 21, .base_number = 20, .revoked = {{leaf.certificate_pem}}}
                       )
        );
        const auto result = check_leaf(leaf);
        CHECK(result.outcome(1) == "ok");
        CHECK(result.verdict("crl-reachable") == "pass");
        CHECK(result.verdict("not-revoked") == "fail");
    }
    SUBCASE("it takes back a hold of the base") {
        base.revoked = {{leaf.certificate_pem, "certificateHold"}};
        web.put("ca.crl", lab::make_crl(publishing_ca().self(), base));
        web.put(
            "ca+.crl",
            lab::make_crl(
                publishing_ca().self(), {.number = 21,
                                         .base_number = 20,
                                         .revoked = {{leaf.certificate_pem, "removeFromCRL"}}}
            )
        );
        CHECK(check_leaf(leaf).verdict("not-revoked") == "pass");
        web.put(
            "ca+.crl",
            lab::make_crl(
                publishing_ca().self(), {.number = 31,
                                         .base_number = 30,
                                         .revoked = {{leaf.certificate_pem, "removeFromCRL"}}}
            )
        );
        CHECK(check_leaf(leaf).verdict("not-revoked") == "fail");
    }
}

TEST_CASE("fetch: what is wrong on the way to a CRL") {
    const Publisher web("location /loop { return 302 /loop; }"
                        "location /away { return 302 http://169.254.169.254/latest/meta-data/; }"
                        "location /file { return 302 file:///etc/passwd; }"
                        "location /moved { return 301 /pki/ca.crl; }");
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {}));
    web.put("page.crl", "<html>no CRL here</html>");
    web.put("empty.crl", "");
    web.put("cut.crl", lab::make_crl(publishing_ca().self(), {}).substr(0, 100));
    web.put("huge.crl", std::string((32u << 20) + 1, '\x30'));
    const auto reached = [&](const std::string& url) {
        const auto result = check_leaf(leaf_with(publishing_ca(), {url}));
        CHECK(result.verdict("crl-fresh") == "none");
        CHECK(result.verdict("not-revoked") == "inconclusive");
        return result.outcome() + " " + result.verdict("crl-reachable");
    };
    CHECK(reached(web.url("/pki/none.crl")) == "status fail");
    CHECK(reached(web.url("/loop")) == "redirect_limit fail");
    CHECK(reached(web.url("/away")) == "forbidden inconclusive");
    CHECK(reached(web.url("/file")) == "unsupported inconclusive");
    CHECK(reached(web.url("/pki/page.crl")) == "wrong_content fail");
    CHECK(reached(web.url("/pki/empty.crl")) == "wrong_content fail");
    CHECK(reached(web.url("/pki/cut.crl")) == "wrong_content fail");
    CHECK(reached(web.url("/pki/huge.crl")) == "limit_exceeded inconclusive");
    CHECK(reached(fmt::format("http://127.0.0.1:{}/ca.crl", free_port())) == "refused fail");
    CHECK(reached("http://169.254.169.254/ca.crl") == "forbidden inconclusive");
    CHECK(reached("http://[::ffff:169.254.169.254]/ca.crl") == "forbidden inconclusive");
    CHECK(reached("http://2852039166/ca.crl") == "forbidden inconclusive"); // the same, as a number
    CHECK(reached("file:///etc/passwd") == "unsupported inconclusive");
    CHECK(reached("http://user:word@127.0.0.1/ca.crl") == "unsupported inconclusive");
    CHECK(
        reached("ldap:///CN=Contoso%20CA,CN=CDP?certificateRevocationList") ==
        "domain_member_only inconclusive"
    );

    const auto moved = check_leaf(leaf_with(publishing_ca(), {web.url("/moved")}));
    CHECK(moved.verdict("crl-reachable") == "pass");
    CHECK(moved.verdict("not-revoked") == "pass");

    const auto half =
        check_leaf(leaf_with(publishing_ca(), {web.url("/pki/none.crl"), web.url("/pki/ca.crl")}));
    CHECK(half.verdict("crl-reachable") == "warn");
    CHECK(half.verdict("not-revoked") == "pass");
    const auto inside =
        check_leaf(leaf_with(publishing_ca(), {web.url("/pki/none.crl"), "ldap:///CN=CA"}));
    CHECK(inside.verdict("crl-reachable") == "warn");
}

TEST_CASE("fetch: endpoints share locations, each of which is asked once; a slow one ends in time"
) {
    const Publisher web("location /slow/ { limit_rate 100; }");
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {}));
    std::filesystem::create_directories(web.folder().file("www/slow"));
    web.folder().write(
        "www/slow/ca.crl", lab::make_crl(publishing_ca().self(), {.strangers = 1000})
    );
    const TemporaryFolder folder;
    const auto fast_port = free_port(), again_port = free_port(), slow_port = free_port();
    const auto leaf = leaf_with(publishing_ca(), {web.url("/pki/ca.crl")});
    const auto slow = leaf_with(publishing_ca(), {web.url("/slow/ca.crl")});
    const auto intermediate = publishing_ca().self().certificate_pem;
    const auto good = write_credentials(folder, "good", leaf, {intermediate});
    const Nginx nginx({
        {fast_port, kHost, good},
        {again_port, kHost, good},
        {slow_port, kHost, write_credentials(folder, "slow", slow, {intermediate})},
    });
    const auto result = scan(
        {{"fast", fast_port}, {"again", again_port}, {"slow", slow_port}},
        {"--fetch-private", "--timeout", "5s"}
    );
    const auto& locations = result.document.at("revocation").at("locations").as_array();
    REQUIRE(locations.size() == 2);
    CHECK(result.endpoint("fast").verdict("not-revoked") == "pass");
    CHECK(result.endpoint("again").verdict("not-revoked") == "pass");
    // Windows would have waited for 15 seconds.
    CHECK(result.endpoint("slow").verdict("crl-reachable") == "inconclusive");
    CHECK(result.endpoint("slow").message("crl-reachable").find("in time") != std::string::npos);
    CHECK(result.endpoint("slow").verdict("not-revoked") == "inconclusive");
    // The issuing CA names no location, so there is nothing to ask and nobody to vouch.
    CHECK(result.endpoint("fast").verdict("not-revoked", 1) == "inconclusive");
}

TEST_CASE("fetch: a deadline that cuts fetching short is said, and nothing is called judged") {
    const Publisher web("location /slow/ { limit_rate 100; }");
    std::filesystem::create_directories(web.folder().file("www/slow"));
    web.folder().write(
        "www/slow/ca.crl", lab::make_crl(publishing_ca().self(), {.strangers = 1000})
    );
    const TemporaryFolder folder;
    const auto file = folder.write(
        "slow.pem", leaf_with(publishing_ca(), {web.url("/slow/ca.crl")}).certificate_pem +
                        publishing_ca().self().certificate_pem
    );
    const std::vector<std::string> command{"check", file, "--fetch-private", "--fail-on", "never"};
    auto cut = command, patient = command;
    cut.insert(cut.end(), {"--deadline", "1s"});
    const auto short_one = test::lyncprobe(cut);
    CHECK(short_one.seconds < 4);
    CHECK(short_one.exit_code == 3);
    CHECK(short_one.out.find("fetching was cut short: 1 of 1 location") != std::string::npos);
    // A location's own limit is no cut: what it gave is judged.
    patient.insert(patient.end(), {"--timeout", "1s"});
    const auto own_limit = test::lyncprobe(patient);
    CHECK(own_limit.exit_code == 0);
    CHECK(own_limit.out.find("cut short") == std::string::npos);
}

TEST_CASE("fetch: a chain that names too many locations takes nothing from the others") {
    const Publisher web;
    web.put("ca.crl", lab::make_crl(publishing_ca().self(), {}));
    std::vector<std::string> many; // as many as are kept of a certificate
    for (int i = 0; i < 63; ++i)
        many.push_back(web.url(fmt::format("/none/{}.crl", i)));
    many.push_back(web.url("/pki/more.crl"));
    web.put(
        "more.crl", lab::make_crl(publishing_ca().self(), {.delta_urls = {web.url("/pki/ca.crl")}})
    );
    const TemporaryFolder folder;
    const auto file = [&](const char* name, const lab::Issued& leaf) {
        return folder.write(name, leaf.certificate_pem + publishing_ca().self().certificate_pem);
    };
    const auto done = test::lyncprobe(
        {"check", file("greedy.pem", leaf_with(publishing_ca(), many, {web.url("/ocsp")})),
         file("good.pem", leaf_with(publishing_ca(), {web.url("/pki/ca.crl")})), "--fetch-private",
         "--no-system-trust", "--format", "json"}
    );
    REQUIRE(!done.out.empty());
    const auto document = boost::json::parse(done.out);
    std::map<std::string, std::string> outcomes;
    for (const auto& one : document.at("revocation").at("locations").as_array())
        outcomes[fmt::format(
            "{} {}", std::string(one.at("kind").as_string()),
            std::string(one.at("location").as_string())
        )] = one.at("outcome").as_string();
    CHECK(outcomes.at("crl " + web.url("/pki/more.crl")) == "ok");
    CHECK(outcomes.at("crl " + web.url("/pki/ca.crl")) == "ok");
    CHECK(outcomes.at("delta_crl " + web.url("/pki/ca.crl")) == "limit_exceeded");
    CHECK(outcomes.at("ocsp " + web.url("/ocsp")) == "limit_exceeded");
}

TEST_CASE("fetch: 'fetch-private: yes' of a target list means both, as --fetch-private does") {
    const TemporaryFolder folder;
    const auto list = folder.write(
        "targets.yaml", fmt::format(
                            "policy:\n  fetch-private: yes\ntargets:\n  - host: "
                            "127.0.0.1\n    port: {}\n",
                            free_port()
                        )
    );
    const auto done = test::lyncprobe({"scan", list, "--format", "json"});
    REQUIRE_MESSAGE(!done.out.empty(), done.err);
    CHECK(boost::json::parse(done.out).as_object().contains("revocation"));
}
