// SPDX-License-Identifier: MIT
// Where results go: stdout, and files that are replaced atomically or not at all.
#pragma once

#include "model/result.h"

#include <memory>
#include <ostream>
#include <string>

namespace lyncprobe::app {

// Output is a stream onto stdout or onto a new file that takes its name only when all of it is on
// the disk.
class Output {
  public:
    static Output standard();
    // Creates a temporary file beside `path`; a problem where the folder cannot be written or
    // `path` is a folder.
    static Result<Output> file(const std::string& path);
    Output(Output&&) noexcept;
    Output& operator=(Output&&) noexcept;
    ~Output(); // an uncommitted temporary file is removed

    std::ostream& stream();
    // Flushes; a file is synchronised and renamed. Empty = good, else what went wrong. A reader of
    // stdout that went away is no fault.
    std::string commit();

  private:
    struct Impl;
    explicit Output(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Removes the temporary files of all outputs; a signal handler may call it before the process ends.
void remove_temporary_files();

// The whole file, '-' is stdin; a problem where it cannot be read or is longer than `limit`.
Result<std::string> read_file(const std::string& path, std::size_t limit);

} // namespace lyncprobe::app
