// SPDX-License-Identifier: MIT
// One *.case file: front matter, the presented chain and its anchors as PEM, the whole expected
// finding list.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lyncprobe::cases {

// CaseFile is a case as it stands in the file.
struct CaseFile {
    std::filesystem::path path;
    std::map<std::string, std::string> front; // title, at, role, use, side, host, pool, server,
                                              // names, enrollment, anchors
    std::string head;                   // everything before the expected findings, for blessing
    std::vector<std::string> presented; // DER
    std::vector<std::string> anchors;   // DER, the last `anchors:` blocks
    std::vector<std::string> expected;  // "position rule verdict"; "-" = the whole chain

    std::string name() const; // "server-eku/absent"
    std::string rule() const; // the folder
};

CaseFile read_case(const std::filesystem::path&);
std::vector<CaseFile> read_all_cases(const std::filesystem::path& folder); // sorted by path
void bless(const CaseFile&, const std::vector<std::string>& findings);

// What the rules say, in the form of `expected`.
std::vector<std::string> judge_case(const CaseFile&);

} // namespace lyncprobe::cases
