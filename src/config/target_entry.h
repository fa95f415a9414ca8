// SPDX-License-Identifier: MIT
// One entry of `targets:`, and `defaults:`, which has the same keys but those that name one server.
#pragma once

#include "config/values.h"
#include "model/deployment.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace lyncprobe::config {

// TargetDraft is a target before its list's defaults are filled in.
struct TargetDraft {
    Target target;
    std::uint64_t given = 0; // a bit for each key that was said, in the order of the table
    Spot name, identity;     // where these were said
};

TargetDraft read_target(const Node& mapping, ListFile&);
TargetDraft read_defaults(const Node& mapping, ListFile&);

// Fills in what the target does not say; then the port by the probe, and the
// transport by both.
void apply_defaults(Target&, std::uint64_t given, const TargetDraft& defaults);

// Was this key said?
bool was_given(const TargetDraft&, std::string_view key);

// Notes what a whole target says that cannot be; after apply_defaults.
void check_target(const Target&, ListFile&);

// Shared with `topology:`.
std::optional<OperatingSystem> read_computer_system(const Entry&); // of no certification authority
std::optional<OperatingSystem> read_windows_release(const Entry&); // whose Schannel is known
void read_enrollment(const Entry&, Enrollment&);

} // namespace lyncprobe::config
