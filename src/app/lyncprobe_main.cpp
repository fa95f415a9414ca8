// SPDX-License-Identifier: MIT
// The program: reads the command line, runs one command, gives its exit code.
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/process.h"
#include "model/escape.h"
#include "pki/certificate_reader.h"

#include <exception>
#include <iostream>
#include <new>

int main(int argc, char** argv) {
    try {
        lyncprobe::app::prepare_process();
        const auto line = lyncprobe::app::read_command_line(argc, argv);
        if (const auto* exit_code = std::get_if<int>(&line)) return *exit_code;
        lyncprobe::pki::initialise_openssl();
        const auto& options = std::get<lyncprobe::app::Options>(line);
        return options.run(options);
    } catch (const std::bad_alloc&) {
        std::cerr << "lyncprobe: out of memory\n";
    } catch (const std::exception& error) {
        std::cerr << "lyncprobe: internal error: " << lyncprobe::for_terminal(error.what()) << '\n';
    }
    return lyncprobe::app::kExitInternal;
}
