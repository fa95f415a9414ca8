// SPDX-License-Identifier: MIT
// What a listener of the lab says above TLS where nothing is broken: its SIP stack, its web site,
// its XMPP stream.
#pragma once

#include <cstdint>
#include <string>

namespace lyncprobe::lab {

// SipBehaviour is one SIP listener. The default answers NEGOTIATE without a challenge.
struct SipBehaviour {
    std::string server = "RTC/5.0"; // Server header; RTC/4.0 is Lync 2010, RTC/7.0 Skype 2019
    std::string fqdn;               // targetname of its challenges; empty = no challenge
    int clock_offset = 0;           // seconds by which its clock is ahead
    int options_status = 0;         // answer to OPTIONS; 0 = as to any other method
    int refuse_status = 0;          // answer to every request; 0 = it refuses none
    std::string diagnostics;        // ms-diagnostics of a refusal, such as `1017;reason="..."`
};

// WebBehaviour is one web listener, and what it lets out about the deployment behind it.
struct WebBehaviour {
    enum class Site {
        start_page,         // IIS as installed: the same page to every GET
        lync,               // the web services of Lync Server
        office,             // Office Web Apps
        conference_control, // C3P on 444: RtcSrv speaks, not IIS
        replication         // the replica agent of an Edge Server on 4443
    };
    Site site = Site::start_page;
    std::string server_fqdn; // of the Front End: X-MS-Server-Fqdn, Machine; empty = kept back
    std::string internal_web, external_web; // host names of the web services
    std::string internal_sip, external_sip; // SIP servers that autodiscover names
    std::uint16_t internal_sip_port = 5061; // of servers and clients alike
    std::uint16_t federation_port = 5061, access_port = 443;
    bool external = false;                             // AccessLocation: asked from outside
    std::string build = "lcs_se_w15_msrc5.0.8308.577"; // as the join page tells it
    std::string rtc_server = "RTC/5.0";                // Server header of conference control
    int clock_offset = 0;                              // seconds by which its clock is ahead
    std::string oauth_certificate; // base64 of the DER; empty = it has no metadata document
    std::string redirect;          // Location of a 302 that answers every request; empty = none
};

// Which TLS an XMPP stream offers: a Lync XMPP proxy sets it per partner, and may offer none.
enum class Xmpp : std::uint8_t {
    none,
    starttls_offered,
    starttls_required,
    starttls_refused, // offered, and answered with <failure/>
    no_tls
};

} // namespace lyncprobe::lab
