// SPDX-License-Identifier: MIT
#include "tls/handshake_transcript.h"

#include "codec/byte_reader.h"
#include "model/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::tls {

namespace type = codec::handshake_type;

namespace {

// Extension numbers of the IANA registry.
constexpr std::uint16_t kExtendedMasterSecret = 23, kSessionTicket = 35,
                        kRenegotiationInfo = 0xff01;

// TLS_DH_anon_WITH_RC4_128_MD5, the only suite of MS-TURN's pseudo-TLS ([MS-TURN] 2.1.1).
constexpr std::uint16_t kPseudoTlsCipher = 0x0018;

// A server may send warnings without end; the first ones are enough for a report.
constexpr std::size_t kAlertsKept = 16;

bool contains(const std::vector<std::uint16_t>& list, std::uint16_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Before TLS 1.2 the kind of key alone fixes the signature (RFC 4346 7.4.3).
std::string old_signature_scheme(const std::string& cipher) {
    if (has(cipher, "_ECDSA_")) return "ecdsa_sha1";
    if (has(cipher, "_DSS_")) return "dsa_sha1";
    return "rsa_pkcs1_md5_sha1";
}

} // namespace

void HandshakeTranscript::message(bool received, std::string_view bytes) {
    if (bytes.size() < 4) return;
    const auto kind = static_cast<std::uint8_t>(bytes.front());
    const auto body = bytes.substr(4);
    // One more than is accepted is kept: that is how too_many_messages() knows.
    if (facts_.messages.size() <= limits::kHandshakeMessages)
        facts_.messages.push_back({received, kind, static_cast<std::uint32_t>(body.size())});
    if (received) {
        anything_received_ = true;
        // The facts are those of the first handshake; a renegotiated one only adds its request.
        if (!handshake_complete_)
            server_message(kind, body);
        else
            late_server_message(kind, body);
    } else {
        client_message(kind, body);
    }
    handshake_complete_ = handshake_complete_ || (finished_sent_ && server_finished_);
}

// IIS asks for a client certificate only when a page wants one: the request counts, the chain that
// is sent once more does not.
void HandshakeTranscript::late_server_message(std::uint8_t kind, std::string_view body) {
    switch (kind) {
    case type::kCertificateRequest:
        requested_late_ = !requested_ || requested_late_;
        client_certificate_sent_ = false;
        server_message(kind, body);
        break;
    case type::kNewSessionTicket:
    case type::kFinished: server_message(kind, body); break;
    default: break;
    }
}

void HandshakeTranscript::client_message(std::uint8_t kind, std::string_view body) {
    switch (kind) {
    case type::kClientHello: // the second one of a connection begins a renegotiation
        if (handshake_complete_) finished_sent_ = server_finished_ = false;
        break;
    case type::kCertificate:
        // An empty list means "I have none" (RFC 5246 7.4.6).
        client_certificate_sent_ =
            !codec::read_certificate_message(body, hello_.version).entries.empty();
        break;
    case type::kFinished: finished_sent_ = true; break;
    default: break;
    }
}

void HandshakeTranscript::alert(bool received, std::string_view bytes) {
    if (bytes.size() != 2) return;
    if (received) anything_received_ = true;
    const auto code = static_cast<std::uint8_t>(bytes[1]);
    // TLS 1.3 has no level: everything but close_notify and user_canceled ends the connection (RFC
    // 8446 6).
    const bool fatal =
        bytes[0] == 2 || (hello_.version >= codec::kTls13 && code != 0 && code != 90);
    if (facts_.alerts.size() < kAlertsKept) facts_.alerts.push_back({received, fatal, code});
}

bool HandshakeTranscript::too_many_messages() const {
    return facts_.messages.size() > limits::kHandshakeMessages;
}

// An A/V Edge answers any hello with a constant ServerHello, and no certificate follows.
bool HandshakeTranscript::looks_like_pseudo_tls() const {
    return hello_.well_formed && hello_.cipher == kPseudoTlsCipher && !certificate_seen_;
}

const Alert* HandshakeTranscript::fatal_received() const {
    for (const auto& alert : facts_.alerts)
        if (alert.received && alert.fatal) return &alert;
    return nullptr;
}

bool HandshakeTranscript::close_notify_received() const {
    return std::any_of(facts_.alerts.begin(), facts_.alerts.end(), [](const Alert& alert) {
        return alert.received && alert.code == 0;
    });
}

std::string HandshakeTranscript::last_received() const {
    for (auto seen = facts_.messages.rbegin(); seen != facts_.messages.rend(); ++seen)
        if (seen->received) return std::string(handshake_message_name(seen->type));
    return {};
}

void HandshakeTranscript::server_message(std::uint8_t kind, std::string_view body) {
    switch (kind) {
    case type::kServerHello: server_hello(body); break;
    case type::kEncryptedExtensions:
        for (const auto extension : codec::read_encrypted_extensions(body))
            facts_.server_extensions.push_back(extension);
        break;
    case type::kCertificate:
        certificate_seen_ = true;
        facts_.certificate_bytes = static_cast<std::uint32_t>(body.size());
        presented_ = codec::read_certificate_message(body, hello_.version).entries;
        if (presented_.size() > limits::kCertificatesPresented) {
            too_many_certificates_ = true;
            presented_.resize(limits::kCertificatesPresented);
        }
        break;
    case type::kServerKeyExchange: server_key_exchange(body); break;
    case type::kCertificateRequest:
        requested_ = true;
        request_ = codec::read_certificate_request(body, hello_.version);
        break;
    case type::kCertificateVerify:
        facts_.signature_scheme =
            codec::signature_scheme_name(codec::read_certificate_verify(body));
        break;
    case type::kNewSessionTicket: facts_.session_ticket = true; break;
    case type::kFinished: server_finished_ = true; break;
    default: break;
    }
}

void HandshakeTranscript::server_hello(std::string_view body) {
    hello_ = codec::read_server_hello(body);
    if (hello_.retry_request) return; // the real one follows (RFC 8446 4.1.4)
    facts_.version = static_cast<TlsVersion>(hello_.version);
    facts_.cipher = cipher_name_(hello_.cipher);
    // A suite that even IANA does not know is shown by its number.
    if (facts_.cipher.empty()) facts_.cipher = fmt::format("0x{:04x}", hello_.cipher);
    facts_.server_extensions = hello_.extensions;
    if (hello_.key_share_group != 0) facts_.group = codec::group_name(hello_.key_share_group);
    if (hello_.version >= codec::kTls13) return; // the next three mean nothing there
    facts_.secure_renegotiation = contains(hello_.extensions, kRenegotiationInfo);
    facts_.extended_master_secret = contains(hello_.extensions, kExtendedMasterSecret);
    facts_.session_ticket = contains(hello_.extensions, kSessionTicket);
}

void HandshakeTranscript::server_key_exchange(std::string_view body) {
    const bool elliptic = has(facts_.cipher, "_ECDHE_") || has(facts_.cipher, "_ECDH_anon_");
    const bool is_signed = !has(facts_.cipher, "_anon_");
    const auto exchange =
        codec::read_server_key_exchange(body, hello_.version, elliptic, is_signed);
    dh_bits_ = exchange.dh_bits;
    if (!exchange.well_formed) return;
    // An export suite sends a short-lived RSA key in the place of the DH group.
    const auto* kind = has(facts_.cipher, "_RSA_EXPORT") ? "RSA" : "DH";
    facts_.group =
        elliptic ? codec::group_name(exchange.group) : fmt::format("{} {}", kind, exchange.dh_bits);
    if (!is_signed) return;
    facts_.signature_scheme = hello_.version >= codec::kTls12
                                  ? codec::signature_scheme_name(exchange.signature_scheme)
                                  : old_signature_scheme(facts_.cipher);
}

} // namespace lyncprobe::tls
