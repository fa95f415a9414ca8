// SPDX-License-Identifier: MIT
// The hello of each Windows release, byte by byte, and whom it reaches.
#include "codec/byte_reader.h"
#include "memory_server.h"
#include "schannel/agreement.h"
#include "support/openssl_lists.h"
#include "tls/raw_client.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using enum OperatingSystem;

namespace {

std::vector<std::uint16_t> numbers(std::string_view bytes) {
    codec::ByteReader reader(bytes);
    std::vector<std::uint16_t> out;
    while (!reader.empty())
        out.push_back(static_cast<std::uint16_t>(reader.number(2)));
    return out;
}

// Hello is what a ClientHello offers, and what its record says.
struct Hello {
    std::uint16_t record = 0, version = 0;
    std::string session;
    schannel::Profile offer;
    std::vector<std::uint16_t> shares; // groups of key_share
    std::string point_formats;
};

Hello read_hello(std::string_view bytes) {
    Hello out;
    codec::ByteReader reader(bytes);
    REQUIRE(reader.number(1) == 22);
    out.record = static_cast<std::uint16_t>(reader.number(2));
    reader.number(2);
    REQUIRE(reader.number(1) == codec::handshake_type::kClientHello);
    reader.number(3);
    out.version = static_cast<std::uint16_t>(reader.number(2));
    reader.take(32);
    out.session = reader.vector(1);
    out.offer.suites = numbers(reader.vector(2));
    CHECK(reader.vector(1) == std::string(1, '\0')); // no compression
    const std::string extensions(reader.vector(2));
    codec::ByteReader list(extensions);
    while (!list.empty()) {
        const auto kind = static_cast<std::uint16_t>(list.number(2));
        const std::string content(list.vector(2));
        out.offer.extensions.push_back(kind);
        codec::ByteReader inner(content);
        if (kind == 10) out.offer.groups = numbers(inner.vector(2));
        if (kind == 11) out.point_formats = inner.vector(1);
        if (kind == 13) out.offer.signature_schemes = numbers(inner.vector(2));
        if (kind == 43) out.offer.versions = numbers(inner.vector(1));
        if (kind != 51) continue;
        const std::string shares(inner.vector(2));
        codec::ByteReader share(shares);
        while (!share.empty()) {
            out.shares.push_back(static_cast<std::uint16_t>(share.number(2)));
            share.vector(2);
        }
    }
    REQUIRE(list.good());
    return out;
}

HandshakeOptions as(OperatingSystem os, HandshakeKind kind = HandshakeKind::handshake) {
    HandshakeOptions out;
    out.server_name = "fe01.contoso.example";
    out.kind = kind;
    out.as_os = os;
    return out;
}

Hello hello_of(const HandshakeOptions& options) {
    tls::ContextPool pool;
    const auto client = tls::Handshaker::make(pool.get(options), options);
    client->handshake();
    return read_hello(client->take_output());
}

bool has(const std::vector<std::uint16_t>& list, std::uint16_t number) {
    return std::ranges::find(list, number) != list.end();
}

ServerSetup server_of(const std::string& ciphers, int lowest, int highest) {
    const auto& pki = pki_of_tests();
    ServerSetup setup{
        .min_version = lowest,
        .max_version = highest,
        .chain_pem = pki.chain(pki.rsa),
        .key_pem = pki.rsa.key_pem};
    if (!ciphers.empty()) setup.ciphers = ciphers + ":@SECLEVEL=0";
    return setup;
}

Observation met(OperatingSystem os, const ServerSetup& setup) {
    tls::ContextPool pool;
    const auto options = as(os);
    tls::TlsClient client(pool.get(options), options);
    MemoryServer server(setup);
    pump(client, server);
    Observation seen;
    client.conclude({.end = tls::PeerEnd::end_of_stream}, seen);
    return seen;
}

// A server with what the table lists for that release, as far as libssl has it.
ServerSetup server_like(const schannel::Release& release) {
    const auto lists = openssl_lists(release);
    auto setup = server_of("", lists.lowest, lists.highest);
    setup.ciphers = lists.ciphers;
    setup.groups = lists.groups;
    setup.own_order = true;
    return setup;
}

} // namespace

TEST_CASE("schannel: a raw hello is that of the release, in every list and its order") {
    for (const auto& release : schannel::releases()) {
        CAPTURE(to_text(release.os));
        const auto hello = hello_of(as(release.os, HandshakeKind::raw_hello));
        auto expected = schannel::profile_of(release);
        const auto highest = std::min(expected.versions.front(), codec::kTls12);
        CHECK(hello.version == highest);
        CHECK(hello.record == highest);
        CHECK(hello.session.size() == (expected.versions.front() >= codec::kTls13 ? 32u : 0u));
        CHECK(hello.point_formats == std::string(1, '\0'));
        const bool tls13 = !hello.offer.versions.empty();
        CHECK(hello.shares == (tls13 ? expected.groups : std::vector<std::uint16_t>()));
        if (!tls13) expected.versions.clear(); // says only the highest
        CHECK(hello.offer == expected);
    }
}

TEST_CASE("schannel: libssl's hello is that of the release but for what it says that it lacks") {
    for (const auto& release : schannel::releases()) {
        CAPTURE(to_text(release.os));
        const auto options = as(release.os);
        tls::ContextPool pool;
        tls::TlsClient client(pool.get(options), options);
        client.handshake();
        const auto hello = read_hello(client.take_output());
        Observation seen;
        client.conclude({}, seen);
        const auto lacks = [&](const std::string& what) {
            return std::ranges::find(seen.not_offered, what) != seen.not_offered.end();
        };
        auto expected = schannel::profile_of(release);
        CHECK(lacks("SSLv3") == (expected.versions.back() == codec::kSsl3));
        std::erase_if(expected.suites, [&](std::uint16_t suite) {
            return lacks(schannel::suite_name(suite));
        });
        expected.suites.push_back(0x00ff); // in place of renegotiation_info
        CHECK(hello.offer.suites == expected.suites);
        CHECK(hello.offer.groups == expected.groups);
        CHECK(hello.offer.signature_schemes == expected.signature_schemes);
        CHECK(hello.version == std::min(expected.versions.front(), codec::kTls12));
        CHECK(hello.offer.versions.empty() == (expected.versions.front() < codec::kTls13));
        if (!hello.offer.versions.empty()) {
            CHECK(hello.offer.versions == expected.versions);
            for (const auto group : expected.groups)
                CHECK((has(hello.shares, group) || seen.not_offered.size() > 1));
        }
        // 65281 apart, which is said by the suite; 24 and 22 it never has.
        std::set<std::uint16_t> ours(hello.offer.extensions.begin(), hello.offer.extensions.end());
        std::set<std::uint16_t> theirs(release.extensions.begin(), release.extensions.end());
        theirs.erase(65281);
        ours.erase(65281);
        CHECK(ours == theirs);
    }
}

TEST_CASE("schannel: what only some releases have is reached by these alone") {
    struct Case {
        ServerSetup server;
        std::set<OperatingSystem> reached;
    };
    const std::set<OperatingSystem> newer{
        windows_server_2016, windows_server_2019, windows_server_2022, windows_11};
    const auto with_groups = [](ServerSetup setup, const char* groups) {
        setup.groups = groups;
        return setup;
    };
    const std::vector<Case> cases{
        {server_of("ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, TLS1_2_VERSION), newer},
        {server_of("", TLS1_3_VERSION, TLS1_3_VERSION), {windows_server_2022, windows_11}},
        {with_groups(server_of("ECDHE-RSA-AES128-SHA", TLS1_VERSION, TLS1_2_VERSION), "X25519"),
         newer},
        {server_of("ECDHE-RSA-AES128-SHA", TLS1_VERSION, TLS1_VERSION),
         {windows_server_2008_r2, windows_server_2008_r2_tls12, windows_server_2012,
          windows_server_2012_r2, windows_server_2016, windows_server_2019, windows_server_2022,
          windows_11}},
        {server_of("DHE-RSA-AES256-SHA", TLS1_2_VERSION, TLS1_2_VERSION),
         {windows_server_2008_r2_tls12, windows_server_2012_r2, windows_server_2016}},
        {server_of("DHE-RSA-AES256-SHA", TLS1_VERSION, TLS1_VERSION),
         {windows_server_2008_r2, windows_server_2008_r2_tls12, windows_server_2012_r2,
          windows_server_2016}},
        {server_of("ECDHE-RSA-CHACHA20-POLY1305", TLS1_2_VERSION, TLS1_2_VERSION), {}}};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(i);
        for (const auto& release : schannel::releases()) {
            CAPTURE(to_text(release.os));
            const auto seen = met(release.os, cases[i].server);
            CHECK(seen.tls.handshake_done == cases[i].reached.contains(release.os));
            if (!seen.tls.handshake_done) CHECK(seen.outcome == Outcome::tls_alert);
        }
    }
}

TEST_CASE("schannel: a handshake between two releases ends as the table says") {
    const schannel::ServerChain chain{
        .key = schannel::ServerChain::Key::rsa, .signatures = {{0x0401}}};
    for (const auto& client : schannel::releases())
        for (const auto& server : schannel::releases()) {
            CAPTURE(to_text(client.os));
            CAPTURE(to_text(server.os));
            if (client.os == windows_server_2008_r2 || server.os == windows_server_2008_r2)
                continue; // two readings; as -tls12 they are tried
            const auto agreed = schannel::agreement(client.os, server.os, chain);
            REQUIRE(agreed);
            REQUIRE(agreed->choice);
            const auto seen = met(client.os, server_like(server));
            CHECK(seen.tls.handshake_done);
            CHECK(static_cast<std::uint16_t>(seen.tls.version) == agreed->choice->version);
            CHECK(seen.tls.cipher == schannel::suite_name(agreed->choice->suite));
        }
}
