// SPDX-License-Identifier: MIT
// Web addresses taken apart (RFC 3986), strictly: what browsers and servers read differently is
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::codec {

struct Url {
    std::string scheme; // "http" or "https"
    std::string host; // DNS name in lower case without trailing dot, or an address without brackets
    std::uint16_t port = 0;
    std::string path;       // with the query, without the fragment; begins with '/'
    bool user_info = false; // it names a user before the host: a trick more often than a need
    bool operator==(const Url&) const = default;
};

// An absolute http or https address. Nothing where it is none; `problem`, where wanted, says why.
std::optional<Url> parse_url(std::string_view text, std::string* problem = nullptr);

// "https://host:port", the port always written.
std::string origin(const Url&);

} // namespace lyncprobe::codec
