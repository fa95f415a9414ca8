// SPDX-License-Identifier: MIT
// What is to be done, for people: the most important first, and each thing with what it breaks, the
// certificate, the findings that it mends and where they were made.
#pragma once

#include "report/certificate_index.h"
#include "report/page.h"
#include "report/report.h"

namespace lyncprobe::report {

// "FAIL  12 things to do; broken: federation, mobile clients". `unjudged`: endpoints of which
// nothing is known.
void write_verdict(Page&, const ScanResult&, std::size_t unjudged);

// The most important things to do in a line each, cut to the page; nothing where there are none.
void write_first(Page&, const ScanResult&);

// All of them, with causes, fixes and sources.
void write_todo(Page&, const ScanResult&, const CertificateIndex&, const TextOptions&);

// Again what is to be done first, since the end is what stays on the screen, and the files in which
// the rest can be read.
void write_last(Page&, const ScanResult&, const TextOptions&);

std::string_view grade(const TodoItem&); // "A", and "-" for what breaks nothing

} // namespace lyncprobe::report
