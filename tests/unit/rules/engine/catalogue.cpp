// SPDX-License-Identifier: MIT
// The list of rules is whole: every file is listed, every record says what it must.
#include "rules/connection/endings.h"
#include "rules/engine/explain.h"
#include "unit/rules/subjects.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <doctest/doctest.h>

namespace fs = std::filesystem;
using namespace lyncprobe;
using namespace lyncprobe::rules;

namespace {

std::string file_name(std::string_view id) {
    std::string out(id);
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
}

} // namespace

TEST_CASE("rules: each has a file named after its id in the folder of what it judges") {
    std::set<std::string> files, expected;
    for (const auto& room : rooms()) {
        if (room.scope == Scope::conclusion) continue; // drawn from rules, and no rule
        const std::string folder(room.folder);
        for (const auto& entry :
             fs::directory_iterator(LYNCPROBE_SOURCE_DIR "/src/rules/" + folder)) {
            const auto& path = entry.path();
            // A source with a header is what its neighbours share.
            if (path.extension() == ".cpp" && !exists(fs::path(path).replace_extension(".h")))
                files.insert(folder + "/" + path.stem().string());
        }
        for (const auto* rule : all())
            if (rule->scope == room.scope) expected.insert(folder + "/" + file_name(rule->id));
    }
    CHECK(files == expected);
    CHECK(expected.size() == all().size());
}

TEST_CASE("rules: the ids that others rely on are there, in order") {
    const std::vector<std::string_view> promised{
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
    std::vector<std::string_view> ids;
    for (const auto* rule : all())
        ids.push_back(rule->id);
    REQUIRE(ids.size() >= promised.size());
    ids.resize(promised.size());
    CHECK(ids == promised);
}

TEST_CASE("rules: no id stands twice") {
    std::set<std::string_view> ids;
    for (const auto* rule : catalogue())
        CHECK_MESSAGE(ids.insert(rule->id).second, rule->id);
}

TEST_CASE("rules: every record is filled in") {
    for (const auto* rule : catalogue()) {
        CAPTURE(rule->id);
        CHECK(!rule->title.empty());
        CHECK(!rule->source.document.empty());
        CHECK(!rule->source.section.empty());
        CHECK(rule->demands.size() > 40);
        CHECK(rule->why.size() > 40);
        CHECK(rule->fix.size() > 20);
        CHECK(find(rule->id) == rule);
        const bool conclusion = rule->scope == Scope::conclusion;
        CHECK(rule->evidence.empty() == conclusion);
        const int checks = (rule->check != nullptr) + (rule->check_run != nullptr) +
                           (rule->check_domain != nullptr);
        CHECK(checks == (conclusion ? 0 : rule->id == "schannel-compatibility" ? 2 : 1));
        // Links between servers are judged beside what each endpoint answers.
        const bool of_links = rule->id == "schannel-compatibility";
        CHECK((rule->check_run != nullptr) == (rule->scope == Scope::deployment || of_links));
        CHECK((rule->check_domain != nullptr) == (rule->scope == Scope::dns));
    }
    CHECK(find("no-such-rule") == nullptr);
}

TEST_CASE("rules: every decision of the policy is asked by a rule that exists") {
    for (const auto& decision : decisions())
        CHECK_MESSAGE(find(decision.rule) != nullptr, decision.key);
}

TEST_CASE(
    "explain: says all there is to a rule, with its decisions and their defaults, in 80 columns"
) {
    const auto text = explain(*find("server-eku"));
    for (const std::string part :
         {"server-eku", "what is demanded", "why it matters", "1.3.6.1.5.5.7.3.1",
          "for Lync Server 2013", "eku-absent: warn", "eku-any-only: warn", "evidence",
          "how to fix"})
        CHECK_MESSAGE(text.find(part) != std::string::npos, part);
    CHECK(explain(*find("no-rsassa-pss")).find("AlternateSignatureAlgorithm") != std::string::npos);
    for (const auto* rule : catalogue()) {
        const auto page = explain(*rule);
        for (std::size_t from = 0; from < page.size();) {
            const auto end = page.find('\n', from);
            const auto line = page.substr(from, end - from);
            CHECK_MESSAGE((line.size() <= 80 || line.find("https://") != std::string::npos), line);
            from = end + 1;
        }
    }
}

TEST_CASE("list and markdown: name everything in the catalogue, each once") {
    const auto table = list();
    const auto page = markdown();
    for (const auto* rule : catalogue()) {
        CHECK(table.find("  " + std::string(rule->id) + " ") != std::string::npos);
        CHECK(page.find("## " + std::string(rule->id) + "\n") != std::string::npos);
    }
    const auto lines = static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n'));
    CHECK(lines == catalogue().size() + 2 * rooms().size() - 1); // headings and what parts them
    for (const auto& room : rooms())
        CHECK(table.find(std::string(room.judged) + "\n  ") != std::string::npos);
}

// Findings have the ids of rules; the codes of go-live reasons are written where they are drawn.
TEST_CASE("rules: every id that any command can print is explained") {
    const std::regex written(R"re((?:reason_of|\badd)\(\s*"([a-z0-9-]+)")re");
    std::set<std::string> codes;
    for (const auto& entry : fs::directory_iterator(LYNCPROBE_SOURCE_DIR "/src/rules/verdicts")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ifstream in(entry.path());
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        for (std::sregex_iterator at(text.begin(), text.end(), written), end; at != end; ++at)
            codes.insert((*at)[1].str());
    }
    for (const auto& code : codes)
        CHECK_MESSAGE(find(code) != nullptr, code);
    std::ifstream in(LYNCPROBE_SOURCE_DIR "/docs/federation.md");
    const std::string document((std::istreambuf_iterator<char>(in)), {});
    for (const auto& conclusion : conclusions()) {
        const std::string code(conclusion.id);
        CHECK_MESSAGE(codes.contains(code), code);
        CHECK_MESSAGE(document.find("| `" + code + "` |") != std::string::npos, code);
    }
    CHECK(codes.contains("untrusted-root"));
}

TEST_CASE("rules: docs/rules.md and docs/endings.md are what they say of themselves") {
    const auto page = [](const std::string& name) {
        std::ifstream file(LYNCPROBE_SOURCE_DIR "/docs/" + name);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    CHECK_MESSAGE(page("rules.md") == markdown(), "lyncprobe docs rules > docs/rules.md");
    CHECK_MESSAGE(
        page("endings.md") == endings_markdown(), "lyncprobe docs endings > docs/endings.md"
    );
}

TEST_CASE("rules: explaining one says everything about it, in lines of at most 80 columns") {
    Rule rule{
        .id = "some-rule",
        .title = "A title",
        .scope = Scope::chain,
        .source = {.document = "RFC 5280", .section = "6.1", .url = "https://example.org/"},
        .demands = "It demands this.",
        .why = "Because.",
        .fix = "mend it",
        .ca_fix = "renew it",
        .evidence = "bits: how many"};
    CHECK(
        explain(rule) ==
        "some-rule\n  A title\n\nwhat is demanded\n  It demands this.\n\njudged\n  the chain as a "
        "whole\n\nwhy it matters\n  Because.\n\nsource\n  RFC 5280, 6.1 "
        "https://example.org/\n\nevidence\n  bits: how many\n\nhow to fix\n  mend it\n\non a CA "
        "certificate\n  renew it\n"
    );
    rule.evidence = rule.ca_fix = {};
    rule.source.url = {};
    const auto brief = explain(rule);
    CHECK(brief.find("evidence") == std::string::npos);
    CHECK(brief.find("CA certificate") == std::string::npos);
    CHECK(brief.find("decisions") == std::string::npos);
    CHECK(brief.find("\n  RFC 5280, 6.1\n") != std::string::npos);
    CHECK(explain(*find("server-eku")).find("decisions (policy:") != std::string::npos);
    // 78 columns behind the indent are taken, 79 are not.
    const std::string first(40, 'a');
    for (const std::size_t size : {std::size_t{37}, std::size_t{38}}) {
        const auto text = first + " " + std::string(size, 'b');
        rule.why = text;
        const auto on_one_line = explain(rule).find("  " + text + "\n") != std::string::npos;
        CHECK(on_one_line == (size == 37));
    }
}

TEST_CASE("rules: which are silent where they do not apply, and which look beyond the path") {
    const std::set<std::string_view> silent{
        "client-certificate-accepted",
        "conversation-finished",
        "key-provider",
        "leaf-outlives-issuer",
        "name-characters",
        "os-signature-support",
        "own-certificate-usage",
        "schannel-compatibility",
        "subject-in-san",
        "subject-name",
        "tls12-only"};
    for (const auto* rule : all()) {
        CAPTURE(rule->id);
        CHECK(rule->only_where_it_applies == silent.contains(rule->id));
        CHECK(rule->unsent_too == (rule->id == "validity"));
        CHECK(
            rule->every_certificate ==
            (rule->id == "no-rsassa-pss" || rule->id == "signature-algorithm")
        );
    }
}
