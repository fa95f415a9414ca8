// SPDX-License-Identifier: MIT
// Where a thing to do of a result points to the request of its certificate.
#pragma once

#include "model/scan_result.h"

#include <string>

namespace lyncprobe {

// The command that draws up the request for a certificate that has to be reissued: "lyncprobe
// certificates targets.yaml --target fe01.contoso.com". Of letters that no shell acts on, so that
// it can be pasted also where the result came from a stranger; empty where none of ours is to be
// requested.
std::string request_hint(const ScanResult&, const TodoItem&);

} // namespace lyncprobe
