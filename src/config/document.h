// SPDX-License-Identifier: MIT
// One YAML document as a stream of sections and items; only one entry at a time is in memory as
// nodes. document.cpp is the only file that knows yaml-cpp.
#pragma once

#include "config/list_file.h"

#include <string>
#include <vector>

namespace lyncprobe::config {

// Node is one value of the document. A mapping's children are key, value, key, value…
struct Node {
    enum class Kind : unsigned char { nothing, scalar, sequence, mapping, alias, tagged };
    Kind kind = Kind::nothing;
    Spot spot;
    std::string text; // of a scalar
    std::vector<Node> children;
};

// Sections receives what is on the top level of a list.
class Sections {
  public:
    enum class Take {
        whole,
        items,
        skip
    }; // the value at once, each entry of a list by itself, or not at all

    virtual ~Sections() = default;
    virtual Take section(const Node& key) = 0;
    virtual void whole(const Node& value
    ) = 0; // also where `items` was asked for and the value is no list
    virtual void item(const Node& value) = 0;
};

// Reads until the end of the file or its first mistake of syntax.
void read_document(ListFile&, Sections&);

} // namespace lyncprobe::config
