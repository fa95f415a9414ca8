// SPDX-License-Identifier: MIT
// `lyncprobe report RESULT.json`: a saved result once more, in any format.
#include "app/commands.h"
#include "app/process.h"
#include "app/reporting.h"
#include "report/redact.h"

#include <fmt/format.h>

namespace lyncprobe::app {

int run_report(const Options& options) {
    const auto& path = options.inputs.front();
    const auto stop_at = [&](Problem problem) {
        if (problem.where.file.empty()) problem.where.file = path;
        return stop(problem);
    };
    auto result = read_result(path);
    if (!result) return stop_at(result.error());
    if (options.redact) result = report::redacted(*result);
    auto formats = std::vector{options.format};
    for (const auto& output : options.outputs)
        formats.push_back(report::format_of_ending(output));
    for (const auto* format : formats)
        if (!format->can_write(result->kind))
            return stop_at(
                {.what =
                     fmt::format("a {} has no lines for {}", to_text(result->kind), format->name),
                 .hint = "use text or json"}
            );
    end_at_first_interrupt(); // from now on a temporary file is there that has to be removed
    auto outputs = Outputs::open(options);
    if (!outputs) return stop_at(outputs.error());
    outputs->identities(result->identities);
    for (const auto& row : result->endpoints)
        outputs->endpoint(row, result->targets[row.target]);
    return outputs->write(*result, say);
}

} // namespace lyncprobe::app
