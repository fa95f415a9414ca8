// SPDX-License-Identifier: MIT
// What the lab needs of the operating system beyond the standard library; the only POSIX of the
// lab.
#pragma once

#include "model/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::lab {

// Replaces the file; only its owner may read it, from its first byte on.
Result<void> write_private_file(const std::string& path, std::string_view bytes);

// A new empty folder for this run below the system's temporary one; only its owner may enter it.
Result<std::string> make_temporary_folder();

// From now on Ctrl-C and SIGTERM wait for wait_for_interrupt() or run_command(). Before the first
// thread.
void hold_interrupts();

// Returns when Ctrl-C, SIGTERM or SIGHUP comes.
void wait_for_interrupt();

// Runs a program (looked up in PATH) with `name=value` added to its environment; interrupts reach
// it, too. Its exit code; 128 + n where signal n ended it.
Result<int> run_command(const std::vector<std::string>& command, const std::string& environment);

} // namespace lyncprobe::lab
