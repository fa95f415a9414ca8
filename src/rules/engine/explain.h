// SPDX-License-Identifier: MIT
// What the rules say about themselves: `lyncprobe rules`, `lyncprobe rules ID` and docs/rules.md.
#pragma once

#include "rules/engine/rule.h"

#include <span>
#include <string>

namespace lyncprobe::rules {

// One rule or reason in full, wrapped at 80 columns.
std::string explain(const Rule&);

// All of the catalogue, one line each, under headings by what is judged.
std::string list();

// The whole of docs/rules.md.
std::string markdown();

// Room is what rules of one scope judge, and the folder of src/rules where they are.
struct Room {
    Scope scope;
    std::string_view folder;
    std::string_view judged; // "the server certificate"
};
std::span<const Room> rooms(); // each scope once, from the certificate to the deployment

} // namespace lyncprobe::rules
