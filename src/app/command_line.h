// SPDX-License-Identifier: MIT
// argv → Options.
#pragma once

#include "app/options.h"

#include <variant>

namespace lyncprobe::app {

// Either what to do, or the exit code after a help, version or error text was printed.
std::variant<Options, int> read_command_line(int argc, char** argv);

} // namespace lyncprobe::app
