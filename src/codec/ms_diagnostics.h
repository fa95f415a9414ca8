// SPDX-License-Identifier: MIT
// ms-diagnostics, ms-diagnostics-public and X-Ms-diagnostics: why a Lync server refused, in its own
// numbers ([MS-OCER] 2.2.1.2), and what the numbers say in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lyncprobe::codec {

struct MsDiagnostics {
    std::uint32_t id = 0;
    std::optional<std::uint32_t> sub_code; // of the older form "ErrorId.SubCode"
    std::vector<std::pair<std::string, std::string>> parameters; // in order, without quotes

    std::string_view parameter(std::string_view name) const; // without regard to case; empty: none
    // The server on the other end of the connection that failed, as the header names it.
    std::string_view peer() const;
    // The HRESULT or else the Winsock code of the failed connection; nullopt where there is none.
    std::optional<std::uint32_t> error_code() const;
};

// The value of one header; nullopt where it does not begin with an id. At most
// limits::kSipParameters parameters are read.
std::optional<MsDiagnostics> read_ms_diagnostics(std::string_view value);

// DiagnosticId is what is known of one id. Most texts come from captured messages; `remembered`
// ones have no capture behind them and are said with a "probably".
struct DiagnosticId {
    std::uint32_t id;
    std::string_view meaning;
    bool remembered = false;
};
const DiagnosticId* find_diagnostic(std::uint32_t id); // null: not in our list

// The component whose numbers these are: "the SIP stack"; empty where no list says.
std::string_view diagnostic_component(std::uint32_t id);

// WindowsError is an HRESULT or a Winsock code that explains a failed connection between servers.
struct WindowsError {
    std::uint32_t code;
    std::string_view name, meaning;
};
const WindowsError* find_hresult(std::uint32_t code);
const WindowsError* find_winsock_error(std::uint32_t code);
// The number that a parameter begins with: "0x80090322(SEC_E_WRONG_PRINCIPAL)", "10054(…)",
// "-2146893022".
std::optional<std::uint32_t> leading_code(std::string_view text);

// What the server itself says went wrong, in a clause: the peer, and the HRESULT, Winsock code or
// ErrorType, explained; empty where the header has none of them. Foreign text as in
// explain_ms_diagnostics.
std::string cause_in_words(const MsDiagnostics&);

// The server's own reason, in quotes, for an id that is not in our list.
std::string reason_in_words(const MsDiagnostics&);

// One readable line for one header; foreign text in it stays as it was sent, cut at
// limits::kDiagnosticText.
std::string explain_ms_diagnostics(std::string_view value);

} // namespace lyncprobe::codec
