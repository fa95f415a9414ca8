// SPDX-License-Identifier: MIT
// Formats, PEM, and what a reader of the reports relies on.
#include "report/pem.h"
#include "report/report.h"
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

std::string pem_body(std::string der) {
    Certificate it;
    it.der = std::move(der);
    const auto text = report::pem(it);
    const std::string begin = "-----BEGIN CERTIFICATE-----\n", end = "-----END CERTIFICATE-----\n";
    REQUIRE(text.starts_with(begin));
    REQUIRE(text.ends_with(end));
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

std::size_t occurrences_of(std::string_view word, std::string_view text) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_CASE("format: the ending or the name chooses it") {
    CHECK(report::format_of_ending("a/b.json") == report::format_of_name("json"));
    CHECK(report::format_of_ending("b.TXT") == report::format_of_name("text"));
    CHECK(report::format_of_ending("b.json.ndjson") == report::format_of_name("ndjson"));
    REQUIRE(report::format_of_name("text"));
    CHECK(report::format_of_name("ndjson")->ending == "ndjson");
    for (const char* path :
         {"-", "", "json", "a.json/b", ".json", "a/.json", "a.", "a.jsonx", "report.prom"})
        CHECK(report::format_of_ending(path) == nullptr);
    CHECK(report::format_of_name("txt") == nullptr);
    CHECK(report::format_of_name("prometheus") == nullptr);
}

TEST_CASE("format: names of the contract that are not built yet are told from nonsense") {
    for (const char* word : {"prom", "prometheus", ".prom", "out/report.prom", "REPORT.PROM"})
        CHECK(report::known_format(word));
    for (const char* word : {"json", "text", ".txt", "report.ndjson", "yaml", "", "-", "html/x"})
        CHECK_FALSE(report::known_format(word));
}

TEST_CASE("pem: lines of 64 columns, padded (RFC 4648 section 10, RFC 7468 section 2)") {
    CHECK(pem_body("") == "");
    CHECK(pem_body("f") == "Zg==\n");
    CHECK(pem_body("fo") == "Zm8=\n");
    CHECK(pem_body("foobar") == "Zm9vYmFy\n");
    CHECK(pem_body("\xfb\xff\xfe") == "+//+\n");
    CHECK(
        pem_body(std::string(48, 'f')) == std::string("ZmZm")
                                                  .append(std::string(60, ' '))
                                                  .replace(
                                                      4, 60,
                                                      [] {
                                                          std::string rest;
                                                          for (int i = 0; i < 15; ++i)
                                                              rest += "ZmZm";
                                                          return rest;
                                                      }()
                                                  ) +
                                              "\n"
    );
    const auto lines = lines_of(pem_body(std::string(49, 'f')));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() == 64);
    CHECK(lines[1] == "Zg==");
}

TEST_CASE("ndjson: a certificate is written on its first use and never again") {
    const auto it = deployment();
    const auto lines = lines_of(ndjson_of(it));
    const auto certificates = [&](std::size_t line) {
        return boost::json::parse(lines[line]).at("certificates").as_object().size();
    };
    CHECK(certificates(0) == 4); // leaf, issuer, root of the trust path, that of a document
    CHECK(certificates(1) == 0); // the same chain
    CHECK(certificates(3) == 2);
    CHECK(certificates(lines.size() - 1) == 1); // our own identity
}

TEST_CASE("ndjson: a line is on the stream as soon as its endpoint is finished") {
    const auto it = deployment();
    std::ostringstream out;
    report::open_ndjson(out)->endpoint(it.endpoints[0], it.targets[0]);
    CHECK(out.str().ends_with("}\n"));
}

TEST_CASE("json: nothing is made up where nothing is known") {
    const auto it = deployment();
    const auto document = boost::json::parse(json_of(it));
    const auto& refused = document.at("endpoints").at(8);
    for (const char* key : {"tls", "mutual_tls", "chain_facts", "conversation"})
        CHECK(refused.at(key).is_null());
    CHECK(refused.at("chain").as_array().empty());
    for (const char* key : {"address", "server", "pool", "site", "side", "sni"})
        CHECK(refused.at("target").at(key).is_null());
    const auto& media = document.at("endpoints").at(4);
    CHECK(media.at("tls").at("pseudo_tls").as_bool());
    CHECK(media.at("tls").at("version").is_null());
    CHECK(media.at("mutual_tls").is_null());
}

TEST_CASE("json: the alert of a row is the fatal one, the peer's before our own") {
    const auto it = deployment();
    const auto tls = boost::json::parse(json_of(it)).at("endpoints").at(3).at("tls");
    CHECK(tls.at("alerts").as_array().size() == 3);
    CHECK(tls.at("alert").at("name").as_string() == "certificate_required");
    CHECK(tls.at("alert").at("direction").as_string() == "received");
    CHECK(tls.at("ocsp_staple").at("bytes").as_int64() == 471);
}

TEST_CASE(
    "json: whether a certificate was asked for is known only after the server could have asked"
) {
    ScanResult run;
    run.targets.emplace_back();
    run.endpoints.push_back(row("x", Outcome::closed, Stage::handshake));
    const auto tls = std::make_shared<TlsFacts>();
    run.endpoints[0].main.tls = tls;
    const auto requested = [&] {
        return boost::json::parse(json_of(run))
            .at("endpoints")
            .at(0)
            .at("mutual_tls")
            .at("requested");
    };
    tls->messages = {{false, 1, 200}, {true, 2, 80}, {true, 11, 900}};
    CHECK(requested().is_null());
    tls->messages.push_back({true, 14, 0});
    CHECK(requested() == false);
    ClientCertificateFacts asked;
    asked.requested = true;
    run.endpoints[0].main.client_certificate = std::make_shared<ClientCertificateFacts>(asked);
    CHECK(requested() == true);
}

TEST_CASE("text: what a thousand endpoints have in common is said once") {
    const auto it = large(1000, 200);
    const auto text = text_of(it);
    CHECK(occurrences_of("the extended key usage names client", text) == 1);
    CHECK(occurrences_of("and 49 more alike: ", text) == 2); // in the first block and in the last
    CHECK(occurrences_of("; the same on fe", text) == 1);
    CHECK(text.find("1000 places") != std::string::npos);
    const auto before_table = text.substr(0, text.find("\nEndpoints\n"));
    CHECK(lines_of(before_table).size() < 60);
}

TEST_CASE("text: what is said of no endpoint is said all the same") {
    auto sample = large(2, 1);
    Finding of_all;
    of_all.rule = "one-internal-pki";
    of_all.verdict = Verdict::fail;
    of_all.message = "the rule could not judge this";
    sample.topology.push_back({sample.findings->keep(std::move(of_all)), {}});
    sample.summary = rules::summarise(sample, Verdict::fail);
    const auto text = text_of(sample);
    CHECK(
        occurrences_of("FAIL one-internal-pki\n       the rule could not judge this\n", text) == 1
    );
}

TEST_CASE("text: fails come before warnings, and the servers with fails first") {
    const auto it = deployment();
    const auto text = text_of(it);
    CHECK(text.find("FAIL server-eku") < text.find("WARN sha1-deprecated"));
    CHECK(text.find("FAIL host-name") < text.find("WARN crl-distribution-point"));
}

TEST_CASE("text: quiet keeps what is wrong and what could not be judged, and nothing else") {
    const auto it = deployment();
    const auto text = text_of(it, {.quiet = true});
    for (const char* kept : {"9 endpoints", "FAIL host-name", "Could not be judged (4)"})
        CHECK(text.find(kept) != std::string::npos);
    for (const char* left_out : {"Inconclusive", "Endpoints\n", "Waived"})
        CHECK(text.find(left_out) == std::string::npos);
}

TEST_CASE("text: an endpoint that fails for not answering is not counted as not judged, too") {
    auto it = large(1, 2);
    it.endpoints.front() = row("x", Outcome::timeout, Stage::handshake);
    FindingPool pool;
    Finding mute;
    mute.rule = "endpoint-reachable";
    mute.verdict = Verdict::fail;
    it.endpoints.front().findings = {pool.keep(mute)};
    it.summary = rules::summarise(it, Verdict::fail);
    REQUIRE(it.summary.unjudged == 1);
    CHECK(text_of(it).find("not judged") == std::string::npos);
    it.endpoints.front().findings.clear();
    it.summary = rules::summarise(it, Verdict::fail);
    CHECK(text_of(it).find("1 not judged") != std::string::npos);
}

TEST_CASE("text: a run where all is well is a line and the table") {
    auto it = large(5, 5);
    for (auto& one : it.endpoints)
        std::erase_if(one.findings, [](const Finding* f) { return f->verdict != Verdict::pass; });
    it.summary = rules::summarise(it, Verdict::fail);
    const auto lines = lines_of(text_of(it));
    REQUIRE(lines.size() == 14);
    CHECK(lines[0] == "PASS nothing to do");
    CHECK(lines[1] == "5 endpoints: 5 ok; 35 pass");
    CHECK(lines[3] == "Endpoints");
    CHECK(lines[5].starts_with("  pass  fe0.contoso.local:5061/sip#0  ok, cert accepted  1.2 P-256 "
                               " 2026-12-01  pool0.contoso.com"));
    CHECK(lines[11] == "What the protocols answered (5)");
    CHECK(lines[13].ends_with(": answers NEGOTIATE with 200 OK"));
}

TEST_CASE("text: two names in one entry of a certificate do not look like two entries") {
    const auto it = deployment();
    CHECK(
        text_of(it, {.width = 4000, .verbose = true}).find("\"b.example, DNS:c.example\"") !=
        std::string::npos
    );
}

} // namespace lyncprobe
