// SPDX-License-Identifier: MIT
// A run made by hand, with the worst text that peers, certificates and files can hold, and helpers
// to compare reports.
#pragma once

#include "model/scan_result.h"
#include "report/report.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::sample {

ScanResult deployment(); // of every kind of endpoint one, two identities
ScanResult files();      // for `check`
ScanResult discovery();  // of one domain
// Of a domain whose two addresses have the same fault, and of one that is ready.
ScanResult federation(const std::string& fault = "the certificate has another name");
// `endpoints` rows on `servers` servers, each with five findings that say the same and one message
// of its own.
ScanResult large(std::size_t endpoints, std::size_t servers);

// Escape sequences, C1, bidi controls, zero width, NUL, line breaks, quotes, markup, U+FFFD.
extern const std::string kNasty;

CertificatePtr certificate(std::string common_name, std::uint8_t number);
EndpointRow row(std::string id, Outcome, Stage); // of target 0, nothing else known

std::string text_of(const ScanResult&, const report::TextOptions& = {});
std::string json_of(const ScanResult&);
std::string ndjson_of(const ScanResult&);
std::string html_of(const ScanResult&);
// Any other format.
std::string written(
    decltype(report::Format::write), const ScanResult&, const report::TextOptions& = {}
);
std::vector<std::string> lines_of(std::string_view);

// The text of tests/golden/<name>; with LYNCPROBE_BLESS=1 in the environment it is replaced by
// `actual` first.
std::string golden(std::string_view name, std::string_view actual);

} // namespace lyncprobe::sample
