// SPDX-License-Identifier: MIT
#include "rules/endpoint/schannel_links.h"

#include "rules/engine/helpers.h"

#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using schannel::Agreement;
using Key = schannel::ServerChain::Key;

constexpr std::array<std::string_view, 7> kHashes{"",       "MD5",    "SHA1",  "SHA224",
                                                  "SHA256", "SHA384", "SHA512"};

// RFC 5246 7.4.1.4.1, and RFC 8446 4.2.3 for RSASSA-PSS; 0 where it has no number.
std::uint16_t scheme_of(const Algorithm& algorithm) {
    auto kind = signature_kind(algorithm);
    // Not among what Lync supports, and refused by every Schannel with TLS 1.2.
    if (algorithm.oid == "1.2.840.113549.1.1.4") kind = {SignatureFamily::rsa, "MD5"};
    const auto* hash = std::ranges::find(kHashes, kind.hash);
    if (kind.hash.empty() || hash == kHashes.end()) return 0;
    const auto number = static_cast<std::uint16_t>(hash - kHashes.begin());
    switch (kind.family) {
    case SignatureFamily::rsa: return static_cast<std::uint16_t>(number << 8 | 1);
    case SignatureFamily::dsa: return static_cast<std::uint16_t>(number << 8 | 2);
    case SignatureFamily::ecdsa: return static_cast<std::uint16_t>(number << 8 | 3);
    case SignatureFamily::rsa_pss:
        return number >= 4 ? static_cast<std::uint16_t>(0x0800 | number) : std::uint16_t{0};
    case SignatureFamily::other: break;
    }
    return 0;
}

std::uint16_t curve_of(std::string_view name) {
    if (name == "P-256") return 23;
    if (name == "P-384") return 24;
    return name == "P-521" ? 25 : 0;
}

// Said is the links that one sentence is about.
struct Said {
    Agreement agreement;
    std::set<std::size_t> from, to, endpoints;
    std::vector<std::string> services;
};
using SaidKey = std::tuple<OperatingSystem, OperatingSystem, Agreement::Kind, std::string>;

RunRuling rule_on(const MutualTrust& trust, const SaidKey& key, Said said) {
    const auto client = to_text(std::get<0>(key)), server = to_text(std::get<1>(key));
    auto from = names_of(trust, {said.from.begin(), said.from.end()});
    auto to = names_of(trust, {said.to.begin(), said.to.end()});
    std::vector<std::string> facts;
    for (const auto* fact : said.agreement.hangs_on)
        facts.emplace_back(fact->what);
    auto what = fmt::format(
        "{} ({}) and {} ({}, {}) share {}", some_of(from), client, some_of(to), server,
        some_of(said.services), said.agreement.lacks
    );
    auto ruling = said.agreement.kind == Agreement::Kind::nothing
                      ? fail(what + ": by the defaults of both they cannot connect")
                      : inconclusive(
                            fmt::format("{}, unless: {}", what, some_of(facts)),
                            "see that what is named is there on both, or try it between them"
                        );
    return {
        std::move(ruling)
            .with("from", std::move(from))
            .with("to", std::move(to))
            .with("services", std::move(said.services))
            .with("client_os", std::string(client))
            .with("server_os", std::string(server))
            .with("hangs_on", std::move(facts)),
        {said.endpoints.begin(), said.endpoints.end()}};
}

} // namespace

schannel::ServerChain server_chain_of(const Chain& chain) {
    schannel::ServerChain out;
    if (chain.presented.empty()) return out;
    const auto& key = chain.presented.front()->key;
    if (key.algorithm == "RSA") out.key = Key::rsa;
    if (key.algorithm == "DSA") out.key = Key::dsa;
    if (key.algorithm == "EC") {
        out.key = Key::ec;
        out.curve = curve_of(key.curve);
    }
    for (std::size_t i = 0; i < chain.presented.size(); ++i) {
        const bool root = std::ranges::find(chain.roots, i) != chain.roots.end();
        if (const auto scheme = scheme_of(chain.presented[i]->signature))
            out.signatures.push_back({scheme, root});
    }
    return out;
}

std::string scheme_text(std::uint16_t scheme) {
    constexpr std::array<std::string_view, 4> kFamilies{"", "RSA", "DSA", "ECDSA"};
    const bool pss = scheme >> 8 == 8;
    const std::size_t hash = pss ? scheme & 0xffu : scheme >> 8;
    return fmt::format(
        "{} with {}", kHashes[std::min(hash, kHashes.size() - 1)],
        pss ? "RSASSA-PSS" : kFamilies[scheme & 3u]
    );
}

std::vector<RunRuling> check_schannel_links(const ScanResult& run, const IssuerClosures&) {
    static const Chain kNoChain;
    std::map<SaidKey, Said> told;
    std::set<std::size_t> working;
    for (const auto& link : run.trust.links)
        for (const auto endpoint : link.endpoints) {
            const auto& row = run.endpoints[endpoint];
            const auto& target = run.targets[row.target];
            const auto chain = server_chain_of(row.main.chain ? *row.main.chain : kNoChain);
            for (const auto from : link.from) {
                const auto& client = run.trust.servers[from];
                if (link.same_pool && client.pool != target.pool) continue;
                const auto agreed = schannel::agreement(client.os, target.os, chain);
                if (!agreed) continue;
                if (agreed->kind == Agreement::Kind::works) {
                    working.insert(endpoint);
                    continue;
                }
                auto& said = told[{client.os, target.os, agreed->kind, agreed->lacks}];
                said.agreement = *agreed;
                said.from.insert(from);
                for (const auto to : link.to)
                    if (run.trust.servers[to].os == target.os) said.to.insert(to);
                said.endpoints.insert(endpoint);
                if (!contains(said.services, link.service)) said.services.push_back(link.service);
            }
        }
    std::vector<RunRuling> rulings;
    for (auto& [key, said] : told) {
        for (const auto endpoint : said.endpoints)
            working.erase(endpoint);
        rulings.push_back(rule_on(run.trust, key, std::move(said)));
    }
    if (!working.empty())
        rulings.push_back(
            {pass("by the defaults of their Windows releases those that connect to these servers "
                  "have TLS in common with them"),
             {working.begin(), working.end()}}
        );
    return rulings;
}

} // namespace lyncprobe::rules
