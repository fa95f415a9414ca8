// SPDX-License-Identifier: MIT
// One function per command; each returns the process's exit code.
#pragma once

#include "app/options.h"
#include "model/run_result.h"

#include <functional>

namespace lyncprobe::app {

int run_scan(const Options&);       // scan.cpp
int run_probe(const Options&);      // probe.cpp
int run_check(const Options&);      // check.cpp
int run_discover(const Options&);   // discover.cpp
int run_federation(const Options&); // federation.cpp
int run_import(const Options&);     // import.cpp
int run_rules(const Options&);      // rules.cpp
int run_docs(const Options&);       // rules.cpp

// What a command adds to the result before it is counted and reported.
using Conclude = std::function<void(RunResult&)>;

// Probes, judges and reports a deployment: what scan and probe have in common (run.cpp). Without
// `conclude` there has to be a target.
int run_deployment(Deployment, const Options&, const Conclude& conclude = {});

} // namespace lyncprobe::app
