// SPDX-License-Identifier: MIT
// The outputs of one command: stdout in one format and any number of files.
#pragma once

#include "app/inputs.h"
#include "app/options.h"
#include "app/output.h"
#include "model/scan_result.h"
#include "report/format.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::app {

// The verdict that makes exit code 1; absent = never.
std::optional<Verdict> fail_on(const std::optional<std::string>& setting);

// How a text report is written: on stdout as wide and coloured as the terminal, in a file plainly.
report::TextOptions text_options(const Options&, bool standard);

// One sentence on stderr.
void say(const std::string& sentence);
// A mistake of the input, on stderr; the exit code.
int stop(const Problem&);
// A document on stdout; the exit code.
int print(const std::string& text);

// A result file, with what is to be done also where it is too old to say so; '-' is stdin.
Result<ScanResult> read_result(const std::string& path);

// Outputs is opened before the run, so that an unwritable place is known before anything is probed.
class Outputs {
  public:
    // `standard`: whether stdout gets a report, too.
    static Result<Outputs> open(const Options&, bool standard = true);

    // Our own certificates, known before the first endpoint is.
    void identities(const std::vector<IdentityRow>&);
    // Hands an endpoint to the outputs that are written while the run goes on (NDJSON).
    void endpoint(const EndpointRow&, const Target&);
    // Writes everything and says the exit code: the summary's, or 4 where an output could not be
    // written.
    int write(const ScanResult&, const Warn&);

  private:
    struct Sink {
        Output output;
        const report::Format* format;
        std::string path; // empty: stdout
        bool standard() const { return path.empty(); }
        std::unique_ptr<report::RowStream> rows; // of a format that is written row by row
    };
    void add(Output output, const report::Format&, std::string path);

    std::vector<Sink> sinks_;
    report::TextOptions text_, plain_; // of stdout and of files
};

} // namespace lyncprobe::app
