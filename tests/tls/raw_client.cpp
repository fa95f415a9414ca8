// SPDX-License-Identifier: MIT
// Raw hellos against a real TLS stack in memory: its flight whole, byte by byte and at every cut.
#include "tls/raw_client.h"

#include "codec/raw_hello.h"
#include "memory_server.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using tls::PeerEnd;

namespace {

ServerSetup server_of(int version, bool ask = true, const std::string& ciphers = {}) {
    const auto& pki = pki_of_tests();
    ServerSetup setup{
        .min_version = version,
        .max_version = version,
        .chain_pem = pki.chain(pki.rsa),
        .key_pem = pki.rsa.key_pem,
        .ask = ask,
        .client_ca_pem = {pki.root.self().certificate_pem}};
    if (!ciphers.empty()) setup.ciphers = ciphers;
    return setup;
}

// Hello is one raw hello and the server's answer to it.
struct Hello {
    explicit Hello(std::uint16_t version, std::string name = "fe01.contoso.example")
        : options{
              .server_name = std::move(name),
              .kind = HandshakeKind::raw_hello,
              .version = version} {}

    std::string answer_of(const ServerSetup& setup) {
        tls::RawClient client(pool.get({}), options);
        client.handshake();
        MemoryServer server(setup);
        return server.exchange(client.take_output());
    }
    // What is concluded of these pieces.
    Observation of(const std::vector<std::string>& pieces, PeerEnd end = PeerEnd::open) {
        tls::RawClient client(pool.get({}), options);
        client.handshake();
        (void)client.take_output();
        for (const auto& piece : pieces)
            client.receive(piece);
        goodbye = client.take_output();
        Observation out;
        client.conclude({.end = end}, out);
        return out;
    }

    tls::ContextPool pool;
    HandshakeOptions options;
    std::string goodbye;
};

std::vector<std::string> bytes_of(const std::string& text) {
    std::vector<std::string> out;
    for (const char byte : text)
        out.emplace_back(1, byte);
    return out;
}

std::vector<std::string> chain() {
    return {pki_of_tests().rsa.certificate_der, pki_of_tests().issuing.self().certificate_der};
}

} // namespace

TEST_CASE("raw client: chain, parameters and certificate request of TLS 1.0 to 1.2") {
    struct Case {
        int version;
        TlsVersion seen;
        std::string scheme;
    };
    for (const auto& one :
         {Case{TLS1_VERSION, TlsVersion::tls1_0, "rsa_pkcs1_md5_sha1"},
          Case{TLS1_1_VERSION, TlsVersion::tls1_1, "rsa_pkcs1_md5_sha1"},
          Case{TLS1_2_VERSION, TlsVersion::tls1_2, "rsa_pss_rsae_sha256"}}) {
        CAPTURE(one.version);
        Hello hello(static_cast<std::uint16_t>(one.version));
        const auto flight = hello.answer_of(server_of(one.version));
        for (const auto& pieces : {std::vector{flight}, bytes_of(flight)}) {
            const auto seen = hello.of(pieces);
            CHECK(seen.outcome == Outcome::ok);
            CHECK(seen.stage == Stage::done);
            CHECK(seen.tls.version == one.seen);
            CHECK(seen.tls.signature_scheme == one.scheme);
            CHECK(seen.tls.group == "x25519");
            CHECK(seen.tls.cipher.starts_with("TLS_ECDHE_RSA_"));
            CHECK(seen.tls.secure_renegotiation == true);
            CHECK(seen.tls.extended_master_secret == true);
            CHECK(!seen.tls.handshake_done);
            CHECK(seen.presented == chain());
            CHECK(seen.client_certificate.requested);
            CHECK(!seen.client_certificate.required);
            REQUIRE(seen.client_certificate.ca_names);
            CHECK(seen.client_certificate.ca_names->size() == 1);
            CHECK(!seen.client_certificate.certificate_types.empty());
            CHECK(hello.goodbye == codec::farewell(static_cast<std::uint16_t>(one.version)));
        }
    }
}

TEST_CASE("raw client: a flight that ends early gives what was there, at every cut") {
    Hello hello(codec::kTls12);
    const auto flight = hello.answer_of(server_of(TLS1_2_VERSION));
    for (std::size_t cut = 0; cut < flight.size(); ++cut) {
        CAPTURE(cut);
        const auto seen = hello.of({flight.substr(0, cut)}, PeerEnd::end_of_stream);
        CHECK(seen.outcome == Outcome::closed);
        CHECK(seen.stage == Stage::handshake);
        CHECK((seen.presented.empty() || seen.presented == chain()));
        CHECK(hello.goodbye.empty());
    }
    const auto all_but_one = flight.substr(0, flight.size() - 1);
    CHECK(hello.of({all_but_one}, PeerEnd::reset).outcome == Outcome::reset);
    const auto late = hello.of({all_but_one}, PeerEnd::timeout);
    CHECK(late.outcome == Outcome::timeout);
    CHECK(late.presented == chain());
    CHECK(hello.of({}, PeerEnd::interrupted).outcome == Outcome::interrupted);
    CHECK(hello.of({all_but_one}, PeerEnd::limit).outcome == Outcome::limit_exceeded);
}

TEST_CASE("raw client: RSA key exchange has no group, an EC server shows its own") {
    Hello hello(codec::kTls12);
    const auto rsa =
        hello.of({hello.answer_of(server_of(TLS1_2_VERSION, false, "AES128-SHA:@SECLEVEL=0"))});
    CHECK(rsa.outcome == Outcome::ok);
    CHECK(rsa.tls.cipher == "TLS_RSA_WITH_AES_128_CBC_SHA");
    CHECK(rsa.tls.group.empty());
    CHECK(!rsa.client_certificate.requested);

    auto setup = server_of(TLS1_2_VERSION, false);
    setup.chain_pem = pki_of_tests().chain(pki_of_tests().ec);
    setup.key_pem = pki_of_tests().ec.key_pem;
    setup.groups = "P-384";
    const auto ec = hello.of({hello.answer_of(setup)});
    CHECK(ec.outcome == Outcome::ok);
    CHECK(ec.tls.group == "secp384r1");
    CHECK(ec.tls.cipher.starts_with("TLS_ECDHE_ECDSA_"));
}

TEST_CASE("raw client: TLS 1.3 tells its version, also by a retry request, and no certificate") {
    Hello hello(codec::kTls13);
    for (const std::string groups : {"X25519", "P-256"}) {
        CAPTURE(groups);
        auto setup = server_of(TLS1_3_VERSION, false);
        setup.groups = groups;
        const auto seen = hello.of({hello.answer_of(setup)});
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.tls.version == TlsVersion::tls1_3);
        CHECK(seen.tls.cipher == "TLS_AES_256_GCM_SHA384");
        CHECK(seen.tls.group == (groups == "P-256" ? "secp256r1" : "x25519"));
        CHECK(seen.presented.empty());
        CHECK(!seen.tls.secure_renegotiation);
        CHECK(seen.detail.find("encrypted") != std::string::npos);
    }
}

TEST_CASE("raw client: a version that the server does not speak ends in its alert") {
    for (const std::uint16_t version :
         {codec::kSsl2, codec::kSsl3, codec::kTls10, codec::kTls11, codec::kTls13}) {
        CAPTURE(version);
        Hello hello(version);
        const auto answer = hello.answer_of(server_of(TLS1_2_VERSION, false));
        const auto seen = hello.of({answer}, PeerEnd::end_of_stream);
        // To SSL 2.0 OpenSSL answers without a record or not at all.
        if (version == codec::kSsl2)
            CHECK(seen.outcome != Outcome::ok);
        else
            CHECK(seen.outcome == Outcome::tls_alert);
        CHECK(seen.presented.empty());
        CHECK(hello.goodbye.empty());
    }
}

TEST_CASE("raw client: suites that libssl has not got any more have their names") {
    const auto hello_of = [](const std::string& cipher) {
        return "\x16\x03\x03" + std::string("\0\x2e", 2) + std::string("\x02\0\0\x26\x03\x03", 6) +
               std::string(32, 'r') + std::string("\0", 1) + cipher + std::string("\0", 1) +
               std::string("\x0e\0\0\0", 4);
    };
    struct Case {
        std::string number, name;
    };
    for (const auto& one :
         {Case{std::string("\0\x05", 2), "TLS_RSA_WITH_RC4_128_SHA"},
          Case{std::string("\0\x0a", 2), "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
          Case{std::string("\0\x1b", 2), "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA"},
          Case{"\xfe\xfe", "0xfefe"}}) {
        const auto seen = Hello(codec::kTls12).of({hello_of(one.number)});
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.tls.cipher == one.name);
    }
    const auto pseudo = Hello(codec::kTls12).of({hello_of(std::string("\0\x18", 2))});
    CHECK(pseudo.pseudo_tls);
    CHECK(pseudo.outcome == Outcome::ok);
}

TEST_CASE("raw client: a server of SSL 2.0 shows its certificate in its hello") {
    const auto& der = pki_of_tests().rsa.certificate_der;
    const auto two = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
    };
    const auto body = std::string("\x04\0\x01\0\x02", 5) + two(der.size()) + two(3) + two(16) +
                      der + std::string("\x01\0\x80", 3) + std::string(16, 'c');
    Hello hello(codec::kSsl2);
    const auto seen = hello.of(bytes_of(two(0x8000 | body.size()) + body));
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.tls.version == TlsVersion::ssl2);
    CHECK(seen.tls.cipher == "SSL_CK_RC4_128_WITH_MD5");
    CHECK(seen.presented == std::vector{der});
    CHECK(hello.goodbye.empty());
    const auto refused = hello.of({std::string("\x80\x03\0\0\x01", 5)});
    CHECK(refused.outcome == Outcome::tls_failure);
    CHECK(refused.tls.version == TlsVersion::none);
}

TEST_CASE("raw client: garbage and floods end in words") {
    Hello hello(codec::kTls12);
    const auto http = hello.of({"HTTP/1.1 400 Bad Request\r\n"});
    CHECK(http.outcome == Outcome::not_tls);
    CHECK(http.first_bytes == "HTTP/1.1 400 Bad Request\r\n");
    const auto lying = hello.of({std::string("\x16\x03\x03\0\x04\x02\xff\xff\xff", 9)});
    CHECK(lying.outcome == Outcome::limit_exceeded);
    const auto odd = hello.of({std::string("\x17\x03\x03\0\x01x", 6)});
    CHECK(odd.outcome == Outcome::tls_failure);
    CHECK(odd.detail.find("record of type 23") != std::string::npos);
    const auto bye = hello.of({std::string("\x15\x03\x03\0\x02\x01\0", 7)});
    CHECK(bye.outcome == Outcome::closed);
}
