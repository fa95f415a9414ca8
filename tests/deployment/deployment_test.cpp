// SPDX-License-Identifier: MIT
// A whole deployment, drawn as a topology, played by the lab and scanned by the program: every
// endpoint is probed once, every fault that was planted is found, and nothing else.
#include "deployment/requests.h"
#include "deployment/seeds.h"
#include "lab/posix.h"
#include "model/glob.h"
#include "support/process.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

namespace json = boost::json;
using Statements = std::set<std::string>; // "fe01.contoso.example registrar: validity=fail"

// Played is the deployment in service.
struct Played {
    std::string net; // the first two numbers of its addresses
    std::vector<Listener> listeners;
    std::unique_ptr<lab::Lab> lab;
};

using Change = std::function<void(std::vector<Listener>&)>;

// `before` the certificates are issued, and `after`, with what a server shows in its hands. Another
// run of this test may hold the network: then the next one is taken.
Played play(const lab::DemoPki& pki, const Change& before, const Change& after = {}) {
    constexpr int kFirst = 90, kCount = 100;
    for (int attempt = 0; attempt < kCount; ++attempt) {
        const int second = kFirst + (static_cast<int>(getpid()) + attempt) % kCount;
        Played played{fmt::format("127.{}", second), {}, std::make_unique<lab::Lab>()};
        played.listeners = healthy_deployment(played.net);
        before(played.listeners);
        present(played.listeners, pki);
        if (after) after(played.listeners);
        const bool all_up = std::all_of(
            played.listeners.begin(), played.listeners.end(),
            [&](const Listener& listener) { return played.lab->add(listener.lab).has_value(); }
        );
        if (all_up) return played;
    }
    FAIL("no network of 127.0.0.0/8 is free");
    std::abort();
}

Played play_with_seeds(const lab::DemoPki& pki) {
    return play(
        pki,
        [](std::vector<Listener>& listeners) {
            for (const auto& seed : seeds())
                for (auto& listener : listeners)
                    if (seed.plant != nullptr && is_at(seed.place, listener)) seed.plant(listener);
        },
        [&pki](std::vector<Listener>& listeners) {
            for (const auto& seed : seeds())
                for (auto& listener : listeners)
                    if (seed.break_up != nullptr && is_at(seed.place, listener))
                        seed.break_up(listener.lab, pki);
        }
    );
}

std::string text_of(const json::value& object, std::string_view key) {
    const auto& value = object.at(key);
    return value.is_string() ? std::string(value.as_string()) : "null";
}

// Pass and not_applicable are silence.
bool is_silent(const std::string& verdict) {
    return verdict == "pass" || verdict == "not_applicable";
}

void add_findings(const std::string& whose, const json::value& judged, Statements& said) {
    for (const auto& finding : judged.at("findings").as_array())
        if (const auto verdict = text_of(finding, "verdict"); !is_silent(verdict))
            said.insert(fmt::format("{}: {}={}", whose, text_of(finding, "rule"), verdict));
}

std::string together(
    const std::set<std::string>& endpoints, const std::string& rule, const std::string& verdict
) {
    return fmt::format("{}: {}={}", fmt::join(endpoints, " + "), rule, verdict);
}

// Everything that the result says beyond "all is well".
Statements statements_of(const json::value& result) {
    Statements said;
    std::map<std::string, std::string> names; // by id
    for (const auto& endpoint : result.at("endpoints").as_array()) {
        const auto name = text_of(endpoint.at("target"), "name");
        names[text_of(endpoint, "id")] = name;
        if (const auto outcome = text_of(endpoint, "outcome"); outcome != "ok")
            said.insert(fmt::format("{}: outcome={}", name, outcome));
        add_findings(name, endpoint, said);
    }
    for (const auto& identity : result.at("identities").as_array())
        add_findings("identity " + text_of(identity, "id"), identity, said);
    for (const auto& finding : result.at("topology_findings").as_array()) {
        const auto verdict = text_of(finding, "verdict");
        if (is_silent(verdict)) continue;
        std::set<std::string> endpoints;
        for (const auto& id : finding.at("endpoints").as_array())
            endpoints.insert(names.at(std::string(id.as_string())));
        said.insert(together(endpoints, text_of(finding, "rule"), verdict));
    }
    return said;
}

// What the result must say because of one seed.
Statements statements_of(const Seed& seed, const std::vector<Listener>& listeners, Extent extent) {
    std::set<std::string> all, planted;
    for (const auto& listener : listeners)
        for (const auto& endpoint : listener.endpoints) {
            all.insert(endpoint.name);
            if (is_at(seed.place, listener)) planted.insert(endpoint.name);
        }
    REQUIRE_MESSAGE(!planted.empty(), seed.fault);
    Statements must;
    for (const auto& said : seed.said) {
        if (said.extent > extent) continue;
        std::set<std::string> endpoints = planted;
        if (!said.at.empty()) endpoints.clear();
        for (const auto& glob : said.at)
            for (const auto& endpoint : all)
                if (glob_matches(glob, endpoint)) endpoints.insert(endpoint);
        REQUIRE_MESSAGE(!endpoints.empty(), seed.fault);
        if (said.together)
            must.insert(together(endpoints, said.rule, said.verdict));
        else
            for (const auto& endpoint : endpoints)
                must.insert(fmt::format("{}: {}={}", endpoint, said.rule, said.verdict));
    }
    REQUIRE_MESSAGE(!must.empty(), seed.fault);
    return must;
}

// Every endpoint: how it is called, where it is, by which name it is asked, what it presents.
Statements endpoints_of(const std::vector<Listener>& listeners) {
    Statements all;
    for (const auto& listener : listeners)
        for (const auto& endpoint : listener.endpoints)
            all.insert(fmt::format(
                "{}: {}:{}/{} as {}, {}", endpoint.name, listener.lab.address, listener.lab.port,
                listener.lab.speaks_turn_udp ? "udp" : "tcp", endpoint.host, listener.use
            ));
    return all;
}

Statements endpoints_of(const json::value& result) {
    Statements all;
    for (const auto& endpoint : result.at("endpoints").as_array()) {
        const auto& target = endpoint.at("target");
        const auto text = fmt::format(
            "{}: {}:{}/{} as {}, {}", text_of(target, "name"), text_of(target, "address"),
            target.at("port").as_int64(), text_of(target, "transport"), text_of(target, "host"),
            text_of(target, "use")
        );
        CHECK_MESSAGE(all.insert(text).second, text << " stands twice in the result");
    }
    return all;
}

std::string only_in(const Statements& one, const Statements& other) {
    std::string text;
    for (const auto& statement : one)
        if (!other.contains(statement)) text += "\n  " + statement;
    return text;
}

std::string write_list(
    const TemporaryFolder& folder, const Played& played, const lab::DemoPki& pki
) {
    const auto identity = pki.identity({"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"});
    folder.write("root.pem", pki.root().self().certificate_pem);
    folder.write("public-root.pem", pki.public_root().self().certificate_pem);
    folder.write("inside.pem", identity.certificate_pem + pki.issuing().self().certificate_pem);
    REQUIRE(lab::write_private_file(folder.file("inside.key"), identity.key_pem).has_value());
    const auto text = read_text(LYNCPROBE_SOURCE_DIR "/tests/deployment/contoso.yaml");
    return folder.write(
        "contoso.yaml", std::regex_replace(text, std::regex(R"(\b127\.90\.)"), played.net + ".")
    );
}

// Scans and compares: every endpoint is there, and the result says what the seeds must bring about
// and nothing else.
void check_scan(const Played& played, const std::string& list, Extent extent) {
    std::vector<std::string> arguments{"scan", list, "--format", "json"};
    if (extent == Extent::with_matrices)
        arguments.insert(arguments.end(), {"--versions", "--sni-matrix", "--mtls-matrix"});
    const auto done = lyncprobe(arguments);
    CHECK(done.err == "");
    CHECK(done.exit_code == 1);
    const auto result = json::parse(done.out);

    const auto expected_endpoints = endpoints_of(played.listeners);
    const auto endpoints = endpoints_of(result);
    CHECK(expected_endpoints.size() == 380);
    CHECK(only_in(expected_endpoints, endpoints) == "");
    CHECK(only_in(endpoints, expected_endpoints) == "");

    const auto said = statements_of(result);
    Statements explained;
    for (const auto& seed : seeds()) {
        const auto must = statements_of(seed, played.listeners, extent);
        CHECK_MESSAGE(only_in(must, said) == "", "not found: " << seed.fault);
        explained.insert(must.begin(), must.end());
    }
    CHECK_MESSAGE(only_in(said, explained) == "", "nobody planted that");
    MESSAGE(
        seeds().size() << " faults planted, " << explained.size() << " statements, " << done.seconds
                       << " s"
    );
}

// --- what is printed to be requested ---

const char* const kList = LYNCPROBE_SOURCE_DIR "/tests/deployment/contoso.yaml";

// What Request-CsCertificate adds: of the topology the subject, which the second description of the
// deployment has, and inside the server's own name.
void add_unasked(Requested& request, const std::vector<Listener>& listeners) {
    for (const auto* use : {"AccessEdgeExternal", "Internal", "Default"})
        for (const auto& listener : listeners)
            if (request.types.contains(use) && listener.use == use &&
                request.servers.contains(listener.server)) {
                request.subject = listener.certificate.common_name;
                if (listener.use == "Default") request.names.push_back(listener.server);
            }
    if (!request.types.empty()) request.names.push_back(request.subject);
    std::sort(request.names.begin(), request.names.end());
    const auto end = std::unique(request.names.begin(), request.names.end());
    request.names.erase(end, request.names.end());
}

// Gives every listener the certificate that was printed for its server and use.
void request_all(std::vector<Listener>& listeners) {
    const auto printed = lyncprobe({"certificates", kList});
    REQUIRE(printed.exit_code == 0);
    auto requests = read_requests(printed.out);
    CHECK(requests.size() == 39);
    for (auto& request : requests)
        add_unasked(request, listeners);
    for (auto& listener : listeners) {
        if (listener.certificate.common_name.empty()) continue;
        const auto its = std::find_if(requests.begin(), requests.end(), [&](const auto& request) {
            return request.servers.contains(listener.server) && request.for_type(listener.use);
        });
        REQUIRE_MESSAGE(its != requests.end(), listener.server << " " << listener.use);
        listener.certificate = listener.issuer == Issuer::public_ca
                                   ? lab::public_spec(its->subject, its->names)
                                   : lab::internal_spec(its->subject, its->names);
    }
}

std::vector<std::string> texts_of(const json::value& list) {
    std::vector<std::string> out;
    for (const auto& text : list.as_array())
        out.emplace_back(text.as_string());
    return out;
}

// Does the file have a finding that fails and names what was left out? Of an only name, which the
// common name still has, host-name warns with the name in its evidence.
bool is_missed(const json::value& file, const std::string& name, bool only_name) {
    for (const auto& finding : file.at("findings").as_array()) {
        const auto verdict = text_of(finding, "verdict");
        const auto said = only_name && text_of(finding, "rule") == "host-name" && verdict == "warn"
                              ? json::serialize(finding.at("evidence").at("names"))
                          : verdict == "fail" ? text_of(finding, "message")
                                              : std::string();
        if (said.find(name) != std::string::npos) return true;
    }
    return false;
}

// The certificate without each of its names in turn, judged for each of its uses.
void leave_out_each(
    const TemporaryFolder& folder, const lab::DemoPki& pki, const json::value& wanted
) {
    const auto names = texts_of(wanted.at("names"));
    std::vector<std::string> files;
    for (const auto& left_out : names) {
        auto others = names;
        std::erase(others, left_out);
        const auto spec = lab::internal_spec(text_of(wanted, "subject"), others);
        files.push_back(folder.write(left_out + ".pem", pki.internal(spec).chain.front()));
    }
    std::set<std::string> missed;
    for (const auto& use : wanted.at("uses").as_array()) {
        std::vector<std::string> words{
            "check", "--format",         "json", "--role", text_of(wanted, "role"),
            "--use", text_of(use, "use")};
        for (const auto& name : texts_of(use.at("names")))
            words.insert(words.end(), {"--name", name});
        words.insert(words.end(), files.begin(), files.end());
        const auto judged = json::parse(lyncprobe(words).out);
        for (std::size_t i = 0; i < names.size(); ++i)
            if (is_missed(judged.at("files").at(i), names[i], names.size() == 1))
                missed.insert(names[i]);
    }
    for (const auto& name : names)
        CHECK_MESSAGE(missed.contains(name), text_of(wanted, "id") << " without " << name);
}

} // namespace

TEST_CASE("what is printed to be requested passes every rule, and each name left out is missed") {
    lab::prepare_demo_keys();
    const lab::DemoPki pki;
    const auto played = play(pki, request_all);
    const TemporaryFolder folder;
    const auto list = write_list(folder, played, pki);
    const auto result = folder.file("r.json");
    const auto done = lyncprobe({"scan", list, "--format", "json", "--output", result});
    CHECK(done.err == "");
    auto said = statements_of(json::parse(done.out));
    // How it was requested is in no certificate, and Dublin's Edge pool does not say it.
    std::erase_if(said, [](const std::string& statement) {
        return statement.starts_with("edge2") &&
               statement.ends_with("auto-enrollment=inconclusive");
    });
    Statements of_the_list; // which no certificate can mend
    for (const auto& seed : seeds())
        if (seed.plant == nullptr && seed.break_up == nullptr)
            of_the_list.merge(statements_of(seed, played.listeners, Extent::usual));
    CHECK(only_in(said, of_the_list) == "");
    const auto compared = lyncprobe({"certificates", list, "--result", result, "--format", "json"});
    CHECK(compared.exit_code == 0);

    std::set<std::string> pools; // the servers of one have the same names but their own
    const auto plan = json::parse(compared.out);
    for (const auto& wanted : plan.at("wanted").as_array()) {
        const auto use = text_of(wanted.at("uses").at(0), "use");
        // Nobody looks at the names of these.
        if (use == "AudioVideoAuthentication" || use == "OAuthTokenIssuer") continue;
        CHECK_MESSAGE(wanted.at("presented").as_array().size() == 1, text_of(wanted, "id"));
        if (pools.insert(text_of(wanted, "pool") + use).second) leave_out_each(folder, pki, wanted);
    }
}

TEST_CASE("three sites, twelve pools, forty servers: every planted fault is found, nothing else") {
    lab::prepare_demo_keys();
    const lab::DemoPki pki;
    const auto played = play_with_seeds(pki);
    const TemporaryFolder folder;
    const auto list = write_list(folder, played, pki);
    check_scan(played, list, Extent::usual);
    check_scan(played, list, Extent::with_matrices);
}

} // namespace lyncprobe::test
