// SPDX-License-Identifier: MIT
// What `federation` writes: a screen for people, a member of the result for programs, the exit
// code; foreign text made harmless.
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("federation text: the verdict, who has to change what, the same said once") {
    const auto text = text_of(federation());
    CHECK(text.starts_with("2 domains: 1 ready, 1 will fail\n\nfabrikam.com: will fail because\n"));
    CHECK(
        has(text, "  FAIL host-name at every address\n       the certificate has another name\n"
                  "       theirs: mend the certificate has another name\n")
    );
    auto one_of_two = federation();
    one_of_two.federation[0].reasons.erase(one_of_two.federation[0].reasons.begin());
    CHECK(has(text_of(one_of_two), "FAIL host-name at sip.fabrikam.com:5061 (192.0.2.2)\n"));
    CHECK(has(text, "  NOTE dns-srv-port\n"));
    CHECK(has(text, "litware.com: ready\n"));
    CHECK(has(text, "  asked in the name of contoso.com\n"));
    CHECK_FALSE(has(text, "RFC 2782"));
    CHECK(has(text_of(federation(), {.verbose = true}), "source: RFC 2782"));
    const auto quiet = text_of(federation(), {.quiet = true});
    CHECK(has(quiet, "FAIL host-name"));
    CHECK_FALSE(has(quiet, "NOTE"));
    CHECK_FALSE(has(quiet, "_sipfederationtls._tcp"));
}

TEST_CASE("federation JSON: beside the usual members, and only where it was asked for") {
    const auto document = boost::json::parse(json_of(federation()));
    const auto& rows = document.at("federation").as_array();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("verdict") == "will-fail");
    CHECK(rows[0].at("reasons").at(1).at("endpoint") == "fabrikam@192.0.2.2");
    CHECK(rows[0].at("reasons").at(2).at("endpoint").is_null());
    CHECK(rows[0].at("reasons").at(0).at("side") == "theirs");
    CHECK(rows[0].at("records").at(0).at("targets").at(0).at("host") == "sip.fabrikam.com");
    CHECK(rows[0].at("endpoints").as_array().size() == 2);
    CHECK(rows[1].at("our_domain") == "contoso.com");
    CHECK(rows[1].at("direct").is_null());
    CHECK(has(ndjson_of(federation()), R"("verdict":"will-fail")"));
    CHECK_FALSE(has(json_of(deployment()), "\"federation\":"));
}

TEST_CASE("federation: foreign text is harmless on a terminal") {
    const auto text = text_of(federation(kNasty), {.verbose = true});
    for (const char c : text)
        CHECK((c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)));
    CHECK(boost::json::parse(json_of(federation(kNasty))).at("federation").as_array().size() == 2);
}

TEST_CASE("federation: the exit code is go, no-go or cannot tell") {
    auto run = federation();
    CHECK(rules::summarise(run, Verdict::fail).exit_code == 1);
    run.federation[0].verdict = GoLive::cannot_tell;
    CHECK(rules::summarise(run, Verdict::fail).exit_code == 3);
    run.federation[0].verdict = GoLive::ready;
    CHECK(rules::summarise(run, Verdict::fail).exit_code == 0);
    run.interrupted = true;
    CHECK(rules::summarise(run, Verdict::fail).exit_code == 130);
}

} // namespace lyncprobe
