// SPDX-License-Identifier: MIT
// Points in time and durations as text. Time is always an argument: no function here reads a clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe {

using Time = std::chrono::sys_seconds;
using Milliseconds = std::chrono::milliseconds;

// "2026-11-22T21:08:49Z" (RFC 3339, UTC).
std::string to_rfc3339(Time);

// Accepts "2026-11-22", "2026-11-22T21:08:49Z", "2026-11-22T21:08:49+01:00" and a space for the T.
std::optional<Time> parse_time(std::string_view);

// "Sun, 06 Nov 1994 08:49:37 GMT", the form in which HTTP and SIP send the date (RFC 9110 5.6.7,
// RFC 3261 20.17).
std::optional<Time> parse_http_date(std::string_view);

// "10s", "250ms", "5m", "2h", "30d", a bare number is seconds. Nothing negative, at most 100 years.
std::optional<Milliseconds> parse_duration(std::string_view);

// The shortest form that parse_duration reads back: "10s", "1500ms", "30d".
std::string to_text(Milliseconds);

} // namespace lyncprobe
