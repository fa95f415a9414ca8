// SPDX-License-Identifier: MIT
#include "fetch/ldap_text.h"

#include "model/text/ascii.h"
#include "pki/pem.h"

#include <algorithm>

namespace lyncprobe::fetch {

namespace {

constexpr std::string_view kAttributes[] = {
    "certificaterevocationlist", "deltarevocationlist", "cacertificate"};

bool is_wanted(std::string_view attribute) {
    const auto name = to_lower(attribute.substr(0, attribute.find(';')));
    return std::ranges::find(kAttributes, name) != std::end(kAttributes);
}

} // namespace

std::vector<std::string> ldap_values(std::string_view text) {
    std::vector<std::string> values;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.starts_with('\t')) continue;
        line.remove_prefix(1);
        const auto colons = line.find(":: ");
        if (colons == std::string_view::npos || !is_wanted(line.substr(0, colons))) continue;
        if (auto value = pki::decode_base64(line.substr(colons + 3)); value && !value->empty())
            values.push_back(std::move(*value));
    }
    return values;
}

} // namespace lyncprobe::fetch
