// SPDX-License-Identifier: MIT
// `lyncprobe probe`, and the options that say how to judge.
#include "e2e/fixtures.h"

#include <unistd.h>

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lyncprobe::test {

namespace {

boost::json::value probe(std::vector<std::string> arguments, int expected_exit_code) {
    arguments.insert(arguments.begin(), "probe");
    arguments.insert(arguments.end(), {"--format", "json"});
    const auto done = lyncprobe(std::move(arguments));
    CAPTURE(done.err);
    CHECK(done.exit_code == expected_exit_code);
    return parse_json(done.out);
}

const boost::json::object& only_endpoint(const boost::json::value& result) {
    REQUIRE(result.at("endpoints").as_array().size() == 1);
    return result.at("endpoints").as_array().front().as_object();
}

std::string root_file(const TemporaryFolder& folder) {
    return folder.write("root.pem", pki().root.self().certificate_pem);
}

bool has_ipv6() {
    const int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const bool there =
        bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return there;
}

lab::CertificateSpec expiring_in(int days) {
    auto spec = server_spec();
    spec.not_after_days = days;
    return spec;
}

} // namespace

TEST_CASE("probe: an IPv4 address, an IPv6 address in brackets, a name") {
    const TemporaryFolder folder;
    lab::Lab lab;
    const auto port = lab.add(good_server());
    REQUIRE(port.has_value());
    const auto root = root_file(folder);

    const auto by_address = probe({"127.0.0.1:" + std::to_string(*port), "--ca-file", root}, 0);
    const auto& endpoint = only_endpoint(by_address);
    CHECK(text_of(endpoint, "outcome") == "ok");
    CHECK(verdict_of(endpoint, "host-name") == "inconclusive"); // an address names nobody
    CHECK(endpoint.at("target").at("sni").is_null());

    const auto by_name = probe(
        {"LOCALHOST.:" + std::to_string(*port), "--ca-file", root, "--address-family", "4"}, 1
    );
    CHECK(text_of(only_endpoint(by_name), "outcome") == "ok");
    CHECK(verdict_of(only_endpoint(by_name), "host-name") == "fail");
    CHECK(text_of(only_endpoint(by_name).at("target").as_object(), "host") == "localhost");
    CHECK(text_of(only_endpoint(by_name).at("target").as_object(), "sni") == "localhost");

    if (!has_ipv6()) return;
    auto server = good_server();
    server.address = "::1";
    const auto v6_port = lab.add(server);
    REQUIRE(v6_port.has_value());
    const auto by_v6 = probe({"[::1]:" + std::to_string(*v6_port), "--ca-file", root}, 0);
    CHECK(text_of(only_endpoint(by_v6), "outcome") == "ok");
    CHECK(text_of(only_endpoint(by_v6).at("target").as_object(), "host") == "::1");
}

TEST_CASE("probe: --as chooses the conversation, --role, --use and --name the judgement") {
    const TemporaryFolder folder;
    lab::Lab lab;
    auto server = good_server();
    server.speaks_sip = true;
    const auto port = lab.add(server);
    REQUIRE(port.has_value());
    const auto host = "127.0.0.1:" + std::to_string(*port);
    const auto root = root_file(folder);

    const auto sip = probe(
        {host, "--as", "sip", "--ca-file", root, "--role", "edge", "--use", "AccessEdgeExternal",
         "--name", std::string(kServerName)},
        0
    );
    const auto& endpoint = only_endpoint(sip);
    CHECK(text_of(endpoint.at("conversation").as_object(), "kind") == "sip");
    CHECK(text_of(endpoint.at("target").as_object(), "role") == "edge");
    CHECK(text_of(endpoint.at("target").as_object(), "use") == "AccessEdgeExternal");
    CHECK(verdict_of(endpoint, "host-name") == "pass");

    const auto wrong = probe(
        {host, "--ca-file", root, "--name", std::string(kServerName), "--name",
         "meet.contoso.example"},
        1
    );
    CHECK(verdict_of(only_endpoint(wrong), "host-name") == "fail");
    CHECK(
        verdict_of(
            only_endpoint(probe({host, "--ca-file", root, "--role", "front-end"}, 0)),
            "auto-enrollment"
        ) == "pass"
    );
}

TEST_CASE("probe: without a port the port is the probe's own") {
    CHECK(has(lyncprobe({"probe", "host.invalid", "--plan"}).out, "host.invalid:443"));
    CHECK(
        has(lyncprobe({"probe", "host.invalid", "--as", "sip", "--plan"}).out, "host.invalid:5061")
    );
}

TEST_CASE("probe: a name that does not exist, and nobody at the port: the reason") {
    const auto nobody = lyncprobe({"probe", "127.0.0.1:" + std::to_string(free_port())});
    CHECK(nobody.exit_code == 1);
    CHECK(has(nobody.out, "refused"));
    const auto no_resolver = probe(
        {"host.invalid", "--resolver", "127.0.0.1:" + std::to_string(free_port()), "--timeout",
         "3s"},
        3
    );
    CHECK(text_of(only_endpoint(no_resolver), "outcome") == "dns_failure");
    CHECK(only_endpoint(no_resolver).at("target").at("address").is_null());
}

TEST_CASE("anchors: an issuing CA helps, or is marked; check says what probe says") {
    const TemporaryFolder folder;
    lab::Lab lab;
    auto alone = good_server();
    alone.chain_pem.resize(1);
    const auto port = lab.add(alone);
    REQUIRE(port.has_value());
    const auto host = "127.0.0.1:" + std::to_string(*port);
    const auto file = folder.write("server.pem", alone.chain_pem.front());
    const auto ca = pki().issuing.self().certificate_pem;
    const auto issuing = folder.write("issuing.pem", ca);
    const auto both = folder.write("certnew.pem", pki().root.self().certificate_pem + ca);
    struct Row {
        const char* option;
        std::string file;
        const char *trusted, *complete;
        bool warned;
    };
    for (const auto& [option, given, trusted, complete, warned] :
         {Row{"--ca-file", both, "pass", "fail", false},
          Row{"--ca-file", issuing, "inconclusive", "fail", true},
          Row{"--anchor-file", issuing, "pass", "pass", false}}) {
        CAPTURE(option);
        for (const auto& [command, what] : {std::pair("probe", host), std::pair("check", file)}) {
            const auto done =
                lyncprobe({command, what, option, given, "--no-system-trust", "--format", "json"});
            const auto result = parse_json(done.out);
            const auto* files = result.as_object().if_contains("files");
            const auto& judged =
                files ? files->as_array().front().as_object() : only_endpoint(result);
            CHECK(verdict_of(judged, "chain-trusted") == trusted);
            CHECK(verdict_of(judged, "chain-complete") == complete);
            CHECK(has(done.err, "no self-signed certificate in it") == warned);
        }
    }
}

TEST_CASE("anchors: given, absent, several, not the system's") {
    const TemporaryFolder folder;
    lab::Lab lab;
    const auto port = lab.add(good_server());
    REQUIRE(port.has_value());
    const auto host = "127.0.0.1:" + std::to_string(*port);
    const lab::Authority stranger([] {
        lab::CertificateSpec spec;
        spec.common_name = "Fabrikam Root CA";
        spec.ca = true;
        spec.key_name = "stranger";
        return spec;
    }());
    const auto root = root_file(folder),
               other = folder.write("other.pem", stranger.self().certificate_pem);
    const auto trusted = [&](std::vector<std::string> arguments, int exit_code) {
        arguments.insert(arguments.begin(), host);
        return verdict_of(only_endpoint(probe(std::move(arguments), exit_code)), "chain-trusted");
    };
    CHECK(trusted({}, 0) == "inconclusive");
    CHECK(trusted({"--ca-file", root}, 0) == "pass");
    CHECK(trusted({"--ca-file", root, "--no-system-trust"}, 0) == "pass");
    CHECK(trusted({"--ca-file", other}, 1) == "fail");
    CHECK(trusted({"--ca-file", other, "--ca-file", root}, 0) == "pass");
    CHECK(
        trusted(
            {"--ca-file", folder.write("root.der", der_of(pki().root.self().certificate_pem))}, 0
        ) == "pass"
    );

    for (const auto& bad :
         {folder.file("absent.pem"), folder.write("empty.pem", ""),
          folder.write("junk.pem", "junk")}) {
        const auto done = lyncprobe({"probe", host, "--ca-file", bad});
        CHECK(done.exit_code == 2);
        CHECK(has(done.err, bad));
    }
}

TEST_CASE("dates: --at moves today, --expires-within moves the warning") {
    const TemporaryFolder folder;
    lab::Lab lab;
    const auto port = lab.add(server_with(expiring_in(60)));
    REQUIRE(port.has_value());
    const auto root = root_file(folder);
    const auto validity = [&](std::vector<std::string> arguments, int exit_code) {
        arguments.insert(
            arguments.begin(), {"127.0.0.1:" + std::to_string(*port), "--ca-file", root}
        );
        return verdict_of(only_endpoint(probe(std::move(arguments), exit_code)), "validity");
    };
    CHECK(validity({}, 0) == "pass");
    CHECK(validity({"--expires-within", "90d"}, 0) == "warn");
    CHECK(validity({"--expires-within", "90d", "--fail-on", "warn"}, 1) == "warn");
    CHECK(validity({"--at", "2099-12-31"}, 1) == "fail");
    CHECK(validity({"--at", "2001-01-01T00:00:00Z"}, 1) == "fail");
}

TEST_CASE("--only and --skip choose the rules, by id and by glob") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    const auto rules_of = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"scan", list, "--format", "json"});
        const auto result = parse_json(lyncprobe(std::move(more)).out);
        std::set<std::string> rules;
        for (const auto& finding : endpoint_named(result, "good").at("findings").as_array())
            rules.insert(text_of(finding.as_object(), "rule"));
        CHECK(rules.erase("endpoint-reachable") == 1); // whatever was chosen
        return rules;
    };
    const auto all = rules_of({});
    CHECK(all.size() >= 18);
    CHECK(rules_of({"--only", "server-eku"}) == std::set<std::string>{"server-eku"});
    CHECK(
        rules_of({"--only", "server-eku", "--only", "validity"}) ==
        std::set<std::string>{"server-eku", "validity"}
    );
    CHECK(
        rules_of({"--only", "key-length*"}) ==
        std::set<std::string>{"key-length", "key-length-recommended"}
    );
    CHECK(
        rules_of({"--only", "key-length*", "--skip", "*-recommended"}) ==
        std::set<std::string>{"key-length"}
    );
    auto skipped = all;
    skipped.erase("validity");
    CHECK(rules_of({"--skip", "validity"}) == skipped);
}

} // namespace lyncprobe::test
