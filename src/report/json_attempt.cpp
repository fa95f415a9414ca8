// SPDX-License-Identifier: MIT
// What one connection saw: TLS, the client certificate, the chain, the conversation. Unknown is
// null, never a made-up value.
#include "report/json_fields.h"
#include "report/json_parts.h"

#include <algorithm>

namespace lyncprobe::report {

template <>
struct TextForm<TlsVersion> {
    static constexpr std::string_view kExpected = "a version like TLSv1.2";
    static std::string write(TlsVersion value) { return to_text(value); }
    static std::optional<TlsVersion> read(std::string_view text) { return tls_version(text); }
};

void fields(auto& json, Is<Timings> auto& it) {
    json("resolve", it.resolve);
    json("connect", it.connect);
    json("handshake", it.handshake);
    json("conversation", it.conversation);
    json("total", it.total);
}

void fields(auto& json, Is<Alert> auto& it) {
    json("direction", two_words(it.received, "received", "sent"));
    json("level", two_words(it.fatal, "fatal", "warning"));
    json("code", it.code);
    json.derived("name", alert_name(it.code));
}

void fields(auto& json, Is<HandshakeMessage> auto& it) {
    json("direction", two_words(it.received, "received", "sent"));
    json("type", it.type);
    json.derived("name", handshake_message_name(it.type));
    json("length", it.length);
}

namespace {

// The fatal alert that ended the handshake: the peer's before our own.
std::optional<Alert> decisive_alert(const std::vector<Alert>& alerts) {
    for (const bool received : {true, false})
        for (const auto& one : alerts)
            if (one.fatal && one.received == received) return one;
    return std::nullopt;
}

// A server that asks for a certificate does so before these messages (RFC 5246 7.3, RFC 8446 2).
bool could_have_asked(const TlsFacts& it) {
    constexpr std::uint8_t kServerHelloDone = 14, kFinished = 20;
    return it.handshake_done ||
           std::ranges::any_of(it.messages, [](const HandshakeMessage& message) {
               return message.received &&
                      (message.type == kServerHelloDone || message.type == kFinished);
           });
}

// What is written of a part that is shared or absent; where to read it.
template <class Json, class T>
auto& part(const std::shared_ptr<const T>& shared, T& fresh) {
    if constexpr (kReading<Json>)
        return fresh;
    else
        return shared ? *shared : std::as_const(fresh);
}

void staple(auto& json, auto& bytes) {
    std::uint32_t size = bytes.value_or(0);
    const bool there = json.object("ocsp_staple", bytes.has_value(), [&](auto& members) {
        members("bytes", size);
    });
    if constexpr (kReading<decltype(json)>)
        if (there) bytes = size;
}

void tls_members(auto& json, auto& it) {
    json("handshake_done", it.handshake_done);
    json("version", or_null(it.version));
    json("cipher", or_null(it.cipher));
    json("group", or_null(it.group));
    json("signature_scheme", or_null(it.signature_scheme));
    json("alpn", or_null(it.alpn));
    json("secure_renegotiation", it.secure_renegotiation);
    json("extended_master_secret", it.extended_master_secret);
    json("session_ticket", it.session_ticket);
    staple(json, it.ocsp_staple_bytes);
    json.derived("alert", decisive_alert(it.alerts));
    json("alerts", it.alerts);
    json("messages", it.messages);
    json("server_extensions", it.server_extensions);
    json("certificate_bytes", it.certificate_bytes);
}

template <class Json>
void tls(Json& json, auto& attempt) {
    TlsFacts fresh; // of a peer that spoke pseudo-TLS only
    auto& facts = part<Json>(attempt.tls, fresh);
    std::string obtained = attempt.raw_version != 0 ? "raw-hello" : attempt.tls ? "handshake" : "";
    const auto members = [&](auto& object) {
        object("obtained", or_null(obtained));
        tls_members(object, facts);
        object("pseudo_tls", attempt.pseudo_tls);
    };
    const bool there = attempt.tls || attempt.pseudo_tls;
    if constexpr (kReading<Json>) {
        if (!json.object("tls", there, members)) return;
        if (!obtained.empty()) attempt.tls = json.restored().shared(std::move(fresh));
    } else if (attempt.tls && attempt.raw_version == 0 && !attempt.pseudo_tls) {
        // Servers of one kind answer alike.
        json.out().key("tls").repeated(attempt.tls.get(), [&] { json.object(members); });
    } else {
        json.object("tls", there, members);
    }
}

template <class Json>
void mutual_tls(Json& json, auto& attempt) {
    ClientCertificateFacts fresh;
    auto& it = part<Json>(attempt.client_certificate, fresh);
    std::vector<std::string> list;
    auto& names = part<Json>(it.ca_names, list);
    std::optional<bool> requested, listed, offered;
    if (it.requested || (attempt.tls && could_have_asked(*attempt.tls))) requested = it.requested;
    if (!names.empty()) listed = it.issuer_in_ca_names;
    if (attempt.client_certificate) offered = it.identity_offered;
    const auto members = [&](auto& object) {
        object("requested", requested);
        object("requested_late", it.requested_late);
        object("required", it.required);
        object("presented", or_null(it.presented));
        object("accepted", it.accepted);
        object("refusal", or_null(it.refusal));
        object("ca_names", names);
        object("ca_names_bytes", it.ca_names_bytes);
        object("issuer_in_ca_names", listed);
        object("certificate_types", it.certificate_types);
        object("signature_algorithms", it.signature_algorithms);
        object("ca_names_count", it.ca_names_count);
        object("identity_offered", offered);
    };
    if constexpr (kReading<Json>) {
        if (!json.object("mutual_tls", true, members)) {
            if (json.find("mutual_tls")) attempt.tls = nullptr; // none was begun
            return;
        }
        if (!requested.value_or(false) && !offered) return;
        fresh.requested = requested.value_or(false);
        fresh.issuer_in_ca_names = listed.value_or(true);
        fresh.identity_offered = offered.value_or(!fresh.presented.empty());
        fresh.ca_names_count =
            std::max(fresh.ca_names_count, static_cast<std::uint32_t>(list.size()));
        fresh.ca_names = json.restored().shared(std::move(list));
        attempt.client_certificate = std::make_shared<const ClientCertificateFacts>(fresh);
    } else {
        json.object("mutual_tls", attempt.tls != nullptr, members);
    }
}

constexpr std::string_view kKind = "kind"; // of the conversation: the probe

void conversation(ToJson& json, const AttemptRow& attempt, Probe probe) {
    json.object("conversation", !attempt.answer.empty(), [&](ToJson& members) {
        members(kKind, probe);
        for (const auto& entry : attempt.answer)
            if (entry.first != kKind) write_fact(members, entry);
    });
}

void conversation(FromJson& json, AttemptRow& attempt, Probe) {
    const auto* found = json.find("conversation");
    if (!found || found->is_null()) return;
    Facts facts;
    json.get(*found, {&json.place(), "conversation"}, facts);
    for (const auto& [key, value] : facts)
        if (key != kKind) attempt.answer.set(key, value);
}

// The hello of a Windows release, in place of our own.
void as_os(auto& json, auto& attempt) {
    json.object("as_os", attempt.as_os != OperatingSystem::unknown, [&](auto& members) {
        members("os", attempt.as_os);
        members("not_offered", attempt.not_offered);
        members("sure_only", attempt.sure_only);
    });
}

void outcome(auto& json, auto& attempt) {
    json("outcome", attempt.outcome);
    json("stage", attempt.stage);
    json("detail", attempt.detail);
}

void evidence(auto& json, auto& attempt, Probe probe) {
    json("timing_ms", attempt.timings);
    tls(json, attempt);
    mutual_tls(json, attempt);
    chain_members(json, attempt.chain);
    conversation(json, attempt, probe);
    // From here on not in version 0.1.0.
    json("attempt_role", attempt.role);
    json("raw_hello_version", or_null(attempt.raw_version));
    json("cleartext", attempt.plain);
    as_os(json, attempt);
    if (kReading<std::remove_reference_t<decltype(json)>> || !attempt.given.empty())
        json.each("given_certificates", attempt.given, [](auto& object, auto& it) {
            object("certificate", it.certificate);
            object("source", it.source);
            object.derived("use", CertificateUse::oauth_token_issuer);
        });
}

} // namespace

void outcome_members(ToJson& json, const AttemptRow& attempt) { outcome(json, attempt); }
void outcome_members(FromJson& json, AttemptRow& attempt) { outcome(json, attempt); }

void evidence_members(ToJson& json, const AttemptRow& attempt, Probe probe) {
    evidence(json, attempt, probe);
}
void evidence_members(FromJson& json, AttemptRow& attempt, Probe probe) {
    evidence(json, attempt, probe);
}

} // namespace lyncprobe::report
