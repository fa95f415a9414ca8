// SPDX-License-Identifier: MIT
// The formats of results. A new one is a file in formats/, a row of the table in format.cpp, and a
// golden file.
#pragma once

#include "model/scan_result.h"

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

struct TextOptions {
    bool colour = false;
    std::size_t width = 100;             // columns
    bool verbose = false;                // passes and evidence too
    bool quiet = false;                  // the summary line and the problems only
    bool brief = false;                  // a line for each thing to do, whole
    std::vector<std::string> files = {}; // that the run wrote besides
    std::string title = {};              // --title, the heading; empty = what the run is about
};

// RowStream is a report that is written while the run goes on.
class RowStream {
  public:
    virtual ~RowStream() = default;
    virtual void identities(const std::vector<IdentityRow>&) = 0; // once, before the first endpoint
    virtual void endpoint(const EndpointRow&, const Target&) = 0;
    virtual void finish(const ScanResult&) = 0; // what is left to say
};

// Format is one row of the table.
struct Format {
    std::string_view name;   // for --format
    std::string_view ending; // of files, without the dot
    // The whole result, of whatever kind it is. Null: the contract names the format, and it is not
    // built yet.
    void (*write)(std::ostream&, const ScanResult&, const TextOptions&) = nullptr;
    // Of a format that is written row by row, and so only of endpoints; the stream outlives it.
    std::unique_ptr<RowStream> (*open)(std::ostream&) = nullptr;
    bool can_write(ResultKind kind) const { return !open || kind != ResultKind::discovery; }
};

// Rows of the table that are built; null where there is none.
const Format* format_of_ending(std::string_view path); // .txt .json .ndjson
const Format* format_of_name(std::string_view name);   // text json ndjson
// Formats and endings of the contract that are not built yet.
bool known_format(std::string_view ending_or_name);

// The formats; each is in a file of its own.
void write_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_json(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_markdown(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_csv(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_findings_csv(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_certificates_csv(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_calendar(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_junit(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_html(std::ostream&, const ScanResult&, const TextOptions& = {});
void write_ndjson(std::ostream&, const ScanResult&, const TextOptions& = {});
std::unique_ptr<RowStream> open_ndjson(std::ostream&);

} // namespace lyncprobe::report
