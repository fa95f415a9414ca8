// SPDX-License-Identifier: MIT
#include "tls/raw_client.h"

#include "codec/byte_reader.h"
#include "codec/cipher_suites.h"
#include "model/limits.h"
#include "model/text/utf8.h"
#include "schannel/releases.h"
#include "tls/transcript_facts.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>

namespace lyncprobe::tls {

using Flight = codec::ServerFlight::State;

struct RawClient::Ending {
    Outcome outcome;
    Stage stage;
    std::string detail;
};

namespace {

std::optional<codec::HelloProfile> profile_of(const HandshakeOptions& options) {
    const auto* release = schannel::release_of(options.as_os);
    if (release == nullptr) return std::nullopt;
    return schannel::profile_of(
        *release, options.sure_only ? schannel::Reading::sure : schannel::Reading::usual
    );
}

// Nothing is encrypted with it, but a fixed value would let servers and firewalls know us.
std::string random_bytes() {
    unsigned char bytes[codec::kHelloRandom];
    if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers");
    return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

// A CertificateStatus message: a type, then the response with its length (RFC 6066 8).
std::uint32_t staple_in(std::string_view message) {
    codec::ByteReader reader(message);
    if (reader.number(1) != codec::handshake_type::kCertificateStatus) return 0;
    reader.take(3 + 1); // length of the message, type of the status
    return static_cast<std::uint32_t>(reader.vector(3).size());
}

} // namespace

RawClient::RawClient(ContextPool::Context& context, const HandshakeOptions& options)
    : context_(context),
      server_name_(options.server_name),
      profile_(profile_of(options)),
      offered_(profile_ ? profile_->versions.front() : options.version),
      flight_(offered_),
      transcript_(cipher_name) {}

RawClient::State RawClient::handshake() {
    // Called again after each receive(); the hello is made once.
    if (!hello_made_) say_hello();
    hello_made_ = true;
    return state();
}

RawClient::State RawClient::state() const {
    switch (flight_.state()) {
    case Flight::reading: return State::handshaking;
    case Flight::done: return State::closed;
    default: return State::failed;
    }
}

void RawClient::say_hello() {
    output_ = codec::raw_client_hello(
        {.version = offered_,
         .server_name = server_name_,
         .random = random_bytes(),
         .profile = profile_ ? &*profile_ : nullptr}
    );
    transcript_.message(false, codec::hello_message(output_));
}

void RawClient::receive(std::string_view bytes) {
    if (state() != State::handshaking) return;
    if (first_bytes_.size() < limits::kFirstBytes)
        first_bytes_ += bytes.substr(0, limits::kFirstBytes - first_bytes_.size());
    flight_.receive(bytes);
    // Also before the flight is whole: what was seen counts where the server stops in the middle.
    take_in();
    if (state() == State::closed) leave();
}

std::string RawClient::take_output() { return std::exchange(output_, {}); }

void RawClient::take_in() {
    for (const auto& piece : flight_.take_pieces()) {
        if (piece.alert) {
            transcript_.alert(true, piece.bytes);
        } else {
            transcript_.message(true, piece.bytes);
            if (const auto size = staple_in(piece.bytes)) staple_bytes_ = size;
        }
    }
}

// With user_canceled and close_notify (RFC 8446 6.1) a server can tell a client that has left from
// a broken handshake.
void RawClient::leave() {
    const auto version = flight_.hello() ? flight_.hello()->version : offered_;
    output_ = codec::farewell(version);
}

TlsFacts RawClient::facts() const {
    TlsFacts out = transcript_.facts();
    if (staple_bytes_ > 0) out.ocsp_staple_bytes = staple_bytes_;
    if (const auto& hello = flight_.ssl2_hello(); hello && hello->well_formed) {
        out.version = static_cast<TlsVersion>(hello->version);
        if (!hello->ciphers.empty()) out.cipher = codec::ssl2_cipher_name(hello->ciphers.front());
        out.certificate_bytes = static_cast<std::uint32_t>(hello->certificate.size());
    }
    // HelloRetryRequest says the version, suite and group that ServerHello would.
    if (const auto& hello = flight_.hello(); hello && hello->retry_request) {
        out.version = static_cast<TlsVersion>(hello->version);
        out.cipher = cipher_name(hello->cipher);
        if (hello->key_share_group != 0) out.group = codec::group_name(hello->key_share_group);
    }
    return out;
}

void RawClient::conclude(const Course& course, Observation& observation) const {
    observation.tls = facts();
    observation.client_certificate = request_facts(transcript_, *context_.ca_names);
    observation.presented = transcript_.presented();
    if (const auto& hello = flight_.ssl2_hello(); hello && !hello->certificate.empty())
        observation.presented = {hello->certificate};
    observation.pseudo_tls = transcript_.looks_like_pseudo_tls();
    if (!transcript_.anything_received()) observation.first_bytes = first_bytes_;
    auto ending = judge(course.end);
    observation.outcome = ending.outcome;
    observation.stage = ending.stage;
    observation.detail = std::move(ending.detail);
}

// As the table of conclude.cpp, for the few states that a hello can end in.
RawClient::Ending RawClient::judge(PeerEnd end) const {
    const auto where = position(transcript_, first_bytes_);
    if (transcript_.too_many_certificates())
        return {
            Outcome::limit_exceeded, Stage::handshake,
            fmt::format(
                "presented more than {} certificates; the first were judged",
                limits::kCertificatesPresented
            )};
    switch (flight_.state()) {
    case Flight::done: return answered();
    case Flight::reading: return cut(end);
    case Flight::alert:
        if (const auto* alert = transcript_.fatal_received())
            return {
                Outcome::tls_alert, Stage::handshake,
                fmt::format("{} {}", alert_text(*alert), where)};
        // A polite end in answer to a hello is an end, not a refusal.
        if (transcript_.close_notify_received()) return cut(PeerEnd::end_of_stream);
        break;
    case Flight::not_tls:
        return {
            Outcome::not_tls, Stage::handshake,
            fmt::format("answers without TLS: \"{}\"", valid_utf8(first_bytes_.substr(0, 32)))};
    case Flight::too_large:
        return {
            Outcome::limit_exceeded, Stage::handshake,
            fmt::format("sent more than is accepted {}: {}", where, flight_.reason())};
    case Flight::malformed: break;
    }
    return {
        Outcome::tls_failure, Stage::handshake,
        fmt::format("TLS failed {}: {}", where, flight_.reason())};
}

RawClient::Ending RawClient::answered() const {
    if (transcript_.looks_like_pseudo_tls())
        return {
            Outcome::ok, Stage::done,
            "answers with the pseudo-TLS hello of an A/V Edge: no certificate by design"};
    const auto seen = facts();
    if (seen.version == TlsVersion::tls1_3)
        return {
            Outcome::ok, Stage::done,
            "answers a hello of TLSv1.3; its certificate is encrypted and was not looked at"};
    return {
        Outcome::ok, Stage::done,
        fmt::format(
            "answers our hello in {} with {}; the handshake was not continued",
            to_text(seen.version), seen.cipher
        )};
}

RawClient::Ending RawClient::cut(PeerEnd end) const {
    const auto where = position(transcript_, first_bytes_);
    switch (end) {
    case PeerEnd::reset: return {Outcome::reset, Stage::handshake, "reset the connection " + where};
    case PeerEnd::timeout:
        return {Outcome::timeout, Stage::handshake, "no answer in time " + where};
    case PeerEnd::limit:
        return {
            Outcome::limit_exceeded, Stage::handshake,
            fmt::format("sent more than {} bytes {}", limits::kBytesFromPeer, where)};
    case PeerEnd::interrupted:
        return {Outcome::interrupted, Stage::handshake, "the run was interrupted " + where};
    case PeerEnd::open:
    case PeerEnd::end_of_stream: break;
    }
    return {Outcome::closed, Stage::handshake, "closed the connection " + where};
}

} // namespace lyncprobe::tls
