// SPDX-License-Identifier: MIT
#include "probes/federation.h"

#include "codec/header_parameters.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

constexpr std::string_view kOptions = "OPTIONS";

// What we could show of ourselves; without both, no answer speaks about federation with us.
struct Shown {
    bool certificate = false;
    bool domain = false;
    bool own_edge = false; // it is asked about the only domain that we could name
};

Words words_of(const codec::SipResponse& response, const Shown& shown);

Shown shown_to(const Peer& peer, std::string_view domain) {
    const bool own_edge = asks_own_edge(peer, domain);
    return {
        .certificate = peer.identity_offered,
        .domain = !peer.our_domain.empty() && !own_edge,
        .own_edge = own_edge};
}

codec::SipFederationOptions options_to(const Peer& peer, std::string_view domain) {
    return {
        .domain = domain,
        .our_domain = shown_to(peer, domain).domain ? peer.our_domain : kNoDomain,
        .local_host = peer.local_host,
        .seed = peer.seed};
}

// FederationTest sends one OPTIONS.
class FederationTest final : public SipConversation {
  public:
    FederationTest(const Peer& peer, const std::string& domain)
        : SipConversation(kOptions, codec::encode(options_to(peer, domain))),
          shown_(shown_to(peer, domain)) {
        facts().set(federation_answer::kDomain, domain);
    }

  private:
    Want answered(const codec::SipResponse& response) override {
        learn_first(response, facts());
        auto words = words_of(response, shown_);
        facts().set(federation_answer::kMeaning, words.meaning);
        // A challenge says that we were not taken for a partner's server; a 404 is about the
        // address.
        const bool challenged = response.status == 401 || response.status == 407;
        if (challenged || (says_no(response.status) && response.status != 404))
            set_refusal(response, kOptions, words, facts());
        else if (!words.remedy.empty())
            facts().set(sip_answer::kRemedy, std::move(words.remedy));
        return finish(fmt::format("answers OPTIONS with {}", status_text(response)));
    }

    const Shown shown_;
};

// What we would have to do first, where we did not show who we are.
std::string_view own_side(const Shown& shown) {
    if (shown.own_edge)
        return "this is our own Edge: from here no partner's domain can be shown to it, so let a "
               "partner test towards it";
    if (!shown.certificate && !shown.domain)
        return "on our side: give the target an identity, the certificate of our Edge, and name "
               "our own SIP domain in sip_domains";
    if (!shown.certificate)
        return "on our side: give the target an identity, the certificate of our Edge";
    if (!shown.domain) return "on our side: name our own SIP domain in sip_domains";
    return {};
}

std::string both_sides(const Shown& shown, std::string_view theirs) {
    const auto ours = own_side(shown);
    // Nothing on either side would make this test work.
    if (shown.own_edge) return std::string(ours);
    return ours.empty() ? std::string(theirs) : fmt::format("{}; {}", ours, theirs);
}

Words accepted(const Shown& shown) {
    if (shown.certificate && shown.domain)
        return {"its SIP stack took our request as one of a federated partner", {}};
    return {
        "its SIP stack answers for this domain; that it would do so to us as a partner is not "
        "shown, since we did not say who we are",
        std::string(own_side(shown))};
}

Words words_of(const codec::SipResponse& response, const Shown& shown) {
    const int status = response.status;
    // From here: what each status means when it answers this one request.
    if (status < 300) return accepted(shown);
    if (status < 400) return {"it sends us to another server", {}};
    switch (status) {
    case 401:
    case 407:
        return {
            "it takes us for a client of its own and asks for credentials, not for a partner's "
            "server",
            both_sides(
                shown, "on their side: allow our SIP domain and our Edge as a federated partner"
            )};
    case 403:
        return {
            "it does not take requests from our domain, or not from a caller like us",
            both_sides(
                shown, "on their side: allow our SIP domain as a federated one, and look whether "
                       "it or our Edge is blocked"
            )};
    case 404:
        return {
            "it read the request and knows no such address: most likely the domain is not one of "
            "its own; this is no refusal of us as a partner",
            "on our side: check the SIP domain that was asked about"};
    case 405:
    case 501: return {"a SIP server that does not answer OPTIONS; a Lync Edge does", {}};
    case 480:
    case 503:
        return {
            "its service is not ready: starting, stopping, overloaded, or slowing us down",
            "on their side: the state of the Access Edge and of the pool behind it"};
    // Seen with an Edge of Skype for Business 2015: the same bare 504 for a DNS and for a
    // certificate problem; only its own log tells them apart.
    case 408:
    case 504:
        return {
            "TLS works and its SIP stack is alive, but it does not accept us as a partner or could "
            "not reach the server behind it; from outside no more can be seen",
            fmt::format(
                "{}; on their side: the log of the Access Edge says which check failed",
                own_side(shown).empty()
                    ? "on our side: the SRV record _sipfederationtls._tcp of our domain must lead "
                      "to our Edge, by a name that is in exactly that domain and in its certificate"
                    : own_side(shown)
            )};
    default: break;
    }
    if (!says_no(status)) return {"it did not understand the request or does not support it", {}};
    return {
        "the status alone does not say why",
        both_sides(shown, "on their side: the log of the Access Edge of that time says why")};
}

} // namespace

std::string federation_domain(const Target& target) {
    if (!target.sip_domain.empty()) return target.sip_domain;
    // "sip.contoso.com" serves contoso.com; a name of two labels is the domain itself.
    const auto dots = std::count(target.host.begin(), target.host.end(), '.');
    if (!host_is_name(target) || dots < 2) return target.host;
    return target.host.substr(target.host.find('.') + 1);
}

const ProbeInfo federation{
    .id = Probe::federation,
    .summary = "federation: one OPTIONS as Test-CsFederatedPartner sends it",
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<FederationTest>(peer, federation_domain(*peer.target));
    }};

} // namespace lyncprobe::probes
