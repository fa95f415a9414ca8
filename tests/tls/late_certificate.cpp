// SPDX-License-Identifier: MIT
// A server that asks for a client certificate after the handshake, as IIS does for some URLs.
#include "memory_server.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using tls::PeerEnd;
using State = tls::TlsClient::State;

namespace {

// Late is a connection that is up and on which our request is out.
struct Late {
    Late(int version, pki::IdentityPtr offered, bool allowed = true) : server(setup(version)) {
        HandshakeOptions options{.late_certificate = allowed};
        if (offered) {
            options.identity = offered->id();
            pool.add_identity(std::move(offered));
        }
        client = std::make_unique<tls::TlsClient>(pool.get(options), options);
        pump(*client, server);
        REQUIRE(client->state() == State::up);
        client->write("GET /CertProv/ HTTP/1.1\r\n\r\n");
        server.serve(client->take_output(), heard);
    }
    static ServerSetup setup(int version) {
        const auto& pki = pki_of_tests();
        return {
            .min_version = version,
            .max_version = version,
            .chain_pem = pki.chain(pki.rsa),
            .key_pem = pki.rsa.key_pem,
            .client_ca_pem = {pki.root.self().certificate_pem}};
    }
    // Carries bytes until both are quiet.
    void talk(std::string from_server) {
        for (int turn = 0; turn < 20; ++turn) {
            client->receive(from_server);
            for (auto text = client->read(); !text.empty(); text = client->read())
                told += text;
            const auto out = client->take_output();
            from_server = server.serve(out, heard);
            if (out.empty() && from_server.empty()) return;
        }
    }
    Observation conclude(PeerEnd end = PeerEnd::open) const {
        Observation out;
        client->conclude({.end = end, .conversing = true}, out);
        return out;
    }

    tls::ContextPool pool;
    MemoryServer server;
    std::unique_ptr<tls::TlsClient> client;
    std::string heard, told;
};

pki::IdentityPtr ours() {
    return identity(pki_of_tests().client, pki_of_tests().chain(pki_of_tests().client));
}

} // namespace

TEST_CASE("late certificate: the request, our certificate and its acceptance are told apart from "
          "one in the handshake") {
    for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Late late(version, ours());
        CHECK(late.heard.starts_with("GET /CertProv/"));
        CHECK(!late.client->certificate_requested());
        late.talk(late.server.ask_now(true));
        CHECK(late.server.has_client_certificate());
        late.server.send("HTTP/1.1 200 OK\r\n\r\n");
        late.talk(late.server.serve({}, late.heard));
        CHECK(late.told == "HTTP/1.1 200 OK\r\n\r\n");
        const auto seen = late.conclude();
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.tls.handshake_done);
        CHECK(seen.presented.size() == 2); // of the first handshake, once
        CHECK(seen.client_certificate.requested);
        CHECK(seen.client_certificate.requested_late);
        CHECK(seen.client_certificate.presented.size() == 64);
        CHECK(seen.client_certificate.accepted == true);
        CHECK(seen.client_certificate.ca_names_count == 1);
    }
}

TEST_CASE("late certificate: a refusal for want of one is client_certificate_required") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Late late(version, nullptr);
        late.talk(late.server.ask_now(true));
        const auto seen = late.conclude();
        CHECK(seen.outcome == Outcome::client_certificate_required);
        CHECK(seen.stage == Stage::client_auth);
        CHECK(seen.client_certificate.required == true);
        CHECK(seen.client_certificate.requested_late);
    }
}

TEST_CASE("late certificate: a stranger's is rejected, and without one an optional request passes"
) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        const auto& pki = pki_of_tests();
        Late strange(version, identity(pki.stranger, {pki.stranger.certificate_pem}));
        strange.talk(strange.server.ask_now(true));
        CHECK(strange.conclude().outcome == Outcome::client_certificate_rejected);

        Late optional(version, nullptr);
        optional.talk(optional.server.ask_now(false));
        optional.server.send("HTTP/1.1 403 Forbidden\r\n\r\n");
        optional.talk(optional.server.serve({}, optional.heard));
        const auto seen = optional.conclude();
        CHECK(seen.outcome == Outcome::ok);
        CHECK(seen.client_certificate.required == false);
    }
}

TEST_CASE("late certificate: what we write during a renegotiation goes out after it") {
    Late late(TLS1_2_VERSION, ours());
    late.client->receive(late.server.ask_now(true));
    CHECK(late.client->read().empty());
    late.client->write("GET /second HTTP/1.1\r\n\r\n");
    CHECK(late.client->state() == State::up);
    late.heard.clear();
    late.talk(late.server.serve(late.client->take_output(), late.heard));
    CHECK(late.heard == "GET /second HTTP/1.1\r\n\r\n");
}

TEST_CASE("late certificate: a second renegotiation is refused, and any where it is not expected") {
    Late late(TLS1_2_VERSION, ours());
    late.talk(late.server.ask_now(true));
    const auto messages = late.client->facts().messages.size();
    late.talk(late.server.ask_now(true));
    CHECK(late.client->facts().messages.size() <= messages + 1); // the HelloRequest alone
    bool refused = false; // no_renegotiation(100), RFC 5246 7.2.2
    for (const auto& alert : late.client->facts().alerts)
        refused = refused || (!alert.received && alert.code == 100);
    CHECK(refused);

    Late never(TLS1_2_VERSION, ours(), false);
    never.talk(never.server.ask_now(true));
    CHECK(!never.client->certificate_requested());
}
