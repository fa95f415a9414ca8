// SPDX-License-Identifier: MIT
// What a process asks of its operating system: signals, terminal, output descriptors, file
// permissions. The POSIX calls are in process_posix.cpp and output_posix.cpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace lyncprobe::app {

// SIGPIPE and SIGXFSZ ignored, standard descriptors open, no core dumps (a core could hold a
// private key).
void prepare_process();

// Counts Ctrl-C and SIGTERM from now on; the second ends the process at once with 130.
const std::atomic<int>& count_interrupts();

// For a command that has nothing to report half-way: the first of them ends the process.
void end_at_first_interrupt();

bool stdout_is_terminal();
bool stderr_is_terminal();
bool terminal_is_dumb();      // TERM=dumb: no colours, no line that is rewritten
std::size_t terminal_width(); // columns of stdout; 100 where it is no terminal or does not say

// True where others than the owner may read the file.
bool readable_by_others(const std::string& path);

} // namespace lyncprobe::app
