// SPDX-License-Identifier: MIT
#include "lab/dns_answers.h"

#include "model/host.h"
#include "model/text/ascii.h"

namespace lyncprobe::lab {

namespace {

constexpr std::size_t kHead = 12, kTypeAndClass = 4;
constexpr std::size_t kTypeA = 1, kTypeSrv = 33, kClassIn = 1;
constexpr std::size_t kNoSuchName = 3;

// Big endian.
std::string two(std::size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

// The end of the name that begins behind the head, with its root label; 0 where it is cut.
std::size_t end_of_name(std::string_view query, std::string& name) {
    std::size_t at = kHead;
    while (at < query.size() && query[at] != 0) {
        const auto size = static_cast<std::uint8_t>(query[at]);
        if (size > 63 || at + size + 1 >= query.size()) return 0;
        if (!name.empty()) name += '.';
        name += query.substr(at + 1, size);
        at += size + 1;
    }
    return at < query.size() ? at + 1 : 0;
}

std::string encoded(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const auto label = name.substr(0, name.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        name.remove_prefix(label.size() == name.size() ? label.size() : label.size() + 1);
    }
    return out + '\0';
}

std::string data_of(const ZoneRecord& record) {
    if (record.port != 0)
        return two(record.priority) + two(0) + two(record.port) + encoded(record.data);
    const auto address = parse_address(record.data).value();
    return {reinterpret_cast<const char*>(address.bytes.data()), 4};
}

} // namespace

std::string dns_answer(std::string_view query, std::span<const ZoneRecord> zone) {
    std::string name;
    const auto end = query.size() > kHead ? end_of_name(query, name) : 0;
    if (end == 0 || query.size() < end + kTypeAndClass) return {};
    const auto type = static_cast<std::size_t>(static_cast<std::uint8_t>(query[end + 1]));
    std::string records;
    std::size_t count = 0;
    bool exists = false;
    for (const auto& record : zone) {
        if (!equal_ignoring_case(record.name, name)) continue;
        exists = true;
        if (type != (record.port != 0 ? kTypeSrv : kTypeA)) continue;
        const auto data = data_of(record);
        // A pointer to the name of the question, and a minute to live.
        records +=
            "\xc0\x0c" + two(type) + two(kClassIn) + two(0) + two(60) + two(data.size()) + data;
        ++count;
    }
    // An authoritative answer; recursion is said to be there, as with a resolver.
    const auto flags = two(0x8580 | (exists ? 0 : kNoSuchName));
    return std::string(query.substr(0, 2)) + flags + two(1) + two(count) + two(0) + two(0) +
           std::string(query.substr(kHead, end + kTypeAndClass - kHead)) + records;
}

} // namespace lyncprobe::lab
