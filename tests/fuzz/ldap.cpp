// SPDX-License-Identifier: MIT
// Any bytes as a directory's side of a search, cut where the first byte says: values are not empty,
// and not larger than the limit or than what they came from.
#include "codec/ldap.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using lyncprobe::codec::LdapSearch;
    if (size == 0) return 0;
    constexpr std::size_t kLimit = 1000;
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::size_t step = data[0] + 1u;
    bytes.remove_prefix(1);
    const auto url = lyncprobe::codec::read_ldap_url(bytes);
    LdapSearch search(url.value_or(lyncprobe::codec::LdapQuery()), kLimit);
    if (search.begin().empty()) std::abort();
    for (auto rest = bytes; !rest.empty() && search.end() == LdapSearch::End::open;) {
        search.receive(rest.substr(0, step));
        rest.remove_prefix(std::min(step, rest.size()));
    }
    const bool found = search.end() == LdapSearch::End::values;
    const auto values = search.take_values();
    if (found && values.empty()) std::abort();
    std::size_t total = 0;
    for (const auto& value : values) {
        if (value.empty()) std::abort();
        total += value.size();
    }
    if (total > kLimit || total > size) std::abort();
    return 0;
}
