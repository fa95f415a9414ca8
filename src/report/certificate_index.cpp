// SPDX-License-Identifier: MIT
#include "report/certificate_index.h"

#include "model/text/lists.h"
#include "report/page.h"

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kNameColumns = 48;

} // namespace

void collect(CertificateIndex& index, const Chain* chain) {
    if (!chain) return;
    for (const auto* list : {&chain->presented, &chain->path.path, &chain->fetched})
        for (const auto& entry : *list)
            // Borrowed: the result owns them longer than any index lives.
            index.try_emplace(entry->sha256, entry.get());
}

void collect(CertificateIndex& index, const EndpointRow& row) {
    const auto attempt = [&](const AttemptRow& it) {
        collect(index, it.chain.get());
        for (const auto& given : it.given)
            index.try_emplace(given.certificate->sha256, given.certificate.get());
    };
    attempt(row.main);
    for (const auto& variant : row.variants)
        attempt(variant);
}

CertificateIndex collect(const ScanResult& run) {
    CertificateIndex index;
    for (const auto& row : run.endpoints)
        collect(index, row);
    for (const auto& identity : run.identities)
        collect(index, identity.chain.get());
    for (const auto& file : run.files)
        collect(index, file.chain.get());
    return index;
}

std::string serial_number(const Certificate& certificate) {
    return (certificate.serial.size() % 2 == 0 ? "" : "0") + certificate.serial;
}

std::map<Fingerprint, CertificatePlaces> places_of(const ScanResult& run) {
    std::map<Fingerprint, CertificatePlaces> out;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& chain = run.endpoints[i].main.chain;
        if (chain && !chain->presented.empty())
            out[chain->presented.front()->sha256].endpoints.push_back(i);
    }
    const auto add = [&](const ChainPtr& chain, std::string name) {
        if (chain && !chain->presented.empty())
            out[chain->presented.front()->sha256].others.push_back(std::move(name));
    };
    for (const auto& identity : run.identities)
        add(identity.chain, "our identity " + identity.id);
    for (const auto& file : run.files)
        add(file.chain, file.path);
    return out;
}

std::string key_text(const PublicKey& key) {
    return key.curve.empty() ? fmt::format("{} {}", key.algorithm, key.bits)
                             : fmt::format("{} {}", key.algorithm, key.curve);
}

std::string names_text(const Certificate& certificate) {
    if (!certificate.san) return "none";
    auto names = certificate.san->dns;
    names.insert(names.end(), certificate.san->ip.begin(), certificate.san->ip.end());
    auto text = joined(names);
    if (certificate.san->other > 0)
        text += fmt::format("{}{} more", text.empty() ? "" : " and ", certificate.san->other);
    return text;
}

std::string common_name(const Certificate& certificate) {
    if (!certificate.common_names.empty()) return certificate.common_names.front();
    return certificate.subject.empty() ? "(no subject)" : certificate.subject;
}

std::string label(const CertificateIndex& index, const Fingerprint& sha256) {
    const auto found = index.find(sha256);
    if (found == index.end())
        return fmt::format("certificate SHA-256 {}…", to_hex(sha256).substr(0, 8));
    const auto& certificate = *found->second;
    return fmt::format(
        "{} ({})", shortened(common_name(certificate), kNameColumns), short_thumbprint(certificate)
    );
}

} // namespace lyncprobe::report
