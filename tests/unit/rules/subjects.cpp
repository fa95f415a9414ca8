// SPDX-License-Identifier: MIT
#include "unit/rules/subjects.h"

#include <stdexcept>

namespace lyncprobe::rules::testing {

Algorithm algorithm(std::string oid, std::string name, std::string hash) {
    return {.oid = std::move(oid), .name = std::move(name), .hash = std::move(hash), .pss = {}};
}

Algorithm sha1_rsa() { return algorithm(kSha1Rsa, "sha1WithRSAEncryption", "SHA1"); }
Algorithm sha256_rsa() { return algorithm(kSha256Rsa, "sha256WithRSAEncryption", "SHA256"); }

Algorithm pss(std::string hash, std::int64_t salt) {
    auto out = algorithm(kPss, "rsassaPss", hash);
    out.pss =
        PssParameters{.hash = hash, .mask_hash = hash, .salt_length = salt, .by_default = false};
    return out;
}

PublicKey rsa(int bits) {
    PublicKey key;
    key.oid = "1.2.840.113549.1.1.1";
    key.algorithm = "RSA";
    key.bits = bits;
    return key;
}

PublicKey curve(std::string name, std::string type) {
    PublicKey key;
    key.oid = type == "ECDH" ? "1.3.132.1.12" : "1.2.840.10045.2.1";
    key.algorithm = std::move(type);
    key.bits = 256;
    key.curve = std::move(name);
    return key;
}

Time at(std::string_view text) {
    const auto time = parse_time(text);
    if (!time) throw std::invalid_argument(std::string(text));
    return *time;
}

namespace {

Certificate certificate(std::string subject, std::string issuer, std::uint8_t number) {
    Certificate out;
    out.sha256[0] = number;
    out.subject = std::move(subject);
    out.issuer = std::move(issuer);
    out.not_before = at("2025-01-01");
    out.not_after = at("2027-01-01");
    out.key = rsa(2048);
    out.signature = out.signature_inner = sha256_rsa();
    return out;
}

} // namespace

Certificate server() {
    auto out = certificate("CN=sip.contoso.com", "CN=Contoso Issuing CA", 1);
    out.common_names = {"sip.contoso.com"};
    out.san = SubjectAltName{.dns = {"sip.contoso.com", "meet.contoso.com"}, .ip = {}};
    out.eku = {kServer};
    out.crl_distribution_points = {point({"http://crl.contoso.com/issuing.crl"})};
    return out;
}

Certificate intermediate() {
    auto out = certificate("CN=Contoso Issuing CA", "CN=Contoso Root CA", 2);
    out.basic_constraints = Certificate::BasicConstraints{.ca = true, .path_length = {}};
    out.crl_distribution_points = {point({"http://crl.contoso.com/root.crl"})};
    return out;
}

Certificate root() {
    auto out = certificate("CN=Contoso Root CA", "CN=Contoso Root CA", 3);
    out.basic_constraints = Certificate::BasicConstraints{.ca = true, .path_length = {}};
    out.self_issued = out.self_signed = out.root_like = true;
    return out;
}

DistributionPoint point(std::vector<std::string> urls) {
    DistributionPoint out;
    out.urls = std::move(urls);
    return out;
}

Bench::Bench(std::vector<Certificate> certificates) {
    for (auto& one : certificates) {
        if (one.root_like && !chain.presented.empty())
            chain.roots.push_back(chain.presented.size());
        chain.presented.push_back(std::make_shared<const Certificate>(std::move(one)));
    }
    target.names = {"sip.contoso.com"};
    context.now = at("2026-01-01");
}

const Context& Bench::ready() {
    context.policy = &policy;
    context.described = &target;
    context.observed = &seen;
    return context;
}

Finding Bench::ask(std::string_view id, std::size_t position) {
    const auto* rule = find(id);
    if (!rule) throw std::invalid_argument(std::string(id));
    return judge_one(*rule, Subject{chain, position, ready()});
}

std::vector<Finding> Bench::ask_all() {
    FindingPool pool;
    std::vector<Finding> out;
    for (const auto* finding : judge(chain, ready(), Selection(), pool))
        out.push_back(*finding);
    return out;
}

std::vector<std::string> list_of(const Facts& evidence, std::string_view key) {
    const auto* value = evidence.find(key);
    const auto* list = value ? std::get_if<std::vector<std::string>>(value) : nullptr;
    return list ? *list : std::vector<std::string>{};
}

std::int64_t number_of(const Facts& evidence, std::string_view key) {
    const auto* value = evidence.find(key);
    const auto* number = value ? std::get_if<std::int64_t>(value) : nullptr;
    if (!number) throw std::invalid_argument(std::string(key));
    return *number;
}

} // namespace lyncprobe::rules::testing
