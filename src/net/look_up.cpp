// SPDX-License-Identifier: MIT
// Two answers to one result, statuses to words, and the operator's servers to c-ares' form.
#include "net/look_up.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <ares.h>

#include <fmt/format.h>

namespace lyncprobe::net {

namespace {

constexpr std::uint16_t kDnsPort = 53; // RFC 1035 4.2

Result<std::string> server_entry(const std::string& text) {
    std::string_view host = text;
    // A bare IPv6 address has colons, too: a port can follow only one colon, or a bracket.
    std::uint16_t port = kDnsPort;
    const auto colon = text.rfind(':');
    const bool one_colon = colon != std::string::npos && text.find(':') == colon;
    if (colon != std::string::npos && (one_colon || (colon > 0 && text[colon - 1] == ']'))) {
        const std::string_view digits = std::string_view(text).substr(colon + 1);
        port = to_number<std::uint16_t>(digits).value_or(0);
        host = host.substr(0, colon);
    }
    const auto address = parse_address(host);
    if (!address || port == 0)
        return Problem{
            .what = fmt::format("'{}' is no address of a name server", text),
            .where = {},
            .hint = "ADDRESS or ADDRESS:PORT, with [ ] around an IPv6 address before a port"};
    return good(host_and_port(to_text(*address), port));
}

// A server has said that there is nothing, as opposed to trouble on the way.
bool certain(int status) {
    return status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND;
}

std::string reason(int status) {
    switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA: return "no such record: the name has no address";
    case ARES_ENOTFOUND: return "no such name";
    case ARES_ESERVFAIL: return "server failure: the name server could not answer (SERVFAIL)";
    case ARES_EREFUSED: return "refused: the name server does not answer us (REFUSED)";
    case ARES_ENOTIMP: return "server failure: the name server does not know the query (NOTIMP)";
    case ARES_EFORMERR: return "server failure: the name server misread the query (FORMERR)";
    case ARES_ECONNREFUSED: return "no answer: no name server can be reached";
    case ARES_ETIMEOUT: return "no answer from the name server in time";
    case ARES_EBADRESP: return "server failure: the name server's answer is malformed";
    case ARES_EBADNAME: return "no such name: it cannot be asked for";
    default: return fmt::format("server failure: {}", ares_strerror(status));
    }
}

Cause cause_of(int status) {
    switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA: return Cause::no_such_record;
    case ARES_ENOTFOUND:
    case ARES_EBADNAME: return Cause::no_such_name;
    case ARES_EREFUSED: return Cause::resolver_refused;
    case ARES_ECONNREFUSED:
    case ARES_ETIMEOUT: return Cause::resolver_silent;
    default: return Cause::resolver_failure;
    }
}

} // namespace

LookUp combine(
    const std::string& name, const std::optional<FamilyAnswer>& a,
    const std::optional<FamilyAnswer>& aaaa
) {
    LookUp result;
    std::vector<int> failures;
    for (const auto& [answer, record] : {std::pair{&a, "A"}, std::pair{&aaaa, "AAAA"}}) {
        if (!*answer) continue;
        const FamilyAnswer& family = **answer;
        result.addresses.insert(
            result.addresses.end(), family.addresses.begin(), family.addresses.end()
        );
        if (!family.addresses.empty()) continue;
        // One family failed and the other did not: the user may be looking at half of the servers.
        failures.push_back(family.status);
        if (!certain(family.status))
            result.warning = fmt::format(
                "{}: its {} records are left out: {}", name, record, reason(family.status)
            );
    }
    // In the same order in every run, whatever a server's round robin gives.
    std::ranges::sort(result.addresses); // Address orders IPv4 before IPv6
    const auto duplicates = std::ranges::unique(result.addresses);
    result.addresses.erase(duplicates.begin(), duplicates.end());
    if (!result.addresses.empty()) return result;

    // Without an address the name's absence says most, then a server's trouble, then that there is
    // no record.
    result.warning.clear();
    const auto rank = [](int status) {
        return status == ARES_ENOTFOUND ? 0 : certain(status) ? 2 : 1;
    };
    const auto worst = std::ranges::min_element(failures, {}, rank);
    const int status = worst == failures.end() ? ARES_ENODATA : *worst;
    result.failure = reason(status);
    result.cause = cause_of(status);
    result.no_such_name = status == ARES_ENOTFOUND;
    return result;
}

Result<std::string> server_list(std::span<const std::string> servers) {
    std::string list;
    for (const std::string& server : servers) {
        auto entry = server_entry(server);
        if (!entry) return entry.error();
        if (!list.empty()) list += ',';
        list += *entry;
    }
    return good(std::move(list));
}

} // namespace lyncprobe::net
