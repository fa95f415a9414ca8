// SPDX-License-Identifier: MIT
// What the commands that judge certificates have in common: files in, progress and warnings on
// stderr, outputs, exit code.
#pragma once

#include "app/inputs.h"
#include "app/options.h"
#include "app/progress.h"
#include "app/reporting.h"
#include "scan/scan.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::app {

// Session is one such command from its first warning to its exit code.
class Session final : public scan::Observer {
  public:
    explicit Session(const Options&); // which outlive it

    // A mistake of the input, told on stderr; the exit code.
    int stop(const Problem&);
    // Reads identities, and the trust anchors of both the list and the command line.
    Result<scan::Inputs> read_inputs(const Trust&, const std::vector<IdentityFiles>&);
    // From now on interrupts are counted and temporary files are there that have to be removed.
    std::optional<Problem> open_outputs();
    scan::ScanOptions scan_options() const;
    // Reports; the exit code. `fail_on`: as the setting says it.
    int finish(Result<ScanResult>, const std::optional<std::string>& fail_on);

    void progress(const net::Progress& at) override { progress_.tick(at); }
    void fetching(std::size_t done, std::size_t known) override { progress_.fetching(done, known); }
    void identities(const std::vector<IdentityRow>& rows) override { outputs_->identities(rows); }
    void endpoint(const EndpointRow& row, const Target& target) override {
        outputs_->endpoint(row, target);
    }
    void warning(const std::string& sentence) override { progress_.say(sentence); }

  private:
    const Options& options_;
    Progress progress_;
    std::optional<Outputs> outputs_;
};

} // namespace lyncprobe::app
