// SPDX-License-Identifier: MIT
#include "tls/tls_client.h"

#include "codec/byte_reader.h"
#include "memory_server.h"
#include "model/limits.h"
#include "tls/handshake_transcript.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using tls::PeerEnd;
using State = tls::TlsClient::State;

namespace {

ServerSetup rsa_server(int version = 0) {
    ServerSetup setup{
        .chain_pem = pki_of_tests().chain(pki_of_tests().rsa),
        .key_pem = pki_of_tests().rsa.key_pem};
    if (version != 0) setup.min_version = setup.max_version = version;
    return setup;
}

ServerSetup asking_server(int version, bool require) {
    auto setup = rsa_server(version);
    setup.ask = true;
    setup.require = require;
    setup.client_ca_pem = {pki_of_tests().root.self().certificate_pem};
    return setup;
}

// One connection of a test: pool, client and what is concluded of it.
struct Connection {
    explicit Connection(
        pki::IdentityPtr offered = nullptr, std::string name = "fe01.contoso.example"
    ) {
        HandshakeOptions options{.server_name = std::move(name)};
        if (offered) {
            options.identity = offered->id();
            pool.add_identity(std::move(offered));
        }
        client = std::make_unique<tls::TlsClient>(pool.get(options), options);
    }
    Observation conclude(PeerEnd end = PeerEnd::open, bool conversing = false, bool waited = false)
        const {
        Observation out;
        client->conclude({.end = end, .conversing = conversing, .refusal_waited = waited}, out);
        return out;
    }
    tls::ContextPool pool;
    std::unique_ptr<tls::TlsClient> client;
};

} // namespace

TEST_CASE("tls: every version from 1.0 to 1.3 gives its facts and the chain as presented") {
    struct Case {
        int version;
        TlsVersion seen;
        std::string scheme;
    };
    const Case cases[] = {
        {TLS1_VERSION, TlsVersion::tls1_0, "rsa_pkcs1_md5_sha1"},
        {TLS1_1_VERSION, TlsVersion::tls1_1, "rsa_pkcs1_md5_sha1"},
        {TLS1_2_VERSION, TlsVersion::tls1_2, "rsa_pss_rsae_sha256"},
        {TLS1_3_VERSION, TlsVersion::tls1_3, "rsa_pss_rsae_sha256"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.version);
        Connection connection;
        MemoryServer server(rsa_server(one.version));
        pump(*connection.client, server);
        const auto seen = connection.conclude();
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.stage == Stage::done);
        CHECK(seen.tls.handshake_done);
        CHECK(seen.tls.version == one.seen);
        CHECK(seen.tls.signature_scheme == one.scheme);
        CHECK(seen.tls.group == "x25519");
        CHECK(seen.tls.cipher.starts_with("TLS_"));
        CHECK(
            seen.presented ==
            std::vector{
                pki_of_tests().rsa.certificate_der, pki_of_tests().issuing.self().certificate_der}
        );
        CHECK_FALSE(seen.client_certificate.requested);
        if (one.version == TLS1_3_VERSION)
            CHECK_FALSE(seen.tls.secure_renegotiation);
        else
            CHECK(seen.tls.secure_renegotiation == true);
        if (one.version == TLS1_2_VERSION) CHECK(seen.tls.extended_master_secret == true);
    }
}

TEST_CASE("tls: an EC server shows its curve and scheme") {
    Connection connection;
    MemoryServer server(
        {.chain_pem = pki_of_tests().chain(pki_of_tests().ec),
         .key_pem = pki_of_tests().ec.key_pem,
         .groups = "P-256"}
    );
    pump(*connection.client, server);
    const auto seen = connection.conclude();
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.tls.group == "secp256r1");
    CHECK(seen.tls.signature_scheme == "ecdsa_secp256r1_sha256");
}

TEST_CASE("tls: RSA key exchange has neither group nor scheme") {
    Connection connection;
    auto setup = rsa_server(TLS1_2_VERSION);
    setup.ciphers = "AES128-SHA:@SECLEVEL=0";
    MemoryServer server(setup);
    pump(*connection.client, server);
    const auto seen = connection.conclude();
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.tls.cipher == "TLS_RSA_WITH_AES_128_CBC_SHA");
    CHECK(seen.tls.group.empty());
    CHECK(seen.tls.signature_scheme.empty());
}

TEST_CASE("tls: the ClientHello names the server, and names nothing where no name was given") {
    Connection named;
    named.client->handshake();
    CHECK(named.client->take_output().find("fe01.contoso.example") != std::string::npos);
    Connection unnamed(nullptr, "");
    unnamed.client->handshake();
    CHECK(unnamed.client->take_output().find("contoso") == std::string::npos);
}

TEST_CASE("tls: the ClientHello does not offer compressed certificates, which can be bombs") {
    Connection connection;
    connection.client->handshake();
    const auto hello = connection.client->take_output();
    codec::ByteReader reader(hello);
    reader.take(5 + 4 + 2 + 32);                     // headers, version, random
    reader.vector(1);                                // session id
    reader.vector(2);                                // cipher suites
    CHECK(reader.vector(1) == std::string(1, '\0')); // no compression of records either
    codec::ByteReader extensions(reader.vector(2));
    REQUIRE(reader.good());
    while (!extensions.empty() && extensions.good()) {
        CHECK(extensions.number(2) != 27); // compress_certificate (RFC 8879 3)
        extensions.vector(2);
    }
    CHECK(extensions.good());
}

TEST_CASE("tls: a required client certificate that we do not have still gives the chain") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Connection connection;
        MemoryServer server(asking_server(version, true));
        pump(*connection.client, server);
        (void)connection.client->read(); // under TLS 1.3 the refusal comes with the first read
        const auto seen = connection.conclude(PeerEnd::end_of_stream, false, true);
        CHECK(seen.outcome == Outcome::client_certificate_required);
        CHECK(seen.stage == Stage::client_auth);
        CHECK(seen.presented.size() == 2);
        CHECK(seen.client_certificate.required == true);
        CHECK_FALSE(seen.client_certificate.accepted);
        CHECK(seen.client_certificate.presented.empty());
        REQUIRE(seen.client_certificate.ca_names);
        CHECK(
            *seen.client_certificate.ca_names ==
            std::vector<std::string>{"CN=Contoso Root, O=Contoso"}
        );
        CHECK(seen.client_certificate.ca_names_bytes > 10);
        CHECK_FALSE(seen.client_certificate.signature_algorithms.empty());
        CHECK(seen.client_certificate.certificate_types.empty() == (version == TLS1_3_VERSION));
        CHECK(seen.client_certificate.refusal.find("fatal alert") != std::string::npos);
    }
}

TEST_CASE("tls: an optional client certificate is known to be optional once the server answered") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Connection connection;
        MemoryServer server(asking_server(version, false));
        pump(*connection.client, server);
        CHECK(connection.client->refusal_may_follow() == (version == TLS1_3_VERSION));
        const auto seen = connection.conclude(PeerEnd::open, false, true);
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.client_certificate.requested);
        CHECK(seen.client_certificate.required == false);
        const auto hasty = connection.conclude(PeerEnd::open, false, false);
        CHECK(hasty.client_certificate.required.has_value() == (version == TLS1_2_VERSION));
    }
}

TEST_CASE("tls: our certificate is sent and accepted") {
    for (const int version : {TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        const auto ours =
            identity(pki_of_tests().client, pki_of_tests().chain(pki_of_tests().client));
        Connection connection(ours);
        MemoryServer server(asking_server(version, true));
        pump(*connection.client, server);
        (void)connection.client->read();
        const auto seen = connection.conclude(PeerEnd::open, false, true);
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.client_certificate.accepted == true);
        CHECK_FALSE(seen.client_certificate.required);
        CHECK(seen.client_certificate.presented == ours->fingerprint());
        CHECK(seen.client_certificate.issuer_in_ca_names);
    }
}

TEST_CASE(
    "tls: a certificate of a stranger is rejected, and its issuer is missing from the CA names"
) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Connection connection(
            identity(pki_of_tests().stranger, {pki_of_tests().stranger.certificate_pem})
        );
        MemoryServer server(asking_server(version, false));
        pump(*connection.client, server);
        (void)connection.client->read();
        const auto seen = connection.conclude(PeerEnd::reset, false, true);
        CHECK(seen.outcome == Outcome::client_certificate_rejected);
        CHECK(seen.stage == Stage::client_auth);
        CHECK(seen.client_certificate.accepted == false);
        CHECK_FALSE(seen.client_certificate.issuer_in_ca_names);
        CHECK(seen.client_certificate.refusal.find("unknown_ca(48)") != std::string::npos);
        CHECK(seen.presented.size() == 2);
    }
}

TEST_CASE("tls: a reset right after our Finished is a refusal where a certificate was asked for, "
          "else a reset") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const bool ask : {true, false}) {
            CAPTURE(version);
            CAPTURE(ask);
            Connection connection;
            MemoryServer server(ask ? asking_server(version, false) : rsa_server(version));
            connection.client->handshake();
            connection.client->receive(server.exchange(connection.client->take_output()));
            connection.client->handshake(); // our last flight is made; the server never answers it
            const auto seen = connection.conclude(PeerEnd::reset, false, false);
            CHECK(seen.presented.size() == 2);
            if (ask)
                CHECK(seen.outcome == Outcome::client_certificate_required);
            else if (version == TLS1_2_VERSION)
                CHECK(seen.outcome == Outcome::reset);
        }
    }
}

TEST_CASE("tls: read in single bytes the handshake is the same") {
    for (const int version : {TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        Connection connection;
        MemoryServer server(asking_server(version, false));
        connection.client->handshake();
        for (int turn = 0; turn < 6; ++turn) {
            const auto in = server.exchange(connection.client->take_output());
            for (const char byte : in) {
                connection.client->receive(std::string_view(&byte, 1));
                connection.client->handshake();
            }
        }
        CHECK(connection.client->state() == State::up);
        CHECK(connection.conclude(PeerEnd::open, false, true).outcome == Outcome::ok);
    }
}

TEST_CASE("tls: cut after every byte of the server's flight, the stage never goes back and the "
          "chain is kept once seen") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Connection first;
        MemoryServer server(asking_server(version, true));
        first.client->handshake();
        const auto flight_size = server.exchange(first.client->take_output()).size();
        REQUIRE(flight_size > 1000);
        Stage furthest_stage = Stage::resolve;
        bool chain_seen = false;
        for (std::size_t size = 0; size <= flight_size;
             size += size < 200 || size + 200 > flight_size ? 1 : 7) {
            CAPTURE(version);
            CAPTURE(size);
            Connection connection;
            MemoryServer again(asking_server(version, true));
            connection.client->handshake();
            const auto flight = again.exchange(connection.client->take_output());
            connection.client->receive(std::string_view(flight).substr(0, size));
            connection.client->handshake();
            const auto seen =
                connection.conclude(size % 2 == 0 ? PeerEnd::end_of_stream : PeerEnd::reset);
            CHECK(seen.outcome != Outcome::ok);
            CHECK(seen.outcome != Outcome::not_tls);
            CHECK(seen.stage >= furthest_stage);
            CHECK((!chain_seen || !seen.presented.empty()));
            CHECK_FALSE(seen.detail.empty());
            furthest_stage = std::max(furthest_stage, seen.stage);
            chain_seen = chain_seen || !seen.presented.empty();
        }
        CHECK(chain_seen);
        CHECK(furthest_stage == Stage::client_auth);
    }
}

TEST_CASE("tls: how the bytes end is told apart before the handshake") {
    struct Case {
        PeerEnd end;
        Outcome outcome;
    };
    const Case cases[] = {
        {PeerEnd::end_of_stream, Outcome::closed},
        {PeerEnd::reset, Outcome::reset},
        {PeerEnd::timeout, Outcome::timeout},
        {PeerEnd::interrupted, Outcome::interrupted},
        {PeerEnd::limit, Outcome::limit_exceeded}};
    for (const auto& one : cases) {
        Connection connection;
        connection.client->handshake();
        const auto seen = connection.conclude(one.end);
        CHECK(seen.outcome == one.outcome);
        CHECK(seen.stage == Stage::handshake);
    }
}

TEST_CASE("tls: peers that speak something else are not TLS, with their first bytes kept") {
    for (const std::string& banner : std::vector<std::string>{
             "HTTP/1.1 400 Bad Request\r\n\r\n", "SIP/2.0 400 Bad\r\n\r\n", "SSH-2.0-OpenSSH\r\n",
             std::string("\0\0\0\x01", 4)}) {
        for (const auto end : {PeerEnd::end_of_stream, PeerEnd::timeout, PeerEnd::reset}) {
            Connection connection;
            connection.client->handshake();
            connection.client->receive(banner);
            connection.client->handshake();
            const auto seen = connection.conclude(end);
            CHECK(seen.outcome == Outcome::not_tls);
            CHECK(seen.first_bytes == banner.substr(0, limits::kFirstBytes));
        }
    }
}

TEST_CASE("tls: a fatal alert wins over the reset behind it, a warning does not end the handshake"
) {
    Connection fatal;
    fatal.client->handshake();
    fatal.client->receive(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
    fatal.client->handshake();
    auto seen = fatal.conclude(PeerEnd::reset);
    CHECK(seen.outcome == Outcome::tls_alert);
    CHECK(seen.detail.find("handshake_failure(40)") != std::string::npos);

    Connection warned;
    MemoryServer server(rsa_server());
    warned.client->handshake();
    const auto hello = warned.client->take_output();
    warned.client->receive(std::string("\x15\x03\x03\x00\x02\x01\x70", 7)); // unrecognized_name
    warned.client->receive(server.exchange(hello));
    warned.client->handshake();
    pump(*warned.client, server);
    seen = warned.conclude();
    CHECK(seen.outcome == Outcome::ok);
    REQUIRE(seen.tls.alerts.size() >= 1);
    CHECK(seen.tls.alerts[0].code == 112);
}

TEST_CASE("tls: the canned pseudo-TLS answer of an A/V Edge is no failure") {
    Connection connection;
    connection.client->handshake();
    std::string answer = std::string("\x16\x03\x01\x00\x4e\x02\x00\x00\x46\x03\x01", 11) +
                         std::string(32, 'r') + "\x20" + std::string(32, 's') +
                         std::string("\x00\x18\x00\x0e\x00\x00\x00", 7);
    REQUIRE(answer.size() == 83);
    connection.client->receive(answer);
    connection.client->handshake();
    const auto seen = connection.conclude(PeerEnd::timeout);
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.pseudo_tls);
    CHECK(seen.presented.empty());
}

TEST_CASE("tls: a Certificate message beyond the limit is limit_exceeded, one of 200 KB is shown") {
    const auto& pki = pki_of_tests();
    for (const std::size_t copies : {std::size_t{200}, std::size_t{1500}}) {
        Connection connection;
        auto setup = rsa_server(TLS1_2_VERSION);
        for (std::size_t i = 0; i < copies; ++i)
            setup.chain_pem.push_back(pki.issuing.self().certificate_pem);
        MemoryServer server(setup);
        pump(*connection.client, server);
        const auto seen = connection.conclude();
        if (copies == 200) {
            CHECK(seen.outcome == Outcome::ok);
            CHECK(seen.presented.size() == 202);
        } else {
            CHECK(seen.outcome == Outcome::limit_exceeded);
        }
    }
}

TEST_CASE("tls: a DH group of 8,192 bits is computed with, a larger one ends the handshake before"
) {
    for (const unsigned bits : {8192u, 8193u, 10'000u}) {
        CAPTURE(bits);
        auto setup = rsa_server(TLS1_2_VERSION);
        setup.ciphers = "DHE:@SECLEVEL=0";
        setup.dh_bits = bits;
        Connection connection;
        MemoryServer server(setup);
        pump(*connection.client, server);
        const auto seen = connection.conclude();
        CHECK(seen.presented.size() == 2);
        CHECK(seen.tls.group == "DH " + std::to_string(bits));
        CHECK(server.up() == (bits == 8192));
        CHECK((seen.outcome == Outcome::ok) == (bits == 8192));
        if (bits == 8192) { // what fails then, fails for another reason
            connection.client->receive(
                std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x')
            );
            (void)connection.client->read();
            CHECK(connection.conclude().outcome == Outcome::tls_failure);
            continue;
        }
        CHECK(seen.outcome == Outcome::limit_exceeded);
        CHECK(seen.stage == Stage::handshake);
        CHECK(seen.detail.find(std::to_string(bits)) != std::string::npos);
        for (const auto& message : seen.tls.messages) // nothing of ours behind the hello
            CHECK((message.received || message.type == 1));
    }
}

TEST_CASE("tls: application data goes both ways and close_notify ends it") {
    Connection connection;
    MemoryServer server(rsa_server(TLS1_3_VERSION));
    pump(*connection.client, server);
    connection.client->write("ping");
    server.exchange(connection.client->take_output());
    CHECK(server.read() == "ping");
    server.send("pong");
    connection.client->receive(server.exchange({}));
    CHECK(connection.client->read() == "pong");
    connection.client->close();
    CHECK_FALSE(connection.client->take_output().empty());
}

TEST_CASE("tls: contexts are shared by attempts with the same identity") {
    tls::ContextPool pool;
    CHECK(&pool.get({.server_name = "a"}) == &pool.get({.server_name = "b"}));
    CHECK_THROWS_AS(pool.get({.identity = "unknown"}), std::logic_error);
}

TEST_CASE("tls: a TLS 1.3 server that sent a ticket or a close_notify did not refuse") {
    for (const bool tickets : {true, false}) {
        CAPTURE(tickets);
        auto setup = asking_server(TLS1_3_VERSION, false);
        setup.tickets = tickets;
        Connection connection;
        MemoryServer server(setup);
        pump(*connection.client, server);
        (void)connection.client->read();
        const auto fin = connection.conclude(PeerEnd::end_of_stream, false, false);
        CHECK(fin.outcome == (tickets ? Outcome::ok : Outcome::client_certificate_required));
        // In the middle of a conversation the close is the conversation's where a ticket came.
        for (const auto end : {PeerEnd::end_of_stream, PeerEnd::reset}) {
            const auto cut = connection.conclude(end, true, false);
            CHECK(cut.stage == (tickets ? Stage::conversation : Stage::client_auth));
            CHECK((cut.outcome == Outcome::client_certificate_required) == !tickets);
            CHECK(cut.client_certificate.required == !tickets);
        }
    }
    Connection connection;
    auto setup = asking_server(TLS1_3_VERSION, false);
    setup.tickets = false;
    MemoryServer server(setup);
    pump(*connection.client, server);
    connection.client->receive(server.say_goodbye());
    (void)connection.client->read();
    CHECK(connection.client->state() == State::closed);
    const auto seen = connection.conclude(PeerEnd::open, false, false);
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.client_certificate.required == false);
}

TEST_CASE("tls: of a Certificate message with countless entries the first are kept, and it is said"
) {
    tls::HandshakeTranscript transcript([](std::uint16_t) { return std::string("TLS_TEST"); });
    const std::size_t entries = 300'000; // of no byte each
    const std::size_t list = 3 * entries, body = list + 3;
    const auto size24 = [](std::size_t n) {
        return std::string{
            static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
    };
    transcript.message(true, "\x0b" + size24(body) + size24(list) + std::string(list, '\0'));
    CHECK(transcript.presented().size() == limits::kCertificatesPresented);
    CHECK(transcript.too_many_certificates());
}
