// SPDX-License-Identifier: MIT
// Results as text for people and as JSON for programs. Pure: rows in, text out, written to a
// stream.
#pragma once

#include "model/scan_result.h"

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

struct TextOptions {
    bool colour = false;
    std::size_t width = 100; // columns
    bool verbose = false;    // passes and evidence too
    bool quiet = false;      // the summary line and the problems only
};

enum class Format { text, json, ndjson };
std::optional<Format> format_of_ending(std::string_view path); // .txt .json .ndjson
std::optional<Format> format_of_name(std::string_view name);   // text json ndjson
// Formats and endings of the contract that are not built yet.
bool known_format(std::string_view ending_or_name);

// Whole documents.
void write_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_json(std::ostream&, const ScanResult&);                               // every kind
void write_federation_text(std::ostream&, const ScanResult&, const TextOptions&); // ::federation
void write_check_text(std::ostream&, const ScanResult&, const TextOptions&); // ScanResult::files
void write_discovery_text(std::ostream&, const ScanResult&, const TextOptions&); // ::domains

// NDJSON while the run goes on: one line an endpoint, certificates inline on first use, then the
// summary line.
class NdjsonWriter {
  public:
    explicit NdjsonWriter(std::ostream&); // the stream outlives the writer
    ~NdjsonWriter();
    void identities(const std::vector<IdentityRow>&); // once, before the first endpoint
    void endpoint(const EndpointRow&, const Target&);
    void summary(const ScanResult&);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The summary of rows and findings: counts, worst verdict, exit code (contract 1).
// `fail_on`: warn, fail, or absent for never.
Summary summarise(const ScanResult&, std::optional<Verdict> fail_on);

} // namespace lyncprobe::report
