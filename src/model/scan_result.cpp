// SPDX-License-Identifier: MIT
#include "model/scan_result.h"

namespace lyncprobe {

bool judged(const EndpointRow& row) {
    const auto seen = [](const AttemptRow& attempt) {
        return has_own_sni(attempt.role) && (attempt.chain || attempt.pseudo_tls || attempt.plain);
    };
    if (seen(row.main)) return true;
    for (const auto& variant : row.variants)
        if (seen(variant)) return true;
    return false;
}

} // namespace lyncprobe
