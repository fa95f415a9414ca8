// SPDX-License-Identifier: MIT
// Who can connect to whom, as a table with few rows: servers that look alike are one.
#pragma once

#include "model/trust.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// What is known of the links between two parties, as a set.
using Known = std::uint8_t;
inline constexpr Known kWorks = 1, kOpen = 2, kBroken = 4;
Known known_of(LinkVerdict);

// Party is servers of one pool that look the same from every other party.
struct Party {
    std::string_view pool; // owned by the MutualTrust
    std::vector<std::size_t> servers;
    std::string name;
};

class TrustMatrix {
  public:
    static constexpr std::size_t kMostParties = 400; // more are no deployment that fits a page
    explicit TrustMatrix(const MutualTrust&);
    std::vector<Party> parties;
    bool too_large() const { return parties.size() > kMostParties; } // then it has no cells
    Known at(std::size_t from, std::size_t to) const { return cells_[from * parties.size() + to]; }
    bool broken(std::size_t party) const;

  private:
    void fill(const MutualTrust&);
    void merge();
    bool alike(std::size_t, std::size_t) const;
    std::vector<Known> cells_;
};

Known all_known(const MutualTrust&); // of every link together
// "cannot be told on 3 ports: no list of issuers is sent, …", and what was left out.
std::vector<std::string> open_reasons(const MutualTrust&);

} // namespace lyncprobe::report
