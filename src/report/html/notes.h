// SPDX-License-Identifier: MIT
// Text that many endpoints share. Where there are few endpoints it stands at each; where there are
// many the page would grow too large for a browser, and each text stands once, at the end.
#pragma once

#include "report/html/markup.h"

#include <map>
#include <string>
#include <vector>

namespace lyncprobe::report::html {

class Notes {
  public:
    explicit Notes(bool once) : once_(once) {}
    // "Fix: …", or a link to the note of that text.
    void write(Markup&, Literal title, const std::string& text);
    void write_all(Markup&) const; // the notes themselves

  private:
    bool once_;
    std::map<std::string, std::size_t> numbers_; // title and text → from 1
    std::vector<const std::string*> texts_;      // keys of `numbers_`
};

} // namespace lyncprobe::report::html
