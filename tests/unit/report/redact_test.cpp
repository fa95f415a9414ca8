// SPDX-License-Identifier: MIT
// A redacted result: nothing private is left in any format, and what belongs together still does.
#include "model/text/ascii.h"
#include "report/pseudonyms.h"
#include "report/read_json.h"
#include "report/redact.h"
#include "unit/report/sample.h"

#include <set>
#include <sstream>

#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

void add(std::set<std::string>& out, const std::string& text) {
    if (text.size() > 3) out.insert(to_lower(text));
}

void add(std::set<std::string>& out, const ChainPtr& chain) {
    if (!chain) return;
    for (const auto* list : {&chain->presented, &chain->path.path})
        for (const auto& it : *list) {
            for (const auto& text : {to_hex(it->sha256), it->thumbprint, it->serial, it->subject})
                add(out, text);
            for (const auto& name : it->common_names)
                add(out, name);
            if (it->san)
                for (const auto& name : it->san->dns)
                    add(out, name);
        }
}

std::set<std::string> secrets(const ScanResult& run) {
    std::set<std::string> out;
    for (const auto& it : run.targets)
        for (const auto& text : {it.host, it.server, it.pool, it.site, it.name})
            add(out, text);
    for (const auto& row : run.endpoints) {
        if (row.address) add(out, to_text(*row.address));
        add(out, row.main.chain);
    }
    for (const auto& row : run.identities)
        add(out, row.chain);
    for (const auto& row : run.files) {
        add(out, row.path);
        add(out, row.chain);
    }
    for (const auto& it : run.domains)
        add(out, it.domain);
    for (const auto& it : run.federation)
        add(out, it.domain);
    return out;
}

std::vector<std::string> every_format(const ScanResult& run) {
    std::vector<std::string> out;
    for (const auto* name :
         {"text", "json", "html", "markdown", "csv", "csv-findings", "csv-certificates", "ics",
          "junit"})
        out.push_back(to_lower(written(report::format_of_name(name)->write, run, {.verbose = true}))
        );
    return out;
}

} // namespace

TEST_CASE("redact: no name, address, serial number or thumbprint is left in any format") {
    for (const auto& run : {deployment(), files(), discovery(), federation()}) {
        const auto hidden = secrets(run);
        REQUIRE_FALSE(hidden.empty());
        for (const auto& text : every_format(report::redacted(run)))
            for (const auto& secret : hidden) {
                INFO(secret);
                CHECK(text.find(secret) == std::string::npos);
            }
    }
}

TEST_CASE("redact: verdicts and things to do stay, and no certificate has its bytes") {
    const auto run = deployment(), out = report::redacted(run);
    CHECK(out.summary.verdicts == run.summary.verdicts);
    REQUIRE(out.summary.problems.size() == run.summary.problems.size());
    for (const auto& row : out.endpoints)
        if (row.main.chain)
            for (const auto& it : row.main.chain->presented)
                CHECK(it->der.empty());
    CHECK(out == report::redacted(run));
}

TEST_CASE("redact: no PEM is left, not even an empty one") {
    CHECK(json_of(report::redacted(deployment())).find("BEGIN CERTIFICATE") == std::string::npos);
}

TEST_CASE("redact: a redacted result can be kept and read again") {
    std::istringstream in(json_of(report::redacted(deployment())));
    const auto again = report::read_json(in);
    REQUIRE(again.has_value());
    CHECK(again->endpoints.size() == deployment().endpoints.size());
}

TEST_CASE("redact: one pseudonym for one name, one domain for names below one domain") {
    report::Pseudonyms names;
    const auto one = names.text("edge01.contoso.com"), other = names.text("EDGE02.contoso.com");
    CHECK(one.ends_with(".domain-1.example"));
    CHECK(other.ends_with(".domain-1.example"));
    CHECK(one != other);
    CHECK(names.text("lacks edge01.contoso.com.") == "lacks " + one + ".");
    CHECK(
        names.text("*.contoso.com, sip.contoso.com") == "*.domain-1.example, sip.domain-1.example"
    );
    CHECK(names.text("_sip._tls.contoso.com") == "_sip._tls.domain-1.example");
    CHECK(names.text("sip:alice@contoso.com") == "sip:user-1@domain-1.example");
    CHECK(names.text("192.0.2.7:5061") == names.text("192.0.2.7") + ":5061");
    CHECK(names.text("[2001:db8:1::7]:443").find("db8:1::7") == std::string::npos);
    CHECK(
        names.text("EKU 1.3.6.1.5.5.7.3.1, TLS 1.2, TLSv1.2") ==
        "EKU 1.3.6.1.5.5.7.3.1, TLS 1.2, TLSv1.2"
    );
    names.learn("site", "Redmond HQ");
    CHECK(names.text("the pool of redmond hq") == "the pool of site-1");
}

TEST_CASE("title: it heads the text, escaped") {
    const auto text = text_of(deployment(), {.title = "Weekly\x1b[2J"});
    CHECK(text.starts_with("Weekly\\x1b[2J\n\n"));
}

} // namespace lyncprobe
