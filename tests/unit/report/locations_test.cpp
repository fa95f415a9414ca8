// SPDX-License-Identifier: MIT
// Locations that were fetched, in text and JSON.
#include "model/escape.h"
#include "unit/report/sample.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

LocationPtr location(LocationKind kind, FetchOutcome outcome, std::string url) {
    auto out = std::make_shared<FetchedLocation>();
    out->kind = kind;
    out->outcome = outcome;
    out->url = std::move(url);
    out->bytes = 5000;
    if (outcome != FetchOutcome::ok) out->detail = "it said " + kNasty;
    return out;
}

ScanResult fetched() {
    ScanResult run;
    run.fetched = true;
    auto list = std::make_shared<FetchedLocation>(
        *location(LocationKind::crl, FetchOutcome::ok, "http://crl.contoso.example/ca.crl")
    );
    list->crl = CrlFacts{};
    list->crl->issuer = "CN=" + kNasty;
    list->crl->entries = 7;
    list->crl->next_update = parse_time("2026-12-01");
    list->crl->number = "14";
    run.locations.push_back(list);
    auto answer = std::make_shared<FetchedLocation>(
        *location(LocationKind::ocsp, FetchOutcome::ok, "http://ocsp.contoso.example")
    );
    answer->ocsp = OcspFacts{.signature = SignatureState::good};
    run.locations.push_back(answer);
    run.locations.push_back(location(LocationKind::ca_issuers, FetchOutcome::status, kNasty));
    return run;
}

} // namespace

TEST_CASE("locations: JSON has each with what came of it, and nothing without --fetch") {
    auto run = fetched();
    const auto document = boost::json::parse(json_of(run));
    const auto& locations = document.at("revocation").at("locations").as_array();
    REQUIRE(locations.size() == 3);
    CHECK(locations[0].at("kind") == "crl");
    CHECK(locations[0].at("entries") == 7);
    CHECK(locations[0].at("next_update") == "2026-12-01T00:00:00Z");
    CHECK(locations[0].at("next_publish").is_null());
    CHECK(locations[0].at("number") == "14");
    CHECK(locations[1].at("signature") == "good");
    CHECK(locations[2].at("outcome") == "status");
    CHECK(json_of(run).find("\"revocation\"") != std::string::npos);
    CHECK(ndjson_of(run).find("\"revocation\"") != std::string::npos);
    run.fetched = false;
    CHECK(json_of(run).find("\"revocation\"") == std::string::npos);
}

TEST_CASE("locations: text shows what failed, all of it with --verbose, and is safe") {
    const auto run = fetched();
    const auto brief = text_of(run), verbose = text_of(run, {.verbose = true});
    CHECK(brief.find("2 of 3 answered") != std::string::npos);
    CHECK(brief.find("ocsp.contoso.example") == std::string::npos);
    CHECK(verbose.find("ocsp.contoso.example") != std::string::npos);
    CHECK(verbose.find("7 entries") != std::string::npos);
    for (const auto& text : {brief, verbose, text_of(run, {.verbose = true})})
        for (const auto& line : lines_of(text))
            CHECK(for_terminal(line, std::string::npos) == line);
}

} // namespace lyncprobe
