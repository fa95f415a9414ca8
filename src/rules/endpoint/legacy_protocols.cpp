// SPDX-License-Identifier: MIT
// Rule legacy-protocols: the server has SSL 2.0, SSL 3.0, TLS 1.0 and TLS 1.1 off.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <array>

namespace lyncprobe::rules {

namespace {

constexpr std::array kBroken{TlsVersion::ssl2, TlsVersion::ssl3};
constexpr std::array kOld{TlsVersion::tls1_0, TlsVersion::tls1_1};

template <class Wanted>
std::vector<std::string> those_in(const std::vector<TlsVersion>& list, const Wanted& wanted) {
    std::vector<std::string> out;
    for (const auto one : wanted)
        if (contains(list, one)) out.push_back(to_text(one));
    return out;
}

std::string applies_legacy_protocols(const Subject& s) {
    const auto& seen = s.seen();
    // SSL is only ever chosen where nothing newer was offered, so what is seen of it is enough.
    if (!those_in(seen.versions_chosen, kBroken).empty()) return {};
    return contains(seen.versions_offered, TlsVersion::tls1_0)
               ? ""
               : "the old versions were not tried; --versions does";
}

Ruling check_legacy_protocols(const Subject& s) {
    const auto& seen = s.seen();
    const auto broken = those_in(seen.versions_chosen, kBroken);
    const auto old = those_in(seen.versions_chosen, kOld);
    const auto finding = [&] {
        if (!broken.empty()) return fail("the server still speaks " + some_of(broken));
        if (!old.empty())
            return verdict(s.decided(Decision::tls_old), "the server still speaks " + some_of(old));
        const auto open = those_in(seen.versions_open, kBroken);
        if (!open.empty() || !those_in(seen.versions_open, kOld).empty())
            return inconclusive(
                "no answer came to some of the old versions; a longer --timeout may settle it",
                kAskLonger
            );
        return pass();
    };
    return finding()
        .with("versions", to_texts(seen.versions_chosen))
        .with("offered", to_texts(seen.versions_offered))
        .with("unanswered", to_texts(seen.versions_open));
}

} // namespace

constinit const Rule legacy_protocols{
    .id = "legacy-protocols",
    .title = "SSL 2.0, SSL 3.0, TLS 1.0 and TLS 1.1 are off",
    .scope = Scope::endpoint,
    .source =
        {.document = "Disable TLS 1.0/1.1 in Skype for Business Server",
         .section = "protocols that are turned off",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/manage/topology/"
                "disable-tls-1.0-1.1"},
    .demands = "Offered alone, none of SSL 2.0, SSL 3.0, TLS 1.0 and TLS 1.1 is taken. SSL fails; "
               "TLS 1.0 and 1.1 warn, since the servers of Lync Server 2013 need TLS 1.0 among "
               "themselves. Judged with --versions, or where SSL was seen anyway.",
    .why = "SSL 2.0 and 3.0 are broken (DROWN, POODLE; RFC 6176, RFC 7568), TLS 1.0 and 1.1 are "
           "withdrawn (RFC 8996): auditors and partners refuse servers that have them. Turning "
           "them off cuts off Windows 7 without updates, old phones and Lync for Mac 2011.",
    .fix = "turn SSL 2.0 and 3.0 off in Schannel (registry, SCHANNEL\\Protocols); TLS 1.0 and 1.1 "
           "only where every server and client of the deployment can do without",
    .evidence = "versions: those that the server chose; offered: those that were offered alone; "
                "unanswered: those of them to which no answer came",
    .applies = applies_legacy_protocols,
    .check = check_legacy_protocols,
};

} // namespace lyncprobe::rules
