// SPDX-License-Identifier: MIT
// The commands, each with its options, help and examples.
#pragma once

#include "app/options.h"

#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace lyncprobe::app {

// Registers every command; what is parsed goes into `options`, which outlives the app.
std::vector<std::pair<CLI::App*, int (*)(const Options&)>> add_commands(
    CLI::App&, Options& options
);

// What options mean together; throws Refused.
void check_options(const Options&);

} // namespace lyncprobe::app
