// SPDX-License-Identifier: MIT
#include "model/time.h"

#include "model/text/ascii.h"

#include <array>
#include <charconv>

#include <fmt/compile.h>

namespace lyncprobe {

namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
// From the comma on; how much of it must be there (RFC 9110 5.6.7, IMF-fixdate).
constexpr std::string_view kHttpDate = ", 06 Nov 1994 08:49:37 GMT";

struct Unit {
    std::string_view text;
    std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> kUnits{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

// Longer durations are a slip of the keyboard, and would overflow a clock that counts nanoseconds.
constexpr std::int64_t kLongest = 100LL * 366 * 86'400'000;

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

struct ClockTime {
    std::chrono::seconds of_day{0};
    std::chrono::seconds offset{0};
};

std::optional<ClockTime> parse_clock(std::string_view text) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    int second = 0;
    if (take(text, ":")) {
        const auto read = take_digits(text, 2);
        // RFC 3339 5.7: 60 is a leap second.
        if (!read || *read > 60) return std::nullopt;
        second = *read;
    }
    if (take(text, "."))
        // Fractions are read over: nothing here is finer than a second.
        while (take_digits(text, 1)) {
        }

    ClockTime out;
    out.of_day =
        std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{second};
    if (text.empty() || text == "Z" || text == "z") return out;
    const bool east = text.front() == '+';
    if (!take(text, "+-")) return std::nullopt;
    const auto offset_hours = take_digits(text, 2);
    if (!offset_hours || *offset_hours > 23) return std::nullopt;
    take(text, ":");
    const auto offset_minutes = take_digits(text, 2);
    if (!offset_minutes || *offset_minutes > 59 || !text.empty()) return std::nullopt;
    out.offset = std::chrono::hours{*offset_hours} + std::chrono::minutes{*offset_minutes};
    if (!east) out.offset = -out.offset;
    return out;
}

} // namespace

std::string to_rfc3339(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format(
        FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z"), static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        clock.hours().count(), clock.minutes().count(), clock.seconds().count()
    );
}

std::optional<Time> parse_time(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    // The 30th of February has the form of a date, and is none.
    if (!date.ok()) return std::nullopt;
    Time time{std::chrono::sys_days{date}};
    if (text.empty()) return time;
    if (!take(text, "Tt ")) return std::nullopt;
    const auto clock = parse_clock(text);
    if (!clock) return std::nullopt;
    return time + clock->of_day - clock->offset;
}

std::optional<Time> parse_http_date(std::string_view text) {
    const auto comma = text.find(", ");
    if (comma == std::string_view::npos || text.size() - comma < kHttpDate.size()) return {};
    text.remove_prefix(comma + 2); // the day of the week says nothing that the date does not
    const auto day = take_digits(text, 2);
    if (!day || !take(text, " ") || text.size() < 3) return {};
    const auto month = kMonths.find(text.substr(0, 3));
    // "anF" is in the text of months as well.
    if (month == std::string_view::npos || month % 3 != 0) return {};
    text.remove_prefix(3);
    if (!take(text, " ")) return {};
    const auto year = take_digits(text, 4);
    if (!year || !take(text, " ") || !text.ends_with(" GMT")) return {};
    text.remove_suffix(4);
    const auto clock = parse_clock(text);
    const std::chrono::year_month_day date{
        std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!clock || !date.ok()) return {};
    return Time{std::chrono::sys_days{date}} + clock->of_day;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    // As in configuration files of the field: a bare number is seconds.
    std::int64_t unit = 1000;
    if (!text.empty()) {
        unit = 0;
        for (const auto& known : kUnits)
            if (known.text == text) unit = known.milliseconds;
    }
    // Compared before multiplying, which could overflow.
    if (unit == 0 || number > kLongest / unit) return std::nullopt;
    return Milliseconds{number * unit};
}

std::string to_text(Milliseconds duration) {
    const auto count = duration.count();
    // The largest unit that loses nothing.
    for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit)
        if (count >= unit->milliseconds && count % unit->milliseconds == 0)
            return fmt::format("{}{}", count / unit->milliseconds, unit->text);
    return fmt::format("{}ms", count);
}

} // namespace lyncprobe
