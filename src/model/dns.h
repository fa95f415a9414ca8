// SPDX-License-Identifier: MIT
// Questions for name servers and their answers, as plain data.
#pragma once

#include "model/host.h"
#include "model/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

enum class RecordType : std::uint8_t { a, aaaa, srv };

// How a question ended. The first three are certain; the others leave open what there is.
enum class DnsStatus : std::uint8_t {
    found,
    no_such_name,
    no_such_record,
    server_failure,
    refused,
    no_answer,
    malformed,
    alias_loop,
    not_asked
};

template <>
std::span<const Word<RecordType>> words();
template <>
std::span<const Word<DnsStatus>> words();

// The name server has said that there is something, or nothing.
bool certain(DnsStatus);
std::string_view in_words(DnsStatus); // "no such name"

struct DnsQuestion {
    std::string name; // in lower case, without the trailing dot
    RecordType type = RecordType::a;
    auto operator<=>(const DnsQuestion&) const = default;
};

// SrvTarget is one SRV record. `host` is in lower case and without the trailing dot, "." where the
// record names none; bytes other than letters, digits, '-' and '_' stand as \DDD (RFC 4343 2.1).
struct SrvTarget {
    std::string host;
    std::uint16_t port = 0, priority = 0, weight = 0;
    std::uint32_t times = 1; // that the answer has this record
    auto operator<=>(const SrvTarget&) const = default;
};

// DnsAnswer is what one question gave; for addresses also what A and AAAA gave together.
struct DnsAnswer {
    DnsQuestion question;
    DnsStatus status = DnsStatus::not_asked;
    std::string detail;               // more than the status says; one part of a sentence
    std::vector<std::string> aliases; // CNAME by CNAME, the name asked for is not among them
    std::vector<SrvTarget> targets;   // by priority, then name
    std::size_t targets_skipped = 0;
    std::vector<Address> addresses; // sorted, IPv4 first
    std::size_t addresses_skipped = 0;
    std::optional<std::uint32_t> ttl; // seconds, the shortest of the records used
    bool recursion = true;            // the server looks beyond its own zones (RFC 1035 4.1.1, RA)
    bool operator==(const DnsAnswer&) const = default;
};

} // namespace lyncprobe
