// SPDX-License-Identifier: MIT
#include "app/progress.h"

#include "app/reporting.h"

#include <iostream>

#include <fmt/format.h>

namespace lyncprobe::app {

void Progress::tick(const net::Progress& at) {
    // Nothing is left to wait for: what follows on the terminal finds a clean line.
    if (at.in_flight == 0 && at.endpoints_finished >= std::max(at.endpoints_known, at.targets))
        return clear();
    show(fmt::format(
        "{} of {} endpoints done, {} open", at.endpoints_finished,
        std::max(at.endpoints_known, at.targets), at.in_flight
    ));
}

void Progress::fetching(std::size_t done, std::size_t known) {
    if (done >= known) return clear();
    show(fmt::format("{} of {} locations fetched", done, known));
}

void Progress::show(std::string line) {
    if (!shown_) return;
    const auto width = line.size();
    if (width < width_) line.append(width_ - width, ' ');
    std::cerr << '\r' << line << std::flush;
    width_ = width;
}

void Progress::say(const std::string& sentence) {
    clear();
    app::say(sentence);
}

void Progress::clear() {
    if (width_ == 0) return;
    std::cerr << '\r' << std::string(width_, ' ') << '\r' << std::flush;
    width_ = 0;
}

} // namespace lyncprobe::app
