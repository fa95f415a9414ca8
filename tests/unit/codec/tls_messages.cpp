// SPDX-License-Identifier: MIT
#include "codec/tls_messages.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::string_literals;

namespace {

std::string u8(std::size_t n) { return std::string(1, static_cast<char>(n)); }
std::string u16(std::size_t n) { return u8(n >> 8) + u8(n & 255); }
std::string u24(std::size_t n) { return u8(n >> 16) + u16(n & 0xffff); }
std::string vec8(const std::string& s) { return u8(s.size()) + s; }
std::string vec16(const std::string& s) { return u16(s.size()) + s; }
std::string vec24(const std::string& s) { return u24(s.size()) + s; }

std::string extension(std::size_t type, const std::string& content) {
    return u16(type) + vec16(content);
}

std::string hello(std::size_t version, std::size_t cipher, const std::string& extensions) {
    auto out = u16(version) + std::string(32, 'r') + vec8("") + u16(cipher) + u8(0);
    return extensions.empty() ? out : out + vec16(extensions);
}

} // namespace

TEST_CASE("tls messages: a ServerHello of TLS 1.2 and one of TLS 1.3") {
    const auto old =
        codec::read_server_hello(hello(0x0303, 0xc02f, extension(0xff01, u8(0)) + extension(23, ""))
        );
    CHECK(old.well_formed);
    CHECK(old.version == codec::kTls12);
    CHECK(old.cipher == 0xc02f);
    CHECK(old.extensions == std::vector<std::uint16_t>{0xff01, 23});
    const auto modern = codec::read_server_hello(
        hello(0x0303, 0x1301, extension(43, u16(0x0304)) + extension(51, u16(29) + vec16("k")))
    );
    CHECK(modern.version == codec::kTls13);
    CHECK(modern.key_share_group == 29);
    CHECK(codec::read_server_hello(hello(0x0301, 0x0035, "")).well_formed);
}

TEST_CASE(
    "tls messages: every cut of a hello is read without harm, and only the whole is well formed"
) {
    const auto whole = hello(0x0303, 0xc02f, extension(0xff01, u8(0)));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = codec::read_server_hello(std::string_view(whole).substr(0, size));
        CHECK(cut.extensions.empty());
    }
    CHECK_FALSE(codec::read_server_hello("").well_formed);
}

TEST_CASE("tls messages: certificates are taken as presented, whatever is in them") {
    const auto list = vec24("first") + vec24("") + vec24("second");
    const auto old = codec::read_certificate_message(vec24(list), codec::kTls12);
    CHECK(old.well_formed);
    CHECK(old.entries == std::vector<std::string>{"first", "", "second"});
    const auto modern = codec::read_certificate_message(
        vec8("") + vec24(vec24("first") + vec16("ext") + vec24("second") + vec16("")), codec::kTls13
    );
    CHECK(modern.entries == std::vector<std::string>{"first", "second"});
    const auto lying =
        codec::read_certificate_message(vec24(vec24("first") + u24(99) + "short"), codec::kTls12);
    CHECK_FALSE(lying.well_formed);
    CHECK(lying.entries == std::vector<std::string>{"first"});
}

TEST_CASE("tls messages: a CertificateRequest of each version") {
    const auto names = vec16("DN1") + vec16("DN22");
    const auto tls12 = codec::read_certificate_request(
        vec8("\x01\x40") + vec16(u16(0x0401) + u16(0x0804)) + vec16(names), codec::kTls12
    );
    CHECK(tls12.well_formed);
    CHECK(tls12.certificate_types == std::vector<std::uint8_t>{1, 64});
    CHECK(tls12.signature_schemes == std::vector<std::uint16_t>{0x0401, 0x0804});
    CHECK(tls12.ca_names == std::vector<std::string>{"DN1", "DN22"});
    CHECK(tls12.ca_names_bytes == names.size());
    const auto tls10 = codec::read_certificate_request(vec8("\x01") + vec16(""), codec::kTls10);
    CHECK(tls10.well_formed);
    CHECK(tls10.ca_names.empty());
    const auto tls13 = codec::read_certificate_request(
        vec8("") + vec16(extension(13, vec16(u16(0x0403))) + extension(47, vec16(names))),
        codec::kTls13
    );
    CHECK(tls13.well_formed);
    CHECK(tls13.signature_schemes == std::vector<std::uint16_t>{0x0403});
    CHECK(tls13.ca_names.size() == 2);
}

TEST_CASE("tls messages: the key exchange tells group and scheme") {
    const auto elliptic = u8(3) + u16(29) + vec8("point") + u16(0x0804) + vec16("signature");
    const auto ec = codec::read_server_key_exchange(elliptic, codec::kTls12, true, true);
    CHECK(ec.group == 29);
    CHECK(codec::signature_scheme_name(ec.signature_scheme) == "rsa_pss_rsae_sha256");
    const auto dh = codec::read_server_key_exchange(
        vec16("\x00\x0f"s + std::string(126, 'p')) + vec16("\x02"s) + vec16("y"), codec::kTls10,
        false, true
    );
    CHECK(dh.well_formed);
    CHECK(dh.dh_bits == 126 * 8 + 4);
    CHECK(dh.signature_scheme == 0);
    CHECK_FALSE(
        codec::read_server_key_exchange(u8(1) + "explicit", codec::kTls12, true, true).well_formed
    );
}

TEST_CASE("tls messages: names are IANA's, and a number where there is none") {
    CHECK(codec::group_name(29) == "x25519");
    CHECK(codec::group_name(0xeeee) == "0xeeee");
    CHECK(codec::certificate_type_name(64) == "ecdsa_sign");
    CHECK(codec::certificate_type_name(9) == "0x09");
    CHECK(codec::looks_like_tls("\x16\x03"));
    CHECK(codec::looks_like_tls("\x15"));
    CHECK_FALSE(codec::looks_like_tls("HTTP"));
    CHECK_FALSE(codec::looks_like_tls("\x16HT"));
    CHECK_FALSE(codec::looks_like_tls(""));
}
