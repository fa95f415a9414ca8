// SPDX-License-Identifier: MIT
// Our own certificate and key from PEM, DER and PFX.
#include "pki/certificate_reader.h"
#include "pki/identity.h"
#include "test_certificates.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;

namespace {

const std::string kKey = "P-256/leaf";

const std::string& leaf() {
    static const std::string der = make_leaf("Issuing", "issuing");
    return der;
}
const std::string& issuing() {
    static const std::string der =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"});
    return der;
}

std::string problem(const Result<IdentityPtr>& identity) {
    REQUIRE(!identity.has_value());
    return identity.error().what;
}

// The traditional form: its cipher stands in a header.
std::string traditional(const std::string& kind, const std::string& password) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey_traditional(
        bio.get(), &key(kind), password.empty() ? nullptr : EVP_aes_128_cbc(), octets(password),
        static_cast<int>(password.size()), nullptr, nullptr
    );
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string crlf(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? std::string("\r\n  ") : std::string(1, c);
    return out;
}

} // namespace

TEST_CASE("identity: PEM chain and PEM key") {
    const auto identity = read_identity("edge", pem(leaf()) + pem(issuing()), key_pem(kKey), {});
    REQUIRE(identity.has_value());
    const auto& own = **identity;
    CHECK(own.id() == "edge");
    CHECK(own.chain() == std::vector{leaf(), issuing()});
    CHECK(own.issuers_der() == std::vector{common_name("Issuing"), common_name("Root")});
    CHECK(own.fingerprint() == to_hex(sha256(leaf())));
    CHECK(EVP_PKEY_eq(static_cast<EVP_PKEY*>(own.key()), &key(kKey)) == 1);
}

TEST_CASE("identity: every form of key") {
    const std::pair<const char*, std::string> table[] = {
        {"PKCS#8", key_pem(kKey)},
        {"PKCS#8 with Windows line ends and indented", crlf(key_pem(kKey))},
        {"DER", key_der(kKey)},
        {"traditional", traditional(kKey, "")},
        {"beside the certificate", pem(leaf()) + key_pem(kKey)},
        {"encrypted PKCS#8", key_pem(kKey, "secret")},
        {"encrypted traditional", traditional(kKey, "secret")},
        {"encrypted traditional with Windows line ends", crlf(traditional(kKey, "secret"))}};
    for (const auto& [what, text] : table) {
        CAPTURE(what);
        const auto identity = read_identity("edge", pem(leaf()), text, std::string("secret"));
        CHECK_MESSAGE(identity.has_value(), (identity ? "" : identity.error().what));
    }
    const auto rsa = Draft{.public_key = spki("rsa")}.sign();
    CHECK(read_identity("edge", rsa, key_der("rsa"), {}).has_value());
    CHECK(read_identity("edge", rsa, traditional("rsa", ""), {}).has_value());
}

TEST_CASE("identity: a wrong or missing password is said, and nothing is asked at a terminal") {
    for (const auto& locked : {key_pem(kKey, "secret"), traditional(kKey, "secret")}) {
        CHECK(
            problem(read_identity("edge", pem(leaf()), locked, std::string("wrong"))) ==
            "the password of the private key is wrong"
        );
        CHECK(
            problem(read_identity("edge", pem(leaf()), locked, {})) ==
            "the private key is protected by a password, and none was given"
        );
    }
}

TEST_CASE("identity: the key has to belong to the certificate") {
    CHECK(
        problem(read_identity("edge", pem(leaf()), key_pem("P-256/other"), {})) ==
        "the private key does not belong to the certificate CN=host.contoso.example"
    );
    CHECK(
        problem(read_identity("edge", pem(leaf()), key_pem("rsa"), {})).find("does not belong") !=
        std::string::npos
    );
}

TEST_CASE("identity: a chain saved the wrong way round is turned") {
    const auto identity = read_identity("edge", pem(issuing()) + pem(leaf()), key_pem(kKey), {});
    REQUIRE(identity.has_value());
    CHECK((*identity)->chain() == std::vector{leaf(), issuing()});
}

TEST_CASE("identity: key files that are none are refused in words") {
    CHECK(problem(read_identity("edge", pem(leaf()), "", {})) == "the key file is empty");
    CHECK(
        problem(read_identity("edge", pem(leaf()), "hello", {})) ==
        "there is no private key in the file"
    );
    CHECK(
        problem(read_identity("edge", pem(leaf()), pem(leaf()), {})) ==
        "there is no private key in the file"
    );
    CHECK(problem(read_identity("edge", pem(leaf()), leaf(), {}))
              .starts_with("the private key cannot be read"));
    auto damaged = key_pem(kKey);
    damaged[60] = '*';
    CHECK(
        problem(read_identity("edge", pem(leaf()), damaged, {})).find("is damaged") !=
        std::string::npos
    );
    CHECK(
        problem(read_identity("edge", "hello", key_pem(kKey), {})) ==
        "there is no certificate in the file"
    );
}

TEST_CASE("identity: PFX, old ciphers too") {
    PfxSpec spec{.key = kKey, .certificate = {}, .others = {issuing(), leaf()}};
    const auto identity = read_identity_pfx("edge", pfx(spec), std::string("secret"));
    REQUIRE(identity.has_value());
    CHECK((*identity)->chain() == std::vector{leaf(), issuing()});
    CHECK(EVP_PKEY_eq(static_cast<EVP_PKEY*>((*identity)->key()), &key(kKey)) == 1);
    spec.key_cipher = spec.certificate_cipher = NID_pbe_WithSHA1And40BitRC2_CBC;
    CHECK(read_identity_pfx("edge", pfx(spec), std::string("secret")).has_value());
    CHECK(
        problem(read_identity_pfx("edge", pfx(spec), std::string("wrong"))) ==
        "the password of the PFX is wrong"
    );
    CHECK(problem(read_identity_pfx("edge", "rubbish", {})) == "the PFX is damaged");
    CHECK(
        problem(read_identity_pfx(
            "edge", pfx({.key = {}, .certificate = leaf()}), std::string("secret")
        )) == "the PFX holds no private key"
    );
    CHECK(
        problem(read_identity_pfx(
            "edge", pfx({.key = kKey, .certificate = {}, .others = {issuing()}}),
            std::string("secret")
        )) == "the PFX holds no certificate for its private key"
    );
}
