// SPDX-License-Identifier: MIT
// Any bytes as a result file: refused in one sentence, or a value that every format can write and
// that comes back from its JSON as it was.
#include "report/read_json.h"
#include "report/report.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace lyncprobe;
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    const auto result = report::read_json(in);
    if (!result) {
        if (result.error().what.empty()) std::abort();
        return 0;
    }
    std::ostringstream text, json, again;
    report::write_text(text, *result, {.verbose = true});
    report::write_json(json, *result);
    std::istringstream back(json.str());
    const auto restored = report::read_json(back);
    if (!restored) std::abort();
    report::write_json(again, *restored);
    if (again.str() != json.str()) std::abort();
    return 0;
}
