// SPDX-License-Identifier: MIT
// What the lab's name server answers (RFC 1035 4): the records of its zones, and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// ZoneRecord is one record of a zone, names in lower case and without the final dot.
struct ZoneRecord {
    std::string name;
    std::string data;       // the IPv4 address of an A record, the host of an SRV record
    std::uint16_t port = 0; // of an SRV record; 0 = this is an A record
    std::uint16_t priority = 0;
};

// The answer to one datagram; empty where it is no question. A name without records does not exist.
std::string dns_answer(std::string_view query, std::span<const ZoneRecord> zone);

} // namespace lyncprobe::lab
