// SPDX-License-Identifier: MIT
#include "probes/sip.h"

#include "codec/header_parameters.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

constexpr std::string_view kNegotiate = "NEGOTIATE";
constexpr std::string_view kRegister = "REGISTER";
constexpr std::string_view kOptions = "OPTIONS";

Words words_of(const codec::SipResponse& response, std::string_view method, bool identity);
void learn_challenges(const codec::SipResponse& response, Facts& facts);

codec::SipNegotiate negotiate_to(const Peer& peer) {
    return {
        .host = peer.target->host,
        .port = peer.target->port,
        .local_host = peer.local_host,
        .seed = peer.seed,
        // A yes to LZ77-8K would turn all that follows into compressed packets, so it is not asked
        // for where something is to follow.
        .compression = peer.target->sip_domain.empty()};
}

// LyncSip sends one NEGOTIATE and, where the target has a SIP domain, one REGISTER after its
// answer.
class LyncSip final : public SipConversation {
  public:
    explicit LyncSip(const Peer& peer)
        : SipConversation(kNegotiate, codec::encode(negotiate_to(peer))),
          identity_offered_(peer.identity_offered) {
        if (!peer.target->sip_domain.empty())
            register_ = codec::encode(codec::SipRegister{
                .domain = peer.target->sip_domain, .local_host = peer.local_host, .seed = peer.seed}
            );
    }

  private:
    Want answered(const codec::SipResponse& response) override {
        const bool first = asked() == kNegotiate;
        if (first)
            learn_first(response, facts());
        else
            learn(response, facts());
        // The first refusal is the one to be remedied first.
        if (says_no(response.status) && facts().find(sip_answer::kRefusal) == nullptr)
            set_refusal(response, asked(), words_of(response, asked(), identity_offered_), facts());
        return first ? negotiated(response) : registered(response);
    }

    Want negotiated(const codec::SipResponse& response) {
        const auto compression = response.header("Compression");
        if (!compression.empty()) facts().set(sip_answer::kCompression, std::string(compression));
        said_ = fmt::format("answers NEGOTIATE with {}", status_text(response));
        // Without a domain of ours nothing is registered, anonymously or not.
        if (!register_) return finish(said_);
        if (response.status < 300 && !compression.empty()) {
            facts().set(
                sip_answer::kRegisterSkipped,
                std::string("it compresses the connection although we did not ask for it")
            );
            return finish(said_);
        }
        return ask(kRegister, std::move(*register_));
    }

    Want registered(const codec::SipResponse& response) {
        facts().set(sip_answer::kRegisterStatus, std::int64_t{response.status});
        facts().set(sip_answer::kRegisterReason, response.reason);
        learn_challenges(response, facts());
        return finish(fmt::format("{} and REGISTER with {}", said_, status_text(response)));
    }

    const bool identity_offered_;
    std::optional<std::string> register_; // absent: none is to follow
    std::string said_;                    // of the NEGOTIATE
};

// What a refusal means in Lync's terms where no ms-diagnostics say it.
Words words_of(const codec::SipResponse& response, std::string_view method, bool identity) {
    switch (response.status) {
    case 403:
        if (identity)
            return {
                "most likely the server does not know the name in our certificate as a trusted "
                "server of its topology",
                "on their side: add the FQDN of our certificate to the topology (a trusted "
                "application pool, for instance); on our side: offer the certificate of a server "
                "that is in it"};
        return {
            "most likely this is a port for servers (MTLS), which wants the certificate of a "
            "trusted server of its topology, and we have none for it",
            "on our side: give the target an identity with the certificate of a server of the "
            "topology"};
    case 404:
        if (method != kRegister) break;
        return {
            "the server does not serve this SIP domain",
            "on our side: check the target's SIP domain; on their side: add it to the topology"};
    case 408:
    case 504:
        return {
            "the server could not hand the request on: DNS, connection or certificate of its next "
            "server",
            "on their side: the log of the SIP stack names the next server; check DNS, port 5061 "
            "and certificates between the two"};
    case 480:
    case 503:
        return {
            "the service is not ready: starting, stopping, overloaded or without its back end",
            "on their side: the state of the services of this server and of its back end"};
    default: break;
    }
    return {
        "the status alone does not say why",
        "on their side: the log of the SIP stack of that time says why"};
}

// "TLS-DSK, realm "…", target …, version 4, certificates from …"
std::string challenge_text(const codec::SipChallenge& challenge) {
    std::string out = challenge.scheme;
    if (challenge.proxy) out += " (as a proxy)";
    if (!challenge.realm.empty()) out += fmt::format(", realm \"{}\"", challenge.realm);
    if (!challenge.target_name.empty()) out += fmt::format(", target {}", challenge.target_name);
    if (!challenge.version.empty()) out += fmt::format(", version {}", challenge.version);
    if (!challenge.sts_uri.empty()) out += fmt::format(", certificates from {}", challenge.sts_uri);
    return out;
}

void learn_challenges(const codec::SipResponse& response, Facts& facts) {
    std::vector<std::string> lines, schemes;
    std::string realm, target_name, sts_uri;
    for (const auto& challenge : codec::challenges(response)) {
        lines.push_back(challenge_text(challenge));
        const bool known = std::any_of(schemes.begin(), schemes.end(), [&](const auto& scheme) {
            return equal_ignoring_case(scheme, challenge.scheme);
        });
        // One scheme may be offered by several challenges, for each of its versions.
        if (!known) schemes.push_back(challenge.scheme);
        if (realm.empty()) realm = challenge.realm;
        if (target_name.empty()) target_name = challenge.target_name;
        if (sts_uri.empty()) sts_uri = challenge.sts_uri;
    }
    if (lines.empty()) return;
    facts.set(sip_answer::kAuthSchemes, std::move(schemes));
    if (!realm.empty()) facts.set(sip_answer::kRealm, std::move(realm));
    if (!target_name.empty()) facts.set(sip_answer::kTargetName, std::move(target_name));
    if (!sts_uri.empty()) facts.set(sip_answer::kStsUri, std::move(sts_uri));
    facts.set(sip_answer::kChallenges, std::move(lines));
}

// What a gateway's answer to OPTIONS means to a Mediation Server, which has no credentials and
// takes any answer as a sign of life but those by which a gateway says that it cannot take calls.
Words words_of_gateway(int status) {
    switch (status) {
    case 401:
    case 407:
        return {
            "it asks for credentials, and a Mediation Server has none",
            "on the gateway: take the Mediation Servers by their certificate or name, without SIP "
            "authentication"};
    case 403:
    case 404:
        return {
            "it does not take requests from this name or address: most likely it knows its peers, "
            "and this machine is none of them",
            "on the gateway: enter the Mediation Server pool as a SIP peer (its FQDN, and the "
            "addresses of its servers), or run this from a Mediation Server"};
    case 408:
    case 504:
        return {
            "it handed the request on and got no answer from what is behind it",
            "on the gateway: its route for OPTIONS to its own name, and the next hop of that "
            "route"};
    case 480:
    case 503:
        return {
            "it is up and takes no calls, so a Mediation Server takes it as down: its trunk, its "
            "licences, or too much load",
            "on the gateway: the state of its trunks and lines"};
    default: break;
    }
    return {
        "the status alone does not say why", "on the gateway: its SIP log of that time says why"};
}

// GatewayPing sends the OPTIONS of a Mediation Server: NEGOTIATE is Microsoft's own, and no gateway
// knows it.
class GatewayPing final : public SipConversation {
  public:
    explicit GatewayPing(const Peer& peer)
        : SipConversation(
              kOptions, codec::encode(codec::SipGatewayOptions{
                            .host = peer.target->host,
                            .port = peer.target->port,
                            .local_host = peer.local_host,
                            .seed = peer.seed})
          ) {}

  private:
    Want answered(const codec::SipResponse& response) override {
        learn_first(response, facts());
        const bool challenged = response.status == 401 || response.status == 407;
        if (challenged || says_no(response.status))
            set_refusal(response, kOptions, words_of_gateway(response.status), facts());
        return finish(fmt::format("answers OPTIONS with {}", status_text(response)));
    }
};

} // namespace

const ProbeInfo sip{
    .id = Probe::sip,
    .summary =
        "SIP: one NEGOTIATE, for our own domains one anonymous REGISTER; to gateways OPTIONS",
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        if (peer.target->role == Role::gateway) return std::make_unique<GatewayPing>(peer);
        return std::make_unique<LyncSip>(peer);
    }};

} // namespace lyncprobe::probes
