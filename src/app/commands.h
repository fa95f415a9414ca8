// SPDX-License-Identifier: MIT
// One function per command; each returns the process's exit code.
#pragma once

#include "app/options.h"

namespace lyncprobe::app {

int run_scan(const Options&);         // scan.cpp
int run_probe(const Options&);        // probe.cpp
int run_check(const Options&);        // check.cpp
int run_discover(const Options&);     // discover.cpp
int run_federation(const Options&);   // federation.cpp
int run_import(const Options&);       // import.cpp
int run_certificates(const Options&); // certificates.cpp
int run_report(const Options&);       // report.cpp
int run_rules(const Options&);        // rules.cpp
int run_docs(const Options&);         // rules.cpp

// Probes, judges and reports a deployment: what scan and probe have in common (session.cpp).
int run_deployment(Deployment, const Options&);

} // namespace lyncprobe::app
