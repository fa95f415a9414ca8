// SPDX-License-Identifier: MIT
// The documents of the lab's web sites. Pure text.
#pragma once

#include "lab/behaviour.h"

#include <ctime>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

struct WebPage {
    int status = 200;
    std::string type = "text/html";
    std::string body = {};
    std::string headers = {}; // whole lines of its own, each with its CRLF
};

WebPage start_page();
// Status in the form of IIS: the code, and a reason with its substatus where there is one.
WebPage error_page(int status, std::string_view reason = {});
WebPage service_page(std::string_view service); // of a WCF service, for people
// The page behind a meeting link, which shows build and machine before any sign-in.
WebPage join_page(const WebBehaviour&, std::time_t now);
WebPage dial_in_page();
WebPage wopi_discovery(std::string_view host); // [MS-WOPI] 3.1.5.1.1.2

// Autodiscover, [MS-OCDISCWS]: what is asked decides which of three documents comes.
enum class AutodiscoverFormat {
    xml,        // of Lync 2013 clients
    json,       // what a browser gets
    linked_json // of UCWA: `_links`
};
AutodiscoverFormat autodiscover_format(std::string_view accept);
WebPage autodiscover_root(const WebBehaviour&, AutodiscoverFormat);
WebPage autodiscover_redirect(const WebBehaviour&, AutodiscoverFormat); // over HTTP: go to HTTPS
WebPage autodiscover_domain(const WebBehaviour&, AutodiscoverFormat);
WebPage web_ticket_challenge(const WebBehaviour&);
WebPage oauth_challenge(const WebBehaviour&);
WebPage oauth_metadata(const WebBehaviour&); // the document with the OAuth certificate

} // namespace lyncprobe::lab
