// SPDX-License-Identifier: MIT
#include "codec/ms_diagnostics.h"

#include "codec/header_parameters.h"
#include "model/limits.h"
#include "model/text/ascii.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

// Sorted by id.
constexpr DiagnosticId kIds[] = {
    {1000, "the last step of the security handshake failed", true},
    {1003, "the user does not exist", true},
    {1004, "the route the request carries is no longer valid", true},
    {1006, "the request cannot be routed to its destination", true},
    {1007, "the request cannot be routed to its destination for the time being", true},
    {1008, "the DNS SRV record could not be resolved", true},
    {1009, "no SRV record of the domain leads to this server"},
    {1010, "certificate trust with another server could not be established"},
    {1011, "the previous hop gave no diagnostics", true},
    {1013, "the clocks are too far apart for authentication", true},
    {1014, "the DNS A record could not be resolved", true},
    {1015, "messages from this source domain are not routed", true},
    {1017, "this combination of From and To domains is not routed"},
    {1018, "the message could not be read", true},
    {1020, "the identity of the referrer could not be verified", true},
    {1021, "the integrity of the referrer could not be verified", true},
    {1022, "the routing destination could not be processed", true},
    {1027, "this type of request is not routed to or from federated partners"},
    {1033, "the server component before this one gave no diagnostics", true},
    {1034, "the federated partner before this server gave no diagnostics"},
    {1035, "the public IM provider before this server gave no diagnostics", true},
    {1036, "the peer that shares the address space gave no diagnostics", true},
    {1038, "no connection to a peer server could be made", true},
    {1045, "the TLS handshake with a peer server failed", true},
    {1046, "no connection to a federated peer server could be made", true},
    {1047, "the TLS handshake with a federated peer server failed"},
    {4141, "the user is disabled"},
    {10003, "the gateway or proxy behind the Mediation Server answered with a failure"},
    {17002, "the client version filter refused the request"},
    {21002, "attendees of the conference may not share"},
};

// Which numbers belong to whom (technet bb964037).
struct Range {
    std::uint32_t first, last;
    std::string_view component;
};
constexpr Range kRanges[] = {
    {1, 999, "all components alike"},
    {1000, 1999, "the SIP stack"},
    {2000, 4999, "user services"},
    {5000, 5999, "applications of the server API"},
    {6000, 6999, "the IM conferencing service"},
    {7000, 7999, "the A/V conferencing service"},
    {8000, 8999, "the telephony conferencing service"},
    {9000, 9999, "the A/V authentication service (MRAS)"},
    {10000, 10999, "the Mediation Server"},
    {12000, 14999, "routing"},
    {16000, 16999, "the intelligent IM filter"},
    {17000, 17999, "the client version filter"},
    {28000, 28999, "web authentication"},
};

// Names as winerror.h has them.
constexpr WindowsError kHresults[] = {
    {0x80090322, "SEC_E_WRONG_PRINCIPAL", "the name is not in the peer's certificate"},
    {0x80090325, "SEC_E_UNTRUSTED_ROOT", "the root of the peer's certificate is not trusted"},
    {0x80090326, "SEC_E_ILLEGAL_MESSAGE", "the TLS messages did not fit, or the peer refused them"},
    {0x80090327, "SEC_E_CERT_UNKNOWN", "the certificate could not be processed"},
    {0x80090328, "SEC_E_CERT_EXPIRED", "the certificate is not valid at this time"},
    {0x80090331, "SEC_E_ALGORITHM_MISMATCH", "no TLS version or cipher suite in common"},
    {0x80092012, "CRYPT_E_NO_REVOCATION_CHECK", "revocation could not be checked"},
    {0x80092013, "CRYPT_E_REVOCATION_OFFLINE", "the revocation server could not be reached"},
    {0x800B0101, "CERT_E_EXPIRED", "the certificate is not valid at this time"},
    {0x800B0109, "CERT_E_UNTRUSTEDROOT", "the root of the chain is not trusted"},
    {0x800B010F, "CERT_E_CN_NO_MATCH", "the certificate's name is not the one expected"},
};

// Names as winsock2.h has them.
constexpr WindowsError kWinsock[] = {
    {10054, "WSAECONNRESET", "the peer reset the connection"},
    {10060, "WSAETIMEDOUT", "the peer did not answer in time"},
    {10061, "WSAECONNREFUSED", "the peer refused the connection"},
    {11001, "WSAHOST_NOT_FOUND", "the name does not exist in DNS"},
};

const WindowsError* find_error(std::span<const WindowsError> list, std::uint32_t code) {
    const auto found = std::find_if(list.begin(), list.end(), [code](const WindowsError& known) {
        return known.code == code;
    });
    return found == list.end() ? nullptr : &*found;
}

std::string shortened(std::string_view text) {
    if (text.size() <= limits::kDiagnosticText) return std::string(text);
    return fmt::format("{}…", first_bytes(text, limits::kDiagnosticText));
}

std::string what_it_says(const MsDiagnostics& header) {
    if (const auto* known = find_diagnostic(header.id))
        return fmt::format("{}{}", known->remembered ? "probably: " : "", known->meaning);
    // The ranges are documented, the ids within them mostly are not.
    const auto component = diagnostic_component(header.id);
    return component.empty() ? std::string("an id that our list does not have")
                             : fmt::format("an id of {} that our list does not have", component);
}

// "HRESULT 0x80090322 SEC_E_WRONG_PRINCIPAL: the name …"; as sent where we do not know it.
std::string explain_hresult(std::string_view value) {
    const auto code = leading_code(value);
    const auto* known = code ? find_hresult(*code) : nullptr;
    if (known == nullptr) return fmt::format("HRESULT {}", shortened(value));
    return fmt::format("HRESULT {:#010x} {}: {}", known->code, known->name, known->meaning);
}

std::string explain_winsock(std::string_view value) {
    const auto code = leading_code(value);
    const auto* known = code ? find_winsock_error(*code) : nullptr;
    if (known == nullptr) return fmt::format("Winsock error {}", shortened(value));
    return fmt::format("Winsock error {} {}: {}", known->code, known->name, known->meaning);
}

std::string explain_parameter(std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "HRESULT")) return explain_hresult(value);
    if (equal_ignoring_case(name, "WinsockFailureCode")) return explain_winsock(value);
    if (equal_ignoring_case(name, "source")) return fmt::format("source {}", shortened(value));
    return fmt::format("{} \"{}\"", shortened(name), shortened(value));
}

} // namespace

std::string_view MsDiagnostics::parameter(std::string_view name) const {
    for (const auto& [known, value] : parameters)
        if (equal_ignoring_case(known, name)) return value;
    return {};
}

std::string_view MsDiagnostics::peer() const {
    // Real headers have blanks inside the quotes.
    for (const std::string_view name : {"PeerServer", "tls-target"})
        if (const auto value = trim(parameter(name)); !value.empty()) return value;
    return {};
}

std::optional<std::uint32_t> MsDiagnostics::error_code() const {
    const auto hresult = leading_code(parameter("HRESULT"));
    return hresult ? hresult : leading_code(parameter("WinsockFailureCode"));
}

std::optional<MsDiagnostics> read_ms_diagnostics(std::string_view value) {
    auto rest = value;
    const auto first = next_item(rest, ';');
    const auto id = trim(first.value_or(std::string_view()));
    MsDiagnostics out;
    const auto* const end = id.data() + id.size();
    auto parsed = std::from_chars(id.data(), end, out.id);
    if (parsed.ec != std::errc{}) return std::nullopt;
    // The number behind the dot is a sub-code.
    if (parsed.ptr != end && *parsed.ptr == '.') {
        std::uint32_t sub_code = 0;
        parsed = std::from_chars(parsed.ptr + 1, end, sub_code);
        if (parsed.ec != std::errc{}) return std::nullopt;
        out.sub_code = sub_code;
    }
    if (parsed.ptr != end) return std::nullopt;
    // In the order they came: a hop appends its own.
    while (out.parameters.size() < limits::kSipParameters) {
        const auto item = next_item(rest, ';');
        if (!item) break;
        auto parameter = read_parameter(*item);
        out.parameters.emplace_back(parameter.name, std::move(parameter.value));
    }
    std::erase_if(out.parameters, [](const auto& one) { return one.first.empty(); });
    return out;
}

const DiagnosticId* find_diagnostic(std::uint32_t id) {
    const auto* const end = std::end(kIds);
    const auto* const found =
        // kIds is sorted; a test holds it to that.
        std::lower_bound(std::begin(kIds), end, id, [](const DiagnosticId& known, auto wanted) {
            return known.id < wanted;
        });
    return found != end && found->id == id ? found : nullptr;
}

std::string_view diagnostic_component(std::uint32_t id) {
    for (const auto& range : kRanges)
        if (id >= range.first && id <= range.last) return range.component;
    return {};
}

const WindowsError* find_hresult(std::uint32_t code) { return find_error(kHresults, code); }

const WindowsError* find_winsock_error(std::uint32_t code) { return find_error(kWinsock, code); }

std::optional<std::uint32_t> leading_code(std::string_view text) {
    text = trim(text);
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    const auto* const end = text.data() + text.size();
    std::int64_t number = 0; // signed: some components write an HRESULT as a decimal int
    const auto [rest, error] = std::from_chars(text.data(), end, number, hex ? 16 : 10);
    constexpr std::int64_t kLowest = INT32_MIN, kHighest = UINT32_MAX;
    if (error != std::errc{} || number < kLowest || number > kHighest) return std::nullopt;
    if (hex && number < 0) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

std::string cause_in_words(const MsDiagnostics& header) {
    std::string out;
    for (const std::string_view name : {"HRESULT", "WinsockFailureCode", "ErrorType"})
        if (const auto text = header.parameter(name); out.empty() && !text.empty())
            out = explain_parameter(name, text);
    const auto peer = header.peer();
    if (peer.empty()) return out;
    return out.empty() ? fmt::format("peer {}", shortened(peer))
                       : fmt::format("peer {}, {}", shortened(peer), out);
}

std::string reason_in_words(const MsDiagnostics& header) {
    const auto reason = trim(header.parameter("reason"));
    return reason.empty() ? "without a reason" : fmt::format("\"{}\"", shortened(reason));
}

std::string explain_ms_diagnostics(std::string_view value) {
    const auto header = read_ms_diagnostics(value);
    if (!header) return fmt::format("no id that can be read in \"{}\"", shortened(value));
    std::string out = std::to_string(header->id);
    if (header->sub_code) out += fmt::format(".{}", *header->sub_code);
    out += fmt::format(": {}", what_it_says(*header));
    // The cause before the phrase that says the same as the id does, then the rest as it came.
    std::string inside;
    const auto add = [&inside](std::string_view name, std::string_view text) {
        inside += fmt::format("{}{}", inside.empty() ? "" : "; ", explain_parameter(name, text));
    };
    constexpr std::string_view kFirst[] = {"HRESULT", "WinsockFailureCode", "reason", "source"};
    const auto is_first = [&kFirst](std::string_view name) {
        return std::any_of(std::begin(kFirst), std::end(kFirst), [name](std::string_view known) {
            return equal_ignoring_case(known, name);
        });
    };
    for (const auto name : kFirst)
        if (const auto text = header->parameter(name); !text.empty()) add(name, text);
    for (const auto& [name, text] : header->parameters)
        if (!is_first(name)) add(name, text);
    if (!inside.empty()) out += fmt::format(" ({})", inside);
    return out;
}

} // namespace lyncprobe::codec
