// SPDX-License-Identifier: MIT
// One target list while it is read: its text, places in it, and the mistakes of all lists in their
// order.
#pragma once

#include "config/target_list.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

// Spot is a place as the parser counts: from 0, in bytes.
struct Spot {
    std::size_t offset = 0;
    int line = 0;
    int column = 0;
};

// Mistakes collects what is wrong in every list; beyond kMistakesKept they are only counted.
class Mistakes {
  public:
    static constexpr std::size_t kMistakesKept = 1000;

    explicit Mistakes(const std::vector<Source>& sources) : sources_(sources) {}
    void add(const Place&, std::string what, std::string hint = {});
    // `kind` of thing, its name, and where the first one of this name is.
    void add_duplicate(
        const Place&, std::string_view kind, std::string_view name, const Place& first
    );
    std::string place_text(const Place&) const; // "targets.yaml:3:5"
    Where where(const Place&) const;
    std::vector<Problem> take(); // in the order of the files and their lines

  private:
    struct Mistake {
        Place place;
        std::string what, hint;
    };
    const std::vector<Source>& sources_;
    std::vector<Mistake> kept_;
    std::size_t more_ = 0;
};

// ListFile is the file being read. `text` must be UTF-8 without byte order mark and outlive it.
class ListFile {
  public:
    ListFile(std::size_t list, std::string_view text, const Source&, const ReadOptions&, Mistakes&);

    void mistake(const Spot&, std::string what, std::string hint = {});
    Place place(const Spot&) const; // line and column from 1, the column in characters
    Where where(const Spot& spot) const { return mistakes_.where(place(spot)); }
    std::string beside(const std::string& path
    ) const; // a path that is relative to this file's folder

    std::string_view text() const { return text_; }
    const ReadOptions& options() const { return options_; }
    Mistakes& mistakes() { return mistakes_; }

  private:
    std::size_t list_;
    std::string_view text_;
    const Source& source_;
    const ReadOptions& options_;
    Mistakes& mistakes_;
    // The last column counted: a list on one line of megabytes would cost quadratic time without
    // it.
    mutable Spot counted_;
    mutable int counted_characters_ = 0;
};

// Windows paths in double quotes, where YAML (5.7) reads what follows a backslash as an escape.
inline constexpr std::string_view kBackslashHint =
    "in double quotes a backslash begins an escape: write single quotes, or / in a path";

// Foreign text for a message: in single quotes, cut where it is very long. A function object,
// because a call of a function of this name with a std::string would mean std::quoted as well.
struct Quoted {
    std::string operator()(std::string_view) const;
};
inline constexpr Quoted quoted; // NOLINT(readability-identifier-naming): called like a function

} // namespace lyncprobe::config
