// SPDX-License-Identifier: MIT
#include "probes/xmpp.h"

#include "codec/xmpp.h"
#include "model/limits.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

namespace space = codec::xmpp_space;
using State = codec::XmppReader::State;

struct Condition {
    std::string_view name, meaning, remedy;
};

constexpr std::string_view kPartner =
    "add {from} to the XMPP federated partners of the server, or ask as a domain that is there";
constexpr std::string_view kNamePartner =
    "it is our own Edge, asked in the name of no partner: list one of its XMPP partners (role: "
    "partner, probe: xmpp), and it is asked in that domain's name";

// The conditions of RFC 6120 4.9.3 and what they mean here.
const Condition* find_condition(std::string_view name) {
    static constexpr std::string_view kOurs = "report it: what lyncprobe sent was not understood";
    static constexpr std::array<Condition, 25> kConditions{{
        {"bad-format", "did not understand what was sent", kOurs},
        {"bad-namespace-prefix", "did not understand a prefix", kOurs},
        {"conflict", "has another stream of {from} that conflicts", ""},
        {"connection-timeout", "waited too long for us", ""},
        {"host-gone", "does not serve {domain} any more",
         "ask the server that serves the domain now: _xmpp-server._tcp in DNS names it"},
        {"host-unknown", "does not serve {domain}",
         "ask for a domain the server serves, or enable XMPP federation for its SIP domain"},
        {"improper-addressing", "misses a domain in what was sent", kOurs},
        {"internal-server-error", "has a fault of its own", "look into the log of the server"},
        {"invalid-from", "does not believe that we are {from}", kPartner},
        {"invalid-namespace", "does not speak XMPP to other servers here",
         "check the port: servers talk to each other on 5269"},
        {"invalid-xml", "did not understand the XML that was sent", kOurs},
        {"not-authorized", "does not talk to {from}", kPartner},
        {"not-well-formed", "did not understand the XML that was sent", kOurs},
        {"policy-violation", "has a rule against talking to {from}", kPartner},
        {"remote-connection-failed", "cannot reach a server it needs for {domain}",
         "check the next hop behind this server"},
        {"reset", "wants a new stream", ""},
        {"resource-constraint", "is too busy", "ask again later"},
        {"restricted-xml", "does not allow the XML that was sent", kOurs},
        {"see-other-host", "sends us to another server", "ask the server it names"},
        {"system-shutdown", "is shutting down", "ask again when it is up"},
        {"undefined-condition", "has a reason that no condition describes",
         "look into the log of the server"},
        {"unsupported-encoding", "did not understand the encoding of what was sent", kOurs},
        {"unsupported-feature", "needs a feature that we lack", ""},
        {"unsupported-stanza-type", "did not understand what was sent", kOurs},
        {"unsupported-version", "does not speak XMPP 1.0", ""},
    }};
    const auto* found = std::find_if(kConditions.begin(), kConditions.end(), [&](const auto& one) {
        return one.name == name;
    });
    return found == kConditions.end() ? nullptr : found;
}

// An address is written as in a URL (RFC 7622 3.2).
std::string domain_of(const Target& target) {
    const auto& domain = target.sip_domain.empty() ? target.host : target.sip_domain;
    return domain.find(':') == std::string::npos ? domain : fmt::format("[{}]", domain);
}

// Who we say we are.
std::string_view from_of(const Peer& peer, std::string_view domain) {
    const auto name = asks_own_edge(peer, domain) ? peer.partner : peer.our_domain;
    return name.empty() ? kNoDomain : name;
}

std::vector<std::string> names(const std::vector<codec::XmppElement>& elements) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::min(elements.size(), limits::kLearntKept); ++i)
        out.push_back(elements[i].name);
    return out;
}

std::vector<std::string> mechanisms(const codec::XmppElement& features) {
    std::vector<std::string> out;
    const auto* list = features.child(space::kSasl, "mechanisms");
    if (list == nullptr) return out;
    for (const auto& one : list->children)
        if (one.is(space::kSasl, "mechanism") && out.size() < limits::kLearntKept)
            out.push_back(one.text);
    return out;
}

// XmppConversation: header, features, STARTTLS, and inside TLS header and features once more.
class XmppConversation final : public Conversation {
  public:
    explicit XmppConversation(const Peer& peer)
        : domain_(domain_of(*peer.target)),
          from_(from_of(peer, domain_)),
          unnamed_(asks_own_edge(peer, domain_) && peer.partner.empty()) {
        answer_.facts.set(xmpp_answer::kDomain, domain_);
        answer_.facts.set(xmpp_answer::kFrom, from_);
    }

    Want start() override { return open_stream(); }

    Want on(const Received& received) override {
        if (step_ == Step::over) return {Want::Kind::done};
        switch (received.kind) {
        case Received::Kind::sent: return read({});
        case Received::Kind::bytes: return read(received.bytes);
        // RFC 6120 5.4.3.3: everything learnt before TLS is forgotten, and the stream begins anew.
        case Received::Kind::tls_up:
            in_tls_ = true;
            reader_ = codec::XmppReader();
            return open_stream();
        case Received::Kind::end_of_stream: break; // cut short: the conclusion stays as it is
        }
        return {Want::Kind::done};
    }

    Answer answer() const override { return answer_; }

  private:
    enum class Step { header, features, proceed, over };

    Want open_stream() {
        step_ = Step::header;
        answer_.unanswered = in_tls_ ? "the stream header inside TLS" : "the stream header";
        return {Want::Kind::send, codec::encode({.to = domain_, .from = from_})};
    }

    Want read(std::string_view bytes) {
        // One read may hold the header and the features.
        for (auto state = reader_.feed(bytes);; state = reader_.feed({})) {
            switch (state) {
            case State::need_more: return {Want::Kind::receive};
            case State::malformed: return stop(Conclusion::protocol_error, reader_.problem());
            case State::too_large: return stop(Conclusion::limit_exceeded, reader_.problem());
            case State::closed: return closed();
            case State::opened:
                if (const auto want = opened(); want.kind != Want::Kind::receive) return want;
                break;
            case State::stanza: return stanza(reader_.stanza());
            }
        }
    }

    Want opened() {
        const auto& header = reader_.header();
        auto& facts = answer_.facts;
        if (!header.from.empty()) facts.set(xmpp_answer::kServerFrom, header.from);
        if (!header.version.empty()) facts.set(xmpp_answer::kVersion, header.version);
        // Port 5222 instead of 5269, most likely.
        if (header.content_space == space::kClient)
            return stop(
                Conclusion::protocol_error, "speaks XMPP to clients (jabber:client), not to servers"
            );
        facts.set(xmpp_answer::kDialback, header.declares(space::kDialback));
        step_ = Step::features;
        if (header.major_version() >= 1) return {Want::Kind::receive};
        // No features will come, but the refusal of a domain may be here already.
        if (reader_.feed({}) == State::stanza && reader_.stanza().is(space::kStreams, "error"))
            return stanza(reader_.stanza());
        if (!in_tls_) facts.set(xmpp_answer::kStarttls, std::string("not offered"));
        return close("its XMPP is older than version 1.0 and knows no STARTTLS, dialback only");
    }

    Want stanza(const codec::XmppElement& element) {
        if (element.is(space::kStreams, "error")) return stream_error(element);
        // Features are looked at only where they are due; anything else there is a mistake.
        if (step_ == Step::features && element.is(space::kStreams, "features"))
            return in_tls_ ? features_in_tls(element) : features(element);
        if (step_ == Step::proceed && element.is(space::kTls, "proceed")) {
            // A TLS server never speaks first: what is here was inserted by an attacker to be
            // taken for what came through TLS (CVE-2011-0411).
            if (reader_.more_behind())
                return stop(Conclusion::protocol_error, "sent data behind proceed");
            return {Want::Kind::start_tls};
        }
        if (step_ == Step::proceed && element.is(space::kTls, "failure"))
            return refused("offers STARTTLS and then refuses it");
        return stop(
            Conclusion::protocol_error,
            fmt::format(
                "sent '{}' where {} was expected", element.name,
                step_ == Step::proceed ? "the answer to STARTTLS" : "the list of its features"
            )
        );
    }

    Want features(const codec::XmppElement& element) {
        note_features(element, xmpp_answer::kFeatures);
        const auto* starttls = element.child(space::kTls, "starttls");
        if (starttls == nullptr) {
            answer_.facts.set(xmpp_answer::kStarttls, std::string("not offered"));
            return close("offers no STARTTLS, which Lync allows to be set for each partner domain");
        }
        required_ = starttls->child(space::kTls, "required") != nullptr;
        answer_.facts.set(xmpp_answer::kStarttls, std::string(required_ ? "required" : "offered"));
        step_ = Step::proceed;
        answer_.unanswered = "starttls";
        // What follows without being asked for is a refusal, or nothing a server may say.
        if (const auto want = read({}); want.kind != Want::Kind::receive)
            return want.kind == Want::Kind::start_tls
                       ? stop(Conclusion::protocol_error, "answered STARTTLS before it was asked")
                       : want;
        return {Want::Kind::send, std::string(codec::kXmppStarttls)};
    }

    Want features_in_tls(const codec::XmppElement& element) {
        note_features(element, xmpp_answer::kFeaturesAfterTls);
        return close(fmt::format(
            "STARTTLS is {}, and XMPP goes on in TLS", required_ ? "required" : "offered"
        ));
    }

    void note_features(const codec::XmppElement& element, std::string_view key) {
        auto& facts = answer_.facts;
        facts.set(key, names(element.children));
        // Inside TLS the list is another one, and it is the one that counts, also when it is empty.
        if (auto found = mechanisms(element);
            !found.empty() || facts.find(xmpp_answer::kMechanisms) != nullptr)
            facts.set(xmpp_answer::kMechanisms, std::move(found));
        if (element.child(space::kDialbackFeature, "dialback") != nullptr)
            facts.set(xmpp_answer::kDialback, true);
    }

    // Instead of features an error is the server's answer to who we are and whom we asked for.
    Want stream_error(const codec::XmppElement& element) {
        std::string condition, text;
        for (const auto& child : element.children) {
            // Applications add conditions of their own beside the defined one (RFC 6120 4.9.4).
            if (child.space != space::kErrors) continue;
            if (child.name == "text")
                text = child.text;
            else if (condition.empty())
                condition = child.name;
        }
        if (text.empty()) text = element.text; // as before RFC 3920
        auto& facts = answer_.facts;
        if (!condition.empty()) facts.set(xmpp_answer::kStreamError, condition);
        if (!text.empty()) facts.set(xmpp_answer::kStreamErrorText, text);
        const auto* known = find_condition(condition);
        auto words = condition.empty() ? "refuses the stream and gives no reason"
                     : known == nullptr
                         ? fmt::format("refuses the stream with '{}'", condition)
                         : fmt::format("{}: {}", condition, with_domains(known->meaning));
        auto want = step_ == Step::proceed ? refused(std::move(words)) : decline(std::move(words));
        if (known != nullptr && !known->remedy.empty())
            facts.set(
                xmpp_answer::kRemedy,
                with_domains(unnamed_ && known->remedy == kPartner ? kNamePartner : known->remedy)
            );
        return want;
    }

    std::string with_domains(std::string_view words) const {
        return fmt::format(
            fmt::runtime(words), fmt::arg("domain", domain_), fmt::arg("from", from_)
        );
    }

    Want closed() {
        if (step_ == Step::proceed) return refused("closes the stream instead of beginning TLS");
        return decline("closes the stream and gives no reason");
    }

    Want refused(std::string why) {
        answer_.facts.set(xmpp_answer::kStarttls, std::string("refused"));
        answer_.facts.set(xmpp_answer::kRefusal, why);
        return stop(Conclusion::starttls_refused, std::move(why));
    }

    Want decline(std::string why) {
        answer_.facts.set(xmpp_answer::kRefusal, why);
        return stop(Conclusion::finished, std::move(why));
    }

    // All is learnt; our stream is closed as RFC 6120 4.4 wants it.
    Want close(std::string detail) {
        stop(Conclusion::finished, std::move(detail));
        answer_.plain = true; // of use only where TLS was not on offer
        return {Want::Kind::send, std::string(codec::kXmppClose)};
    }

    Want stop(Conclusion conclusion, std::string detail) {
        step_ = Step::over;
        answer_.conclusion = conclusion;
        answer_.detail = std::move(detail);
        return {Want::Kind::done};
    }

    std::string domain_, from_;
    const bool unnamed_; // our own Edge, and no partner is known in whose name it could be asked
    codec::XmppReader reader_;
    Step step_ = Step::header;
    bool in_tls_ = false;
    bool required_ = false;
    Answer answer_;
};

} // namespace

const ProbeInfo xmpp{
    .id = Probe::xmpp,
    .summary = "XMPP between servers: STARTTLS, then the features offered in TLS",
    .plain_first = true,
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<XmppConversation>(peer);
    }};

} // namespace lyncprobe::probes
