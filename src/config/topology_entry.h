// SPDX-License-Identifier: MIT
// One entry of `topology:` (a site with its pools), and `simple_urls:`.
#pragma once

#include "config/target_entry.h"
#include "config/values.h"
#include "model/deployment.h"

#include <cstdint>
#include <vector>

namespace lyncprobe::config {

// PoolDraft is a pool before its list's defaults are filled in.
struct PoolDraft {
    Pool pool;
    std::uint64_t given = 0; // a bit for each key that was said
    Spot identity;           // where it was said
};

struct SiteDraft {
    std::string name;
    std::vector<PoolDraft> pools;
};

// `warnings` takes what is odd but no mistake.
SiteDraft read_site(const Node& mapping, ListFile&, std::vector<Problem>& warnings);

// Fills in what the pool does not say and every target of a list may share.
void apply_defaults(Pool&, std::uint64_t given, const TargetDraft& defaults);

void read_simple_urls(const Entry& section, SimpleUrls&);

} // namespace lyncprobe::config
