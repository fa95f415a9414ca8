// SPDX-License-Identifier: MIT
// The exit codes of the contract that no report decides. 0, 1 and 3 come from Summary::exit_code.
#pragma once

namespace lyncprobe::app {

inline constexpr int kExitUsage = 2; // usage, configuration or input error; nothing was probed
inline constexpr int kExitInternal =
    4; // internal error, or an output could not be written after the run
inline constexpr int kExitInterrupted = 130;

} // namespace lyncprobe::app
