// SPDX-License-Identifier: MIT
// `lyncprobe rules` and the documents that come out of the program.
#include "e2e/fixtures.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

constexpr const char* kPromisedRules[] = {
    "server-eku",
    "crl-distribution-point",
    "signature-algorithm",
    "no-rsassa-pss",
    "auto-enrollment",
    "windows-2003-ca",
    "key-length",
    "key-length-recommended",
    "key-algorithm",
    "validity",
    "chain-order",
    "chain-complete",
    "chain-trusted",
    "host-name",
    "sha1-deprecated",
    "crl-reachable-scheme",
    "chain-crl-distribution-point",
    "chain-eku"};

} // namespace

TEST_CASE("rules lists every rule that scripts rely on, and explains each with what, source and fix"
) {
    const auto list = lyncprobe({"rules"});
    CHECK(list.exit_code == 0);
    CHECK(list.err == "");
    for (const std::string rule : kPromisedRules) {
        CAPTURE(rule);
        CHECK(has(list.out, rule));
        const auto explained = lyncprobe({"rules", rule});
        CHECK(explained.exit_code == 0);
        CHECK(has(explained.out, rule));
        CHECK(explained.out.size() > 300);
        CHECK(harmless_on_a_terminal(explained.out));
    }
    CHECK(has(lyncprobe({"rules", "server-eku"}).out, "Certificate infrastructure requirements"));
    CHECK(has(lyncprobe({"rules", "server-eku"}).out, "eku-absent")
    ); // the decision that a target list may change
}

TEST_CASE("rules explains what discover and federation print, too") {
    const auto list = lyncprobe({"rules"}).out;
    CHECK(has(list, "the DNS records of a SIP domain\n  dns-records "));
    for (const std::string id : {"dns-srv-host", "untrusted-root", "sip-refusal"}) {
        CAPTURE(id);
        CHECK(has(list, "  " + id + " "));
        const auto explained = lyncprobe({"rules", id});
        CHECK(explained.exit_code == 0);
        for (const std::string part : {"what is demanded", "source", "how to fix"})
            CHECK(has(explained.out, part));
    }
}

TEST_CASE("rules that only a target list asks for: the TLS 1.2-only profile, and os:") {
    Site site;
    auto good = good_server();
    good.max_version = 0x0303;
    site.add("modern", good, "os: windows-server-2019");
    auto old = good;
    old.min_version = 0x0301;
    site.add("old", old);
    const auto scan = [&](const std::string& policy, bool versions) {
        std::vector<std::string> arguments{"scan", site.list(policy), "--format", "json"};
        if (versions) arguments.emplace_back("--versions");
        return parse_json(lyncprobe(arguments).out);
    };
    const auto unasked = scan("", true);
    CHECK(verdict_of(unasked, "modern", "tls12-only") == "");
    CHECK(verdict_of(unasked, "modern", "os-signature-support") == "pass");
    CHECK(verdict_of(unasked, "old", "os-signature-support") == "");
    const auto tried = scan("policy: {tls12-only: fail}", true);
    CHECK(verdict_of(tried, "modern", "tls12-only") == "pass");
    CHECK(verdict_of(tried, "old", "tls12-only") == "fail");
    const auto not_tried = scan("policy: {tls12-only: fail}", false);
    CHECK(verdict_of(not_tried, "old", "tls12-only") == "inconclusive");
}

TEST_CASE("a document that cannot be written is no success") {
    Process::Options options;
    options.stdout_path = "/dev/full";
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"rules"},
          {"rules", "server-eku"},
          {"docs", "rules"},
          {"probe", "host.invalid", "--plan"}})
        CHECK(lyncprobe(arguments, options).exit_code == 4);
}

TEST_CASE("the document of the rules is what the program says") {
    const auto document = lyncprobe({"docs", "rules"});
    CHECK(document.exit_code == 0);
    for (const auto* rule : kPromisedRules)
        CHECK_MESSAGE(has(document.out, rule), rule);
    const std::string path = LYNCPROBE_SOURCE_DIR "/docs/rules.md";
    if (exists(path))
        CHECK_MESSAGE(
            read_text(path) == document.out,
            "docs/rules.md is not what `lyncprobe docs rules` prints"
        );
    CHECK_MESSAGE(
        read_text(LYNCPROBE_SOURCE_DIR "/docs/endings.md") == lyncprobe({"docs", "endings"}).out,
        "docs/endings.md is not what `lyncprobe docs endings` prints"
    );
    CHECK(lyncprobe({"docs", "nonsense"}).exit_code == 2);
}

} // namespace lyncprobe::test
