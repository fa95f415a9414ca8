// SPDX-License-Identifier: MIT
// Rule conversation-finished: after TLS the protocol's exchange came to its end.
#include "probes/probe.h"
#include "rules/connection/reach.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

struct Likely {
    std::string_view why, fix;
};

constexpr Likely kOtherProtocol{
    "another protocol is spoken here, inside TLS",
    "correct the port or the probe in the list, or what a load balancer leads here"};
constexpr Likely kTlsBroke{
    "TLS broke in the middle: a fault of the server's TLS, or of something between that changes "
    "the bytes",
    "see the log of the server, and what proxies and load balancers between do with TLS"};
constexpr Likely kTooMuch{"no server of this kind sends so much", "see what listens on this port"};
constexpr Likely kLateCertificate{
    "most likely the web server wants a client certificate for this path after the handshake, "
    "which IIS cannot ask for under TLS 1.3",
    "let IIS ask within the handshake (netsh http add sslcert … clientcertnegotiation=enable), or "
    "turn TLS 1.3 off for this site"};
constexpr Likely kWebGone{
    "the web service behind TLS is down: a stopped application pool, or a proxy or load balancer "
    "without a server behind it",
    "start the application pool or the service, and see that the proxy has a server that is up"};
constexpr Likely kWebHangs{
    "the web application hangs, or a proxy waits for the server behind it",
    "recycle the application pool, and see that the proxy reaches the server behind it"};
constexpr Likely kSipGone{
    "what ends TLS has no SIP service behind it, or the service hangs up on a peer that it does "
    "not know",
    "see that the service behind the load balancer runs; its SIP log (Centralized Logging, "
    "SIPStack) "
    "says whether it hung up, and then the name in our certificate is missing in its topology"};
constexpr Likely kSipHangs{
    "the SIP service hangs, or waits for its back end",
    "see the service's state and event log (Lync Server), and restart it"};
constexpr Likely kPartnerGone{
    "an Edge does so with a domain or an Edge that it does not know as a federated partner",
    "on their side: allow our SIP domain and our Edge as a federated partner; the log of the "
    "Access "
    "Edge says why it hung up"};
constexpr Likely kXmppGone{
    "the XMPP gateway hangs up on a domain that it does not know, or is down",
    "add our domain to its XMPP partners, and see that the gateway behind the Edge runs"};
constexpr Likely kTurnGone{
    "the A/V Edge service answers hellos and relays nothing",
    "restart the A/V Edge service, and see that its A/V authentication service answers"};
constexpr Likely kHungUp{
    "the server or a load balancer ends the connection as soon as TLS is up",
    "see that the load balancer has a server that is up; the log of the server says why it hung "
    "up"};

bool speaks_http(Probe probe) {
    return probe == Probe::https || probe == Probe::autodiscover || probe == Probe::replication;
}

Likely likely(const AttemptRow& main, Probe probe) {
    switch (main.outcome) {
    case Outcome::protocol_error: return kOtherProtocol;
    case Outcome::tls_alert:
    case Outcome::tls_failure: return kTlsBroke;
    case Outcome::limit_exceeded: return kTooMuch;
    default: break;
    }
    const bool mute = main.outcome == Outcome::timeout;
    if (speaks_http(probe)) {
        const bool late = main.tls && main.tls->version == TlsVersion::tls1_3 &&
                          main.answer.find("status") != nullptr;
        return mute ? kWebHangs : late ? kLateCertificate : kWebGone;
    }
    switch (probe) {
    case Probe::sip: return mute ? kSipHangs : kSipGone;
    case Probe::federation: return kPartnerGone;
    case Probe::xmpp: return kXmppGone;
    case Probe::av_edge: return kTurnGone;
    default: return kHungUp;
    }
}

// TLS is up, or the A/V Edge's pseudo-TLS.
bool is_up(const AttemptRow& main) {
    return main.pseudo_tls || (main.tls && main.tls->handshake_done);
}

// The deadline of the whole run is no silence of the server.
bool broke_off(const Subject& s) {
    const auto& main = s.seen().row->main;
    const bool talking =
        main.stage == Stage::conversation || (main.stage == Stage::preamble && main.pseudo_tls);
    return talking && is_up(main) && main.outcome != Outcome::interrupted &&
           s.seen().cause != Cause::run_deadline;
}

std::string applies_conversation_finished(const Subject& s) {
    const auto& main = s.seen().row->main;
    if (broke_off(s)) return {};
    const auto* probe = probes::find(s.target().probe);
    const bool talked = main.outcome == Outcome::ok && main.raw_version == 0 && probe &&
                        probe->converse && main.stage == Stage::done;
    return talked ? "" : "there was no conversation";
}

// What the server said before it broke off names the cause better than the break.
Ruling refused_before(const AttemptRow& main, std::string_view request, const Likely& cause) {
    const auto remedy = main.answer.text("remedy");
    return fail(fmt::format(
                    "{}, and then {}: {}", main.answer.text("refusal"),
                    request.empty() ? "breaks off" : fmt::format("gives {} no answer", request),
                    main.detail
                ))
        .fixed_by(std::string(remedy.empty() ? cause.fix : remedy));
}

Ruling broken(const Subject& s) {
    const auto& main = s.seen().row->main;
    const auto cause = likely(main, s.target().probe);
    std::string request(s.seen().unanswered);
    if (request.empty()) request = main.answer.text("request");
    const bool answered =
        main.outcome == Outcome::protocol_error || main.outcome == Outcome::limit_exceeded;
    const auto text = request.empty()
                          ? fmt::format("TLS is up, then: {}; {}", main.detail, cause.why)
                          : fmt::format(
                                "TLS is up, and {} got no {}answer: {}; {}", request,
                                answered ? "usable " : "", main.detail, cause.why
                            );
    auto ruling = main.answer.text("refusal").empty() ? fail(text).fixed_by(std::string(cause.fix))
                                                      : refused_before(main, request, cause);
    if (!request.empty()) ruling.evidence.set("request", std::move(request));
    return std::move(ruling)
        .with("outcome", std::string(to_text(main.outcome)))
        .with("detail", main.detail);
}

Ruling check_conversation_finished(const Subject& s) {
    const auto& main = s.seen().row->main;
    const bool broke = broke_off(s);
    if (s.target().expect != Expectation::protocol_refused) return broke ? broken(s) : pass();
    const auto refusal = main.answer.text("refusal");
    if (broke) return pass("is not answered, as expected: " + main.detail);
    if (!refusal.empty()) return pass(fmt::format("is refused, as expected: {}", refusal));
    return fail("its protocol answers us, where it is expected to refuse us: " + main.detail)
        .fixed_by("take our name or domain out of those that the server lets in; where we may come "
                  "in, remove `expect: protocol-refused`");
}

} // namespace

constinit const Rule conversation_finished{
    .id = "conversation-finished",
    .title = "After TLS the protocol's exchange comes to its end",
    .scope = Scope::connection,
    .source =
        {.document = "RFC 3261; RFC 9112; RFC 6120",
         .section = "17 transactions; 9.3 persistence; 4 XML streams"},
    .demands =
        "Where TLS is up, what is asked in the endpoint's protocol is answered in this protocol: "
        "no reset, no close, no silence, no other bytes. What the answer says is judged by other "
        "rules. With `expect: protocol-refused` the protocol must refuse us or not answer.",
    .why = "A good certificate before a service that is down, hangs or hangs up is of no use to "
           "anybody who connects.",
    .fix = "see the log of the service behind the port; docs/endings.md has the fix for each cause",
    .evidence =
        "request: what got no answer, such as GET /meet/ or NEGOTIATE; outcome; detail: how "
        "it ended",
    .applies = applies_conversation_finished,
    .only_where_it_applies = true,
    .check = check_conversation_finished,
};

} // namespace lyncprobe::rules
