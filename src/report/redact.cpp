// SPDX-License-Identifier: MIT
#include "report/redact.h"

#include "model/text/ascii.h"
#include "report/pseudonyms.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

// What every copy of a value keeps for itself, since others point to it.
class Redactor {
  public:
    explicit Redactor(const ScanResult& from) : from_(from) { learn_all(); }
    ScanResult run();

  private:
    void learn_all();
    void learn(const Target&);
    void learn(const Chain*);
    void learn(const Certificate&);
    void learn(const AttemptRow&);

    void text(std::string& it) { it = names_.text(it); }
    void texts(std::vector<std::string>& list) {
        for (auto& it : list)
            text(it);
    }
    void facts(Facts&);
    void fingerprint(std::optional<Fingerprint>& it) {
        if (it) it = names_.fingerprint(*it);
    }
    void address(std::optional<Address>& it) {
        if (it) it = names_.address(*it);
    }
    void addresses(std::vector<Address>& list) {
        for (auto& it : list)
            it = names_.address(it);
    }
    void redact(Target&);
    void redact(AttemptRow&);
    void redact(Finding&);
    void redact(DnsAnswer&);
    void redact(DomainDiscovery&);
    void redact(TodoItem&);
    CertificatePtr certificate(const CertificatePtr&);
    ChainPtr chain(const ChainPtr&);
    void findings(std::vector<const Finding*>&);
    const Finding* finding(const Finding*);

    const ScanResult& from_;
    Pseudonyms names_;
    std::map<const Certificate*, CertificatePtr> certificates_;
    std::map<const Chain*, ChainPtr> chains_;
    std::map<const Finding*, const Finding*> findings_;
    std::shared_ptr<FindingPool> pool_ = std::make_shared<FindingPool>();
};

void Redactor::learn(const Target& it) {
    for (const auto* text : {&it.server, &it.pool, &it.host})
        names_.learn("server", *text);
    names_.learn("site", it.site);
    names_.learn("target", it.name);
    for (const auto& name : it.also)
        names_.learn("target", name);
    names_.learn("identity", it.identity);
}

void Redactor::learn(const Certificate& it) {
    names_.learn_certificate(it);
    for (const auto* name : {&it.subject, &it.issuer})
        names_.learn_distinguished_name(*name);
    for (const auto& name : it.common_names)
        names_.learn("name", name);
    if (it.san)
        for (const auto& name : it.san->dns)
            names_.learn("name", name);
    if (it.template_v1) names_.learn("template", *it.template_v1);
}

void Redactor::learn(const Chain* chain) {
    if (!chain) return;
    for (const auto* list : {&chain->presented, &chain->path.path, &chain->fetched})
        for (const auto& it : *list)
            learn(*it);
    names_.learn_distinguished_name(chain->missing_issuer);
}

void Redactor::learn(const AttemptRow& it) {
    learn(it.chain.get());
    for (const auto& given : it.given)
        learn(*given.certificate);
    if (it.client_certificate && it.client_certificate->ca_names)
        for (const auto& name : *it.client_certificate->ca_names)
            names_.learn_distinguished_name(name);
}

// Everything that has a place of its own in the result, so that it is known where it stands in a
// sentence.
void Redactor::learn_all() {
    for (const auto& it : from_.targets)
        learn(it);
    for (const auto& row : from_.endpoints) {
        learn(row.main);
        for (const auto& variant : row.variants)
            learn(variant);
    }
    for (const auto& it : from_.identities) {
        names_.learn("identity", it.id);
        learn(it.chain.get());
    }
    for (const auto& it : from_.files) {
        names_.learn("file", it.path);
        learn(it.chain.get());
    }
    for (const auto& it : from_.inputs)
        names_.learn("input", it);
    if (from_.vantage != "internal" && from_.vantage != "external")
        names_.learn("vantage", from_.vantage);
    for (const auto& group : from_.roots)
        for (const auto* list : {&group.roots, &group.open})
            for (const auto& name : *list)
                names_.learn_distinguished_name(name);
    for (const auto& it : from_.trust.servers)
        for (const auto* text : {&it.name, &it.pool})
            names_.learn("server", *text);
    for (const auto& it : from_.locations)
        if (it->crl) names_.learn_distinguished_name(it->crl->issuer);
    for (const auto& it : from_.declared.names)
        names_.learn("server", it);
    // A waiver's reason is written by people, for people of the house.
    for (const auto& row : from_.endpoints)
        for (const auto* it : row.findings)
            if (it->waived) names_.learn("reason", *it->waived);
}

void Redactor::facts(Facts& it) {
    Facts out;
    for (auto [key, value] : it) {
        if (auto* one = std::get_if<std::string>(&value)) text(*one);
        if (auto* list = std::get_if<std::vector<std::string>>(&value)) texts(*list);
        out.set(key, std::move(value));
    }
    it = std::move(out);
}

CertificatePtr Redactor::certificate(const CertificatePtr& from) {
    auto& known = certificates_[from.get()];
    if (known) return known;
    auto it = *from;
    it.sha256 = names_.fingerprint(from->sha256);
    it.thumbprint = names_.thumbprint(*from);
    it.serial = names_.serial(*from);
    for (auto* gone :
         {&it.der, &it.subject_der, &it.issuer_der, &it.subject_key_id, &it.authority_key_id})
        gone->clear();
    it.key.spki_sha256 = {};
    for (auto* one : {&it.subject, &it.issuer})
        text(*one);
    for (auto* list : {&it.common_names, &it.ocsp_urls, &it.ca_issuer_urls, &it.notes})
        texts(*list);
    if (it.san) {
        texts(it.san->dns);
        texts(it.san->ip);
    }
    if (it.crl_distribution_points)
        for (auto& point : *it.crl_distribution_points)
            texts(point.urls);
    if (it.template_v1) text(*it.template_v1);
    // Below this arc stands what is the forest's own.
    if (it.template_v2) it.template_v2->oid = "1.3.6.1.4.1.311.21.8";
    return known = std::make_shared<const Certificate>(std::move(it));
}

ChainPtr Redactor::chain(const ChainPtr& from) {
    if (!from) return from;
    auto& known = chains_[from.get()];
    if (known) return known;
    auto it = *from;
    for (auto* list : {&it.presented, &it.path.path, &it.fetched})
        for (auto& one : *list)
            one = certificate(one);
    for (auto& flaw : it.path.flaws)
        text(flaw.text);
    text(it.path.why);
    text(it.missing_issuer);
    return known = std::make_shared<const Chain>(std::move(it));
}

void Redactor::redact(Finding& it) {
    text(it.message);
    text(it.fix);
    facts(it.evidence);
    fingerprint(it.certificate);
    if (it.waived) text(*it.waived);
}

const Finding* Redactor::finding(const Finding* from) {
    auto& known = findings_[from];
    if (known) return known;
    auto it = *from;
    redact(it);
    return known = pool_->keep(std::move(it));
}

void Redactor::findings(std::vector<const Finding*>& list) {
    for (auto& it : list)
        it = finding(it);
}

void Redactor::redact(Target& it) {
    for (auto* one :
         {&it.name, &it.host, &it.pool, &it.server, &it.site, &it.identity, &it.sip_domain,
          &it.id_base, &it.id_suffix})
        text(*one);
    for (auto* list : {&it.also, &it.names})
        texts(*list);
    if (it.sni) text(*it.sni);
    addresses(it.addresses);
}

void Redactor::redact(AttemptRow& it) {
    text(it.detail);
    facts(it.answer);
    it.chain = chain(it.chain);
    for (auto& given : it.given) {
        given.certificate = certificate(given.certificate);
        text(given.source);
    }
    if (!it.client_certificate) return;
    auto asked = *it.client_certificate;
    text(asked.presented);
    text(asked.refusal);
    if (asked.ca_names) {
        auto list = *asked.ca_names;
        texts(list);
        asked.ca_names = std::make_shared<const std::vector<std::string>>(std::move(list));
    }
    it.client_certificate = std::make_shared<const ClientCertificateFacts>(std::move(asked));
}

void Redactor::redact(DnsAnswer& it) {
    text(it.question.name);
    text(it.detail);
    texts(it.aliases);
    for (auto& target : it.targets)
        text(target.host);
    addresses(it.addresses);
}

void Redactor::redact(DomainDiscovery& it) {
    text(it.domain);
    for (auto& row : it.rows) {
        text(row.name);
        redact(row.answer);
    }
    std::map<std::string, DnsAnswer> hosts;
    for (auto& [name, answer] : it.hosts) {
        auto copy = answer;
        redact(copy);
        hosts.emplace(names_.text(name), std::move(copy));
    }
    it.hosts = std::move(hosts);
    for (auto& one : it.findings)
        redact(one);
}

void Redactor::redact(TodoItem& it) {
    text(it.remedy);
    text(it.server);
    texts(it.servers);
    fingerprint(it.certificate);
    for (auto& reason : it.reasons)
        for (auto* one : {&reason.brief, &reason.message, &reason.fix})
            text(*one);
}

ScanResult Redactor::run() {
    auto out = from_;
    out.findings = pool_;
    text(out.vantage);
    for (auto* list : {&out.inputs, &out.resolvers, &out.declared.sip_domains, &out.declared.names})
        texts(*list);
    std::ranges::sort(out.declared.names);
    for (auto& it : out.targets)
        redact(it);
    for (auto& row : out.endpoints) {
        text(row.id);
        address(row.address);
        redact(row.main);
        for (auto& variant : row.variants)
            redact(variant);
        findings(row.findings);
    }
    for (auto& row : out.identities) {
        text(row.id);
        row.chain = chain(row.chain);
        findings(row.findings);
    }
    for (auto& it : out.trust.servers) {
        text(it.name);
        text(it.pool);
    }
    for (auto& it : out.trust.links)
        texts(it.issuers);
    for (auto& it : out.roots) {
        texts(it.roots);
        texts(it.open);
    }
    for (auto& it : out.topology)
        it.finding = finding(it.finding);
    for (auto& it : out.files) {
        text(it.path);
        text(it.error);
        texts(it.notes);
        it.chain = chain(it.chain);
        findings(it.findings);
        if (it.key) text(it.key->provider);
    }
    for (auto& it : out.federation) {
        for (auto* one : {&it.domain, &it.direct, &it.our_domain})
            text(*one);
        redact(it.records);
        for (auto& reason : it.reasons) {
            text(reason.message);
            text(reason.fix);
            if (reason.waived) text(*reason.waived);
        }
    }
    for (auto& it : out.domains)
        redact(it);
    for (auto& it : out.locations) {
        auto copy = *it;
        text(copy.url);
        text(copy.detail);
        address(copy.address);
        if (copy.crl) {
            text(copy.crl->issuer);
            copy.crl->issuer_der.clear();
            copy.crl->authority_key_id.clear();
            texts(copy.crl->delta_urls);
            texts(copy.crl->scope_urls);
        }
        if (copy.ocsp) text(copy.ocsp->signature_text);
        it = std::make_shared<const FetchedLocation>(std::move(copy));
    }
    // Its id is made of names.
    for (std::size_t i = 0; i < out.summary.problems.size(); ++i) {
        redact(out.summary.problems[i]);
        out.summary.problems[i].id = fmt::format("item-{}", i + 1);
    }
    return out;
}

} // namespace

ScanResult redacted(const ScanResult& run) { return Redactor(run).run(); }

} // namespace lyncprobe::report
