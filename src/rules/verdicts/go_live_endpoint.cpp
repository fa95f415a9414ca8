// SPDX-License-Identifier: MIT
// What one endpoint of a partner comes to, from connecting to its answer in SIP.
#include "probes/federation.h"
#include "rules/connection/refusal.h"
#include "rules/engine/helpers.h"
#include "rules/verdicts/go_live.h"
#include "rules/verdicts/go_live_reasons.h"
#include "schannel/releases.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Alerts (RFC 8446 6.2).
constexpr std::uint8_t kUnknownCa = 48, kProtocolVersion = 70;

constexpr std::uint16_t kTls12 = 0x0303;

// The rules by which an Edge takes or refuses its peer's certificate ("TLS and MTLS for Lync Server
// 2013" and the certificate requirements); trust is judged apart.
constexpr std::array<std::string_view, 9> kAcceptance{
    "validity",      "host-name",           "server-eku",    "chain-eku", "not-revoked",
    "no-rsassa-pss", "signature-algorithm", "key-algorithm", "key-length"};

bool counts_for_acceptance(const Finding& finding) {
    return std::ranges::find(kAcceptance, finding.rule) != kAcceptance.end();
}

// The last certificate of the path that was sent before one that was not.
const Certificate& last_sent(const Chain& chain) {
    const auto& path = chain.path.path;
    std::size_t last = 0;
    while (last + 1 < path.size() &&
           std::ranges::any_of(chain.presented, [&](const CertificatePtr& sent) {
               return sent->sha256 == path[last + 1]->sha256;
           }))
        ++last;
    return last < path.size() ? *path[last] : *chain.presented.front();
}

// A fatal alert from the server, of one kind or of any.
bool received(const AttemptRow& attempt, std::optional<std::uint8_t> code = {}) {
    return attempt.tls && std::ranges::any_of(attempt.tls->alerts, [&](const Alert& alert) {
               return alert.received && alert.fatal && alert.code == code.value_or(alert.code);
           });
}

TlsVersion version_of(const AttemptRow& attempt) {
    return attempt.tls ? attempt.tls->version : TlsVersion::none;
}

// Examination goes through one row in the order of a connection.
class Examination {
  public:
    Examination(const EndpointRow& row, const FederationRow& asked, const Chain* ours)
        : row_(row), asked_(asked), ours_(ours) {}

    EndpointStanding take() {
        connection();
        tls_version();
        trust();
        for (const auto* finding : refusing(row_.findings))
            add(reason_by(*finding, Weight::fails, Party::theirs));
        for (const auto* finding : row_.findings)
            if (finding->rule == "schannel-compatibility") schannel(*finding);
        for (const auto* finding : row_.findings)
            if (finding->verdict == Verdict::warn &&
                (finding->rule == "validity" || finding->rule == "host-name"))
                add(reason_by(*finding, Weight::note, Party::theirs));
        mutual_tls();
        sip();
        out_.shown = row_.main.chain != nullptr;
        return std::move(out_);
    }

  private:
    void add(GoLiveReason reason) { out_.reasons.push_back({.reason = std::move(reason)}); }
    void add(
        std::string_view code, Weight weight, Party side, std::string message,
        std::optional<std::string> fix = std::nullopt
    ) {
        add(reason_of(code, weight, side, std::move(message), std::move(fix)));
    }
    void reach(Weight weight, Party side, std::string fix) {
        add("reachable", weight, side, row_.main.detail, std::move(fix));
        out_.reasons.back().reach = true;
    }

    void connection();
    void no_address();
    void handshake();
    void tls_version();
    void no_tls12();
    void schannel(const Finding&);
    void trust();
    void not_trusted(const Chain&);
    void missing_intermediate(const Certificate& below, bool certain, const std::string& what);
    void mutual_tls();
    void refused();
    void issuers();
    Cause cause() const;
    void sip();
    void sip_answer(int status);

    // Null where the server asked for no certificate.
    const ClientCertificateFacts* asked_for() const { return row_.main.client_certificate.get(); }
    bool presented() const { return asked_for() && !asked_for()->presented.empty(); }
    bool shaken_hands() const { return row_.main.tls && row_.main.tls->handshake_done; }

    const EndpointRow& row_;
    const FederationRow& asked_;
    const Chain* ours_; // null where no certificate of ours was given
    EndpointStanding out_;
};

void Examination::connection() {
    switch (row_.main.outcome) {
    case Outcome::dns_failure: no_address(); break;
    case Outcome::refused: // the host itself says no; silence may be a firewall of either side
        reach(
            Weight::fails, Party::theirs,
            "start the Access Edge, let TCP through to it, or correct the port of the SRV record"
        );
        break;
    case Outcome::unreachable:
    case Outcome::connect_timeout:
        reach(
            Weight::open, Party::either,
            "try it from the Edge Server itself; then let TCP to this port out through our "
            "firewall, and in through theirs"
        );
        break;
    case Outcome::not_tls:
        add("tls-handshake", Weight::fails, Party::theirs, row_.main.detail);
        break;
    case Outcome::tls_alert:
    case Outcome::tls_failure:
    case Outcome::closed:
    case Outcome::reset:
    case Outcome::timeout:
        if (row_.main.stage == Stage::handshake) handshake();
        break;
    case Outcome::limit_exceeded:
    case Outcome::starttls_refused:
        add("tls-handshake", Weight::fails, Party::theirs, row_.main.detail,
            "correct the port of the SRV record, or see what listens there: no Access Edge does "
            "so");
        break;
    case Outcome::local_error:
    case Outcome::skipped:
    case Outcome::interrupted:
        add("not-tested", Weight::open, Party::ours, row_.main.detail);
        break;
    case Outcome::ok:
    case Outcome::client_certificate_required:
    case Outcome::client_certificate_rejected:
    case Outcome::protocol_error: break;
    }
}

// What a name server said for certain is theirs to mend; where it gave no answer nothing is known.
void Examination::no_address() {
    const bool none = cause() == Cause::no_such_name || cause() == Cause::no_such_record;
    if (none)
        reach(
            Weight::fails, Party::theirs,
            "publish an A record for the name of the Access Edge, or correct the SRV record"
        );
    else
        reach(Weight::open, Party::either, "ask a resolver that answers (--resolver)");
}

// As endpoint-reachable has it.
Cause Examination::cause() const {
    for (const auto* finding : row_.findings)
        if (finding->rule == kEndpointReachable)
            return from_text<Cause>(finding->evidence.text("cause")).value_or(Cause::none);
    return Cause::none;
}

// It showed nothing, or only to a hello of our own that offers what Windows still has.
void Examination::handshake() {
    if (received(row_.main, kProtocolVersion) && !row_.main.chain) return; // tls_version's
    // An alert is the Edge's own word. A connection that only breaks may be a device between, as
    // load balancers and firewalls end what they do not like without one.
    const bool no = received(row_.main) && !row_.main.chain;
    add("tls-handshake", no ? Weight::fails : Weight::open, no ? Party::theirs : Party::either,
        row_.main.detail,
        no ? "look into the System log of their Edge (Schannel) for the reason of the alert"
           : "try it from the Edge Server itself; a load balancer or firewall between may have "
             "ended the connection");
}

// What a Lync Edge can shake hands with: TLS 1.2, and TLS 1.0 while it is on; nothing newer.
void Examination::tls_version() {
    const auto version = version_of(row_.main);
    if (!schannel::has_tls12(row_.main.as_os)) return; // nothing newer was offered
    // No Windows before Server 2022 has TLS 1.3, and no Lync or Skype for Business Server uses it.
    if (version == TlsVersion::tls1_3) return no_tls12();
    if (version == TlsVersion::tls1_2) return;
    if (version == TlsVersion::tls1_0 || version == TlsVersion::tls1_1) {
        add("tls-version", Weight::open, Party::theirs,
            fmt::format(
                "speaks nothing newer than {}: an Edge that has only TLS 1.2 on cannot connect, "
                "and which versions are on at the peer cannot be seen from here",
                to_text(version)
            ));
        return;
    }
    for (const auto& variant : row_.variants)
        if (const auto old = version_of(variant);
            old == TlsVersion::ssl2 || old == TlsVersion::ssl3) {
            add("tls-version", Weight::fails, Party::theirs,
                fmt::format("speaks nothing newer than {}, which is no TLS", to_text(old)));
            return;
        }
    if (received(row_.main, kProtocolVersion) && !row_.main.chain)
        add("tls-version", Weight::fails, Party::theirs, row_.main.detail);
}

// Of our own domain it is some partner's Edge that cannot connect.
void Examination::schannel(const Finding& said) {
    if (said.verdict != Verdict::fail && said.verdict != Verdict::inconclusive) return;
    const bool certain = said.verdict == Verdict::fail && !asked_.self;
    add(reason_by(said, certain ? Weight::fails : Weight::open, Party::either));
}

void Examination::no_tls12() {
    const AttemptRow* tried = nullptr;
    for (const auto& variant : row_.variants)
        if (variant.raw_version == kTls12) tried = &variant;
    if (tried && version_of(*tried) == TlsVersion::tls1_2) return;
    constexpr auto kFix = "enable TLS 1.2 beside TLS 1.3";
    if (tried && received(*tried))
        add("tls-version", Weight::fails, Party::theirs,
            "speaks TLS 1.3 and refuses TLS 1.2; Lync Server 2013 and Skype for Business Server "
            "know nothing newer than TLS 1.2",
            kFix);
    else
        add("tls-version", Weight::open, Party::theirs,
            "speaks TLS 1.3; whether it speaks TLS 1.2, as an Edge does, was not answered", kFix);
}

void Examination::trust() {
    if (!row_.main.chain || row_.main.chain->presented.empty()) return;
    const auto& chain = *row_.main.chain;
    const auto& path = chain.path;
    for (const auto& flaw : path.flaws)
        add("chain-trusted",
            flaw.kind == PathFlaw::Kind::names_not_compared ? Weight::open : Weight::fails,
            Party::theirs, flaw.text);
    if (!path.anchored()) return not_trusted(chain);
    if (path.used_unpresented && path.used_fetched)
        add("missing-intermediate", Weight::open, Party::theirs,
            "an intermediate certificate is not sent, and was found only where the certificate "
            "says that its issuer is; an Edge that may fetch it can do without, others cannot");
    else if (path.used_unpresented)
        missing_intermediate(
            last_sent(chain), true,
            "an intermediate certificate is not sent, and is known here from a CA file only"
        );
    if (asked_.self && !path.system_anchor)
        add("private-root", Weight::open, Party::theirs,
            fmt::format(
                "the certificate leads to {}, which is given here with --ca-file: only partners "
                "that have imported it trust it",
                path.path.back()->subject
            ));
}

// `below`: the certificate whose issuer is not sent. Windows follows its URL, where the firewall
// lets it.
void Examination::missing_intermediate(
    const Certificate& below, bool certain, const std::string& what
) {
    const auto url = std::ranges::find_if(below.ca_issuer_urls, [](const auto& text) {
        return url_scheme(text) == "http";
    });
    const bool fetched = url != below.ca_issuer_urls.end();
    add("missing-intermediate", certain && !fetched ? Weight::fails : Weight::open, Party::theirs,
        what +
            (fetched ? "; an Edge that may fetch " + *url + " can do without, others cannot" : ""),
        "install the intermediate certificate on the Edge Server and restart the Access Edge, so "
        "that it is sent; where that issuer is a root itself, the other side imports it");
}

void Examination::not_trusted(const Chain& chain) {
    const auto& path = chain.path;
    const auto& leaf = *chain.presented.front();
    const bool known = path.trust == TrustPath::Trust::untrusted; // our anchors are given
    const bool alone = chain.presented.size() - chain.duplicates.size() == 1 && !leaf.root_like;
    if (alone && chain.complete != true) {
        missing_intermediate(
            leaf, known,
            fmt::format(
                "only the server certificate is sent, and its issuer {} is no root known here",
                leaf.issuer
            )
        );
        return;
    }
    const auto because = path.why.empty() ? std::string() : ": " + path.why;
    const bool self = asked_.self;
    constexpr const char* kPublic = "take a certificate of a public CA for the Access Edge; "
                                    "partners have to import a private root";
    if (known)
        add("untrusted-root", Weight::fails, Party::ours,
            "the certificate leads to none of the roots given here" + because,
            self ? std::optional<std::string>(kPublic) : std::nullopt);
    else
        add("untrusted-root", Weight::open, Party::ours,
            fmt::format(
                "the certificate leads to no root of this machine{}; whether {} cannot be seen",
                because, self ? "partners trust it" : "our Edge has it"
            ),
            self ? kPublic : "give the roots of our Edge with --ca-file");
}

void Examination::mutual_tls() {
    if (row_.main.outcome == Outcome::client_certificate_rejected && asked_for()) refused();
    if (shaken_hands() && !asked_for())
        add("mutual-tls", Weight::open, Party::theirs,
            "asks for no client certificate, as the federation port of an Edge does: it cannot "
            "know who connects");
    if (asked_.self || !asked_for() || !asked_for()->identity_offered) return;
    if (row_.main.outcome == Outcome::client_certificate_required)
        add("client-certificate-refused", Weight::fails, Party::ours, row_.main.detail,
            explain_not_sent().fix);
    issuers();
}

void Examination::refused() {
    auto refusal = explain_refusal(row_.main, ours_);
    auto message =
        fmt::format("refuses our certificate ({}): {}", asked_for()->refusal, refusal.clause);
    if (refusal.root)
        add("our-root-untrusted", Weight::fails, refusal.side, std::move(message),
            std::move(refusal.fix));
    else
        add("client-certificate-refused", Weight::fails, refusal.side, std::move(message),
            std::move(refusal.fix));
}

void Examination::issuers() {
    const auto unlisted = unlisted_text(*asked_for());
    if (unlisted.empty() || received(row_.main, kUnknownCa)) return;
    const bool taken = asked_for()->accepted == true;
    add("client-ca-names", taken ? Weight::open : Weight::fails, Party::theirs,
        unlisted +
            (taken ? "; it took our certificate all the same, but an Edge on Windows may send none"
                   : ""),
        "import our root into the Trusted Root Certification Authorities of their Edge, or remove "
        "roots there until the list is short enough");
}

void Examination::sip() {
    if (row_.main.outcome == Outcome::protocol_error) {
        add("sip", Weight::fails, Party::theirs, "speaks TLS, but no SIP: " + row_.main.detail,
            "correct the port of the SRV record, or what a load balancer does with it");
        return;
    }
    // Without our certificate or our domain an answer is one to a stranger, which says
    // nothing of us.
    if (asked_.self || !presented() || asked_.our_domain.empty()) return;
    if (row_.main.stage == Stage::conversation) {
        // An Access Edge may close on a peer that it does not allow, without an answer in SIP.
        const bool hung_up =
            row_.main.outcome == Outcome::closed || row_.main.outcome == Outcome::reset;
        add("sip", hung_up ? Weight::fails : Weight::open, Party::theirs,
            fmt::format("our OPTIONS got no answer: {}", row_.main.detail));
        return;
    }
    if (row_.main.outcome != Outcome::ok) return;
    const auto* status = row_.main.answer.find(probes::sip_answer::kStatus);
    if (const auto* number = status ? std::get_if<std::int64_t>(status) : nullptr)
        sip_answer(static_cast<int>(*number));
}

void Examination::sip_answer(int status) {
    if (status < 300) {
        out_.accepted = true;
        return;
    }
    const auto& answer = row_.main.answer;
    const auto refusal = answer.text(probes::sip_answer::kRefusal);
    const auto meaning = answer.text(probes::federation_answer::kMeaning);
    std::string fix(answer.text(probes::sip_answer::kRemedy));
    // 480 and 503 may be over in a moment; without a refusal it is no answer about partners.
    const bool open = refusal.empty() || status == 480 || status == 503;
    const bool theirs = status == 401 || status == 403 || status == 407 || open;
    add("sip-refusal", open ? Weight::open : Weight::fails, theirs ? Party::theirs : Party::either,
        refusal.empty() ? fmt::format("{}: {}", row_.main.detail, meaning) : std::string(refusal),
        std::move(fix));
}

} // namespace

EndpointStanding standing_of(
    const EndpointRow& row, const FederationRow& asked, const Chain* ours
) {
    return Examination(row, asked, ours).take();
}

std::vector<const Finding*> refusing(const std::vector<const Finding*>& findings) {
    std::vector<const Finding*> out;
    for (const auto* finding : findings)
        if (finding->verdict == Verdict::fail && counts_for_acceptance(*finding))
            out.push_back(finding);
    return out;
}

} // namespace lyncprobe::rules
