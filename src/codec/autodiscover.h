// SPDX-License-Identifier: MIT
// The documents of Lync's Autodiscover service ([MS-OCDISCWS]): the root, and the domain document
// that names SIP servers and web services to everybody who asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

enum class AutodiscoverFormat {
    xml,  // <AutodiscoverResponse>
    json, // the same as JSON, which browsers get
    ucwa  // JSON with _links, for UCWA applications
};
std::string_view to_text(AutodiscoverFormat); // "xml", "json", "ucwa"

struct AutodiscoverDocument {
    struct Link {
        std::string token; // "Domain", "Internal/Autodiscover"; "self" in UCWA's form
        std::string href;  // as sent
        bool operator==(const Link&) const = default;
    };
    struct SipAccess {
        std::string token; // "SipClientExternalAccess"
        std::string host;  // as sent, without blanks around it
        std::uint16_t port = 0;
        bool operator==(const SipAccess&) const = default;
    };
    AutodiscoverFormat format = AutodiscoverFormat::xml;
    std::string access_location;       // "Internal" or "External"; empty where not said
    std::vector<Link> links;           // at most limits::kLearntKept
    std::vector<SipAccess> sip_access; // likewise
    std::size_t left_out = 0;          // beyond that

    const Link* link(std::string_view token) const; // without regard to case; null where absent
};

// Nothing where the body is no such document; `problem`, where wanted, says why in one clause.
std::optional<AutodiscoverDocument> read_autodiscover(
    std::string_view body, std::string_view content_type, std::string* problem = nullptr
);

} // namespace lyncprobe::codec
