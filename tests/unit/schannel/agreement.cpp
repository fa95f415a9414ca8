// SPDX-License-Identifier: MIT
// What two releases agree on by the table alone.
#include "schannel/agreement.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::schannel;
using enum OperatingSystem;
using Kind = Agreement::Kind;
using Key = ServerChain::Key;

namespace {

constexpr std::uint16_t kTls10 = 0x0301, kTls12 = 0x0303, kTls13 = 0x0304;
constexpr std::uint16_t kX25519 = 29, kP256 = 23, kP384 = 24, kP521 = 25;

ServerChain rsa(std::uint16_t scheme = 0x0401) {
    return {.key = Key::rsa, .signatures = {{scheme}}};
}

Agreement of(OperatingSystem client, OperatingSystem server, const ServerChain& chain = rsa()) {
    const auto out = agreement(client, server, chain);
    REQUIRE(out);
    return *out;
}

} // namespace

TEST_CASE("agreement: the server's first common suite, by its own order") {
    struct Row {
        OperatingSystem client, server;
        Choice choice;
    };
    for (const auto& [client, server, choice] :
         {Row{windows_server_2012_r2, windows_server_2012, {kTls12, 0xc028, kP256}},
          Row{windows_server_2016, windows_server_2012_r2, {kTls12, 0xc028, kP256}},
          Row{windows_server_2012_r2, windows_server_2016, {kTls12, 0x009f, 0}},
          Row{windows_server_2012, windows_server_2022, {kTls12, 0x009f, 0}},
          Row{windows_server_2019, windows_server_2016, {kTls12, 0xc030, kX25519}},
          Row{windows_server_2022, windows_server_2022, {kTls13, 0x1302, kX25519}},
          Row{windows_server_2022, windows_server_2008_r2, {kTls10, 0xc014, kP256}},
          Row{windows_server_2008_r2, windows_server_2019, {kTls10, 0xc014, kP256}}}) {
        CAPTURE(lyncprobe::to_text(client));
        CAPTURE(lyncprobe::to_text(server));
        const auto it = of(client, server);
        CHECK(it.kind == Kind::works);
        CHECK(it.choice == choice);
        CHECK(it.lacks.empty());
    }
}

TEST_CASE("agreement: an EC key decides the suite, its curve whether there is one") {
    const auto ec = [](std::uint16_t curve) {
        return ServerChain{.key = Key::ec, .curve = curve, .signatures = {{0x0403}}};
    };
    const auto r2 = of(windows_server_2012_r2, windows_server_2012_r2, ec(kP256));
    CHECK(r2.choice == Choice{kTls12, 0xc02c, kP384}); // bound to P-384 before 2016
    CHECK(
        of(windows_server_2022, windows_server_2019, ec(kP256)).choice ==
        Choice{kTls12, 0xc02c, kX25519}
    );
    const auto p521 = of(windows_server_2012_r2, windows_server_2016, ec(kP521));
    CHECK(p521.kind == Kind::nothing);
    CHECK(p521.lacks == "no cipher suite for this certificate");
    CHECK(of(windows_server_2022, windows_server_2022, ec(kP521)).kind == Kind::works); // TLS 1.3
}

TEST_CASE("agreement: DSA was left out in 2019") {
    const ServerChain dsa{.key = Key::dsa};
    CHECK(of(windows_server_2016, windows_server_2012_r2, dsa).kind == Kind::works);
    CHECK(of(windows_server_2019, windows_server_2012_r2, dsa).kind == Kind::nothing);
}

TEST_CASE("agreement: each signature that is sent must be one that the client offers") {
    const auto md5 = of(windows_server_2012_r2, windows_server_2016, rsa(0x0101));
    CHECK(md5.kind == Kind::nothing);
    CHECK(md5.lacks.find("md5") != std::string::npos);
    // TLS 1.0 has no list to hold it against.
    CHECK(of(windows_server_2008_r2_tls12, windows_server_2016, rsa(0x0101)).kind == Kind::nothing);
    const auto either = of(windows_server_2008_r2, windows_server_2016, rsa(0x0101));
    CHECK(either.kind == Kind::open);
    REQUIRE(!either.hangs_on.empty());
    CHECK(either.hangs_on.front()->what.find("SCHANNEL") != std::string_view::npos);

    const auto sha512 = of(windows_server_2012_r2, windows_server_2016, rsa(0x0601));
    CHECK(sha512.kind == Kind::open);
    REQUIRE(sha512.hangs_on.size() == 1);
    CHECK(sha512.hangs_on.front()->what.find("KB2973337") != std::string_view::npos);
    CHECK(of(windows_server_2016, windows_server_2012_r2, rsa(0x0601)).kind == Kind::works);

    const auto pss = of(windows_server_2016, windows_server_2022, rsa(0x0804));
    CHECK(pss.kind == Kind::open);
    CHECK(of(windows_server_2022, windows_server_2022, rsa(0x0804)).kind == Kind::works);

    // A root's own signature is on the wire as well, but nobody needs to verify it.
    ServerChain with_root = rsa();
    with_root.signatures.push_back({0x0101, true});
    CHECK(of(windows_server_2016, windows_server_2016, with_root).kind == Kind::open);
}

TEST_CASE("agreement: nothing is said of systems that the table lacks") {
    CHECK(!agreement(windows_server_2012_r2, linux));
    CHECK(!agreement(windows_10, windows_server_2016));
    CHECK(agreement(windows_7, windows_8));
}

TEST_CASE("agreement: limits of what a client takes") {
    const auto& r2 = *release_of(windows_server_2012_r2);
    const auto& w2016 = *release_of(windows_server_2016);
    const Choice dhe{kTls12, 0x009f, 0};
    CHECK(limits_of(r2, dhe, 2048).broken.empty());
    CHECK(!limits_of(r2, dhe, 8192).broken.empty());
    CHECK(limits_of(w2016, dhe, 8192).broken.empty());
    CHECK(limits_of(w2016, dhe, 768).hangs_on == nullptr);
    CHECK(!limits_of(w2016, dhe, 768).broken.empty());
    CHECK(limits_of(r2, dhe, 768).hangs_on != nullptr); // by an update
    CHECK(!limits_of(r2, {kTls12, 0xc02c, kP256}, 0).broken.empty());
    CHECK(limits_of(r2, {kTls12, 0xc02c, kP384}, 0).broken.empty());
    CHECK(limits_of(w2016, {kTls12, 0xc02c, kP256}, 0).broken.empty());
}
