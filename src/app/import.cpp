// SPDX-License-Identifier: MIT
// `lyncprobe import TOPOLOGY.xml`: a topology file → a target list on stdout.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/reporting.h"
#include "config/topology_import.h"
#include "model/escape.h"
#include "model/limits.h"

#include <iostream>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

// What a person must know who believes that the list is whole.
void tell_left_out(const std::vector<config::LeftOut>& left_out, const std::string& path) {
    for (const auto& one : left_out) {
        const auto place = one.line > 0 ? fmt::format("{}:{}", path, one.line) : path;
        std::cerr << for_terminal(place) << ": left out: " << for_terminal(one.what) << ": "
                  << for_terminal(one.reason) << '\n';
    }
}

} // namespace

int run_import(const Options& options) {
    const auto& path = options.inputs.front();
    const auto stop = [&](Problem problem) {
        if (problem.where.file.empty()) problem.where.file = path;
        std::cerr << to_text(problem) << '\n';
        return kExitUsage;
    };
    const auto bytes = read_file(path, limits::kTopologyFile);
    if (!bytes) return stop(bytes.error());
    const auto imported = config::import_topology(*bytes);
    if (!imported) return stop(imported.error());
    tell_left_out(imported->left_out, path);
    return print(config::to_yaml(*imported, path == "-" ? "standard input" : path));
}

} // namespace lyncprobe::app
