// SPDX-License-Identifier: MIT
// The program: reads the command line, runs one command, gives its exit code.
#include "app/command_line.h"
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/process.h"
#include "model/escape.h"
#include "pki/certificate_reader.h"

#include <exception>
#include <iostream>
#include <new>

namespace {

int run(const lyncprobe::app::Options& options) {
    using lyncprobe::app::Command;
    switch (options.command) {
    case Command::scan: return lyncprobe::app::run_scan(options);
    case Command::probe: return lyncprobe::app::run_probe(options);
    case Command::check: return lyncprobe::app::run_check(options);
    case Command::discover: return lyncprobe::app::run_discover(options);
    case Command::federation: return lyncprobe::app::run_federation(options);
    case Command::import_topology: return lyncprobe::app::run_import(options);
    case Command::report: return lyncprobe::app::run_report(options);
    case Command::rules: return lyncprobe::app::run_rules(options);
    case Command::docs: return lyncprobe::app::run_docs(options);
    }
    return lyncprobe::app::kExitInternal;
}

} // namespace

int main(int argc, char** argv) {
    try {
        lyncprobe::app::prepare_process();
        const auto line = lyncprobe::app::read_command_line(argc, argv);
        if (const auto* exit_code = std::get_if<int>(&line)) return *exit_code;
        lyncprobe::pki::initialise_openssl();
        return run(std::get<lyncprobe::app::Options>(line));
    } catch (const std::bad_alloc&) {
        std::cerr << "lyncprobe: out of memory\n";
    } catch (const std::exception& error) {
        std::cerr << "lyncprobe: internal error: " << lyncprobe::for_terminal(error.what()) << '\n';
    }
    return lyncprobe::app::kExitInternal;
}
