// SPDX-License-Identifier: MIT
// What somebody reads who has nothing but the printed requests of `lyncprobe certificates`.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::test {

// Requested is one certificate as its commands or its INF file ask for it.
struct Requested {
    std::set<std::string> servers; // where it is requested, and to which it is carried
    std::set<std::string> types;   // of Request-CsCertificate; empty = by certreq, for all uses
    std::string subject;           // of an INF file; the cmdlet takes it from the topology
    std::vector<std::string> names;
    bool for_type(std::string_view use) const;
};

// Fails the test where a command or an INF file cannot be read.
std::vector<Requested> read_requests(const std::string& text);

} // namespace lyncprobe::test
