// SPDX-License-Identifier: MIT
#include "model/dns.h"

#include <array>

namespace lyncprobe {

namespace {

constexpr std::array<Word<RecordType>, 3> kTypes{{
    {RecordType::a, "A"},
    {RecordType::aaaa, "AAAA"},
    {RecordType::srv, "SRV"},
}};

constexpr std::array<Word<DnsStatus>, 9> kStatuses{{
    {DnsStatus::found, "found"},
    {DnsStatus::no_such_name, "no_such_name"},
    {DnsStatus::no_such_record, "no_such_record"},
    {DnsStatus::server_failure, "server_failure"},
    {DnsStatus::refused, "refused"},
    {DnsStatus::no_answer, "no_answer"},
    {DnsStatus::malformed, "malformed"},
    {DnsStatus::alias_loop, "alias_loop"},
    {DnsStatus::not_asked, "not_asked"},
}};

} // namespace

template <>
std::span<const Word<RecordType>> words() {
    return kTypes;
}
template <>
std::span<const Word<DnsStatus>> words() {
    return kStatuses;
}

bool certain(DnsStatus status) {
    // Anything else may be different when it is asked again.
    return status == DnsStatus::found || status == DnsStatus::no_such_name ||
           status == DnsStatus::no_such_record;
}

std::string_view in_words(DnsStatus status) {
    switch (status) {
    case DnsStatus::found: return "found";
    case DnsStatus::no_such_name: return "no such name";
    case DnsStatus::no_such_record: return "no such record";
    case DnsStatus::server_failure: return "server failure";
    case DnsStatus::refused: return "refused";
    case DnsStatus::no_answer: return "no answer";
    case DnsStatus::malformed: return "malformed answer";
    case DnsStatus::alias_loop: return "the aliases lead nowhere";
    case DnsStatus::not_asked: return "not asked";
    }
    return "?";
}

} // namespace lyncprobe
