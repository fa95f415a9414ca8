// SPDX-License-Identifier: MIT
// One line on stderr that is rewritten while a run goes on, and sentences that must not tear it.
#pragma once

#include "net/engine.h"

#include <chrono>
#include <string>

namespace lyncprobe::app {

class Progress {
  public:
    explicit Progress(bool shown) : shown_(shown) {}
    ~Progress() { clear(); }
    void tick(const net::Progress&);
    void fetching(std::size_t done, std::size_t known);
    void say(const std::string& sentence
    ); // a whole line on stderr, with the progress line out of its way
    void clear();

  private:
    void show(std::string line);

    bool shown_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::size_t width_ = 0; // columns on the screen now
};

} // namespace lyncprobe::app
