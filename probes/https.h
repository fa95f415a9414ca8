// SPDX-License-Identifier: MIT
// The web sites of Front Ends, Directors, reverse proxies and Office Web Apps, and the HTTPS
// between servers on 444: one to three anonymous GETs that every such server answers, chosen by
// role and use. The last asks a Front End or Exchange for the certificate of its OAuth tokens. The
// keys of probes/http_exchange.h, and those below.
#pragma once

#include "model/vocabulary.h"
#include "probes/probe.h"

#include <string>

namespace lyncprobe::probes {

extern const ProbeInfo https;

// Keys of the answer; the first four are read from the join page at /meet/.
namespace https_answer {
inline constexpr std::string_view kBuild = "build"; // text: of the server, "5.0.8308.866"
inline constexpr std::string_view kMachine =
    "machine"; // text: the internal name of the server that made the page
inline constexpr std::string_view kInternalWebFqdn =
    "internal_web_fqdn"; // text: host of the internal web services
inline constexpr std::string_view kExternalWebFqdn =
    "external_web_fqdn"; // text: host of the external web services
inline constexpr std::string_view kOAuthMetadata =
    "oauth_metadata"; // text: "read", or why the document with the OAuth certificate could not be;
                      // absent where it was not asked for
inline constexpr std::string_view kOAuthIssuer = "oauth_issuer"; // text: as the document says
} // namespace https_answer

// JoinPage is what the page at /meet/ says of its server before anybody has signed in; empty where
// it does not.
struct JoinPage {
    std::string build, machine, internal_web_fqdn, external_web_fqdn;
};
JoinPage read_join_page(std::string_view html);

// "6.0.9319.88" → Skype for Business Server 2015; unknown for anything else.
Product product_of_build(std::string_view build);

} // namespace lyncprobe::probes
