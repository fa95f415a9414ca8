// SPDX-License-Identifier: MIT
// One chain comes to the same in check, scan and federation: for each point of RFC 5280 6.1 one
// that is accepted and one that is refused.
#include "scan/check.h"
#include "scan/federation.h"
#include "unit/pki/test_certificates.h"
#include "unit/scan/play.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;
using namespace lyncprobe::pki::test;
using Ders = std::vector<std::string>;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view kHost = "sip.contoso.example";
const std::string kPast = validity("200101000000Z", "210101000000Z");
// The run is on 2026-06-01.
const std::string kSoon = validity("200101000000Z", "260620000000Z");

// What is given and what is shown.
struct Deployed {
    Ders presented, ca_files, marked = {};

    pki::Anchors anchors() const {
        pki::Anchors out;
        for (const auto& der : ca_files)
            out.add(der);
        for (const auto& der : marked)
            out.add_marked(der);
        return out;
    }
};

bool about_chain(std::string_view rule) {
    static const std::set<std::string_view> kRules{
        "chain-trusted", "chain-complete", "chain-order", "validity", "leaf-outlives-issuer"};
    return kRules.contains(rule);
}

// "validity fail", each once; passes and what does not apply are left out.
Texts open_of(const std::vector<const Finding*>& findings) {
    Texts out;
    for (const auto* finding : findings)
        if (about_chain(finding->rule) && finding->verdict != Verdict::pass &&
            finding->verdict != Verdict::not_applicable)
            out.push_back(fmt::format(
                "{} {}: {} -> {}", finding->rule, to_text(finding->verdict), finding->message,
                finding->fix
            ));
    return out;
}

Texts checked(const Deployed& deployed) {
    Play play;
    scan::Observer deaf;
    std::string file;
    for (const auto& der : deployed.presented)
        file += pem(der);
    const auto result = scan::check(
        {{"chain.pem", good(std::move(file))}}, {.settings = {}}, {.world = play.world()},
        deployed.anchors(), deaf
    );
    REQUIRE(result.has_value());
    return open_of(result->files.front().findings);
}

Play shows(const Deployed& deployed) {
    Play play;
    play.show = [presented = deployed.presented](const Target& target) {
        auto seen = shown(target);
        seen.presented = presented;
        return seen;
    };
    return play;
}

Texts scanned(const Deployed& deployed) {
    auto play = shows(deployed);
    scan::Observer deaf;
    auto plan = scan::prepare(deployment({target(std::string(kHost))}));
    REQUIRE(plan.has_value());
    scan::ScanOptions options;
    options.world = play.world();
    const auto result = scan::scan(
        std::move(*plan), options, {.anchors = deployed.anchors(), .identities = {}}, deaf
    );
    REQUIRE(result.has_value());
    return open_of(result->endpoints.front().findings);
}

// Codes of the reasons about the chain: those that fail, and those that leave it open.
std::string federated(const Deployed& deployed, Weight weight) {
    auto play = shows(deployed);
    const DnsQuestion question{std::string(kHost), RecordType::a};
    DnsAnswer answer{.question = question, .status = DnsStatus::found};
    answer.addresses = {parse_address("192.0.2.1").value()};
    play.dns[question] = answer;
    scan::Observer deaf;
    const auto result = scan::federation(
        {.domains = {"contoso.example"}, .direct = std::string(kHost)}, {.world = play.world()},
        {.anchors = deployed.anchors(), .identities = {}}, deaf
    );
    REQUIRE(result.has_value());
    static const std::set<std::string_view> kCodes{
        "chain-trusted", "untrusted-root", "missing-intermediate", "validity"};
    std::string out;
    for (const auto& reason : result->federation.front().reasons)
        if (reason.weight == weight && kCodes.contains(reason.code))
            out += (out.empty() ? "" : " ") + reason.code;
    return out;
}

std::string verdicts(const Texts& findings) {
    std::string out;
    for (const auto& text : findings) {
        const auto verdict = text.substr(0, text.find(':'));
        if (out.find(verdict) == std::string::npos) out += (out.empty() ? "" : ", ") + verdict;
    }
    return out;
}

Node ca() {
    return {.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"};
}
Node server() {
    return {
        .subject = std::string(kHost),
        .key = "leaf",
        .issuer = "Issuing",
        .issuer_key = "issuing",
        .ca = false,
        .more = {subject_alt_name({dns_name(std::string(kHost))})},
        .valid = validity("250101000000Z", "270101000000Z")};
}

template <class Change>
std::string changed(Node node, Change change) {
    change(node);
    return make(node);
}

} // namespace

TEST_CASE("chains: check, scan and federation agree") {
    const auto root = make_root("Root", "root");
    const auto issuing = make(ca()), leaf = make(server());
    const auto with = [](Node node, std::string extension) {
        node.more.push_back(std::move(extension));
        return make(node);
    };
    const auto dated = [](Node node, const std::string& valid, std::string serial = "\x07") {
        node.valid = valid;
        node.serial = std::move(serial);
        return make(node);
    };
    const auto unknown = extension("1.3.6.1.4.1.99999.1", tlv(0x05, ""), true);
    const auto root_of = [](int path_length) {
        return make({.subject = "Root", .key = "root", .path_length = path_length});
    };
    const auto contoso = [](const std::string& domain) {
        return name_constraints({dns_name(domain)});
    };
    const auto old_root =
        make({.subject = "Root", .key = "root", .serial = "\x09", .valid = kPast});
    auto rekeyed = ca();
    rekeyed.key = "new";
    struct Row {
        const char* what;
        Deployed deployed;
        const char *findings, *fails, *open;
    };
    const Row rows[] = {
        {"all is there", {{leaf, issuing}, {root}}, "", "", ""},
        {"the root is sent, too", {{leaf, issuing, root}, {root}}, "", "", ""},
        {"certnew.p7b, and the server sends itself only",
         {{leaf}, {root, issuing}},
         "chain-complete fail",
         "missing-intermediate",
         ""},
        {"certnew.p7b, and the server sends its CA",
         {{leaf, issuing}, {root, issuing}},
         "",
         "",
         ""},
        {"the issuing CA alone",
         {{leaf}, {issuing}},
         "chain-complete fail, chain-trusted inconclusive",
         "",
         "missing-intermediate"},
        {"the issuing CA, marked", {{leaf}, {}, {issuing}}, "", "", ""},
        {"no anchor",
         {{leaf, issuing}, {}},
         "chain-complete inconclusive, chain-trusted inconclusive",
         "",
         "untrusted-root"},
        {"another root",
         {{leaf, issuing}, {make_root("Other", "other")}},
         "chain-complete fail, chain-trusted fail",
         "untrusted-root",
         ""},
        {"an unknown critical extension",
         {{with(server(), unknown), issuing}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"the same in a CA",
         {{leaf, with(ca(), unknown)}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"a key usage for servers",
         {{with(server(), key_usage("1")), issuing}, {root}},
         "",
         "",
         ""},
        {"a key usage for CAs",
         {{with(server(), key_usage("000001")), issuing}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"a CA without keyCertSign",
         {{leaf, with(ca(), key_usage("0000001"))}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"CA:FALSE",
         {{leaf, changed(ca(), [](Node& it) { it.ca = false; })}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"a path length that is enough", {{leaf, issuing}, {root_of(1)}}, "", "", ""},
        {"one that is not",
         {{leaf, issuing}, {root_of(0)}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"name constraints that are kept",
         {{leaf, with(ca(), contoso("contoso.example"))}, {root}},
         "",
         "",
         ""},
        {"name constraints that are not",
         {{leaf, with(ca(), contoso("fabrikam.example"))}, {root}},
         "chain-trusted fail",
         "chain-trusted",
         ""},
        {"a root that is not sent and has run out",
         {{leaf, issuing}, {old_root}},
         "validity fail, leaf-outlives-issuer warn",
         "validity",
         ""},
        {"one that runs out soon",
         {{leaf, issuing}, {make({.subject = "Root", .key = "root", .valid = kSoon})}},
         "validity warn, leaf-outlives-issuer warn",
         "",
         ""},
        {"a root that was renewed with the same key",
         {{leaf, issuing}, {old_root, root}},
         "",
         "",
         ""},
        {"its old issue is sent", {{leaf, issuing, old_root}, {root}}, "validity warn", "", ""},
        {"an expired intermediate",
         {{leaf, dated(ca(), kPast)}, {root}},
         "validity fail, leaf-outlives-issuer warn",
         "validity",
         ""},
        {"beside a valid one with the same key",
         {{leaf, dated(ca(), kPast), issuing}, {root}},
         "validity warn, chain-order warn",
         "",
         ""},
        {"the valid one is in a file only",
         {{leaf, dated(ca(), kPast)}, {root, issuing}},
         "validity warn, chain-complete fail",
         "missing-intermediate",
         ""},
        {"an expired cross-signed root",
         {{leaf, issuing,
           make(
               {.subject = "Root",
                .key = "root",
                .issuer = "Gone",
                .issuer_key = "gone",
                .valid = kPast}
           )},
          {root}},
         "validity warn",
         "",
         ""},
        {"a CA that was renewed with another key",
         {{leaf, make(rekeyed)}, {root}},
         "chain-order warn, chain-complete fail, chain-trusted fail",
         "untrusted-root",
         ""},
        {"the reverse order", {{leaf, root, issuing}, {root}}, "chain-order warn", "", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const auto found = checked(row.deployed);
        auto sorted = verdicts(found);
        CHECK(sorted == row.findings);
        CHECK(scanned(row.deployed) == found);
        CHECK(federated(row.deployed, Weight::fails) == row.fails);
        CHECK(federated(row.deployed, Weight::open) == row.open);
    }
}

TEST_CASE("check: what has nothing to do with the first certificate of a file is judged in full") {
    const auto leaf = make(server()), issuing = make(ca());
    const auto other = make(
        {.subject = "other",
         .key = "x",
         .issuer = "Elsewhere",
         .issuer_key = "y",
         .ca = false,
         .valid = kPast}
    );
    const Deployed deployed{{leaf, issuing, other}, {make_root("Root", "root")}};
    const auto verdict_of_other = [](const Texts& findings) {
        for (const auto& text : findings)
            if (text.starts_with("validity ")) return text.substr(0, text.find(';'));
        return std::string();
    };
    CHECK(verdict_of_other(checked(deployed)).starts_with("validity fail: expired on 2021-01-01"));
    const auto sent = verdict_of_other(scanned(deployed));
    CHECK(sent.starts_with("validity warn: expired on 2021-01-01"));
}
