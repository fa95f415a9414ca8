// SPDX-License-Identifier: MIT
#include "rules/verdicts/importance.h"

#include "plan/services.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <variant>

namespace lyncprobe::rules {

namespace {

using enum Function;

// Dependent is who stops working without a service, and where that is written down. The grades of
// rows without a page are concluded from what the protocol carries.
struct Dependent {
    std::string_view service; // id of plan/services.h
    Importance importance;
    std::initializer_list<Function> breaks;
    std::string_view source = {};
};

constexpr std::string_view kSignIn = "KB2604176: problem verifying the certificate from the server";
constexpr std::string_view kEdgePlanning = "Lync Server 2013, Changes in Edge Server planning";

const Dependent kDependents[] = {
    // A class of users is down.
    {"registrar", Importance::a, {sign_in, phones}, kSignIn},
    {"conference-control", Importance::a, {address_book, meetings}},
    {"web-internal", Importance::a, {sign_in, address_book, meetings}, kSignIn},
    {"web-external", Importance::a, {meetings, remote_users, mobile}},
    {"mediation-internal", Importance::a, {telephony}},
    {"sba-mediation-gateway", Importance::a, {telephony}},
    {"access-edge-clients", Importance::a, {remote_users}},
    {"federation", Importance::a, {federation}},
    {"access-edge-internal", Importance::a, {remote_users, federation}},
    {"published-web",
     Importance::a,
     {address_book, meetings, remote_users, mobile},
     "Microsoft support, Can't sign in to Lync on a mobile device (E_SslError E2-2-2)"},
    {"autodiscover",
     Importance::a,
     {mobile},
     "Lync Server 2013, Technical requirements for mobility"},
    // A function is lost.
    {"im-conferencing", Importance::b, {meetings}},
    {"av-conferencing", Importance::b, {meetings, audio_video}},
    {"application-sharing", Importance::b, {meetings}},
    {"web-conferencing", Importance::b, {meetings}},
    {"live-meeting", Importance::b, {meetings}},
    {"web-client-internal", Importance::b, {meetings}},
    {"web-client-external", Importance::b, {meetings, remote_users}},
    {"dial-in-conferencing", Importance::b, {meetings, telephony}},
    {"conferencing-attendant", Importance::b, {meetings, telephony}},
    {"response-group-sip", Importance::b, {telephony}},
    {"response-group-wcf", Importance::b, {telephony}},
    {"announcement", Importance::b, {telephony}},
    {"call-park", Importance::b, {telephony}},
    {"audio-test", Importance::b, {telephony}},
    {"bandwidth-policy", Importance::b, {audio_video, telephony}},
    {"mobility-internal", Importance::b, {mobile}},
    {"mobility-external", Importance::b, {mobile}},
    {"ucwa-internal", Importance::b, {mobile}},
    {"ucwa-external", Importance::b, {mobile}},
    {"persistent-chat-sip", Importance::b, {persistent_chat}},
    {"persistent-chat-wcf", Importance::b, {persistent_chat}},
    {"persistent-chat-files", Importance::b, {persistent_chat}},
    {"persistent-chat-web-internal", Importance::b, {persistent_chat}},
    {"persistent-chat-web-external", Importance::b, {persistent_chat}},
    {"web-conferencing-edge-clients", Importance::b, {meetings, remote_users}},
    {"web-conferencing-edge-internal", Importance::b, {meetings, remote_users}},
    {"av-edge-clients", Importance::b, {audio_video, remote_users}},
    {"av-edge-clients-udp", Importance::b, {audio_video, remote_users}},
    {"av-edge-internal", Importance::b, {audio_video, remote_users}},
    {"av-edge-internal-udp", Importance::b, {audio_video, remote_users}},
    {"av-authentication", Importance::b, {audio_video, remote_users}, kEdgePlanning},
    {"office-web-apps", Importance::b, {meetings}},
    {"um",
     Importance::b,
     {voicemail},
     "Lync Server 2013, Configure certificates on the server running UM"},
    {"um-worker-1", Importance::b, {voicemail}},
    {"um-worker-2", Importance::b, {voicemail}},
    {"um-mailbox", Importance::b, {voicemail}},
    {"application", Importance::b, {applications}},
    {"storage", Importance::b, {exchange}},
    // Something works worse, or fails unnoticed.
    {"mediation-gateway", Importance::c, {telephony}}, // calls go over another trunk
    {"gateway", Importance::c, {telephony}},
    {"xmpp-gateway", Importance::c, {federation}},
    {"xmpp-edge-internal", Importance::c, {federation}},
    {"xmpp-edge", Importance::c, {federation}},
    {"replication", Importance::c, {replication}}, // silent until the next change
    {"autodiscover-http", Importance::c, {mobile}},
    {"platform-service", Importance::c, {applications}},
    {"logging", Importance::c, {monitoring}},
    {"edge-logging", Importance::c, {monitoring}},
};

Impact impact(Importance importance, std::initializer_list<Function> breaks) {
    return {importance, breaks};
}

Impact impact_of_use(CertificateUse use) {
    switch (use) {
    case CertificateUse::default_: return impact(Importance::a, {sign_in, phones});
    case CertificateUse::web_services_internal:
        return impact(Importance::a, {sign_in, address_book, meetings});
    case CertificateUse::web_services_external:
        return impact(Importance::a, {meetings, remote_users, mobile});
    case CertificateUse::oauth_token_issuer: return impact(Importance::b, {exchange});
    case CertificateUse::internal:
    case CertificateUse::access_edge_external:
        return impact(Importance::a, {remote_users, federation});
    case CertificateUse::data_edge_external: return impact(Importance::b, {meetings, remote_users});
    // Allocations fail when it has expired, up to 8 h later (kEdgePlanning).
    case CertificateUse::audio_video_authentication:
        return impact(Importance::a, {audio_video, remote_users});
    case CertificateUse::xmpp_server: return impact(Importance::c, {federation});
    case CertificateUse::other: break;
    }
    return {};
}

// Nobody said what it is for: what the protocol is for.
Impact impact_of_probe(Probe probe) {
    switch (probe) {
    case Probe::sip: return impact(Importance::a, {sign_in});
    case Probe::federation: return impact(Importance::a, {federation});
    case Probe::https: return impact(Importance::b, {meetings});
    case Probe::autodiscover: return impact(Importance::a, {mobile});
    case Probe::web_conferencing: return impact(Importance::b, {meetings});
    case Probe::av_edge: return impact(Importance::b, {audio_video, remote_users});
    case Probe::xmpp: return impact(Importance::c, {federation});
    case Probe::replication: return impact(Importance::c, {replication});
    case Probe::tls: break;
    }
    return impact(Importance::b, {});
}

using enum Effect;
using enum Remedy;

constexpr Fault kFaults[] = {
    {"server-eku", reissue, stops, nothing},
    {"crl-distribution-point", reissue, silent, silent},
    {"signature-algorithm", reissue, stops, silent},
    {"no-rsassa-pss", reissue, stops, silent},
    {"auto-enrollment", reissue, silent, nothing},
    {"windows-2003-ca", reissue, silent, nothing},
    {"key-length", reissue, stops, nothing},
    {"key-length-recommended", reissue, silent, silent},
    {"key-algorithm", reissue, stops, nothing},
    {"validity", reissue, stops, lessens},
    {"chain-order", complete_chain, lessens, silent},
    {"chain-complete", complete_chain, stops, silent},
    {"chain-trusted", trust_root, stops, silent},
    {"host-name", reissue, stops, silent},
    {"sha1-deprecated", reissue, silent, silent},
    {"crl-reachable-scheme", reissue, silent, silent},
    {"chain-crl-distribution-point", renew_ca, silent, nothing},
    {"chain-eku", renew_ca, stops, lessens},
    {"endpoint-reachable", make_reachable, stops, lessens},
    {"client-certificate-accepted", settings, stops, ours_only,
     "have our certificate accepted by {}"},
    {"conversation-finished", settings, stops, lessens, "see why the service on {} breaks off"},
    {"own-certificate-usage", reissue, lessens, silent},
    {"private-key", settings, stops, silent, "put the private key of the certificate into {}"},
    {"key-provider", settings, lessens, silent,
     "move the key in {} to a provider that Lync Server can use"},
    {"oauth-certificate", settings, stops, lessens,
     "assign {} a valid OAuth certificate, the same as on all Front Ends",
     CertificateUse::oauth_token_issuer},
    {"leaf-outlives-issuer", renew_ca, lessens, silent},
    {"subject-name", reissue, lessens, silent},
    {"subject-in-san", reissue, lessens, silent},
    {"name-characters", reissue, silent, nothing},
    {"crl-reachable", publish_crl, lessens, silent},
    {"crl-fresh", publish_crl, lessens, silent},
    {"crl-signature", publish_crl, lessens, silent},
    {"not-revoked", reissue, stops, silent},
    {"client-ca-names", settings, lessens, silent,
     "have the root of our certificate trusted by {}"},
    {"tls12-available", settings, lessens, silent, "turn on TLS 1.2 on {}"},
    {"legacy-protocols", settings, silent, nothing, "turn off the old protocol versions on {}"},
    {"sni-certificate", settings, lessens, silent,
     "bind one certificate for every server name on {}"},
    {"revealed-name", reissue, lessens, silent},
    {"clock-skew", settings, stops, silent, "set the clock of {}"},
    {"product-version", settings, silent, nothing, "correct the declared product of {}"},
    {"not-refused", settings, stops, ours_only, "let our certificate in on {}"},
    {"xmpp-domain", reissue, stops, silent},
    {"av-edge-address", topology, stops, silent, "correct the public address of the A/V Edge {}"},
    {"autodiscover-answer", settings, stops, lessens, "mend the Autodiscover service on {}"},
    {"autodiscover-names", topology, stops, silent,
     "make the names in the Autodiscover document and the certificates of {} agree"},
    {"autodiscover-domain", topology, lessens, silent,
     "give the web services that {} names a host in the SIP domain"},
    {"autodiscover-location", topology, stops, lessens, "lead {} to the web site of its own side"},
    {"client-certificate-demanded", settings, lessens, silent,
     "make {} ask for a client certificate"},
    {"sip-domain-names", reissue, stops, silent},
    {"unknown-names", reissue, silent, nothing},
    {"web-names", topology, lessens, silent, "give the pools of {} web names of their own"},
    {"os-signature-support", settings, stops, silent,
     "install the updates for the signatures of its chain on {}"},
    {"schannel-compatibility", settings, stops, silent,
     "give {} a version and cipher suite in common with its peers"},
    {"tls12-only", settings, silent, silent, "apply the TLS 1.2 settings to {}"},
    {"pool-certificate", assign, lessens, silent, "assign one certificate to all of {}"},
    {"same-name-same-chain", assign, lessens, silent, "install one chain on all of {}"},
    {"stale-certificate", assign, lessens, lessens, "restart the services of {}"},
    {"web-sites-agree", assign, lessens, silent, "assign the renewed web certificate to all of {}"},
    {"one-internal-pki", assign, lessens, silent,
     "issue the certificates of {} from the internal CA"},
    {"sip-web-issuers", assign, lessens, silent,
     "issue the SIP and web certificates of {} from one PKI"},
    {"mutual-trust", trust_root, stops, silent},
    {"ca-names-cut", settings, lessens, silent, "shorten the list of trusted roots on {}"},
    {"ca-names-intermediate", settings, silent, silent,
     "move the intermediate CA certificates out of the Trusted Root store of {}"},
    {"chain-elsewhere", complete_chain, lessens, silent},
    {"dns-records", dns, stops, silent, "create the missing DNS records of {}"},
    {"dns-lyncdiscover-split", dns, lessens, silent, "split the lyncdiscover records of {}"},
    {"dns-lyncdiscover-alias", dns, lessens, silent, "replace the alias of lyncdiscover.{}"},
    {"dns-hosting", dns, stops, silent, "lead all records of {} to one place"},
    {"dns-plain-sip", dns, silent, silent, "remove the records of {} for sign-in without TLS"},
    {"dns-wildcard", dns, silent, nothing, "replace the DNS wildcard of {}"},
    {"dns-srv-owner", dns, lessens, silent, "correct the SRV records of {}"},
    {"dns-srv-none", dns, stops, silent, "correct the SRV records of {}"},
    {"dns-srv-name", dns, stops, silent, "correct the SRV records of {}"},
    {"dns-strict-naming", dns, stops, silent, "correct the SRV records of {}"},
    {"dns-srv-host", dns, stops, silent, "correct the SRV records of {}"},
    {"dns-srv-address", dns, stops, lessens, "correct the SRV records of {}"},
    {"dns-srv-failover", dns, lessens, silent, "correct the SRV records of {}"},
    {"dns-answer", dns, stops, silent, "mend the name servers of {}"},
    {"dns-srv-alias", dns, lessens, silent, "correct the SRV records of {}"},
    {"dns-srv-port", dns, lessens, silent, "correct the SRV records of {}"},
    {"dns-srv-order", dns, silent, nothing, "correct the SRV records of {}"},
};

Importance lessened(Importance importance) {
    return importance == Importance::a ? Importance::b : std::max(importance, Importance::c);
}

// What the grade of the whole comes to. A fault that harms nobody's work is of no importance.
Importance rated(Importance whole, Effect effect) {
    switch (effect) {
    case Effect::stops: return whole;
    case Effect::lessens: return lessened(whole);
    case Effect::silent: return std::max(whole, Importance::c);
    case ours_only:
    case Effect::nothing: break;
    }
    return Importance::none;
}

Effect effect_of(const Finding& finding) {
    if (finding.evidence.find("not_needed")) return Effect::nothing;
    const auto& fault = fault_of(finding.rule);
    return finding.verdict == Verdict::fail ? fault.fail : fault.warn;
}

// Value by value: where the memory for a string cannot be had, the copy of a variant that holds
// strings is undefined behaviour in libstdc++ 12 (it destroys what was not made).
Facts copied(const Facts& facts) {
    Facts out;
    for (const auto& [key, value] : facts)
        std::visit([&out, &key = key](const auto& it) { out.set(key, Value(it)); }, value);
    return out;
}

} // namespace

void Impact::add(const Impact& other) {
    importance = std::min(importance, other.importance);
    std::vector<Function> all;
    std::ranges::set_union(breaks, other.breaks, std::back_inserter(all));
    breaks = std::move(all);
}

Impact impact_of(const Target& target) {
    if (const auto* service = plan::service_of(target))
        for (const auto& row : kDependents)
            if (row.service == service->id) return impact(row.importance, row.breaks);
    if (target.role == Role::partner) return impact(Importance::a, {federation});
    auto by_use = impact_of_use(target.use);
    return by_use.importance != Importance::none ? by_use : impact_of_probe(target.probe);
}

Impact impact_of(const ScanResult& run, const TopologyRow& row) {
    if (row.endpoints.empty()) return impact(Importance::b, {});
    Impact all;
    for (const auto index : row.endpoints)
        all.add(impact_of(run.targets[run.endpoints[index].target]));
    const auto* value = row.finding->evidence.find("from");
    const auto* from = value ? std::get_if<std::vector<std::string>>(value) : nullptr;
    if (!from) return all;
    Impact opening;
    for (const auto& target : run.targets)
        if (std::ranges::find(*from, target.server) != from->end() ||
            std::ranges::find(*from, target.pool) != from->end())
            opening.add(impact_of(target));
    return opening.importance > all.importance && !opening.breaks.empty() ? opening : all;
}

Impact impact_of_ours() { return impact(Importance::c, {monitoring}); }

Impact impact_of_record(const Finding& finding) {
    const auto record = finding.evidence.text("record");
    if (record.starts_with("_sipfederationtls")) return impact(Importance::a, {federation});
    if (record.starts_with("_xmpp")) return impact(Importance::c, {federation});
    if (record.starts_with("lyncdiscover")) return impact(Importance::a, {mobile});
    if (record.starts_with("meet") || record.starts_with("dialin"))
        return impact(Importance::b, {meetings});
    if (record.starts_with("_sip._tls")) return impact(Importance::a, {remote_users});
    return impact(Importance::a, {sign_in});
}

const Fault& fault_of(std::string_view rule) {
    static constexpr Fault kUnknown{.rule = {}};
    const auto found = std::ranges::find(kFaults, rule, &Fault::rule);
    return found == std::end(kFaults) ? kUnknown : *found;
}

void weigh(Finding& finding, const Impact& of_endpoint) {
    if (finding.verdict != Verdict::fail && finding.verdict != Verdict::warn) return;
    const auto effect = effect_of(finding);
    const auto use = fault_of(finding.rule).use;
    const auto whole = use ? impact_of_use(*use) : of_endpoint;
    finding.importance = rated(whole.importance, effect);
    finding.breaks = effect == ours_only         ? std::vector{monitoring}
                     : effect == Effect::nothing ? std::vector<Function>()
                                                 : whole.breaks;
}

const Finding* weighed(const Finding* finding, const Impact& whole, FindingPool& pool) {
    if (finding->verdict != Verdict::fail && finding->verdict != Verdict::warn) return finding;
    Finding copy{
        finding->rule,
        finding->source,
        finding->fix,
        finding->verdict,
        finding->certificate,
        finding->message,
        copied(finding->evidence),
        finding->waived,
        {},
        {}};
    weigh(copy, whole);
    return pool.keep(std::move(copy));
}

void rate(ScanResult& run) {
    const auto all = [&](std::vector<const Finding*>& findings, const Impact& impact) {
        for (auto& finding : findings)
            finding = weighed(finding, impact, *run.findings);
    };
    for (auto& row : run.endpoints)
        all(row.findings, impact_of(run.targets[row.target]));
    for (auto& row : run.topology)
        row.finding = weighed(row.finding, impact_of(run, row), *run.findings);
    for (auto& identity : run.identities)
        all(identity.findings, impact_of_ours());
    for (auto& file : run.files)
        all(file.findings, impact_of(Target{}));
}

} // namespace lyncprobe::rules
