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
    const auto known = std::max(at.endpoints_known, at.targets);
    auto line = fmt::format(
        "{} of {} endpoints done, {} in flight", at.endpoints_finished, known, at.in_flight
    );
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started_;
    // Before a second has passed, a rate is a guess.
    if (spent.count() >= 1 && at.endpoints_finished > 0) {
        const auto rate = static_cast<double>(at.endpoints_finished) / spent.count();
        const auto left =
            static_cast<double>(known - std::min(known, at.endpoints_finished)) / rate;
        line += fmt::format(", {:.0f}/s, about {:.0f} s left", rate, left);
    }
    show(std::move(line));
}

void Progress::fetching(std::size_t done, std::size_t known) {
    if (done >= known) return clear();
    show(fmt::format("fetching revocation lists: {} of {} locations asked", done, known));
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
