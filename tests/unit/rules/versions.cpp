// SPDX-License-Identifier: MIT
// Rules tls12-available, legacy-protocols and sni-certificate: what further attempts told.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Versions = std::vector<std::string>;

const Versions kAll{"SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "SSLv2"};

Finding about(std::string_view rule, Versions chosen, Versions offered = {}, Versions open = {}) {
    Bench bench;
    bench.context.versions_chosen = std::move(chosen);
    bench.context.versions_offered = std::move(offered);
    bench.context.versions_open = std::move(open);
    return bench.ask(rule);
}

Fingerprint other_leaf() {
    Fingerprint out{};
    out[0] = 0x42;
    return out;
}

Finding about(std::vector<NameTried> tried) {
    Bench bench;
    for (auto& one : tried)
        if (one.leaf && *one.leaf != other_leaf()) one.leaf = bench.chain.presented[0]->sha256;
    bench.context.names_tried = std::move(tried);
    return bench.ask("sni-certificate");
}

} // namespace

TEST_CASE("tls12-available: TLS 1.2 or 1.3 passes, nothing newer than 1.1 warns or as decided") {
    CHECK(about("tls12-available", {}).verdict == Verdict::not_applicable);
    CHECK(about("tls12-available", {"TLSv1.2"}).verdict == Verdict::pass);
    CHECK(about("tls12-available", {"TLSv1.3"}).verdict == Verdict::pass);
    CHECK(about("tls12-available", {"TLSv1.0", "TLSv1.2"}).verdict == Verdict::pass);
    const auto old = about("tls12-available", {"TLSv1.0"});
    CHECK(old.verdict == Verdict::warn);
    CHECK(old.message.find("TLSv1.0") != std::string::npos);
    CHECK(about("tls12-available", {"SSLv3"}).verdict == Verdict::warn);
    Bench strict;
    strict.context.versions_chosen = {"TLSv1.1"};
    strict.policy.set(Decision::tls12_missing, Verdict::fail);
    CHECK(strict.verdict("tls12-available") == Verdict::fail);
}

TEST_CASE("legacy-protocols: needs the old versions to have been tried, or SSL to have been seen") {
    CHECK(about("legacy-protocols", {"TLSv1.0"}).verdict == Verdict::not_applicable);
    CHECK(about("legacy-protocols", {"TLSv1.0"}, {"SSLv3"}).verdict == Verdict::not_applicable);
    CHECK(about("legacy-protocols", {"SSLv3"}, {"SSLv3"}).verdict == Verdict::fail);
    CHECK(about("legacy-protocols", {"TLSv1.2", "TLSv1.3"}, kAll).verdict == Verdict::pass);
    const auto warned = about("legacy-protocols", {"TLSv1.2", "TLSv1.0"}, kAll);
    CHECK(warned.verdict == Verdict::warn);
    CHECK(warned.message == "the server still speaks TLSv1.0");
    const auto failed = about("legacy-protocols", {"TLSv1.2", "TLSv1.0", "SSLv2"}, kAll);
    CHECK(failed.verdict == Verdict::fail);
    CHECK(failed.message == "the server still speaks SSLv2");
}

TEST_CASE("legacy-protocols: silence to an old version is no pass") {
    CHECK(about("legacy-protocols", {"TLSv1.2"}, kAll, {"SSLv2"}).verdict == Verdict::inconclusive);
    CHECK(
        about("legacy-protocols", {"TLSv1.2"}, kAll, {"TLSv1.1"}).verdict == Verdict::inconclusive
    );
    CHECK(about("legacy-protocols", {"TLSv1.2"}, kAll, {"TLSv1.3"}).verdict == Verdict::pass);
    CHECK(about("legacy-protocols", {"SSLv3"}, kAll, {"SSLv2"}).verdict == Verdict::fail);
}

TEST_CASE("sni-certificate: another certificate warns, the same or none passes") {
    const Fingerprint own{};
    CHECK(about(std::vector<NameTried>{}).verdict == Verdict::not_applicable);
    CHECK(
        about({{"without-server-name", Outcome::ok, own},
               {"foreign-server-name", Outcome::tls_alert, std::nullopt}}
        ).verdict == Verdict::pass
    );
    const auto both = about(
        {{"without-server-name", Outcome::ok, other_leaf()},
         {"foreign-server-name", Outcome::ok, other_leaf()}}
    );
    CHECK(both.verdict == Verdict::warn);
    CHECK(
        both.message == "the server shows another certificate without a server name and with a "
                        "foreign server name"
    );
    CHECK(both.evidence.text("without-server-name").starts_with("4200"));
    const auto none = about({{"foreign-server-name", Outcome::tls_alert, std::nullopt}});
    CHECK(none.evidence.text("foreign-server-name") == "none (tls_alert)");
    CHECK(
        about({{"without-server-name", Outcome::timeout, std::nullopt}}).verdict ==
        Verdict::inconclusive
    );
}
