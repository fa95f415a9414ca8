// SPDX-License-Identifier: MIT
// Running a command beside the lab.
#include "lab/posix.h"

#include <doctest/doctest.h>

using namespace lyncprobe::lab;

TEST_CASE("a command's exit code comes back, and its environment has our variable") {
    hold_interrupts();
    CHECK(run_command({"sh", "-c", "exit 7"}, "A=b").value() == 7);
    CHECK(
        run_command(
            {"sh", "-c", "test \"$LYNCPROBE_LAB\" = /some/where"}, "LYNCPROBE_LAB=/some/where"
        )
            .value() == 0
    );
    CHECK(run_command({"sh", "-c", "kill -TERM $$"}, "A=b").value() == 128 + 15);
}

TEST_CASE("a command that is not there is a problem in words") {
    const auto missing = run_command({"no-such-program-anywhere"}, "A=b");
    REQUIRE(missing.has_error());
    CHECK(missing.error().what.find("no-such-program-anywhere") != std::string::npos);
}

TEST_CASE("a signal that only the lab got reaches the command") {
    hold_interrupts();
    // The child terminates its parent's run by signalling the parent; it must get the signal
    // itself.
    CHECK(
        run_command({"sh", "-c", "trap 'exit 9' TERM; kill -TERM $PPID; sleep 5 & wait"}, "A=b")
            .value() == 9
    );
}
