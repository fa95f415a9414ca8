// SPDX-License-Identifier: MIT
// For people: how it stands, what is wrong and how to mend it, then the details.
#include "model/escape.h"
#include "report/report.h"

#include <ostream>

namespace lyncprobe::report {

void write_text(std::ostream& out, const ScanResult& result, const TextOptions& options) {
    if (!options.title.empty() && !options.brief && !options.quiet)
        out << for_terminal(options.title, options.width / 2) << "\n\n";
    if (options.brief) return write_brief_text(out, result, options);
    switch (result.kind) {
    case ResultKind::scan: return write_scan_text(out, result, options);
    case ResultKind::check: return write_check_text(out, result, options);
    case ResultKind::discovery: return write_discovery_text(out, result, options);
    case ResultKind::federation: return write_federation_text(out, result, options);
    }
}

} // namespace lyncprobe::report
