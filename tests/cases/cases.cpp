// SPDX-License-Identifier: MIT
// Every case must give exactly its expected findings, so that a new false alarm fails too.
// LYNCPROBE_BLESS=1 rewrites the expected lists.
#include "cases/case_file.h"
#include "pki/certificate_reader.h"
#include "rules/engine/judge.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::cases;

namespace {

const std::filesystem::path kFolder = LYNCPROBE_SOURCE_DIR "/tests/cases";

constexpr std::string_view kOnlyByPolicy = "only where the policy decides so";
constexpr std::string_view kAlwaysEvidence = "the certificate itself always says";
constexpr std::string_view kEveryCertificate = "every certificate is judged";
constexpr std::string_view kWholeChain = "every chain is judged";
constexpr std::string_view kSilent = "it gives no finding where it does not apply";

// The verdicts that no real certificate brings out of a rule, and why.
struct Impossible {
    std::string_view rule, verdict, reason;
};
constexpr Impossible kImpossible[] = {
    {"server-eku", "inconclusive", kAlwaysEvidence},
    {"crl-distribution-point", "warn", kOnlyByPolicy},
    {"crl-distribution-point", "inconclusive", kAlwaysEvidence},
    {"signature-algorithm", "inconclusive", kAlwaysEvidence},
    {"no-rsassa-pss", "warn", "RSASSA-PSS is there or not"},
    {"no-rsassa-pss", "inconclusive", kAlwaysEvidence},
    {"no-rsassa-pss", "not_applicable", kEveryCertificate},
    {"windows-2003-ca", "warn", "a request was supported or not"},
    {"key-length", "inconclusive", kAlwaysEvidence},
    {"key-length-recommended", "fail", "a recommendation never fails"},
    {"key-length-recommended", "inconclusive", kAlwaysEvidence},
    {"key-algorithm", "inconclusive", kAlwaysEvidence},
    {"key-algorithm", "not_applicable", kEveryCertificate},
    {"validity", "inconclusive", kAlwaysEvidence},
    {"validity", "not_applicable", kEveryCertificate},
    {"chain-order", "inconclusive", kAlwaysEvidence},
    {"chain-order", "not_applicable", kWholeChain},
    {"chain-complete", "warn", "a certificate is missing or not"},
    {"chain-complete", "not_applicable", kWholeChain},
    {"chain-trusted", "warn", "a path leads to an anchor or not"},
    {"chain-trusted", "not_applicable", kWholeChain},
    {"leaf-outlives-issuer", "fail", "never worse than a warning"},
    {"leaf-outlives-issuer", "inconclusive", kAlwaysEvidence},
    {"leaf-outlives-issuer", "not_applicable", kSilent},
    {"own-certificate-usage", "fail", "never worse than a warning"},
    {"own-certificate-usage", "inconclusive", kAlwaysEvidence},
    {"own-certificate-usage", "not_applicable", kSilent},
    {"sha1-deprecated", "fail", kOnlyByPolicy},
    {"sha1-deprecated", "inconclusive", kAlwaysEvidence},
    {"chain-crl-distribution-point", "inconclusive", kAlwaysEvidence},
    {"chain-eku", "warn", kOnlyByPolicy},
    {"chain-eku", "inconclusive", kAlwaysEvidence},
    {"subject-name", "inconclusive", kAlwaysEvidence},
    {"subject-name", "not_applicable", kSilent},
    {"subject-in-san", "inconclusive", kAlwaysEvidence},
    {"subject-in-san", "not_applicable", kSilent},
    {"name-characters", "fail", "never worse than a warning"},
    {"name-characters", "inconclusive", kAlwaysEvidence},
    {"name-characters", "not_applicable", kSilent},
};

bool blessing() { return std::getenv("LYNCPROBE_BLESS") != nullptr; }

std::string difference(
    const std::vector<std::string>& expected, const std::vector<std::string>& found
) {
    std::string out;
    for (const auto& line : expected)
        if (std::find(found.begin(), found.end(), line) == found.end()) out += "\n  - " + line;
    for (const auto& line : found)
        if (std::find(expected.begin(), expected.end(), line) == expected.end())
            out += "\n  + " + line;
    return out.empty() ? "the same lines in another order" : out;
}

// Does a case in the rule's own folder expect this verdict of it?
bool has_case(const std::vector<CaseFile>& files, std::string_view rule, std::string_view verdict) {
    const auto wanted = " " + std::string(rule) + " " + std::string(verdict);
    const auto gives = [&](const std::string& line) { // "0 key-length fail: the key has …"
        const auto at = line.find(wanted);
        if (at == std::string::npos || at != line.find(' ')) return false;
        const auto end = at + wanted.size();
        return end == line.size() || line[end] == ':' || line[end] == ' ';
    };
    return std::any_of(files.begin(), files.end(), [&](const CaseFile& file) {
        return file.rule() == rule &&
               std::any_of(file.expected.begin(), file.expected.end(), gives);
    });
}

bool is_impossible(std::string_view rule, std::string_view verdict) {
    return std::any_of(std::begin(kImpossible), std::end(kImpossible), [&](const Impossible& one) {
        return one.rule == rule && one.verdict == verdict;
    });
}

} // namespace

TEST_CASE("cases: every case gives exactly its expected findings") {
    pki::initialise_openssl();
    const auto files = read_all_cases(kFolder);
    CHECK(files.size() > 80);
    for (const auto& file : files) {
        const auto found = judge_case(file);
        if (blessing()) bless(file, found);
        if (!blessing())
            CHECK_MESSAGE(found == file.expected, file.name(), difference(file.expected, found));
    }
}

TEST_CASE("cases: every rule has a case for each verdict it can give") {
    const auto files = read_all_cases(kFolder);
    for (const auto* rule : rules::all()) {
        if (rule->scope != rules::Scope::certificate && rule->scope != rules::Scope::leaf &&
            rule->scope != rules::Scope::chain)
            continue; // no PEM shows them
        for (const auto& verdict : words<Verdict>()) {
            const auto what = std::string(rule->id) + " " + std::string(verdict.text);
            CHECK_MESSAGE(
                has_case(files, rule->id, verdict.text) != is_impossible(rule->id, verdict.text),
                what
            );
        }
    }
}

TEST_CASE("cases: every folder is named after a rule, and no private key is in a case") {
    for (const auto& file : read_all_cases(kFolder)) {
        CHECK_MESSAGE(rules::find(file.rule()) != nullptr, file.name());
        CHECK_MESSAGE(file.head.find("PRIVATE KEY") == std::string::npos, file.name());
        CHECK_MESSAGE(!file.expected.empty(), file.name());
    }
}
