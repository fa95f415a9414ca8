// SPDX-License-Identifier: MIT
// Unknown is null, never a made-up value; a list that is empty stays a list.
#include "report/json_parts.h"

#include "report/report.h"

#include <algorithm>

namespace lyncprobe::report {
namespace {

void outcome_members(JsonWriter&, const AttemptRow&);
void evidence_members(JsonWriter&, const AttemptRow&, Probe);
void target(JsonWriter&, const EndpointRow&, const Target&);
void timings(JsonWriter&, const Timings&);
void tls(JsonWriter&, const AttemptRow&);
void tls_facts(JsonWriter&, const AttemptRow&);
void alert(JsonWriter&, const Alert&);
const Alert* decisive_alert(const std::vector<Alert>&);
void mutual_tls(JsonWriter&, const AttemptRow&);
void chain_facts(JsonWriter&, const Chain&);
void conversation(JsonWriter&, const AttemptRow&, Probe);
void finding(JsonWriter&, const Finding&);
void finding_members(JsonWriter&, const Finding&);

void fingerprint(JsonWriter&, const Fingerprint&);
void fact(JsonWriter&, const Facts::Entry&);
template <class List, class Write>
void array(JsonWriter&, const List&, Write);
void position_array(JsonWriter&, const std::vector<std::size_t>&);
void fingerprint_array(JsonWriter&, const std::vector<CertificatePtr>&);

} // namespace

void write_schema_and_tool_members(JsonWriter& json) {
    json.key("schema").text(kSchema);
    json.key("tool").begin_object();
    json.key("name").text("lyncprobe");
    json.key("version").text(LYNCPROBE_VERSION);
    json.end_object();
}

void write_run(JsonWriter& json, const ScanResult& run) {
    json.begin_object();
    json.key("started_at").text(to_rfc3339(run.started_at));
    json.key("finished_at").text(to_rfc3339(run.finished_at));
    json.key("judged_at").text(to_rfc3339(run.judged_at));
    json.key("vantage").text_or_null(run.vantage);
    json.key("inputs").texts(run.inputs);
    json.key("interrupted").boolean(run.interrupted);
    json.end_object();
}

void write_summary(JsonWriter& json, const Summary& summary) {
    json.begin_object();
    json.key("endpoints").number(summary.endpoints);
    json.key("outcomes").begin_object();
    for (const auto& word : words<Outcome>()) {
        const auto count = summary.outcomes.find(word.value);
        if (count != summary.outcomes.end() || word.value == Outcome::ok)
            json.key(word.text).number(count == summary.outcomes.end() ? 0 : count->second);
    }
    json.end_object();
    json.key("verdicts").begin_object();
    for (const auto& word : words<Verdict>()) {
        const auto count = summary.verdicts.find(word.value);
        json.key(word.text).number(count == summary.verdicts.end() ? 0 : count->second);
    }
    json.end_object();
    json.key("waived").number(summary.waived);
    json.key("unjudged").number(summary.unjudged);
    json.key("verdict").text_or_null(summary.worst ? to_text(*summary.worst) : std::string_view());
    json.key("exit_code").integer(summary.exit_code);
    json.end_object();
}

void write_endpoint_members(JsonWriter& json, const EndpointRow& row, const Target& row_target) {
    json.key("id").text(row.id);
    target(json.key("target"), row, row_target);
    outcome_members(json, row.main);
    json.key("judged").boolean(judged(row));
    json.key("attempts").integer(row.attempts);
    evidence_members(json, row.main, row_target.probe);
    array(json.key("variants"), row.variants, [&](const AttemptRow& variant) {
        json.begin_object();
        json.key("offer").text(variant.label);
        outcome_members(json, variant);
        evidence_members(json, variant, row_target.probe);
        json.end_object();
    });
    write_findings(json.key("findings"), row.findings);
}

void write_chain_members(JsonWriter& json, const Chain* chain) {
    json.key("chain");
    if (chain)
        json.repeated(&chain->presented, [&] { fingerprint_array(json, chain->presented); });
    else
        json.texts({});
    json.key("chain_facts");
    if (chain)
        json.repeated(&chain->path, [&] { chain_facts(json, *chain); });
    else
        json.null();
}

void write_findings(JsonWriter& json, const std::vector<const Finding*>& findings) {
    array(json, findings, [&](const Finding* one) {
        json.repeated(one, [&] { finding(json, *one); });
    });
}

void write_topology_findings(JsonWriter& json, const ScanResult& run) {
    array(json, run.topology, [&](const TopologyRow& row) {
        json.begin_object();
        array(json.key("endpoints"), row.endpoints, [&](std::size_t endpoint) {
            json.text(run.endpoints[endpoint].id);
        });
        finding_members(json, *row.finding);
        json.end_object();
    });
}

void write_identities(JsonWriter& json, const std::vector<IdentityRow>& identities) {
    array(json, identities, [&](const IdentityRow& identity) {
        json.begin_object();
        json.key("id").text(identity.id);
        write_chain_members(json, identity.chain.get());
        write_findings(json.key("findings"), identity.findings);
        json.end_object();
    });
}

namespace {

void outcome_members(JsonWriter& json, const AttemptRow& attempt) {
    json.key("outcome").text(to_text(attempt.outcome));
    json.key("stage").text(to_text(attempt.stage));
    json.key("detail").text(attempt.detail);
}

// What every attempt saw, the endpoint's own and each variant.
void evidence_members(JsonWriter& json, const AttemptRow& attempt, Probe probe) {
    timings(json.key("timing_ms"), attempt.timings);
    tls(json.key("tls"), attempt);
    mutual_tls(json.key("mutual_tls"), attempt);
    write_chain_members(json, attempt.chain.get());
    conversation(json.key("conversation"), attempt, probe);
}

void target(JsonWriter& json, const EndpointRow& row, const Target& it) {
    json.begin_object();
    json.key("name").text(display_name(it));
    json.key("also").texts(it.also);
    json.key("host").text(it.host);
    json.key("address").text_or_null(row.address ? to_text(*row.address) : std::string());
    json.key("addresses_skipped").number(row.addresses_skipped);
    json.key("transport").text(to_text(it.transport));
    json.key("port").integer(it.port);
    json.key("server").text_or_null(it.server);
    json.key("probe").text(to_text(it.probe));
    json.key("role").text(to_text(it.role));
    json.key("use").text(to_text(it.use));
    json.key("pool").text_or_null(it.pool);
    json.key("site").text_or_null(it.site);
    json.key("side").text_or_null(it.side == Side::unknown ? std::string_view() : to_text(it.side));
    json.key("sni").text_or_null(it.plain ? std::string() : server_name_sent(it));
    json.key("sip_domain").text_or_null(it.sip_domain);
    json.key("product").text_or_null(
        it.product == Product::unknown ? std::string_view() : to_text(it.product)
    );
    json.key("plain").boolean(it.plain);
    json.key("expected_names").texts(expected_names(it));
    json.key("identity").text_or_null(it.identity);
    json.end_object();
}

void timings(JsonWriter& json, const Timings& it) {
    json.begin_object();
    json.key("resolve").milliseconds(it.resolve);
    json.key("connect").milliseconds(it.connect);
    json.key("handshake").milliseconds(it.handshake);
    json.key("conversation").milliseconds(it.conversation);
    json.key("total").milliseconds(it.total);
    json.end_object();
}

void tls(JsonWriter& json, const AttemptRow& attempt) {
    if (!attempt.tls && !attempt.pseudo_tls) return json.null();
    if (attempt.tls && attempt.raw_version == 0 && !attempt.pseudo_tls)
        return json.repeated(attempt.tls.get(), [&] { tls_facts(json, attempt); });
    tls_facts(json, attempt);
}

void tls_facts(JsonWriter& json, const AttemptRow& attempt) {
    static const TlsFacts kNothing; // of a peer that spoke pseudo-TLS only
    const auto& it = attempt.tls ? *attempt.tls : kNothing;
    json.begin_object();
    json.key("obtained")
        .text_or_null(
            attempt.raw_version != 0 ? "raw-hello"
            : attempt.tls            ? "handshake"
                                     : ""
        );
    json.key("handshake_done").boolean(it.handshake_done);
    json.key("version").text_or_null(it.version);
    json.key("cipher").text_or_null(it.cipher);
    json.key("group").text_or_null(it.group);
    json.key("signature_scheme").text_or_null(it.signature_scheme);
    json.key("alpn").text_or_null(it.alpn);
    json.key("secure_renegotiation").boolean_or_null(it.secure_renegotiation);
    json.key("extended_master_secret").boolean_or_null(it.extended_master_secret);
    json.key("session_ticket").boolean_or_null(it.session_ticket);
    json.key("ocsp_staple");
    if (it.ocsp_staple_bytes) {
        json.begin_object();
        json.key("bytes").number(*it.ocsp_staple_bytes);
        json.end_object();
    } else {
        json.null();
    }
    json.key("alert");
    if (const auto* decisive = decisive_alert(it.alerts))
        alert(json, *decisive);
    else
        json.null();
    array(json.key("alerts"), it.alerts, [&](const Alert& one) { alert(json, one); });
    array(json.key("messages"), it.messages, [&](const HandshakeMessage& message) {
        json.begin_object();
        json.key("direction").text(message.received ? "received" : "sent");
        json.key("type").integer(message.type);
        json.key("name").text(handshake_message_name(message.type));
        json.key("length").integer(message.length);
        json.end_object();
    });
    array(json.key("server_extensions"), it.server_extensions, [&](std::uint16_t type) {
        json.integer(type);
    });
    json.key("certificate_bytes").integer(it.certificate_bytes);
    json.key("pseudo_tls").boolean(attempt.pseudo_tls);
    json.end_object();
}

void alert(JsonWriter& json, const Alert& it) {
    json.begin_object();
    json.key("direction").text(it.received ? "received" : "sent");
    json.key("level").text(it.fatal ? "fatal" : "warning");
    json.key("code").integer(it.code);
    json.key("name").text(alert_name(it.code));
    json.end_object();
}

// The fatal alert that ended the handshake: the peer's word before our own.
const Alert* decisive_alert(const std::vector<Alert>& alerts) {
    for (const bool received : {true, false})
        for (const auto& one : alerts)
            if (one.fatal && one.received == received) return &one;
    return nullptr;
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

void mutual_tls(JsonWriter& json, const AttemptRow& attempt) {
    if (!attempt.tls) return json.null();
    static const ClientCertificateFacts kNothing;
    const auto& it = attempt.client_certificate ? *attempt.client_certificate : kNothing;
    const bool lists_names = it.ca_names && !it.ca_names->empty();
    json.begin_object();
    json.key("requested")
        .boolean_or_null(
            it.requested || could_have_asked(*attempt.tls) ? std::optional(it.requested)
                                                           : std::nullopt
        );
    json.key("requested_late").boolean(it.requested_late);
    json.key("required").boolean_or_null(it.required);
    json.key("presented").text_or_null(it.presented);
    json.key("accepted").boolean_or_null(it.accepted);
    json.key("refusal").text_or_null(it.refusal);
    json.key("ca_names").texts(lists_names ? *it.ca_names : std::vector<std::string>());
    json.key("ca_names_bytes").integer(it.ca_names_bytes);
    json.key("issuer_in_ca_names")
        .boolean_or_null(lists_names ? std::optional(it.issuer_in_ca_names) : std::nullopt);
    json.key("certificate_types").texts(it.certificate_types);
    json.key("signature_algorithms").texts(it.signature_algorithms);
    json.end_object();
}

void chain_facts(JsonWriter& json, const Chain& chain) {
    json.begin_object();
    json.key("ordered").boolean(chain.ordered);
    json.key("complete").boolean_or_null(chain.complete);
    json.key("missing_issuer").text_or_null(chain.missing_issuer);
    position_array(json.key("duplicates"), chain.duplicates);
    position_array(json.key("extra"), chain.extra);
    position_array(json.key("unreadable"), chain.unreadable);
    json.key("root_included").boolean(chain.root_included);
    json.key("trust").text(to_text(chain.path.trust));
    json.key("trust_detail").text_or_null(chain.path.why);
    json.key("own_anchors").boolean(chain.path.anchors_configured);
    json.key("used_unpresented").boolean(chain.path.used_unpresented);
    fingerprint_array(json.key("path"), chain.path.path);
    if (!chain.fetched.empty()) {
        fingerprint_array(json.key("fetched"), chain.fetched);
        json.key("completed_by_fetch").boolean(chain.completed_by_fetch);
    }
    json.end_object();
}

void conversation(JsonWriter& json, const AttemptRow& attempt, Probe probe) {
    if (attempt.answer.empty()) return json.null();
    json.begin_object();
    json.key("kind").text(to_text(probe));
    for (const auto& entry : attempt.answer)
        if (entry.first != "kind") fact(json, entry);
    json.end_object();
}

void finding(JsonWriter& json, const Finding& it) {
    json.begin_object();
    finding_members(json, it);
    json.end_object();
}

void finding_members(JsonWriter& json, const Finding& it) {
    json.key("rule").text(it.rule);
    json.key("verdict").text(to_text(it.verdict));
    json.key("certificate");
    if (it.certificate)
        fingerprint(json, *it.certificate);
    else
        json.null();
    json.key("message").text(it.message);
    json.key("evidence").begin_object();
    for (const auto& entry : it.evidence)
        fact(json, entry);
    json.end_object();
    if (!it.source.empty()) json.key("source").text(it.source);
    if (!it.fix.empty()) json.key("fix").text(it.fix);
    json.key("waived");
    if (it.waived)
        json.text(*it.waived);
    else
        json.null();
}

void fingerprint(JsonWriter& json, const Fingerprint& sha256) { json.text(to_hex(sha256)); }

void fact(JsonWriter& json, const Facts::Entry& entry) {
    json.key(entry.first);
    if (const auto* text = std::get_if<std::string>(&entry.second)) json.text(*text);
    if (const auto* integer = std::get_if<std::int64_t>(&entry.second)) json.integer(*integer);
    if (const auto* boolean = std::get_if<bool>(&entry.second)) json.boolean(*boolean);
    if (const auto* list = std::get_if<std::vector<std::string>>(&entry.second)) json.texts(*list);
}

template <class List, class Write>
void array(JsonWriter& json, const List& list, Write write) {
    json.begin_array();
    for (const auto& entry : list)
        write(entry);
    json.end_array();
}

void position_array(JsonWriter& json, const std::vector<std::size_t>& list) {
    array(json, list, [&](std::size_t position) { json.number(position); });
}

void fingerprint_array(JsonWriter& json, const std::vector<CertificatePtr>& list) {
    array(json, list, [&](const CertificatePtr& entry) { fingerprint(json, entry->sha256); });
}

} // namespace
} // namespace lyncprobe::report
