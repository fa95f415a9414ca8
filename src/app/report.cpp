// SPDX-License-Identifier: MIT
// `lyncprobe report RESULT.json`: a saved result once more, in any format.
#include "app/commands.h"
#include "app/process.h"
#include "app/reporting.h"
#include "report/read_json.h"
#include "rules/verdicts/importance.h"
#include "rules/verdicts/todo.h"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

Result<ScanResult> read_result(const std::string& path) {
    if (path == "-") return report::read_json(std::cin);
    std::ifstream file(path, std::ios::binary);
    file.peek(); // a folder can be opened, and not read
    if (file.bad() || !file.is_open())
        return Problem{.what = "cannot read it: " + std::generic_category().message(errno)};
    file.clear();
    return report::read_json(file);
}

} // namespace

int run_report(const Options& options) {
    const auto& path = options.inputs.front();
    const auto stop_at = [&](Problem problem) {
        if (problem.where.file.empty()) problem.where.file = path;
        return stop(problem);
    };
    auto result = read_result(path);
    if (!result) return stop_at(result.error());
    // One of 0.1.0 has findings and no list of what is to be done.
    if (result->summary.problems.empty()) {
        rules::rate(*result);
        result->summary.problems = rules::todo(*result);
    }
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
