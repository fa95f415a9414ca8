// SPDX-License-Identifier: MIT
#include "model/tls_facts.h"

#include "model/compare.h"

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

using Named = std::pair<std::uint8_t, std::string_view>;

constexpr std::array<std::pair<TlsVersion, std::string_view>, 7> kVersions{{
    {TlsVersion::none, ""},
    {TlsVersion::ssl2, "SSLv2"},
    {TlsVersion::ssl3, "SSLv3"},
    {TlsVersion::tls1_0, "TLSv1.0"},
    {TlsVersion::tls1_1, "TLSv1.1"},
    {TlsVersion::tls1_2, "TLSv1.2"},
    {TlsVersion::tls1_3, "TLSv1.3"},
}};

// IANA TLS Alerts registry.
constexpr std::array<Named, 36> kAlerts{{
    {0, "close_notify"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {21, "decryption_failed"},
    {22, "record_overflow"},
    {30, "decompression_failure"},
    {40, "handshake_failure"},
    {41, "no_certificate"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {52, "too_many_cids_requested"},
    {60, "export_restriction"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {100, "no_renegotiation"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {111, "certificate_unobtainable"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {114, "bad_certificate_hash_value"},
    {115, "unknown_psk_identity"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
    {121, "ech_required"},
}};

// IANA TLS HandshakeType registry.
constexpr std::array<Named, 16> kMessages{{
    {0, "HelloRequest"},
    {1, "ClientHello"},
    {2, "ServerHello"},
    {4, "NewSessionTicket"},
    {5, "EndOfEarlyData"},
    {8, "EncryptedExtensions"},
    {11, "Certificate"},
    {12, "ServerKeyExchange"},
    {13, "CertificateRequest"},
    {14, "ServerHelloDone"},
    {15, "CertificateVerify"},
    {16, "ClientKeyExchange"},
    {20, "Finished"},
    {22, "CertificateStatus"},
    {24, "KeyUpdate"},
    {254, "message_hash"},
}};

std::string_view find(std::span<const Named> table, std::uint8_t code, std::string_view otherwise) {
    for (const auto& [known, name] : table)
        if (known == code) return name;
    return otherwise;
}

} // namespace

std::string to_text(TlsVersion version) {
    for (const auto& [known, name] : kVersions)
        if (known == version) return std::string(name);
    return fmt::format("0x{:04x}", static_cast<std::uint16_t>(version));
}

std::vector<std::string> to_texts(const std::vector<TlsVersion>& versions) {
    std::vector<std::string> texts;
    for (const auto version : versions)
        texts.push_back(to_text(version));
    return texts;
}

std::optional<TlsVersion> tls_version(std::string_view text) {
    for (const auto& [known, name] : kVersions)
        if (name == text) return known;
    std::uint16_t number = 0;
    if (text.size() != 6 || !text.starts_with("0x")) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, number, 16);
    if (error != std::errc() || end != text.data() + 6) return std::nullopt;
    return static_cast<TlsVersion>(number);
}

std::string_view alert_name(std::uint8_t code) { return find(kAlerts, code, "unassigned"); }

std::string to_text(const Alert& alert) {
    return fmt::format(
        "{} {} {}({})", alert.received ? "received" : "sent", alert.fatal ? "fatal" : "warning",
        alert_name(alert.code), alert.code
    );
}

std::string_view handshake_message_name(std::uint8_t type) {
    return find(kMessages, type, "unknown message");
}

bool ClientCertificateFacts::operator==(const ClientCertificateFacts& other) const {
    const auto rest = [](const ClientCertificateFacts& it) {
        return std::tie(
            it.requested, it.requested_late, it.identity_offered, it.required, it.presented,
            it.accepted, it.refusal, it.ca_names_count, it.ca_names_bytes, it.issuer_in_ca_names,
            it.certificate_types, it.signature_algorithms
        );
    };
    return rest(*this) == rest(other) && same(ca_names, other.ca_names);
}

} // namespace lyncprobe
