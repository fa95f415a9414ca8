// SPDX-License-Identifier: MIT
#include "model/glob.h"

namespace lyncprobe {

bool glob_matches(std::string_view glob, std::string_view text) {
    // Only the last star needs another try: what stands before it has matched as early as it could.
    std::size_t g = 0, t = 0, after_star = std::string_view::npos, star_ends = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            after_star = ++g;
            star_ends = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g, ++t;
        } else if (after_star != std::string_view::npos) {
            g = after_star;
            t = ++star_ends;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

} // namespace lyncprobe
