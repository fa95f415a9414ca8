// SPDX-License-Identifier: MIT
// Rule tls12-available: the server speaks TLS 1.2 or newer.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

namespace lyncprobe::rules {

namespace {

std::string applies_tls12_available(const Subject& s) {
    return s.seen().versions_chosen.empty() ? "no connection showed a version of TLS" : "";
}

Ruling check_tls12_available(const Subject& s) {
    const auto& chosen = s.seen().versions_chosen;
    const bool modern =
        contains(chosen, TlsVersion::tls1_2) || contains(chosen, TlsVersion::tls1_3);
    auto ruling = modern ? pass()
                         : verdict(
                               s.decided(Decision::tls12_missing),
                               "offered every version up to TLS 1.3, the server takes an older one "
                               "than TLS 1.2: " +
                                   some_of(to_texts(chosen))
                           );
    return std::move(ruling).with("versions", to_texts(chosen));
}

} // namespace

constinit const Rule tls12_available{
    .id = "tls12-available",
    .title = "The server speaks TLS 1.2 or newer",
    .scope = Scope::endpoint,
    .source =
        {.document = "Disable TLS 1.0/1.1 in Skype for Business Server",
         .section = "supportability scope",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/manage/topology/"
                "disable-tls-1.0-1.1"},
    .demands = "The server agrees to TLS 1.2 or a newer version. On Lync Server 2013 only the Edge "
               "role can be reduced to TLS 1.2; the servers inside need TLS 1.0 among themselves, "
               "so this warns where nothing newer is there.",
    .why = "Current Windows, phones, browsers and federation partners have TLS 1.0 and 1.1 off: to "
           "them such a server looks dead, often without an alert.",
    .fix = "enable TLS 1.2 in Schannel: it is on by default from Windows Server 2012 on, and a "
           "matter of the registry (SCHANNEL\\Protocols) on 2008 R2",
    .evidence = "versions: those that the server chose in any attempt",
    .applies = applies_tls12_available,
    .check = check_tls12_available,
};

} // namespace lyncprobe::rules
