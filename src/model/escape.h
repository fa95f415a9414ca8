// SPDX-License-Identifier: MIT
// The one place that makes foreign text safe. Text from the network, from certificates and from
// files is valid UTF-8 in the model (text/utf8.h), otherwise as it came, and goes through one of
// these at the output boundary.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lyncprobe {

// For a terminal, a log line or a plain-text file: control characters, C1, bidi controls,
// zero-width characters, line breaks and invalid UTF-8 become \xNN or \u{NNNN}; longer than `limit`
// characters is cut with "… (+N)".
std::string for_terminal(std::string_view text, std::size_t limit = 300);

// For an HTML page, as text or between the quotes of an attribute: as for a terminal, and & < > " '
// become character references.
std::string for_html(std::string_view text, std::size_t limit = 4000);

// For Markdown (CommonMark, GitHub's and GitLab's): as for a terminal, and nothing in it is markup,
// HTML, a link, a mention or the end of a table's cell.
std::string for_markdown(std::string_view text, std::size_t limit = 4000);

// For one cell of a CSV file (RFC 4180): as for a terminal, quoted where that is needed, and with
// an apostrophe in front of what a spreadsheet would take for a formula.
std::string for_csv(std::string_view text, std::size_t limit = 4000);

// For a TEXT value of iCalendar (RFC 5545 3.3.11), not folded yet.
std::string for_calendar(std::string_view text, std::size_t limit = 4000);

// Columns of already safe text on a terminal: code points, East Asian wide ones count two,
// combining ones none.
std::size_t display_width(std::string_view safe_text);

} // namespace lyncprobe
