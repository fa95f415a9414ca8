// SPDX-License-Identifier: MIT
#include "lab/answers.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

constexpr std::string_view kEndOfLine = "\r\n", kEndOfHead = "\r\n\r\n";

constexpr std::array<std::pair<int, std::string_view>, 10> kReasons{{
    {200, "OK"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {480, "Temporarily Unavailable"},
    {503, "Service Unavailable"},
    {504, "Server time-out"},
}};

} // namespace

std::size_t complete_message(std::string_view received) {
    const auto head = received.find(kEndOfHead);
    if (head == std::string_view::npos) return 0;
    const auto length = header_value(received, "Content-Length");
    std::size_t body = 0;
    std::from_chars(length.data(), length.data() + length.size(), body);
    const std::size_t whole = head + kEndOfHead.size() + std::min<std::size_t>(body, 1u << 20);
    return received.size() < whole ? 0 : whole;
}

std::string_view first_line(std::string_view message) {
    return message.substr(0, message.find(kEndOfLine));
}

std::string_view header_value(std::string_view message, std::string_view name) {
    const auto head = message.substr(0, message.find(kEndOfHead));
    for (auto start = head.find(kEndOfLine); start != std::string_view::npos;
         start = head.find(kEndOfLine, start + 2)) {
        const auto line = head.substr(start + 2, head.find(kEndOfLine, start + 2) - start - 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name))
            continue;
        const auto value = line.find_first_not_of(' ', colon + 1);
        return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    return {};
}

std::string status_text(int status) {
    for (const auto& [code, reason] : kReasons)
        if (code == status) return fmt::format("{} {}", code, reason);
    return fmt::format("{} Status {}", status, status);
}

std::string fixdate(std::time_t time) {
    // Not strftime: the names of days and months are English whatever the locale.
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds at{std::chrono::seconds(time)};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
        kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
        clock.hours().count(), clock.minutes().count(), clock.seconds().count()
    );
}

std::string repeated(std::string_view text, std::size_t at_least) {
    std::string result;
    while (result.size() < at_least)
        result += text;
    return result;
}

} // namespace lyncprobe::lab
