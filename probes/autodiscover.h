// SPDX-License-Identifier: MIT
// The Autodiscover service behind lyncdiscover and lyncdiscoverinternal ([MS-OCDISCWS]), over HTTPS
// or plain HTTP: at most five anonymous GETs for its root document and for the domain document,
// which gives the deployment's own names to everyone. Links and redirects are never followed.
// The keys of probes/http_exchange.h, and those below; request, status and reason are of the answer
// that held the first document, where one did.
#pragma once

#include "probes/probe.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::probes {

extern const ProbeInfo autodiscover;

// Keys of the answer.
namespace autodiscover_answer {
inline constexpr std::string_view kFormats = "formats"; // list: "xml", "json", "ucwa" that answered
inline constexpr std::string_view kAccessLocation =
    "access_location"; // text: "Internal" or "External", where the server thinks we are
inline constexpr std::string_view kOtherAccessLocation =
    "access_location_other"; // text: what a later document says, where that is something else
inline constexpr std::string_view kLinks = "links"; // list: "User https://…", as sent
inline constexpr std::string_view kEndpoints =
    "endpoints"; // list: "SipClientExternalAccess sip://sip.contoso.com:443", each place once
inline constexpr std::string_view kLeftOut = "left_out"; // integer: links and endpoints not kept
inline constexpr std::string_view kRedirect =
    "redirect"; // text: where a Redirect link or a Location header sends clients
inline constexpr std::string_view kRedirectOtherDomain =
    "redirect_other_domain"; // boolean: that is another domain, which mobile clients refuse
inline constexpr std::string_view kDocumentProblem =
    "document_problem"; // text: why an answer of 200 held no document
} // namespace autodiscover_answer

// LearntEndpoint is one line of `endpoints`, for rules and for following.
struct LearntEndpoint {
    std::string token;  // what the server calls it: "SipClientExternalAccess", "Ucwa"
    std::string scheme; // "sip" or "https"
    std::string host;   // DNS name in lower case, or an address without brackets
    std::uint16_t port = 0;
    bool operator==(const LearntEndpoint&) const = default;
};
std::string to_text(const LearntEndpoint&);
std::optional<LearntEndpoint> read_learnt_endpoint(std::string_view line);
std::vector<LearntEndpoint> learnt_endpoints(const Facts& answer);

// Told for clients inside alone ([MS-OCDISCWS] 3.1.5.4); those outside make no use of it.
bool is_for_inside(const LearntEndpoint&);

// Is `host` within the domain that `ours` belongs to? Both are compared by what looks like their
// registered domain; an address belongs to itself only.
bool same_domain(std::string_view host, std::string_view ours);

} // namespace lyncprobe::probes
