// SPDX-License-Identifier: MIT
// A version of TLS as text, and back: what a stored result holds.
#include "model/tls_facts.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("tls version: each has a text that leads back to it") {
    for (const auto version :
         {TlsVersion::none, TlsVersion::ssl2, TlsVersion::ssl3, TlsVersion::tls1_0,
          TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3, TlsVersion{0x0305},
          TlsVersion{0xffff}})
        CHECK(tls_version(to_text(version)) == version);
    CHECK(to_text(TlsVersion::tls1_2) == "TLSv1.2");
    CHECK(to_text(TlsVersion{0x0305}) == "0x0305");
    CHECK(to_text(TlsVersion::none).empty());
}

TEST_CASE("tls version: another text is none") {
    for (const auto* text : {"TLSv1.4", "tlsv1.2", "0x", "0x03", "0x03045", "0xzzzz", "0304"})
        CHECK(!tls_version(text));
}
