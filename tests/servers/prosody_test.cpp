// SPDX-License-Identifier: MIT
// The xmpp probe against Prosody, set up as partners of an Edge may be: TLS demanded, offered or
// switched off, and asked for a domain that is not there.
#include "servers/prosody.h"
#include "servers/scan.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

const std::string kDomain = "contoso.example"; // bare, as the certificate of port 5269 must hold it

Credentials domain_credentials(const TemporaryFolder& folder) {
    return write_credentials(
        folder, "xmpp", contoso().issuing.issue(server_spec(kDomain)),
        {contoso().issuing.self().certificate_pem}
    );
}

Question question(const std::string& name, std::uint16_t port, const std::string& host = kDomain) {
    Question out{name, port};
    out.host = host;
    out.probe = "xmpp";
    return out;
}

} // namespace

TEST_CASE("prosody: STARTTLS is taken, required or not, and the certificate behind it judged") {
    const TemporaryFolder folder;
    const auto credentials = domain_credentials(folder);
    for (const bool required : {true, false}) {
        CAPTURE(required);
        const Prosody prosody(kDomain, credentials, {.tls_required = required});
        const auto result = scan({question("xmpp", prosody.port())});
        const auto endpoint = result.endpoint("xmpp");
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/stage") == "done");
        CHECK(endpoint.get("/judged") == "true");
        CHECK(endpoint.get("/conversation/kind") == "xmpp");
        CHECK(endpoint.get("/conversation/domain") == kDomain);
        CHECK(endpoint.get("/conversation/server_from") == kDomain);
        CHECK(endpoint.get("/conversation/version") == "1.0");
        CHECK(endpoint.get("/conversation/starttls") == (required ? "required" : "offered"));
        CHECK(endpoint.get("/conversation/dialback") == "true");
        const auto features = endpoint.list("/conversation/features");
        CHECK(std::find(features.begin(), features.end(), "starttls") != features.end());
        const auto after = endpoint.list("/conversation/features_after_tls");
        CHECK(std::find(after.begin(), after.end(), "dialback") != after.end());
        CHECK(endpoint.list("/chain").size() == 2);
        CHECK(endpoint.certificate(0, "/san/dns/0") == kDomain);
        CHECK(endpoint.verdict("host-name") == "pass");
        CHECK(endpoint.verdict("chain-trusted") == "pass");
        CHECK(result.exit_code == 0);
    }
}

TEST_CASE("prosody: a client certificate is asked for without naming an issuer") {
    const TemporaryFolder folder;
    const Prosody prosody(kDomain, domain_credentials(folder), {});
    auto with = question("with", prosody.port());
    with.identity = "ours";
    const auto result = scan({question("none", prosody.port()), with});
    for (const auto* name : {"none", "with"}) {
        CAPTURE(std::string(name));
        const auto endpoint = result.endpoint(name);
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/mutual_tls/requested") == "true");
        CHECK(endpoint.list("/mutual_tls/ca_names").empty());
    }
    CHECK(result.endpoint("none").get("/mutual_tls/required") == "false");
    CHECK(result.endpoint("with").get("/mutual_tls/accepted") == "true");
}

TEST_CASE("prosody: whoever has a certificate of the domain it speaks for is offered EXTERNAL") {
    const TemporaryFolder folder;
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    auto spec = server_spec("lyncprobe.invalid"); // what the probe says it is
    spec.eku->emplace_back("1.3.6.1.5.5.7.3.2");
    const auto identity = write_credentials(
        folder, "identity", contoso().issuing.issue(spec),
        {contoso().issuing.self().certificate_pem}
    );
    const Prosody prosody(kDomain, domain_credentials(folder), {.ca_file = root});
    const auto list = folder.write(
        "targets.yaml",
        fmt::format(
            "trust: {{ca_files: [root.pem], system: no}}\n"
            "identities: [{{id: xmpp, certificate: {}, key: {}}}]\n"
            "targets:\n"
            "  - {{host: {}, addresses: [127.0.0.1], port: {}, probe: xmpp, identity: xmpp}}\n",
            identity.bundle, identity.key, kDomain, prosody.port()
        )
    );
    const auto path = folder.file("result.json");
    const auto done = test::lyncprobe({"scan", list, "--output", path, "--timeout", "10s"});
    INFO("lyncprobe ended with " << done.exit_code << ": " << done.err);
    REQUIRE(exists(path));
    const auto endpoint = only_endpoint(read_text(path));
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/mutual_tls/accepted") == "true");
    CHECK(endpoint.list("/conversation/mechanisms") == std::vector<std::string>{"EXTERNAL"});
    CHECK(endpoint.get("/conversation/dialback") == "true");
}

TEST_CASE("prosody: without TLS the answer is ok with no chain, and says so") {
    const TemporaryFolder folder;
    const Prosody prosody(kDomain, domain_credentials(folder), {.tls = false});
    const auto endpoint = scan_one(question("plain", prosody.port()));
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/stage") == "done");
    CHECK(endpoint.list("/chain").empty());
    CHECK(endpoint.get("/conversation/starttls") == "not offered");
    CHECK(endpoint.get("/conversation/dialback") == "true");
    const auto features = endpoint.list("/conversation/features"); // later versions offer more
    CHECK(std::find(features.begin(), features.end(), "dialback") != features.end());
    CHECK(endpoint.get("/detail").find("offers no STARTTLS") != std::string::npos);
}

TEST_CASE("prosody: our own domain's server is asked in the name of a partner of the list") {
    const TemporaryFolder folder;
    const Prosody ours(kDomain, domain_credentials(folder), {});
    const auto nobody = free_port();
    auto partner = question("partner", nobody, "litware.example");
    partner.more = "role: partner";
    const auto sections = fmt::format("sip_domains: [fabrikam.example, {}]\n", kDomain);
    const auto named = scan({question("edge", ours.port()), partner}, {}, sections);
    CHECK(named.endpoint("edge").get("/conversation/from") == "litware.example");
    CHECK(named.endpoint("edge").get("/outcome") == "ok");
    const auto alone = scan({question("edge", ours.port())}, {}, sections);
    CHECK(alone.endpoint("edge").get("/conversation/from") == "lyncprobe.invalid");
}

TEST_CASE("prosody: a domain it does not serve is refused, in words") {
    const TemporaryFolder folder;
    const Prosody prosody(kDomain, domain_credentials(folder), {});
    const auto endpoint = scan_one(question("strange", prosody.port(), "fabrikam.example"));
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.list("/chain").empty());
    CHECK(endpoint.get("/conversation/stream_error") == "host-unknown");
    CHECK(endpoint.get("/conversation/refusal") == "host-unknown: does not serve fabrikam.example");
    CHECK_FALSE(endpoint.get("/conversation/remedy").empty());
    CHECK(endpoint.get("/detail") == endpoint.get("/conversation/refusal"));
}

TEST_CASE("prosody: with neither TLS nor dialback it has nothing to offer and says why") {
    const TemporaryFolder folder;
    const Prosody prosody(kDomain, domain_credentials(folder), {.tls = false, .dialback = false});
    const auto endpoint = scan_one(question("nothing", prosody.port()));
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/conversation/stream_error") == "undefined-condition");
    CHECK(endpoint.get("/conversation/stream_error_text") == "No stream features to offer");
}
