// SPDX-License-Identifier: MIT
#include "tls/lean_list.h"

#include "memory_server.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

TEST_CASE("lean list: RSA and elliptic curves are the common keys, whatever signed them") {
    using K = lab::KeySpec::Kind;
    const auto& pki = pki_of_tests();
    const auto common = [&](const lab::KeySpec& key) {
        return tls::has_common_key(
            pki.issuing.issue({.common_name = "fe01.contoso.example", .key = key}).certificate_der
        );
    };
    CHECK(common({K::rsa, 2048}));
    CHECK(common({K::ec, 256, "P-256"}));
    CHECK(common({K::ec, 521, "P-521"}));
    CHECK_FALSE(common({K::rsa_pss, 2048}));
    CHECK_FALSE(common({K::dsa, 2048}));
    CHECK_FALSE(common({K::ed25519}));
}

TEST_CASE("lean list: what is no whole certificate may have any key") {
    const auto& der = pki_of_tests().rsa.certificate_der;
    REQUIRE(tls::has_common_key(der));
    for (std::size_t size = 0; size < der.size(); size += 7)
        CHECK_FALSE(tls::has_common_key(der.substr(0, size)));
    CHECK_FALSE(tls::has_common_key("HTTP/1.1 400 Bad Request"));
}
