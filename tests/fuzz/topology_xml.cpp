// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a topology file give a target list that our own reader takes, or a
// problem.
#include "config/target_list.h"
#include "config/topology_import.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    const auto imported = lyncprobe::config::import_topology(bytes);
    if (!imported) {
        lyncprobe::to_text(imported.error());
        return 0;
    }
    const auto yaml = lyncprobe::config::to_yaml(*imported, "topology.xml");
    const auto read = lyncprobe::config::read_target_lists({{"t.yaml", yaml}}, {});
    for (const auto& problem : read.problems)
        std::cerr << lyncprobe::to_text(problem) << '\n';
    if (!read.problems.empty()) std::abort(); // what we write we must be able to read
    return 0;
}
