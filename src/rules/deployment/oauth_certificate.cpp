// SPDX-License-Identifier: MIT
// Rule oauth-certificate: the certificate of the OAuth tokens is valid, long enough, and one.
#include "probes/https.h"
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Certificates = std::vector<const Certificate*>; // of one document, by fingerprint

// By fingerprint, so that the order is the same in every run.
struct ByFingerprint {
    static bool before(const Certificate* one, const Certificate* other) {
        return one->sha256 < other->sha256;
    }
    bool operator()(const Certificates& one, const Certificates& other) const {
        return std::lexicographical_compare(
            one.begin(), one.end(), other.begin(), other.end(), before
        );
    }
};

// Site is what gives the document: the Front Ends of the deployment, or Exchange.
struct Site {
    std::string_view whose;
    std::string_view replace; // how the certificate is replaced
    std::string_view spread;  // what to do where a server has another than the rest
};

constexpr Site kLync{
    "Lync's",
    "on one Front End: Set-CsCertificate -Identity Global -Type OAuthTokenIssuer -Thumbprint NEW; "
    "with -Roll -EffectiveDate, at least 24 hours before the old one ends, where that is still "
    "valid. The Central Management Store brings it to the others (Get-CsManagementStoreReplication"
    "Status). Then on Exchange: Set-PartnerApplication -RefreshAuthMetadata",
    "bring the certificate of the others to this server: find out with "
    "Get-CsManagementStoreReplicationStatus why its replica is not up to date, then "
    "Invoke-CsManagementStoreReplication. Assign it once, with -Identity Global; a copy put in by "
    "hand is not replicated"};
constexpr Site kExchange{
    "Exchange's",
    "on Exchange: Set-AuthConfig -NewCertificateThumbprint NEW -NewCertificateEffectiveDate DATE, "
    "then Set-AuthConfig -PublishCertificate; partners read it again within a day",
    "look in Get-AuthConfig for the current thumbprint, and put that certificate with its key on "
    "this server, too; then restart its web site"};

const Site& site_of(std::string_view source) {
    return source.find("autodiscover") == std::string_view::npos ? kLync : kExchange;
}

Certificates certificates_of(const EndpointRow& row) {
    Certificates out;
    for (const auto& given : row.main.given)
        out.push_back(given.certificate.get());
    std::sort(out.begin(), out.end(), ByFingerprint::before);
    return out;
}

std::string text_of(const Certificates& certificates) {
    std::vector<std::string> texts;
    for (const auto* one : certificates)
        texts.push_back(certificate_text(*one));
    return some_of(texts);
}

Ruling with_evidence(Ruling ruling, const Certificates& certificates, std::string_view source) {
    std::vector<std::string> thumbprints;
    for (const auto* one : certificates)
        thumbprints.push_back(one->thumbprint);
    return std::move(ruling)
        .with("certificates", std::move(thumbprints))
        .with("certificate_source", std::string(source))
        .with("use", std::string(to_text(CertificateUse::oauth_token_issuer)));
}

// A document has the present certificate, and beside it the last or the next one.
Ruling judge_dates(const Certificates& all, const ScanResult& run, const Site& site) {
    const auto now = run.judged_at;
    const Certificate* last = nullptr; // to end, of those that have begun
    bool to_come = false;              // one that begins later
    for (const auto* one : all) {
        if (!one->not_before || !one->not_after) continue;
        to_come = to_come || *one->not_before > now;
        if (*one->not_before <= now && (!last || *one->not_after > *last->not_after)) last = one;
    }
    if (!last)
        return fail(fmt::format(
                        "{} OAuth certificate is not valid yet, or its dates cannot be read: {}",
                        site.whose, text_of(all)
                    ))
            .fixed_by(std::string(site.replace));
    if (*last->not_after <= now)
        return fail(fmt::format(
                        "{} OAuth certificate has run out: {}; servers refuse each other's tokens",
                        site.whose, certificate_text(*last)
                    ))
            .fixed_by(std::string(site.replace));
    if (!to_come && *last->not_after <= now + run.expires_within)
        return warn(fmt::format(
                        "{} OAuth certificate runs out on {}, and no other one is in the document: "
                        "{}",
                        site.whose, to_rfc3339(*last->not_after), certificate_text(*last)
                    ))
            .fixed_by(std::string(site.replace));
    return pass();
}

Ruling judge_keys(const Certificates& all, const ScanResult& run, const Site& site) {
    for (const auto* one : all) {
        if (one->not_after && *one->not_after <= run.judged_at) continue; // a former one
        const auto& key = one->key;
        if (key.algorithm != "RSA")
            return warn(
                       fmt::format(
                           "{} OAuth certificate has no RSA key, with which its tokens are signed: "
                           "{}",
                           site.whose, certificate_text(*one)
                       )
            )
                .fixed_by(std::string(site.replace));
        if (key.bits >= 2048) continue;
        auto text = fmt::format(
            "{} OAuth certificate has an RSA key of {} bits: {}", site.whose, key.bits,
            certificate_text(*one)
        );
        // Windows takes no RSA key below that (KB 2661254).
        auto ruling = key.bits < 1024
                          ? fail(text + "; Windows refuses it")
                          : warn(
                                text + "; Microsoft's deployment pages ask for at least "
                                       "2048, those for planning for 1024"
                            );
        return std::move(ruling)
            .with("bits", static_cast<std::int64_t>(key.bits))
            .fixed_by(std::string(site.replace));
    }
    return pass();
}

// The documents of one kind: what each says, and whether they agree.
class Documents {
  public:
    Documents(const ScanResult& run, std::string_view source)
        : run_(run), source_(source), site_(site_of(source)) {}

    void add(const PresentedCertificate& giver) {
        by_certificates_[certificates_of(*giver.row)].push_back(giver);
        all_.push_back(giver);
    }

    void judge(std::vector<RunRuling>& rulings) const {
        const auto before = rulings.size();
        for (auto it = by_certificates_.begin(); it != by_certificates_.end(); ++it)
            for (auto* judge : {judge_dates, judge_keys}) {
                auto ruling = judge(it->first, run_, site_);
                if (ruling.verdict == Verdict::pass) continue;
                // Others have another one: what lacks here is not a new certificate.
                if (it != right()) ruling.fix = site_.spread;
                rulings.push_back(
                    {with_evidence(std::move(ruling), it->first, source_), endpoints_of(it->second)}
                );
            }
        if (by_certificates_.size() > 1) rulings.push_back(differ());
        if (rulings.size() == before)
            rulings.push_back(
                {with_evidence(pass(), by_certificates_.begin()->first, source_),
                 endpoints_of(all_)}
            );
    }

  private:
    using ByCertificates = std::map<Certificates, Group, ByFingerprint>;

    // What most give is taken for right; of two that as many give, the one that ends later.
    ByCertificates::const_iterator right() const {
        const auto rank = [](const auto& entry) {
            std::optional<Time> end;
            for (const auto* one : entry.first)
                end = std::max(end, one->not_after);
            return std::pair(entry.second.size(), end);
        };
        return std::max_element(
            by_certificates_.begin(), by_certificates_.end(),
            [&](const auto& one, const auto& other) { return rank(one) < rank(other); }
        );
    }

    RunRuling differ() const {
        const auto right = this->right();
        DeviationList others;
        Certificates shared = right->first;
        for (auto it = by_certificates_.begin(); it != by_certificates_.end(); ++it) {
            const auto& these = it->first;
            if (it != right) others.add(text_of(these), it->second);
            std::erase_if(shared, [&](const Certificate* one) {
                return std::none_of(these.begin(), these.end(), [&](const Certificate* other) {
                    return *one == *other;
                });
            });
        }
        const auto text = fmt::format(
            "{} OAuth certificate is not the same everywhere: {} on {}, but {}", site_.whose,
            text_of(right->first), endpoints_text(right->second), others.text()
        );
        auto ruling = shared.empty()
                          ? fail(text + "; a token of one is refused by whoever knows the other")
                          : warn(text + "; one is common to all, so a new one may be on its way");
        return {
            std::move(ruling)
                .with("certificate_source", std::string(source_))
                .fixed_by(std::string(site_.spread)),
            others.endpoints()};
    }

    const ScanResult& run_;
    std::string_view source_;
    const Site& site_;
    ByCertificates by_certificates_;
    Group all_;
};

// Of those that were asked and gave none, by what they said.
RunRuling not_given(const std::string& why, const Group& group) {
    return {
        inconclusive(
            fmt::format(
                "the certificate of the OAuth tokens cannot be seen, since the metadata document "
                "was not given ({}): {}",
                why, endpoints_text(group)
            ),
            "on a Front End: Get-CsCertificate -Type OAuthTokenIssuer shows it, with its date; "
            "open /metadata/json/1 of the web site there to see why it is not given"
        ),
        endpoints_of(group)};
}

std::vector<RunRuling> check_oauth_certificate(const ScanResult& run, const IssuerClosures&) {
    std::map<std::string, Documents> documents;
    std::map<std::string, Group> silent;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        const PresentedCertificate giver{i, &row, &run.targets[row.target]};
        const auto said = row.main.answer.text(probes::https_answer::kOAuthMetadata);
        if (!row.main.given.empty()) {
            const auto& source = row.main.given.front().source;
            documents.try_emplace(source, run, source).first->second.add(giver);
        } else if (!said.empty()) {
            silent[said == "read" ? "no certificate in it" : std::string(said)].push_back(giver);
        }
    }
    std::vector<RunRuling> rulings;
    for (const auto& [source, its] : documents)
        its.judge(rulings);
    for (const auto& [why, group] : silent)
        rulings.push_back(not_given(why, group));
    return rulings;
}

} // namespace

constinit const Rule oauth_certificate{
    .id = "oauth-certificate",
    .title = "The certificate of the OAuth tokens is valid, of 2048 bits, and everywhere the same",
    .scope = Scope::deployment,
    .source =
        {.document = "Assign a server-to-server authentication certificate to Skype for Business "
                     "Server; Configure an on-premises partner application",
         .section = "OAuthTokenIssuer; metadata document",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/manage/authentication/"
                "assign-a-server-to-server-certificate"},
    .demands =
        "A Front End gives the certificate with which it signs tokens for Exchange, SharePoint and "
        "Office 365 to everybody in a document of its web site (/metadata/json/1; Exchange: "
        "/autodiscover/metadata/json/1). One that is in it is valid now and for some time, no RSA "
        "key in it is below 2048 bits (1024 and more: a warning, since Microsoft's texts do not "
        "agree), and all Front Ends give the same. It is not the certificate of any handshake, and "
        "no other rule judges it.",
    .why = "Nothing else shows it: when it ends, archiving, the contact store, Outlook on the web "
           "and hybrid users lose Exchange (event 32053) while every port is fine. A server that "
           "missed the new one makes tokens that nobody accepts.",
    .fix = "replace the OAuth certificate once, on one Front End, at least 24 hours before its end",
    .evidence = "certificates: thumbprints; certificate_source: the request that gave them; use; "
                "bits: of the short key",
    .check_run = check_oauth_certificate,
};

} // namespace lyncprobe::rules
