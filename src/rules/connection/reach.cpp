// SPDX-License-Identifier: MIT
#include "rules/connection/reach.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <array>

namespace lyncprobe::rules {

namespace {

constexpr Probes kAll = 0x1FF;
constexpr Probes kAv = only(Probe::av_edge), kXmpp = only(Probe::xmpp);
constexpr Probes kPreamble = kAv | kXmpp;
constexpr Probes kTls = kAll & ~kAv; // its pseudo-TLS is no handshake
constexpr Probes kQuiet = only(Probe::tls) | only(Probe::web_conferencing); // handshake only
constexpr Probes kTalking = kTls & ~kQuiet;
constexpr Probes kPlain = only(Probe::autodiscover); // may be without TLS

using O = Outcome;
using S = Stage;
using C = Cause;
using V = Verdict;

// Fixes that several rows share.
constexpr std::string_view kService =
    "on the server, see that the service runs (Get-CsWindowsService) and listens on this port "
    "(netstat -ano), and that its firewall lets the port in; correct the port in the list where it "
    "is another";
constexpr std::string_view kSchannel =
    "see the System log of the server of that time (source Schannel): no usable certificate, no "
    "version or no cipher suite in common; behind a load balancer, see that it has a server that "
    "is up for this port";
constexpr std::string_view kResolver =
    "ask a name server that answers (--resolver), and run it again";
constexpr std::string_view kPort =
    "correct the port in the list, or let the service that belongs here have the port";
constexpr std::string_view kAgain = "run it again, with a lower --concurrency or a higher limit of "
                                    "open files (ulimit -n) where this machine ran short";
constexpr std::string_view kTime = "run it again with a longer --deadline, or without one";
constexpr std::string_view kFromHere = "run it from a machine that has a route to this address";
constexpr std::string_view kOldOnly =
    "it has no version, cipher suite or curve in common with the OpenSSL of this machine, so that "
    "nothing beyond its certificate was seen";
constexpr std::string_view kNewer =
    "enable TLS 1.2 and current cipher suites on the server, with a key that is RSA or on P-256";
constexpr std::string_view kAskedInPart = "it was not asked to the end", kRepeat = "run it again";
constexpr std::string_view kNoneDoes = "no server of this kind does so";
constexpr std::string_view kUp = "it answers";
constexpr std::string_view kOurLimit =
    "the other side sends more than is read for safety: see what listens on this port";

// In the order of a connection.
constexpr Reach kReach[] = {
    {O::dns_failure, S::resolve, C::no_such_name, kAll, V::fail,
     "the name is misspelt, or it is not in the zone that this name server knows",
     "correct the name in the list, or publish an A or AAAA record for it; for a name that only "
     "the "
     "inside knows, ask a name server of the inside (--resolver)"},
    {O::dns_failure, S::resolve, C::no_such_record, kAll, V::fail,
     "the name is in DNS and leads nowhere",
     "publish an A or AAAA record for the name, or correct the record that leads to it"},
    {O::dns_failure, S::resolve, C::resolver_failure, kAll, V::inconclusive,
     "the name server is at fault, not the endpoint", kResolver},
    {O::dns_failure, S::resolve, C::resolver_refused, kAll, V::inconclusive,
     "the name server is at fault, not the endpoint", kResolver},
    {O::dns_failure, S::resolve, C::resolver_silent, kAll, V::inconclusive,
     "the name server is at fault, not the endpoint", kResolver},
    {O::dns_failure, S::resolve, C::other_side, kAll, V::inconclusive,
     "names of the other side of the deployment need not be known here",
     "run it from the side that this endpoint serves, or tell its name server (--resolver)"},
    {O::dns_failure, S::resolve, C::none, kAll, V::inconclusive,
     "the name server gave no usable answer", kResolver},
    {O::skipped, S::resolve, C::none, kAll, V::inconclusive, "it was not asked", kTime},
    {O::interrupted, S::resolve, C::none, kAll, V::inconclusive, "it was not asked",
     "run it again"},

    {O::refused, S::connect, C::none, kAll, V::fail,
     "the service is stopped, it listens on another port, or a firewall rejects the connection",
     kService},
    {O::unreachable, S::connect, C::no_route, kAll, V::inconclusive,
     "this machine has no route to it", kFromHere},
    {O::unreachable, S::connect, C::other_side, kAll, V::inconclusive,
     "it is on the other side of the deployment", "run it from the side that this endpoint serves"},
    {O::unreachable, S::connect, C::none, kAll, V::fail,
     "the server is switched off, its address has changed, or a router or firewall turns the "
     "connection away",
     "see that the server is on and has this address; correct the address in DNS or in the list, "
     "and the routes between"},
    {O::connect_timeout, S::connect, C::run_deadline, kAll, V::inconclusive, kAskedInPart, kTime},
    {O::connect_timeout, S::connect, C::other_side, kAll, V::inconclusive,
     "it is on the other side of the deployment", "run it from the side that this endpoint serves"},
    {O::connect_timeout, S::connect, C::none, kAll, V::fail,
     "a firewall drops the connection, or the server is switched off or has another address",
     "let TCP to this port through every firewall between here and the server, Windows Firewall of "
     "the server included; see that the server is on and has this address"},
    {O::reset, S::connect, C::none, kAll, V::fail,
     "a firewall or load balancer ends the connection at once",
     "see the firewall or load balancer before the server, and that it has a server that is up"},
    {O::skipped, S::connect, C::none, kAll, V::inconclusive, "this address was not asked",
     "give the name an address that can be asked from here, allow it (--address-family, "
     "--allow-private), or run it from a machine that has a route to it"},
    {O::local_error, S::connect, C::none, kAll, V::inconclusive, "this machine is at fault",
     kAgain},
    {O::interrupted, S::connect, C::none, kAll, V::inconclusive, kAskedInPart, kRepeat},

    {O::timeout, S::preamble, C::run_deadline, kPreamble, V::inconclusive, kAskedInPart, kTime},
    {O::timeout, S::preamble, C::udp_silence, kAv, V::inconclusive,
     "UDP does not tell a closed port from a firewall that drops",
     "see on the server that the A/V Edge listens (netstat -ano), and let UDP to this port through "
     "the firewalls in both directions"},
    // The hello is answered; the Allocate behind it is conversation-finished's.
    {O::timeout, S::preamble, C::pseudo_tls, kAv, V::pass, kUp, ""},
    {O::reset, S::preamble, C::pseudo_tls, kAv, V::pass, kUp, ""},
    {O::closed, S::preamble, C::pseudo_tls, kAv, V::pass, kUp, ""},
    {O::protocol_error, S::preamble, C::pseudo_tls, kAv, V::pass, kUp, ""},
    {O::limit_exceeded, S::preamble, C::pseudo_tls, kAv, V::pass, kUp, ""},
    {O::timeout, S::preamble, C::none, kPreamble, V::fail,
     "the service hangs, or what listens here waits for another protocol", kService},
    {O::reset, S::preamble, C::none, kPreamble, V::fail,
     "the service refuses, or what listens here speaks another protocol", kService},
    {O::closed, S::preamble, C::none, kPreamble, V::fail,
     "the service refuses, or what listens here speaks another protocol", kService},
    {O::starttls_refused, S::preamble, C::none, kXmpp, V::fail,
     "it speaks XMPP and will not speak it in TLS with us",
     "turn TLS on for this partner domain (Set-CsXmppAllowedPartner -TlsNegotiation), and see that "
     "the XMPP gateway has its certificate"},
    {O::tls_alert, S::preamble, C::none, kAv, V::fail,
     "another service has the port of the A/V Edge", kPort},
    {O::protocol_error, S::preamble, C::none, kPreamble, V::fail, "another service has this port",
     kPort},
    {O::limit_exceeded, S::preamble, C::none, kPreamble, V::fail, kNoneDoes, kOurLimit},
    {O::interrupted, S::preamble, C::none, kPreamble, V::inconclusive, kAskedInPart, kRepeat},

    {O::not_tls, S::handshake, C::plain_sip, kTls, V::fail,
     "it speaks SIP without TLS on a port for TLS",
     "give the listener TLS as its transport, or name the port on which it speaks TLS (5061)"},
    {O::not_tls, S::handshake, C::plain_http, kTls, V::fail,
     "it speaks HTTP without TLS on a port for TLS",
     "bind HTTPS with the certificate to this port, or correct the port in the list; a proxy may "
     "lead to the plain port behind it"},
    {O::not_tls, S::handshake, C::plain_xmpp, kTls, V::fail,
     "it speaks XMPP, which begins TLS by STARTTLS", "name the probe: `probe: xmpp`"},
    {O::not_tls, S::handshake, C::other_service, kTls, V::fail, "another service has this port",
     kPort},
    {O::not_tls, S::handshake, C::none, kTls, V::fail,
     "what listens here speaks no TLS: another service, or a listener without TLS", kPort},
    {O::tls_alert, S::handshake, C::read_in_part, kTls, V::warn, kOldOnly, kNewer},
    {O::tls_alert, S::handshake, C::nothing_in_common, kTls, V::fail,
     "it has no version or cipher suite in common with us, or no certificate for them",
     "see that the service has a certificate with its private key, and enable TLS 1.2 with current "
     "cipher suites in Schannel; the System log (Schannel) names the alert"},
    {O::tls_alert, S::handshake, C::unknown_server_name, kTls, V::fail,
     "no site of it has the name that we sent",
     "correct `sni` (or the host) in the list, or bind the site to this name"},
    {O::tls_alert, S::handshake, C::server_fault, kTls, V::fail,
     "most often it cannot use its own certificate",
     "assign the certificate anew and see that the service may read its private key; the System "
     "log of the server (Schannel) says which"},
    {O::tls_alert, S::handshake, C::none, kTls, V::fail, "it ends the handshake", kSchannel},
    {O::tls_failure, S::handshake, C::read_in_part, kTls, V::warn, kOldOnly, kNewer},
    {O::tls_failure, S::handshake, C::none, kTls, V::fail,
     "what it sends is no valid handshake: a broken TLS stack, a weak key, or something between "
     "that changes the bytes",
     "update the server's TLS, or see what a proxy or load balancer between does; the message "
     "names the part that is wrong"},
    {O::reset, S::handshake, C::read_in_part, kTls, V::warn, kOldOnly, kNewer},
    {O::reset, S::handshake, C::none, kTls, V::fail,
     "Windows does so where it has no usable certificate or nothing in common with us; load "
     "balancers and firewalls do where they let nothing through",
     kSchannel},
    {O::closed, S::handshake, C::read_in_part, kTls, V::warn, kOldOnly, kNewer},
    {O::closed, S::handshake, C::none, kTls, V::fail,
     "the service has no usable certificate, or a load balancer has no server behind it",
     kSchannel},
    {O::timeout, S::handshake, C::run_deadline, kTls, V::inconclusive, kAskedInPart, kTime},
    {O::timeout, S::handshake, C::none, kTls, V::fail,
     "it takes connections and says nothing: the service hangs, another protocol waits for its "
     "client, or a load balancer has no server behind it",
     "restart the service; see which process listens on the port (netstat -ano), and that the load "
     "balancer has a server that is up"},
    {O::limit_exceeded, S::handshake, C::none, kTls, V::fail, kNoneDoes, kOurLimit},
    {O::interrupted, S::handshake, C::none, kTls, V::inconclusive, kAskedInPart, kRepeat},

    {O::client_certificate_required, S::client_auth, C::none, kTls, V::pass, kUp, ""},
    {O::client_certificate_rejected, S::client_auth, C::none, kTls, V::pass, kUp, ""},
    {O::limit_exceeded, S::client_auth, C::none, kTls, V::fail, kNoneDoes, kOurLimit},
    {O::interrupted, S::client_auth, C::none, kTls, V::inconclusive, kAskedInPart, kRepeat},

    {O::reset, S::conversation, C::without_tls, kPlain, V::fail,
     "the web server behind the port does not answer", kService},
    {O::closed, S::conversation, C::without_tls, kPlain, V::fail,
     "the web server behind the port does not answer", kService},
    {O::timeout, S::conversation, C::without_tls, kPlain, V::fail,
     "the web server behind the port does not answer", kService},
    {O::protocol_error, S::conversation, C::without_tls, kPlain, V::fail,
     "another service has this port", kPort},
    {O::limit_exceeded, S::conversation, C::without_tls, kPlain, V::fail,
     "no server of this kind does so", kOurLimit},
    {O::timeout, S::conversation, C::run_deadline, kTalking, V::inconclusive, kAskedInPart, kTime},
    // In TLS the port answers; what followed is conversation-finished's.
    {O::reset, S::conversation, C::none, kTls, V::pass, kUp, ""},
    {O::closed, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::timeout, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::tls_alert, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::tls_failure, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::protocol_error, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::limit_exceeded, S::conversation, C::none, kTalking, V::pass, kUp, ""},
    {O::interrupted, S::conversation, C::none, kTalking, V::inconclusive, kAskedInPart, kRepeat},

    {O::ok, S::done, C::none, kAll, V::pass, kUp, ""},
    {O::local_error, S::done, C::none, kAll, V::inconclusive, "this machine is at fault", kAgain},
};

// Alerts (RFC 8446 6.2, RFC 6066 3).
constexpr std::array<std::uint8_t, 3> kNothingInCommon{40, 70, 71};
constexpr std::uint8_t kInternalError = 80, kUnrecognizedName = 112;

Cause cause_by_alert(const AttemptRow& main) {
    if (!main.tls) return Cause::none;
    for (const auto& alert : main.tls->alerts) {
        if (!alert.received || !alert.fatal) continue;
        if (std::ranges::find(kNothingInCommon, alert.code) != kNothingInCommon.end())
            return Cause::nothing_in_common;
        if (alert.code == kUnrecognizedName) return Cause::unknown_server_name;
        if (alert.code == kInternalError) return Cause::server_fault;
    }
    return Cause::none;
}

// What servers say first in cleartext, or to what they cannot read.
Cause cause_by_greeting(std::string_view first_bytes) {
    if (first_bytes.starts_with("SIP/")) return Cause::plain_sip;
    if (first_bytes.starts_with("HTTP/") || equal_ignoring_case(first_bytes.substr(0, 5), "<html"))
        return Cause::plain_http;
    if (first_bytes.find("stream:") != std::string_view::npos) return Cause::plain_xmpp;
    for (const std::string_view greeting : {"SSH-", "220", "+OK", "* OK", "RFB "})
        if (first_bytes.starts_with(greeting)) return Cause::other_service;
    return Cause::none;
}

// A hello of our own got the certificate of a server with which OpenSSL has nothing in common.
bool read_in_part(const EndpointRow& row) {
    return std::ranges::any_of(row.variants, [](const AttemptRow& variant) {
        return variant.role == AttemptRole::supplementary && variant.raw_version != 0 &&
               variant.outcome == Outcome::ok && variant.chain;
    });
}

bool from_other_side(const Subject& s) {
    const auto here = from_text<Side>(s.context.vantage).value_or(Side::unknown);
    const auto there = s.target().side;
    return here != Side::unknown && there != Side::unknown && here != there;
}

bool spoke(const AttemptRow& main) {
    return main.pseudo_tls || (main.tls && main.tls->handshake_done);
}

} // namespace

std::span<const Reach> reach_table() { return kReach; }

const Reach* reach_of(Outcome outcome, Stage stage, Cause cause, Probe probe) {
    const Reach* out = nullptr;
    for (const auto& row : kReach) {
        if (row.outcome != outcome || row.stage != stage || (row.probes & only(probe)) == 0)
            continue;
        if (row.cause == cause) return &row;
        if (row.cause == Cause::none) out = &row;
    }
    return out;
}

Cause cause_of(const Subject& s) {
    const auto& seen = s.seen();
    const auto& main = seen.row->main;
    const bool not_found = seen.cause == Cause::no_such_name || seen.cause == Cause::no_such_record;
    const bool silent = not_found || main.outcome == Outcome::unreachable ||
                        main.outcome == Outcome::connect_timeout;
    const bool known = seen.cause == Cause::no_route || seen.cause == Cause::run_deadline;
    if (silent && !known && from_other_side(s)) return Cause::other_side;
    if (seen.cause != Cause::none) return seen.cause;
    if (main.outcome == Outcome::not_tls) return cause_by_greeting(seen.first_bytes);
    if (main.stage == Stage::handshake && read_in_part(*seen.row)) return Cause::read_in_part;
    if (main.stage == Stage::preamble && main.pseudo_tls) return Cause::pseudo_tls;
    if (main.stage == Stage::conversation && !spoke(main)) return Cause::without_tls;
    if (main.outcome == Outcome::tls_alert && main.stage == Stage::handshake)
        return cause_by_alert(main);
    return Cause::none;
}

} // namespace lyncprobe::rules
