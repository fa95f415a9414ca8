// SPDX-License-Identifier: MIT
// Rule schannel-compatibility: the server and the Windows release that connects to it have a
// version, a suite, a group and signatures in common.
#include "rules/endpoint/schannel_links.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::rules {

namespace {

using schannel::Agreement;
using schannel::Element;

bool settled(const AttemptRow& it) { // the server chose, and what followed did not break
    return it.tls && it.tls->version != TlsVersion::none && !it.tls->cipher.empty() &&
           (it.raw_version != 0 ? it.outcome == Outcome::ok
                                : it.tls->handshake_done || it.chain != nullptr);
}

// An answer to our hello that says no; silence and our own faults are none.
bool turned_away(const AttemptRow& it) {
    return it.stage == Stage::handshake && !settled(it) &&
           (it.outcome == Outcome::tls_alert || it.outcome == Outcome::tls_failure ||
            it.outcome == Outcome::closed || it.outcome == Outcome::reset);
}

std::string choice_text(const TlsFacts& tls) {
    return fmt::format("{} ({})", tls.cipher, to_text(tls.version));
}

// With all that another client may lack.
std::string whole_choice_text(const TlsFacts& tls) {
    auto out = fmt::format("{} ({}", tls.cipher, to_text(tls.version));
    if (!tls.group.empty()) out += ", " + tls.group;
    if (!tls.signature_scheme.empty()) out += ", " + tls.signature_scheme;
    return out + ")";
}

// Attempts is what was tried as that release, and what the server chose of everything.
struct Attempts {
    const AttemptRow* handshake = nullptr;
    const AttemptRow* raw = nullptr;
    const AttemptRow* sure = nullptr;
    std::vector<const TlsFacts*> chosen;

    explicit Attempts(const EndpointRow& row) {
        add(row.main);
        for (const auto& variant : row.variants)
            add(variant);
    }
    OperatingSystem os() const {
        return handshake != nullptr ? handshake->as_os : OperatingSystem::unknown;
    }
    std::vector<std::string> choices(std::string (&text)(const TlsFacts&)) const {
        std::vector<std::string> out;
        for (const auto* tls : chosen)
            if (auto one = text(*tls); !contains(out, one)) out.push_back(std::move(one));
        return out;
    }

  private:
    void add(const AttemptRow& it) {
        if (!has_own_sni(it.role)) return;
        if (it.as_os == OperatingSystem::unknown) {
            if (it.tls && !it.tls->cipher.empty()) chosen.push_back(it.tls.get());
            return;
        }
        auto& slot = it.raw_version == 0 ? handshake : it.sure_only ? sure : raw;
        if (slot == nullptr) slot = &it;
    }
};

std::string applies_schannel_compatibility(const Subject& s) {
    const auto* row = s.seen().row;
    if (row == nullptr || Attempts(*row).handshake == nullptr)
        return "no attempt was made as a Windows release (peer_os: or --as-os)";
    return {};
}

std::uint32_t dh_bits(std::string_view group) {
    constexpr std::string_view kDh = "DH "; // as TlsFacts::group has it
    std::uint32_t bits = 0;
    if (group.starts_with(kDh))
        std::from_chars(group.data() + kDh.size(), group.data() + group.size(), bits);
    return bits;
}

schannel::Limits limits_for(const schannel::Release& release, const TlsFacts& chosen) {
    return schannel::limits_of(
        release, schannel::choice_of(release, chosen.cipher, chosen.group), dh_bits(chosen.group)
    );
}

std::string hangs_on(const std::vector<const schannel::Fact*>& facts) {
    std::vector<std::string> out;
    for (const auto* fact : facts)
        out.emplace_back(fact->what);
    return some_of(out);
}

constexpr const char* kTryThere = "try it from such a machine, with the application that connects";

std::string_view kind_text(Element kind) {
    switch (kind) {
    case Element::version: return "versions";
    case Element::suite: return "suites";
    case Element::group: return "groups";
    case Element::signature_scheme: break;
    }
    return "signature algorithms";
}

// Empty: the rule's own, which is about suites.
std::string_view fix_for(Element kind, const schannel::Release& release) {
    switch (kind) {
    case Element::version:
        if (!schannel::has_tls12(release.os))
            return "enable TLS 1.2 on the Windows that connects (SCHANNEL\\Protocols in its "
                   "registry)";
        return "enable TLS 1.2 on the server";
    case Element::suite: return {};
    case Element::group: return "enable the group secp256r1 (NIST P-256) on the server";
    case Element::signature_scheme: break;
    }
    return "let the server sign its key exchange with RSA and SHA-256 (rsa_pkcs1_sha256), too";
}

// What is said of a connection that came about.
Ruling rule_on_choice(
    const Subject& s, const Attempts& tried, const AttemptRow& won, const schannel::Release& release
) {
    const auto os = to_text(tried.os());
    const auto& tls = *won.tls;
    const auto limits = limits_for(release, tls);
    if (!limits.broken.empty()) {
        auto text = fmt::format("{} {} (the server chose {})", os, limits.broken, choice_text(tls));
        if (limits.hangs_on == nullptr)
            return fail(std::move(text))
                .fixed_by("give the server another Diffie-Hellman group, of 2048 bits, or prefer "
                          "suites with ECDHE");
        return inconclusive(fmt::format("{}: {}", text, limits.hangs_on->what), kTryThere);
    }
    const auto taken = schannel::chain_taken(
        release, server_chain_of(s.chain), static_cast<std::uint16_t>(tls.version)
    );
    if (taken.kind != Agreement::Kind::works) {
        const auto pair = scheme_text(taken.lacks);
        if (taken.kind == Agreement::Kind::nothing)
            return fail(
                       fmt::format(
                           "a certificate that is sent is signed with {}, which {} does not offer: "
                           "it refuses the chain under {}",
                           pair, os, to_text(tls.version)
                       )
            )
                .fixed_by("have the CA sign with SHA-256 and reissue the certificate that is named"
                );
        return inconclusive(
            fmt::format(
                "a certificate that is sent is signed with {}, and whether {} takes it under {} is "
                "not certain: {}",
                pair, os, to_text(tls.version), hangs_on(taken.hangs_on)
            ),
            kTryThere
        );
    }
    const auto* doubt = schannel::held_against(release, tls).hangs_on;
    if (doubt != nullptr && tried.sure != nullptr && turned_away(*tried.sure))
        return inconclusive(
            fmt::format(
                "as {} it chooses {} and has nothing else for it: {}", os, whole_choice_text(tls),
                doubt->what
            ),
            kTryThere
        );
    return pass(fmt::format("as {} it chooses {}", os, choice_text(tls)));
}

// The server took nothing of that release's hello, and something of one that has everything.
Ruling rule_on_refusal(const Attempts& tried, const schannel::Release& release) {
    const auto os = to_text(tried.os());
    const auto& choice = *tried.chosen.front();
    auto held = schannel::held_against(release, choice);
    if (!held.missing.empty() && held.hangs_on != nullptr &&
        limits_for(release, choice).broken.empty())
        return inconclusive(
            fmt::format(
                "the server refused what {} usually offers, and what it chooses of everything, {}, "
                "that release may have: {}",
                os, whole_choice_text(choice), held.hangs_on->what
            ),
            kTryThere
        );
    // A server has one list of suites for each version, and takes groups and signatures by the
    // client's order: whichever of these two differs may be the cause.
    if (held.missing.empty()) held.missing = {Element::suite};
    if (held.missing.front() < Element::group) held.missing.resize(1);
    std::vector<std::string> has, fixes;
    for (const auto kind : held.missing) {
        const auto names = schannel::names_of(release, kind);
        has.push_back(fmt::format("the {} {}", kind_text(kind), some_of(names)));
        if (const auto fix = fix_for(kind, release); !fix.empty()) fixes.emplace_back(fix);
    }
    auto ruling = fail(fmt::format(
        "{} has nothing in common with this server and cannot connect: of everything the server "
        "chooses {}, and {} has {}",
        os, some_of(tried.choices(whole_choice_text)), os, fmt::join(has, " and ")
    ));
    if (fixes.empty()) return ruling;
    return std::move(ruling).fixed_by(fmt::format("{}", fmt::join(fixes, ", and ")));
}

Ruling rule_on(const Subject& s, const Attempts& tried, const schannel::Release& release) {
    const auto os = to_text(tried.os());
    if (settled(*tried.handshake)) return rule_on_choice(s, tried, *tried.handshake, release);
    if (tried.raw != nullptr && settled(*tried.raw))
        return rule_on_choice(s, tried, *tried.raw, release);
    const bool refused =
        turned_away(*tried.handshake) &&
        (tried.raw != nullptr ? turned_away(*tried.raw) : tried.handshake->not_offered.empty());
    if (!refused || tried.chosen.empty())
        return inconclusive(
            fmt::format(
                "the hello of {} got no answer that tells: {}", os, tried.handshake->detail
            ),
            "run it again; the endpoint's other findings say what else is wrong"
        );
    return rule_on_refusal(tried, release);
}

Ruling check_schannel_compatibility(const Subject& s) {
    const Attempts tried(*s.seen().row);
    const auto* release = schannel::release_of(tried.os());
    if (release == nullptr) return not_applicable("nothing is known of that system");
    return rule_on(s, tried, *release)
        .with("as_os", std::string(to_text(tried.os())))
        .with("server_chooses", tried.choices(choice_text))
        .with("suites", schannel::names_of(*release, Element::suite))
        .with("not_offered", tried.handshake->not_offered)
        .with("source", std::string(release->suites.fact.source));
}

} // namespace

constinit const Rule schannel_compatibility{
    .id = "schannel-compatibility",
    .title = "Server and client have TLS in common, as their Windows releases have it",
    .scope = Scope::endpoint,
    .source =
        {.document = "Cipher Suites in TLS/SSL (Schannel SSP)",
         .section = "the page of each Windows version, protocols and elliptic curves",
         .url = "https://learn.microsoft.com/en-us/windows/win32/secauthn/"
                "cipher-suites-in-schannel"},
    .demands =
        "With peer_os: or --as-os the server answers the ClientHello of that Windows release with "
        "a version, a cipher suite and a group that it has, and every certificate that is sent is "
        "signed with what it offers. For the links of a topology with os: the defaults of both "
        "ends share these; a verdict that hangs on an update or on what sources leave open is "
        "inconclusive and names it. Without peer_os: and os: there is no finding.",
    .why = "Schannel of Windows Server 2012 R2 and older has AES-GCM for RSA certificates only "
           "with DHE or RSA key exchange. A server that was reduced to ECDHE with AES-GCM is dead "
           "to it: events 36874 and 36888, alert 40.",
    .fix = "enable a suite on the server that the release has, such as "
           "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, or let the servers that connect to it run on a "
           "Windows that has those of the server",
    .evidence = "as_os: the release; server_chooses: of everything that was offered; suites: of "
                "the release; not_offered: what of them this machine cannot send; source. Of "
                "links: from, to, services, client_os, server_os, hangs_on",
    .applies = applies_schannel_compatibility,
    .only_where_it_applies = true,
    .check = check_schannel_compatibility,
    .check_run = check_schannel_links,
};

} // namespace lyncprobe::rules
