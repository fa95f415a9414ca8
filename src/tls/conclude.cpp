// SPDX-License-Identifier: MIT
// The outcome table of a TLS connection: what was seen, and how the bytes ended, to one outcome,
// one stage and one sentence. Names of outcomes and stages are the contract's.
#include "model/limits.h"
#include "model/text/utf8.h"
#include "tls/tls_client.h"
#include "tls/tls_context_impl.h"
#include "tls/transcript_facts.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe::tls {

namespace {

// Ending is one row's result: the outcome, where it happened, and the sentence for people.
struct Ending {
    Outcome outcome;
    Stage stage;
    std::string detail;
};

// Alerts with which servers refuse a client certificate or that there is none (RFC 5246 7.2.2, RFC
// 8446 6.2). Many send another one than the RFC asks for; what matters is when they come.
// decode_error is also what GnuTLS says to the empty Certificate message of a client without one.
constexpr std::array<std::uint8_t, 14> kRefusals{40, 41, 42, 43, 44, 45, 46,
                                                 47, 48, 49, 50, 51, 80, 116};

bool is_refusal(std::uint8_t code) { return std::ranges::find(kRefusals, code) != kRefusals.end(); }

// True where the server asked for a certificate and our last flight is out: what ends the
// connection now is its answer to what we sent. A server of TLS 1.2 has not said Finished then; one
// of TLS 1.3 has said nothing since.
bool answers_our_certificate(const TlsClient::Impl& client) {
    const auto& transcript = client.transcript;
    if (!transcript.certificate_requested() || !transcript.finished_sent()) return false;
    return transcript.version() >= codec::kTls13 ? !client.application_data
                                                 : !transcript.server_finished();
}

// The chain of such a server was seen, so the endpoint is judged all the same.
Ending refusal(
    const TlsClient::Impl& client, const std::string& how, ClientCertificateFacts& facts
) {
    facts.refusal = how;
    if (client.transcript.client_certificate_sent()) {
        facts.accepted = false;
        return {
            Outcome::client_certificate_rejected, Stage::client_auth,
            "our client certificate was refused: " + how};
    }
    facts.required = true;
    return {
        Outcome::client_certificate_required, Stage::client_auth,
        fmt::format(
            "a client certificate is required and none was {}: {}",
            client.context.identity ? "sent, since ours suits nothing the server asked for"
                                    : "offered",
            how
        )};
}

Ending after_alert(
    const TlsClient::Impl& client, const Alert& alert, bool conversing,
    ClientCertificateFacts& facts
) {
    if (answers_our_certificate(client) && is_refusal(alert.code))
        return refusal(client, alert_text(alert) + " after our Finished", facts);
    const bool up = client.transcript.handshake_complete();
    std::string detail =
        fmt::format("{} {}", alert_text(alert), position(client.transcript, client.first_bytes));
    // unrecognized_name and protocol_version need an explanation more than a name.
    if (alert.code == 112) detail += "; the server does not know the name we sent";
    if (alert.code == 70) detail += "; the server speaks none of TLS 1.0 to 1.3";
    return {Outcome::tls_alert, up && conversing ? Stage::conversation : Stage::handshake, detail};
}

Ending not_tls(const TlsClient::Impl& client) {
    return {
        Outcome::not_tls, Stage::handshake,
        fmt::format("answers without TLS: \"{}\"", valid_utf8(client.first_bytes.substr(0, 32)))};
}

Ending after_failure(const TlsClient::Impl& client, bool conversing) {
    const auto stage = client.transcript.handshake_complete() && conversing ? Stage::conversation
                                                                            : Stage::handshake;
    const auto dh_bits = std::max(client.transcript.dh_bits(), client.refused_dh_bits);
    if (dh_bits > limits::kDhBits)
        return {
            Outcome::limit_exceeded, stage,
            fmt::format(
                "its Diffie-Hellman group has {} bits; more than {} are not computed with", dh_bits,
                limits::kDhBits
            )};
    if (client.too_large)
        return {
            Outcome::limit_exceeded, stage,
            fmt::format(
                "sent more than is accepted {}", position(client.transcript, client.first_bytes)
            )};
    return {
        Outcome::tls_failure, stage,
        fmt::format(
            "TLS failed {}: {}", position(client.transcript, client.first_bytes), client.failure
        )};
}

Ending after_end(const TlsClient::Impl& client, PeerEnd end, bool conversing) {
    const bool up =
        client.state == TlsClient::State::up || client.state == TlsClient::State::closed;
    const Stage stage = !up          ? Stage::handshake
                        : conversing ? Stage::conversation
                                     : Stage::client_auth;
    const std::string where =
        up ? "after the handshake" : position(client.transcript, client.first_bytes);
    switch (end) {
    case PeerEnd::open: // close_notify came instead of an answer
    case PeerEnd::end_of_stream: return {Outcome::closed, stage, "closed the connection " + where};
    case PeerEnd::reset: return {Outcome::reset, stage, "reset the connection " + where};
    case PeerEnd::timeout: return {Outcome::timeout, stage, "no answer in time " + where};
    case PeerEnd::limit:
        return {
            Outcome::limit_exceeded, stage,
            fmt::format("sent more than {} bytes {}", limits::kBytesFromPeer, where)};
    case PeerEnd::interrupted:
        return {Outcome::interrupted, stage, "the run was interrupted " + where};
    }
    return {Outcome::tls_failure, stage, "ended " + where};
}

// The handshake is done and nothing speaks against it.
Ending done(const TlsClient::Impl& client, bool answered, ClientCertificateFacts& facts) {
    if (facts.requested && answered) {
        if (client.transcript.client_certificate_sent())
            facts.accepted = true;
        else
            facts.required = false;
    }
    return {
        Outcome::ok, Stage::done,
        fmt::format("{} handshake finished", to_text(client.transcript.facts().version))};
}

Ending judge(
    const TlsClient::Impl& client, const TlsClient::Course& course, ClientCertificateFacts& facts
) {
    const auto [end, conversing, refusal_waited] = course;
    const auto& transcript = client.transcript;
    const bool up =
        client.state == TlsClient::State::up || client.state == TlsClient::State::closed;
    if (transcript.too_many_certificates())
        return {
            Outcome::limit_exceeded, Stage::handshake,
            fmt::format(
                "presented more than {} certificates; the first were judged",
                limits::kCertificatesPresented
            )};
    // A fatal alert that was read wins over whatever followed it.
    if (const auto* alert = transcript.fatal_received())
        return after_alert(client, *alert, conversing, facts);
    // Not one message was read: either no TLS, or the first one is still under way.
    if (!transcript.anything_received() && !client.first_bytes.empty() &&
        !codec::looks_like_tls(client.first_bytes))
        return not_tls(client);
    if (transcript.looks_like_pseudo_tls())
        return {
            Outcome::ok, Stage::done,
            "answers with the pseudo-TLS hello of an A/V Edge: no certificate by design"};
    if (client.state == TlsClient::State::failed) return after_failure(client, conversing);

    // RFC 8446 4.6.1: a ticket follows our Finished, so the server had taken our certificate, or
    // its absence, before it went away.
    const bool ticket =
        transcript.version() >= codec::kTls13 && transcript.facts().session_ticket == true;
    const bool gone = end == PeerEnd::reset || end == PeerEnd::end_of_stream;
    if (gone && !ticket && answers_our_certificate(client))
        return refusal(
            client,
            end == PeerEnd::reset ? "connection reset right after our Finished"
                                  : "connection closed right after our Finished",
            facts
        );
    if (!up) return after_end(client, end, conversing);

    // Under TLS 1.2 the server's Finished is its answer; under TLS 1.3 a ticket, data, a friendly
    // close or the wait is.
    const bool answered = transcript.version() < codec::kTls13
                              ? transcript.server_finished()
                              : ticket || refusal_waited || client.application_data ||
                                    transcript.close_notify_received();
    // A close is what a handshake without a conversation ends with; a reset is a fault in any case.
    if ((conversing && end != PeerEnd::open) || end == PeerEnd::reset) {
        done(client, answered, facts);
        return after_end(client, end, true);
    }
    if (end == PeerEnd::limit || end == PeerEnd::interrupted)
        return after_end(client, end, conversing);
    return done(client, answered, facts);
}

} // namespace

void TlsClient::conclude(const Course& course, Observation& observation) const {
    const auto& client = *impl_;
    observation.tls = facts();
    observation.client_certificate = client_certificate();
    observation.presented = presented();
    observation.not_offered = client.context.not_offered;
    observation.pseudo_tls = client.transcript.looks_like_pseudo_tls();
    if (!client.transcript.anything_received()) observation.first_bytes = client.first_bytes;
    auto ending = judge(client, course, observation.client_certificate);
    observation.outcome = ending.outcome;
    observation.stage = ending.stage;
    observation.detail = std::move(ending.detail);
}

} // namespace lyncprobe::tls
