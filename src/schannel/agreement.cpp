// SPDX-License-Identifier: MIT
#include "schannel/agreement.h"

#include "codec/cipher_suites.h"
#include "codec/tls_messages.h"
#include "model/add_once.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace lyncprobe::schannel {

namespace {

using Kind = Agreement::Kind;
using Key = ServerChain::Key;

constexpr std::uint16_t kP384 = 24;
constexpr std::uint32_t kSmallestDh = 1024;

constexpr Fact kRootOnTheWire{
    "a root that is sent needs a pair that was offered, too: only certificates that are sent are "
    "held against the list",
    Mark::disputed, "observations of SHA-512 in chains"};
constexpr Fact kSmallDhByUpdate{
    "groups below 1024 bits are refused before 2016 by an update (KB3061518, MS15-055)",
    Mark::remembered, "KB3061518"};
constexpr Fact kP384Suites{
    "ECDHE_ECDSA suites with SHA-384 are bound to P-384 on systems before 2016", Mark::published,
    "Microsoft, TLS Cipher Suites in Windows 8.1"};

// All of a list, or what surely is in it.
enum class Part : std::uint8_t { sure, all };

const Item* find(const List& list, std::uint16_t number) {
    const auto found = std::ranges::find(list.items, number, &Item::number);
    return found == list.items.end() ? nullptr : &*found;
}

bool has(const List& list, std::uint16_t number, Part part) {
    const auto* item = find(list, number);
    return item != nullptr && (part == Part::all || item->hangs_on == nullptr);
}

// Trial is one reading of both ends.
struct Trial {
    const Release& client;
    const Release& server;
    const ServerChain& chain;
    Part part;
    Choice choice = {};
    std::string lacks = {};

    bool common(List Release::*list, std::uint16_t number) const {
        return has(client.*list, number, part) && has(server.*list, number, part);
    }
    bool go();
    bool fits(std::uint16_t suite);
    bool take_group(std::uint16_t suite);
};

bool key_fits(Key key, std::string_view suite, std::uint16_t version) {
    if (key == Key::unknown || version >= codec::kTls13) return key != Key::dsa;
    const bool ecdsa = suite.find("_ECDSA_") != std::string_view::npos;
    const bool dss = suite.find("_DSS_") != std::string_view::npos;
    return ecdsa ? key == Key::ec : dss ? key == Key::dsa : key == Key::rsa;
}

bool version_fits(std::uint16_t suite, std::uint16_t version) {
    if ((version >= codec::kTls13) != (suite >> 8 == 0x13)) return false;
    const auto name = codec::cipher_suite_name(suite);
    const bool sha2 = name.ends_with("_SHA256") || name.ends_with("_SHA384");
    return version >= codec::kTls12 || !sha2;
}

bool Trial::take_group(std::uint16_t suite) {
    const auto name = codec::cipher_suite_name(suite);
    choice.group = 0;
    const bool elliptic = name.starts_with("TLS_ECDHE_") || choice.version >= codec::kTls13;
    if (!elliptic) return true;
    // An EC certificate is shown only to whom its curve says something (RFC 8422 5.1).
    const bool ec_key = chain.key == Key::ec && chain.curve != 0;
    if (ec_key && choice.version < codec::kTls13 && !common(&Release::groups, chain.curve))
        return false;
    const bool p384_alone = (client.p384_suites || server.p384_suites) &&
                            name.starts_with("TLS_ECDHE_ECDSA_") && name.ends_with("_SHA384");
    for (const auto& group : server.groups.items) {
        if (!common(&Release::groups, group.number)) continue;
        if (p384_alone && group.number != kP384) continue;
        choice.group = group.number;
        return true;
    }
    return false;
}

bool Trial::fits(std::uint16_t suite) {
    return common(&Release::suites, suite) && version_fits(suite, choice.version) &&
           key_fits(chain.key, codec::cipher_suite_name(suite), choice.version) &&
           take_group(suite);
}

bool Trial::go() {
    for (const auto& version : server.versions.items)
        if (choice.version == 0 && common(&Release::versions, version.number))
            choice.version = version.number;
    if (choice.version == 0) {
        lacks = "no version of TLS";
        return false;
    }
    const auto suite = std::ranges::find_if(server.suites.items, [&](const Item& item) {
        return fits(item.number);
    });
    if (suite == server.suites.items.end()) {
        lacks = "no cipher suite for this certificate";
        return false;
    }
    choice.suite = suite->number;
    const auto taken = chain_taken(client, chain, choice.version);
    const bool good = part == Part::all ? taken.kind != Kind::nothing : taken.kind == Kind::works;
    if (!good) lacks = "no " + codec::signature_scheme_name(taken.lacks);
    return good;
}

// Every fact on which an element that both ends may have hangs.
void add_facts(const Release& one, const Release& other, std::vector<const Fact*>& out) {
    for (const auto list : {&Release::versions, &Release::suites, &Release::groups})
        for (const auto& item : (one.*list).items)
            if (item.hangs_on != nullptr && has(other.*list, item.number, Part::all))
                add_once(out, item.hangs_on);
}

Agreement between(const Release& client, const Release& server, const ServerChain& chain) {
    Agreement out;
    Trial sure{client, server, chain, Part::sure};
    Trial all{client, server, chain, Part::all};
    const bool surely = sure.go(), perhaps = all.go();
    out.kind = surely ? Kind::works : perhaps ? Kind::open : Kind::nothing;
    if (perhaps) out.choice = all.choice;
    if (out.kind == Kind::works) return out;
    out.lacks = perhaps ? sure.lacks : all.lacks;
    if (out.kind == Kind::nothing) return out;
    const auto taken = chain_taken(client, chain, all.choice.version);
    out.hangs_on = taken.hangs_on;
    if (taken.kind == Kind::works) {
        add_facts(client, server, out.hangs_on);
        add_facts(server, client, out.hangs_on);
    }
    return out;
}

std::string name_of(Element kind, std::uint16_t number) {
    switch (kind) {
    case Element::version: return to_text(static_cast<TlsVersion>(number));
    case Element::suite: return suite_name(number);
    case Element::group: return codec::group_name(number);
    case Element::signature_scheme: return codec::signature_scheme_name(number);
    }
    return {};
}

const List& list_of(const Release& release, Element kind) {
    switch (kind) {
    case Element::version: return release.versions;
    case Element::suite: return release.suites;
    case Element::group: return release.groups;
    case Element::signature_scheme: break;
    }
    return release.signature_schemes;
}

// Empty where the kind says nothing about this handshake.
std::string chosen_of(Element kind, const TlsFacts& tls) {
    const auto version = static_cast<std::uint16_t>(tls.version);
    // Before TLS 1.3 a group of DHE is the server's own, and no number stands for it.
    const bool own_group = tls.group.starts_with("DH ") || tls.group.starts_with("ffdhe");
    switch (kind) {
    case Element::version: return to_text(tls.version);
    case Element::suite: return tls.cipher;
    case Element::group: return own_group && version < codec::kTls13 ? std::string() : tls.group;
    case Element::signature_scheme: break;
    }
    return version < codec::kTls12 ? std::string() : tls.signature_scheme;
}

} // namespace

Held held_against(const Release& release, const TlsFacts& chosen) {
    using enum Element;
    Held out;
    for (const auto kind : {version, suite, group, signature_scheme}) {
        const auto name = chosen_of(kind, chosen);
        if (name.empty()) continue;
        const auto& items = list_of(release, kind).items;
        const auto found = std::ranges::find_if(items, [&](const Item& item) {
            return !item.in_chains_only && name_of(kind, item.number) == name;
        });
        const auto* fact = found == items.end() ? nullptr : found->hangs_on;
        const bool offered = found != items.end() && found->offered;
        if (!offered && out.missing.empty()) out.hangs_on = fact;
        if (!offered) out.missing.push_back(kind);
        if (out.missing.empty() && out.hangs_on == nullptr) out.hangs_on = fact;
    }
    return out;
}

std::vector<std::string> names_of(const Release& release, Element kind) {
    std::vector<std::string> out;
    for (const auto& item : list_of(release, kind).items)
        if (item.offered) out.push_back(name_of(kind, item.number));
    return out;
}

Choice choice_of(const Release& release, std::string_view suite, std::string_view group) {
    Choice out;
    for (const auto& item : release.suites.items)
        if (suite_name(item.number) == suite) out.suite = item.number;
    for (const auto& item : release.groups.items)
        if (codec::group_name(item.number) == group) out.group = item.number;
    return out;
}

ChainTaken chain_taken(const Release& client, const ServerChain& chain, std::uint16_t version) {
    ChainTaken out;
    if (version < codec::kTls12) return out; // nothing is offered to hold it against
    for (const auto& [scheme, root] : chain.signatures) {
        const auto* item = find(client.signature_schemes, scheme);
        if (item != nullptr && item->hangs_on == nullptr) continue;
        const auto* fact = item != nullptr ? item->hangs_on : root ? &kRootOnTheWire : nullptr;
        const auto kind = fact != nullptr ? Kind::open : Kind::nothing;
        if (out.kind == Kind::works || kind == Kind::nothing) out.lacks = scheme;
        out.kind = std::max(out.kind, kind);
        if (fact != nullptr) add_once(out.hangs_on, fact);
    }
    return out;
}

std::optional<Agreement> agreement(
    OperatingSystem client, OperatingSystem server, const ServerChain& chain
) {
    std::optional<Agreement> out;
    bool differ = false;
    for (const auto* one : readings_of(client))
        for (const auto* other : readings_of(server)) {
            auto next = between(*one, *other, chain);
            if (!out) {
                out = std::move(next);
                continue;
            }
            differ = differ || next.kind != out->kind;
            for (const auto* fact : next.hangs_on)
                add_once(out->hangs_on, fact);
            if (out->lacks.empty()) out->lacks = std::move(next.lacks);
        }
    if (!differ) return out;
    out->kind = Kind::open;
    out->hangs_on.insert(out->hangs_on.begin(), &what_readings_hang_on());
    return out;
}

Limits limits_of(const Release& client, const Choice& choice, std::uint32_t dh_bits) {
    if (client.largest_dh != 0 && dh_bits > client.largest_dh)
        return {fmt::format(
            "takes no Diffie-Hellman group of more than {} bits, and this one has {}",
            client.largest_dh, dh_bits
        )};
    if (dh_bits != 0 && dh_bits < kSmallestDh)
        return {
            fmt::format(
                "takes no Diffie-Hellman group of less than {} bits, and this one has {}",
                kSmallestDh, dh_bits
            ),
            client.largest_dh != 0 ? &kSmallDhByUpdate : nullptr};
    const auto name = codec::cipher_suite_name(choice.suite);
    if (client.p384_suites && choice.group != kP384 && name.starts_with("TLS_ECDHE_ECDSA_") &&
        name.ends_with("_SHA384"))
        return {fmt::format("has {} with P-384 only", name), &kP384Suites};
    return {};
}

} // namespace lyncprobe::schannel
