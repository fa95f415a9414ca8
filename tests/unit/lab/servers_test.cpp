// SPDX-License-Identifier: MIT
// The lab's servers, good and faulty, as an independent client sees them.
#include "lab/answers.h"
#include "lab/connection.h"
#include "lab/lab.h"
#include "lab/sip_answers.h"
#include "lab/web_answers.h"
#include "support/bad_answers.h"
#include "unit/lab/one_server.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;
using namespace std::chrono_literals;

namespace {

// The start of any ClientHello record; the lab's early faults do not look further.
std::string some_hello() { return std::string("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9); }

} // namespace

TEST_CASE("a good server presents its chain in the given order") {
    One one(good_server());
    TlsPeer peer(one.port);
    REQUIRE(peer.done());
    STACK_OF(X509)* chain = SSL_get_peer_cert_chain(peer.ssl());
    REQUIRE(sk_X509_num(chain) == 2);
    CHECK(lyncprobe::pki::to_der(&i2d_X509, sk_X509_value(chain, 0)) == leaf().certificate_der);
    CHECK(
        lyncprobe::pki::to_der(&i2d_X509, sk_X509_value(chain, 1)) == root().self().certificate_der
    );
}

TEST_CASE("NEGOTIATE is answered like a Lync registrar answers it") {
    One one(good_server());
    TlsPeer peer(one.port);
    peer.send(kNegotiate);
    const std::string answer = peer.read_some();
    CHECK(answer.starts_with("SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag="));
    CHECK(
        answer.find("\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1;ms-received-port=") !=
        std::string::npos
    );
    CHECK(answer.find("ms-received-cid=") != std::string::npos);
    CHECK(answer.find("\r\nServer: RTC/5.0\r\n") != std::string::npos);
    CHECK(answer.find("\r\nCompression: LZ77-8K\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("a request in pieces and two requests in one piece are answered one by one") {
    One one(good_server());
    TlsPeer peer(one.port);
    std::string two =
        std::string(kNegotiate) + "OPTIONS sip:x SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";
    peer.send(two.substr(0, 10));
    peer.send(two.substr(10));
    std::string answers;
    while (answers.find("405") == std::string::npos) {
        const auto more = peer.read_some();
        REQUIRE_FALSE(more.empty());
        answers += more;
    }
    CHECK(answers.starts_with("SIP/2.0 200 OK\r\n"));
    CHECK(answers.find("SIP/2.0 405 Method Not Allowed\r\n") != std::string::npos);
}

TEST_CASE("a web server answers GET like IIS") {
    ServerSpec spec = good_server();
    spec.speaks_sip = false;
    spec.speaks_http = true;
    One one(spec);
    TlsPeer peer(one.port);
    peer.send("GET / HTTP/1.1\r\nHost: fe01\r\n\r\n");
    const std::string answer = peer.read_some();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("\r\nServer: Microsoft-IIS/8.5\r\n") != std::string::npos);
}

TEST_CASE("what is no request gets no answer") {
    CHECK(sip_answer("GET / HTTP/1.1\r\n\r\n", {}, 1, 0).empty());
    CHECK(web_answer(kNegotiate, {}, {}).text.empty());
    CHECK(complete_message("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcd") == 0);
    CHECK(complete_message("GET / HTTP/1.1\r\ncontent-length: 4\r\n\r\nabcdE") == 41);
}

TEST_CASE("protocol versions and weak certificates are served as specified") {
    const Issued weak =
        root().issue({.common_name = "old", .key = {.bits = 1024}, .digest = "SHA1"});
    ServerSpec spec = good_server();
    spec.chain_pem = {weak.certificate_pem};
    spec.key_pem = weak.key_pem;
    spec.min_version = TLS1_VERSION;
    spec.max_version = TLS1_VERSION;
    One one(spec);
    TlsPeer peer(one.port);
    REQUIRE(peer.done());
    CHECK(std::string(SSL_get_version(peer.ssl())) == "TLSv1");
    CHECK_FALSE(TlsPeer(one.port, {.min_version = TLS1_2_VERSION}).done());
}

TEST_CASE("Ed25519, RSASSA-PSS, EC and DSA keys can be served") {
    for (const auto kind :
         {KeySpec::Kind::ed25519, KeySpec::Kind::rsa_pss, KeySpec::Kind::ec, KeySpec::Kind::dsa}) {
        const Issued issued = root().issue({.common_name = "k", .key = {.kind = kind}});
        ServerSpec spec = good_server();
        spec.chain_pem = {issued.certificate_pem};
        spec.key_pem = issued.key_pem;
        One one(spec);
        CAPTURE(static_cast<int>(kind));
        const bool dsa = kind == KeySpec::Kind::dsa; // TLS 1.3 has no DSA
        CHECK(TlsPeer(one.port, {.max_version = dsa ? TLS1_2_VERSION : TLS1_3_VERSION}).done());
    }
}

TEST_CASE("client certificates: not asked, optional, required, and from which CA") {
    const Authority other({.common_name = "Other", .eku = std::nullopt, .crl_urls = std::nullopt});
    const Issued ours = root().issue({.common_name = "probe", .key_name = "probe"}
    ); // server usage only, as Lync has it
    const Issued foreign = other.issue({.common_name = "probe", .key_name = "probe"});
    const TlsPeer::Options nothing{.max_version = TLS1_2_VERSION};
    TlsPeer::Options with_ours = nothing, with_foreign = nothing;
    with_ours.certificate_pem = ours.certificate_pem;
    with_ours.key_pem = ours.key_pem;
    with_foreign.certificate_pem = foreign.certificate_pem;
    with_foreign.key_pem = foreign.key_pem;
    ServerSpec spec = good_server();
    spec.client_ca_pem = {root().self().certificate_pem};

    SUBCASE("optional") {
        spec.client_certificates = ClientCertificates::optional;
        One one(spec);
        TlsPeer without(one.port, nothing);
        without.send(kNegotiate);
        CHECK(without.read_some().starts_with("SIP/2.0 200 OK"));
        CHECK(sk_X509_NAME_num(SSL_get0_peer_CA_list(without.ssl())) == 1);
        CHECK(TlsPeer(one.port, with_ours).done());
        CHECK(TlsPeer(one.port, with_foreign).error() == "tlsv1 alert unknown ca");
    }
    SUBCASE("required") {
        spec.client_certificates = ClientCertificates::required;
        One one(spec);
        CHECK(TlsPeer(one.port, nothing).error().ends_with("alert handshake failure"));
        CHECK(TlsPeer(one.port, with_ours).done());
        TlsPeer modern(one.port); // TLS 1.3 tells only after the handshake
        CHECK(modern.done());
        CHECK(modern.read_some().empty());
        CHECK(modern.error() == "tlsv13 alert certificate required");
    }
    SUBCASE("required, but no CA names sent and any certificate accepted") {
        spec.client_certificates = ClientCertificates::required;
        spec.client_ca_pem.clear();
        One one(spec);
        TlsPeer peer(one.port, with_foreign);
        CHECK(peer.done());
        CHECK(sk_X509_NAME_num(SSL_get0_peer_CA_list(peer.ssl())) == 0);
    }
    SUBCASE("CA names can be kept back") {
        spec.client_certificates = ClientCertificates::required;
        spec.send_ca_names = false;
        One one(spec);
        TlsPeer peer(one.port, with_ours);
        CHECK(peer.done());
        CHECK(sk_X509_NAME_num(SSL_get0_peer_CA_list(peer.ssl())) == 0);
    }
    SUBCASE("not asked") {
        One one(spec);
        TlsPeer peer(one.port, with_ours);
        CHECK(peer.done());
        CHECK_FALSE(peer.asked());
    }
}

TEST_CASE("fault: silent") {
    One one(Faults{.silent = true});
    Wire wire(one.port);
    wire.send(some_hello());
    CHECK(wire.read_all(300ms).empty());
    CHECK(wire.error() == EAGAIN);
}

TEST_CASE("fault: refuse") {
    One one(Faults{.refuse = true});
    CHECK(Wire(one.port).error() == ECONNREFUSED);
}

TEST_CASE("fault: reset or close on accept") {
    One resets(Faults{.reset_on_accept = true});
    Wire reset(resets.port);
    CHECK(reset.read_all().empty());
    CHECK(reset.error() == ECONNRESET);
    One closes(Faults{.close_on_accept = true});
    Wire closed(closes.port);
    closed.send(some_hello());
    CHECK(closed.read_all().empty());
    CHECK(closed.error() == 0);
}

TEST_CASE("fault: reset or close after the ClientHello, not before") {
    One resets(Faults{.reset_after_hello = true});
    Wire reset(resets.port);
    reset.send(some_hello().substr(0, 7));
    CHECK(reset.read_all(200ms).empty());
    CHECK(reset.error() == EAGAIN);
    reset.send(some_hello().substr(7));
    CHECK(reset.read_all().empty());
    CHECK(reset.error() == ECONNRESET);
    One closes(Faults{.close_after_hello = true});
    Wire closed(closes.port);
    closed.send(some_hello());
    CHECK(closed.read_all().empty());
    CHECK(closed.error() == 0);
}

TEST_CASE("fault: clear text instead of TLS") {
    One http(Faults{.plain_http = true});
    Wire web(http.port);
    web.send(some_hello());
    CHECK(web.read_all().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    One sip(Faults{.plain_sip = true});
    Wire registrar(sip.port);
    registrar.send(some_hello());
    CHECK(registrar.read_all().starts_with("SIP/2.0 400 Bad Request\r\n"));
    One banner(Faults{.banner_with_escapes = true});
    Wire greeted(banner.port);
    CHECK(greeted.read_all().find('\x1b') != std::string::npos);
}

TEST_CASE("fault: an alert as the answer to the ClientHello") {
    One one(Faults{.alert = 70});
    Wire wire(one.port);
    wire.send(some_hello());
    CHECK(wire.read_all() == std::string("\x15\x03\x03\x00\x02\x02\x46", 7));
    CHECK(TlsPeer(one.port).error() == "tlsv1 alert protocol version");
}

TEST_CASE("fault: one byte at a time, and the handshake still works") {
    ServerSpec spec = One::with(Faults{.byte_every_ms = 1});
    spec.chain_pem.resize(1);
    One one(spec);
    const auto start = std::chrono::steady_clock::now();
    TlsPeer peer(one.port);
    CHECK(peer.done());
    CHECK(std::chrono::steady_clock::now() - start > 800ms); // about 1,300 bytes
}

TEST_CASE("fault: closed after Certificate, which the client has read") {
    One one(Faults{.close_after_certificate = true});
    TlsPeer peer(one.port);
    CHECK_FALSE(peer.done());
    CHECK(peer.error() == "unexpected eof while reading");
    CHECK(sk_X509_num(SSL_get_peer_cert_chain(peer.ssl())) == 2);
    EVP_PKEY* key_exchange = nullptr;
    CHECK(SSL_get_peer_tmp_key(peer.ssl(), &key_exchange) == 0); // no ServerKeyExchange
}

TEST_CASE("fault: reset after the client's Finished, whatever it presented") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        One one(Faults{.reset_after_client_finished = true});
        TlsPeer peer(one.port, {.max_version = version});
        CHECK(peer.done() == (version == TLS1_3_VERSION));
        if (peer.done()) CHECK(peer.read_some().empty());
        CHECK(peer.error() == "ECONNRESET");
        CHECK(peer.asked());
    }
}

TEST_CASE("fault: silent or closed after the handshake") {
    One silent(Faults{.silent_after_handshake = true});
    TlsPeer unanswered(silent.port);
    unanswered.send(kNegotiate);
    CHECK(unanswered.read_some().empty());
    CHECK(unanswered.error() == "time-out");
    One closes(Faults{.close_after_handshake = true});
    TlsPeer closed(closes.port);
    CHECK(closed.done());
    CHECK(closed.read_some().empty());
    CHECK(closed.error() == "unexpected eof while reading");
}

TEST_CASE("fault: SIP answers that are none, never end, or hold terminal escapes") {
    One garbage(answering(BadAnswer::sip_garbage));
    TlsPeer first(garbage.port);
    first.send(kNegotiate);
    CHECK(first.read_some().starts_with("\x01\x02\x03"));

    One endless(answering(BadAnswer::sip_endless_headers));
    TlsPeer second(endless.port);
    second.send(kNegotiate);
    std::string headers;
    while (headers.size() < 300'000) {
        const auto more = second.read_some();
        REQUIRE_FALSE(more.empty());
        headers += more;
    }
    CHECK(headers.starts_with("SIP/2.0 200 OK\r\nX-Filler: "));
    CHECK(headers.find("\r\n\r\n") == std::string::npos);

    ServerSpec spec = One::with({});
    spec.sip.server = kSipServerWithEscapes;
    One escapes(spec);
    TlsPeer third(escapes.port);
    third.send(kNegotiate);
    CHECK(third.read_some().find("\r\nServer: RTC/5.0 \x1b]0;") != std::string::npos);
}

TEST_CASE("fault: a flood as soon as the handshake is done") {
    One one(Faults{.flood = Flood::data});
    TlsPeer peer(one.port);
    std::size_t received = 0;
    while (received < 500'000) {
        const auto more = peer.read_some();
        REQUIRE_FALSE(more.empty());
        received += more.size();
    }
}

TEST_CASE("a flight is cut behind its Certificate message, also when that spans records") {
    const auto record = [](std::string_view content) {
        return std::string("\x16\x03\x03\x00", 4) + static_cast<char>(content.size()) +
               std::string(content);
    };
    const std::string hello = record(std::string("\x02\x00\x00\x02zz", 6));
    const std::string first = record(std::string("\x0b\x00\x00\x05zz", 6)), second = record("zzz");
    const std::string done = record(std::string("\x0e\x00\x00\x00", 4));
    CHECK(up_to_certificate(hello + first + second + done) == hello + first + second);
    CHECK(up_to_certificate(hello) == hello);
}

TEST_CASE("a port that is taken and a key that does not fit are problems in words") {
    Lab lab;
    ServerSpec spec = good_server();
    spec.port = lab.add(spec).value();
    const auto taken = lab.add(spec);
    REQUIRE(taken.has_error());
    CHECK(taken.error().what.find("Address already in use") != std::string::npos);
    spec.port = 0;
    spec.key_pem = root().self().key_pem;
    const auto mismatch = lab.add(spec);
    REQUIRE(mismatch.has_error());
    CHECK(mismatch.error().what.find("key values mismatch") != std::string::npos);
    spec.address = "192.0.2.1";
    spec.key_pem = leaf().key_pem;
    CHECK(lab.add(spec).has_error());
}

TEST_CASE("a lab goes down at once while clients are connected and being served") {
    const auto start = std::chrono::steady_clock::now();
    auto one = std::make_unique<One>(Faults{.flood = Flood::data});
    TlsPeer busy(one->port);
    Wire idle(one->port);
    one.reset();
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    idle.read_all();
    CHECK((idle.error() == 0 || idle.error() == ECONNRESET));
}
