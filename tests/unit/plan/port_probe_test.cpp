// SPDX-License-Identifier: MIT
#include "plan/port_probe.h"

#include <doctest/doctest.h>

namespace lyncprobe {

TEST_CASE("port probe: what a port is for, and on 443 what the name says") {
    struct Row {
        const char* host;
        std::uint16_t port;
        Probe probe;
    };
    constexpr Row rows[] = {
        {"fe01.contoso.local", 5061, Probe::sip},
        {"fe01.contoso.local", 5067, Probe::sip},
        {"fe01.contoso.local", 5071, Probe::sip},
        {"sip.contoso.com", 443, Probe::sip},
        {"SIP.contoso.com", 443, Probe::sip},
        {"sipexternal.contoso.com", 443, Probe::sip},
        {"access.contoso.com", 443, Probe::sip},
        {"lyncdiscover.contoso.com", 443, Probe::autodiscover},
        {"lyncdiscoverinternal.contoso.com", 443, Probe::autodiscover},
        {"av.contoso.com", 443, Probe::av_edge},
        {"meet.contoso.com", 443, Probe::https},
        {"sipping.contoso.com", 443, Probe::https},
        {"fe01.contoso.local", 4443, Probe::https},
        {"fe01.contoso.local", 8443, Probe::https},
        {"fe01.contoso.local", 8057, Probe::web_conferencing},
        {"xmpp.contoso.com", 5269, Probe::xmpp},
        {"fe01.contoso.local", 636, Probe::tls},
        {"fe01.contoso.local", 0, Probe::tls}};
    for (const auto& row : rows) {
        INFO(row.host << ':' << row.port);
        const auto found = plan::probe_of(row.host, row.port);
        CHECK(found.probe == row.probe);
        CHECK(found.why.empty() == (row.probe == Probe::tls));
    }
}

} // namespace lyncprobe
