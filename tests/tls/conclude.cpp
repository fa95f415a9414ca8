// SPDX-License-Identifier: MIT
// The outcome table: every way in which the bytes can end, in every state, and every alert.
#include "memory_server.h"
#include "model/limits.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using tls::PeerEnd;
using State = tls::TlsClient::State;

namespace {

struct Asked {
    bool ask = true;
    bool tickets = true;
};

// The EC server, whose signatures cost least.
ServerSetup ec_server(int version, Asked asked) {
    return {
        .min_version = version,
        .max_version = version,
        .chain_pem = pki_of_tests().chain(pki_of_tests().ec),
        .key_pem = pki_of_tests().ec.key_pem,
        .ask = asked.ask,
        .client_ca_pem = {pki_of_tests().root.self().certificate_pem},
        .tickets = asked.tickets};
}

// A client and its server, before the first byte.
struct Pair {
    explicit Pair(const ServerSetup& setup, pki::IdentityPtr offered = nullptr) : server(setup) {
        HandshakeOptions options{.server_name = "ec.contoso.example"};
        if (offered) {
            options.identity = offered->id();
            pool.add_identity(std::move(offered));
        }
        client = std::make_unique<tls::TlsClient>(pool.get(options), options);
    }
    void finish() { pump(*client, server); }
    // Our last flight is made, and the server has not seen it.
    void send_ours() {
        client->handshake();
        client->receive(server.exchange(client->take_output()));
        client->handshake();
    }
    void receive(const std::string& bytes) {
        client->receive(bytes);
        if (client->state() == State::up)
            (void)client->read();
        else
            client->handshake();
    }
    Observation conclude(PeerEnd end, bool conversing = false, bool waited = false) const {
        Observation out;
        client->conclude({.end = end, .conversing = conversing, .refusal_waited = waited}, out);
        return out;
    }
    std::string ending(PeerEnd end, bool conversing = false) const {
        const auto seen = conclude(end, conversing);
        return fmt::format("{} {}: {}", to_text(seen.outcome), to_text(seen.stage), seen.detail);
    }

    tls::ContextPool pool;
    MemoryServer server;
    std::unique_ptr<tls::TlsClient> client;
};

std::string alert(std::uint8_t code) {
    return std::string("\x15\x03\x03\x00\x02\x02", 6) + static_cast<char>(code);
}

// No record of the connection's keys: whoever gets it ends the connection.
std::string garbage() { return std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'); }

pki::IdentityPtr our_identity() {
    return identity(pki_of_tests().client, pki_of_tests().chain(pki_of_tests().client));
}

} // namespace

TEST_CASE("conclude: every alert after our Finished, as a refusal or as an alert") {
    const std::vector<int> refusals{40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 80, 116};
    for (int code = 0; code <= 122; ++code) {
        CAPTURE(code);
        Pair pair(ec_server(TLS1_2_VERSION, {}));
        pair.send_ours();
        pair.receive(alert(static_cast<std::uint8_t>(code)));
        const auto seen = pair.conclude(PeerEnd::reset);
        const bool refused = std::ranges::find(refusals, code) != refusals.end();
        CHECK(
            seen.outcome == (refused ? Outcome::client_certificate_required : Outcome::tls_alert)
        );
        CHECK(seen.stage == (refused ? Stage::client_auth : Stage::handshake));
        CHECK(seen.client_certificate.required == (refused ? std::optional(true) : std::nullopt));
        CHECK(seen.detail.ends_with("after our Finished") == refused);
        CHECK(
            (seen.detail.find("does not know the name we sent") != std::string::npos) ==
            (code == 112)
        );
        CHECK(
            (seen.detail.find("speaks none of TLS 1.0 to 1.3") != std::string::npos) == (code == 70)
        );
    }
}

TEST_CASE("conclude: an alert is no refusal where no certificate was asked for, or before ours") {
    Pair unasked(ec_server(TLS1_2_VERSION, {.ask = false}));
    unasked.send_ours();
    unasked.receive(alert(42));
    CHECK(
        unasked.ending(PeerEnd::open) ==
        "tls_alert handshake: fatal alert bad_certificate(42) after its ServerHelloDone"
    );
    Pair early(ec_server(TLS1_2_VERSION, {}));
    early.client->handshake();
    early.receive(alert(42));
    CHECK(
        early.ending(PeerEnd::open, true) ==
        "tls_alert handshake: fatal alert bad_certificate(42) in answer to our ClientHello"
    );
}

TEST_CASE("conclude: what refused our certificate, and what refused that none was sent") {
    for (const auto end : {PeerEnd::reset, PeerEnd::end_of_stream}) {
        const auto* how = end == PeerEnd::reset ? "connection reset right after our Finished"
                                                : "connection closed right after our Finished";
        Pair none(ec_server(TLS1_2_VERSION, {}));
        none.send_ours();
        CHECK(
            none.ending(end) == fmt::format(
                                    "client_certificate_required client_auth: a client certificate "
                                    "is required and none was offered: {}",
                                    how
                                )
        );
        CHECK(none.conclude(end).client_certificate.refusal == how);
        Pair ours(ec_server(TLS1_2_VERSION, {}), our_identity());
        ours.send_ours();
        CHECK(
            ours.ending(end) == fmt::format(
                                    "client_certificate_rejected client_auth: our client "
                                    "certificate was refused: {}",
                                    how
                                )
        );
        CHECK(ours.conclude(end).client_certificate.accepted == false);
        CHECK_FALSE(ours.conclude(end).client_certificate.required);
    }
    auto picky = ec_server(TLS1_2_VERSION, {});
    picky.client_schemes = "ECDSA+SHA256"; // ours has an RSA key
    Pair unfit(picky, our_identity());
    unfit.send_ours();
    CHECK(
        unfit.ending(PeerEnd::reset) ==
        "client_certificate_required client_auth: a client certificate is required and none was "
        "sent, since ours suits nothing the server asked for: connection reset right after our "
        "Finished"
    );
}

TEST_CASE("conclude: every end of the bytes before, after and on top of the handshake") {
    struct Case {
        PeerEnd end;
        std::string before, after, conversing;
    };
    const auto done = [](int version) {
        return fmt::format(
            "ok done: TLSv1.{} handshake finished", version == TLS1_2_VERSION ? 2 : 3
        );
    };
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const Case cases[] = {
            {PeerEnd::open, "closed {}: closed the connection {}", done(version), done(version)},
            {PeerEnd::end_of_stream, "closed {}: closed the connection {}", done(version),
             "closed {}: closed the connection {}"},
            {PeerEnd::reset, "reset {}: reset the connection {}",
             "reset conversation: reset the connection after the handshake",
             "reset {}: reset the connection {}"},
            {PeerEnd::timeout, "timeout {}: no answer in time {}", done(version),
             "timeout {}: no answer in time {}"},
            {PeerEnd::limit, "limit_exceeded {}: sent more than 4194304 bytes {}",
             "limit_exceeded client_auth: sent more than 4194304 bytes after the handshake",
             "limit_exceeded {}: sent more than 4194304 bytes {}"},
            {PeerEnd::interrupted, "interrupted {}: the run was interrupted {}",
             "interrupted client_auth: the run was interrupted after the handshake",
             "interrupted {}: the run was interrupted {}"}};
        for (const auto& one : cases) {
            CAPTURE(version);
            CAPTURE(one.before);
            Pair pair(ec_server(version, {.ask = false}));
            pair.client->handshake();
            for (const bool conversing : {false, true})
                CHECK(
                    pair.ending(one.end, conversing) ==
                    fmt::format(fmt::runtime(one.before), "handshake", "after our ClientHello")
                );
            pair.finish();
            const auto up = [&](const std::string& text) {
                return fmt::format(fmt::runtime(text), "conversation", "after the handshake");
            };
            CHECK(pair.ending(one.end) == up(one.after));
            CHECK(pair.ending(one.end, true) == up(one.conversing));
            CHECK(pair.conclude(one.end).first_bytes.empty());
            CHECK_FALSE(pair.conclude(one.end).client_certificate.required);
            // A friendly close that was read changes nothing of it.
            pair.receive(pair.server.say_goodbye());
            CHECK(pair.client->state() == State::closed);
            CHECK(pair.ending(one.end) == up(one.after));
            CHECK(pair.ending(one.end, true) == up(one.conversing));
        }
    }
}

TEST_CASE("conclude: under TLS 1.3 a ticket, data or the wait says that no certificate is needed") {
    struct Case {
        bool ticket, data, waited;
    };
    for (const auto& one :
         {Case{false, false, false}, Case{true, false, false}, Case{false, true, false},
          Case{false, false, true}, Case{true, true, true}}) {
        CAPTURE(one.ticket);
        CAPTURE(one.data);
        CAPTURE(one.waited);
        const bool answered = one.ticket || one.data || one.waited;
        for (const bool offered : {false, true}) {
            Pair pair(
                ec_server(TLS1_3_VERSION, {.tickets = one.ticket}),
                offered ? our_identity() : nullptr
            );
            pair.finish();
            if (one.ticket) (void)pair.client->read();
            if (one.data) {
                pair.server.send("pong");
                pair.receive(pair.server.exchange({}));
            }
            const auto facts = pair.conclude(PeerEnd::open, false, one.waited).client_certificate;
            CHECK(facts.accepted == (answered && offered ? std::optional(true) : std::nullopt));
            CHECK(facts.required == (answered && !offered ? std::optional(false) : std::nullopt));
            // What came before the end of the stream is an answer, the wait is none.
            const auto gone = pair.conclude(PeerEnd::reset, true, one.waited);
            CHECK(
                gone.outcome == (one.ticket || one.data ? Outcome::reset
                                 : offered              ? Outcome::client_certificate_rejected
                                                        : Outcome::client_certificate_required)
            );
        }
    }
}

TEST_CASE("conclude: an alert and a failure on top of the handshake are the conversation's") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        Pair alerted(ec_server(version, {.ask = false}));
        alerted.finish();
        (void)alerted.client->read();
        std::string heard;
        alerted.receive(alerted.server.serve(garbage(), heard));
        CHECK(alerted.conclude(PeerEnd::reset, true).outcome == Outcome::tls_alert);
        CHECK(alerted.conclude(PeerEnd::reset, true).stage == Stage::conversation);
        CHECK(alerted.conclude(PeerEnd::reset, false).stage == Stage::handshake);

        Pair failed(ec_server(version, {.ask = false}));
        failed.finish();
        failed.receive(garbage());
        CHECK(failed.client->state() == State::failed);
        CHECK(failed.ending(PeerEnd::open, true)
                  .starts_with("tls_failure conversation: TLS failed "
                               "after its "));
        CHECK(failed.ending(PeerEnd::open, false).starts_with("tls_failure handshake: "));

        Pair early(ec_server(version, {}));
        early.send_ours();
        if (version == TLS1_3_VERSION) continue; // is up after the server's flight
        early.receive(garbage());
        CHECK(early.ending(PeerEnd::open, true).starts_with("tls_failure handshake: "));
    }
}

TEST_CASE("conclude: what is no TLS is quoted from its first byte on, 32 bytes of it") {
    Pair pair(ec_server(TLS1_2_VERSION, {}));
    pair.client->handshake();
    pair.receive("HTTP/1.1 400 Bad Request, and more");
    CHECK(
        pair.ending(PeerEnd::open) ==
        "not_tls handshake: answers without TLS: \"HTTP/1.1 400 Bad Request, and mo\""
    );
    Pair half(ec_server(TLS1_2_VERSION, {}));
    half.client->handshake();
    half.receive(std::string("\x16\x03\x03", 3)); // may be TLS yet
    CHECK(
        half.ending(PeerEnd::reset) ==
        "reset handshake: reset the connection inside its first message"
    );
    CHECK(half.conclude(PeerEnd::reset).first_bytes == "\x16\x03\x03");
}

TEST_CASE("conclude: 256 certificates are presented, and 257 are too many") {
    for (const std::size_t count :
         {limits::kCertificatesPresented, limits::kCertificatesPresented + 1}) {
        CAPTURE(count);
        auto setup = ec_server(TLS1_2_VERSION, {.ask = false});
        while (setup.chain_pem.size() < count)
            setup.chain_pem.push_back(pki_of_tests().issuing.self().certificate_pem);
        Pair pair(setup);
        pair.finish();
        CHECK(
            pair.ending(PeerEnd::open) ==
            (count == limits::kCertificatesPresented
                 ? "ok done: TLSv1.2 handshake finished"
                 : "limit_exceeded handshake: presented more than 256 certificates; the first were "
                   "judged")
        );
        CHECK(pair.conclude(PeerEnd::open).presented.size() == limits::kCertificatesPresented);
    }
}
