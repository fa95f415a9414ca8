// SPDX-License-Identifier: MIT
// A result file is the value that it was written from: every golden file there and back, files of
// older and later versions, and what is no result.
#include "report/read_json.h"
#include "unit/report/sample.h"

#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;
namespace json = boost::json;

namespace {

Result<ScanResult> read(const std::string& text) {
    std::istringstream in(text);
    return report::read_json(in);
}

ScanResult restored(const std::string& text) {
    auto result = read(text);
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : to_text(result.error())));
    return std::move(*result);
}

std::string refusal(const std::string& text) {
    const auto result = read(text);
    return result ? "none" : result.error().what;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// The whole document with another value, or none, at one place.
std::string changed(const std::string& text, std::string_view pointer, const json::value& to) {
    auto document = json::parse(text);
    document.at_pointer(pointer) = to;
    return json::serialize(document);
}

} // namespace

TEST_CASE("read: JSON, value, JSON again is the same to the byte") {
    for (const auto& run :
         {deployment(), files(), discovery(), federation(), large(300, 20), ScanResult()}) {
        const auto text = json_of(run);
        const auto back = restored(text);
        const auto lines = lines_of(text), again = lines_of(json_of(back));
        REQUIRE(lines.size() == again.size());
        for (std::size_t i = 0; i < lines.size(); ++i)
            REQUIRE(again[i] == lines[i]);
        CHECK(restored(json_of(back)) == back);
    }
}

TEST_CASE("read: the text of what was read is the text of the run") {
    const report::TextOptions kinds[] = {{}, {.verbose = true}, {.quiet = true}, {.width = 60}};
    for (const auto& run : {deployment(), files(), discovery(), federation()}) {
        const auto back = restored(json_of(run));
        for (const auto& options : kinds)
            CHECK(text_of(back, options) == text_of(run, options));
    }
}

TEST_CASE("read: a value that holds nothing but UTF-8 is equal when it comes back") {
    for (const auto& run : {discovery(), federation()})
        CHECK(restored(json_of(run)) == run);
}

TEST_CASE("read: lines are the same value as the document") {
    const auto run = deployment();
    CHECK(restored(ndjson_of(run)) == restored(json_of(run)));
}

TEST_CASE("read: the order of members does not matter, unknown ones are passed over") {
    const auto text = json_of(deployment());
    auto document = json::parse(text).as_object();
    json::object backwards;
    for (auto at = document.end(); at != document.begin();) {
        --at;
        backwards[at->key()] = at->value();
    }
    backwards["added_later"] = json::array{1, json::object{{"x", nullptr}}};
    backwards["endpoints"].at(0).as_object()["added_later"] = 1.5;
    backwards["endpoints"].at(0).at("target").as_object()["added_later"] = json::array{{}};
    CHECK(json_of(restored(json::serialize(backwards))) == text);
}

TEST_CASE("read: a value is moved and copied with everything that it refers to") {
    auto run = restored(json_of(deployment()));
    const auto copy = run;
    const auto moved = std::move(run);
    run = ScanResult();
    CHECK(copy == moved);
    CHECK(json_of(copy) == json_of(moved));
    auto other = copy;
    other.endpoints[0].main.detail += "!";
    CHECK_FALSE(other == copy);
    other = copy;
    other.endpoints[0].findings.pop_back();
    CHECK_FALSE(other == copy);
    other = copy;
    other.endpoints[0].main.chain = other.endpoints[3].main.chain;
    CHECK_FALSE(other == copy);
}

TEST_CASE("read: what was fetched comes back") {
    ScanResult run;
    run.fetched = true;
    auto list = std::make_shared<FetchedLocation>();
    list->url = "http://pki.contoso.com/root.crl";
    list->outcome = FetchOutcome::ok;
    list->crl.emplace().issuer = "CN=Contoso Root CA";
    list->crl->next_update = parse_time("2026-12-01T00:00:00Z");
    auto answer = std::make_shared<FetchedLocation>();
    answer->kind = LocationKind::ocsp;
    answer->address = parse_address("2001:db8::1");
    answer->ocsp.emplace().signature = SignatureState::good;
    run.locations = {list, answer, std::make_shared<FetchedLocation>()};
    const auto text = json_of(run);
    CHECK(json_of(restored(text)) == text);
    CHECK(text_of(restored(text)) == text_of(run));
}

TEST_CASE("read: a file of version 0.1.0 is read, with 'unknown' where it says nothing") {
    auto document = json::parse(json_of(deployment()));
    const auto drop = [](json::value& object, std::initializer_list<const char*> keys) {
        for (const auto* key : keys)
            object.as_object().erase(key);
    };
    drop(document, {"kind", "declared"});
    drop(document.at("run"), {"resolvers"});
    drop(document.at("trust"), {"servers"});
    for (auto& link : document.at("trust").at("links").as_array())
        drop(link, {"from_servers", "to_servers"});
    for (auto& endpoint : document.at("endpoints").as_array()) {
        drop(endpoint, {"attempt_role", "raw_hello_version", "cleartext"});
        drop(
            endpoint.at("target"), {"id", "role_given", "service", "addresses", "mutual", "os",
                                    "enrollment", "timeout_ms", "connect_timeout_ms"}
        );
    }
    for (auto& [sha256, certificate] : document.at("certificates").as_object())
        drop(
            certificate, {"distribution_points", "application_policies_present", "sid_extension",
                          "ca_version", "root_like"}
        );
    const auto run = restored(json::serialize(document));
    CHECK(run.kind == ResultKind::scan);
    CHECK(run.trust.servers.size() == 3);
    CHECK(run.targets.front().os == OperatingSystem::unknown);
    const auto again = json::parse(json_of(run));
    for (const char* same :
         {"/summary", "/endpoints/0/findings", "/endpoints/3/tls", "/trust/roots",
          "/trust/links/0/from", "/endpoints/0/chain_facts/path"})
        CHECK(again.at_pointer(same) == document.at_pointer(same));
    auto check = json::parse(json_of(files()));
    drop(check, {"kind", "run"});
    CHECK(restored(json::serialize(check)).kind == ResultKind::check);
}

TEST_CASE("read: what is no result is refused with the place and what was expected") {
    const auto text = json_of(deployment());
    CHECK(has(refusal(""), "no JSON at byte 1"));
    CHECK(has(refusal("scan:\n  - 1\n"), "no JSON at byte 1"));
    CHECK(has(refusal("[1]"), "expected an object"));
    CHECK(has(refusal("17"), "expected an object"));
    CHECK(has(refusal("{}"), "no result of lyncprobe"));
    CHECK(has(refusal(R"({"schema": "lyncprobe/2"})"), "schema: this version reads 'lyncprobe/1'"));
    CHECK(has(refusal(R"({"schema": 1, "summary": {}})"), "schema"));
    CHECK(has(refusal(text.substr(0, text.size() / 2)), "ends too early"));
    CHECK(has(refusal(text + "{}"), "expected the end"));
    auto damaged = text;
    damaged[text.size() / 3] = '\x01';
    CHECK(has(refusal(damaged), "no JSON at byte " + std::to_string(text.size() / 3 + 1)));
    CHECK(
        refusal(changed(text, "/endpoints/0/outcome", "fine")) ==
        "endpoints[0].outcome: expected a word of the schema"
    );
    CHECK(
        refusal(changed(text, "/endpoints/1/target/port", 70'000)) ==
        "endpoints[1].target.port: expected a whole number in its range"
    );
    CHECK(
        refusal(changed(text, "/endpoints/3/tls/messages/1/length", "x")) ==
        "endpoints[3].tls.messages[1].length: expected a whole number in its range"
    );
    CHECK(
        refusal(changed(text, "/topology_findings/0/endpoints/1", "nobody")) ==
        "topology_findings[0].endpoints[1]: expected the id of an endpoint"
    );
    CHECK(has(refusal(changed(text, "/trust/links/0/from_servers/0", 99)), "trust.links[0]"));
    CHECK(has(refusal(changed(text, "/certificates", json::object())), "is not among them"));
    CHECK(has(refusal(changed(text, "/run", 1)), "run: expected an object"));
    const auto lines = ndjson_of(deployment());
    CHECK(has(refusal(lines.substr(0, lines.size() / 2)), "line "));
    CHECK(has(refusal(lines.substr(0, lines.find('\n') + 1)), "no summary"));
}

} // namespace lyncprobe
