// SPDX-License-Identifier: MIT
#include "model/result.h"

#include "model/escape.h"

#include <stdexcept>

#include <fmt/format.h>

namespace lyncprobe {

std::string to_text(const Problem& problem) {
    std::string out;
    if (!problem.where.file.empty()) out += for_terminal(problem.where.file) + ":";
    if (problem.where.line > 0) out += fmt::format("{}:", problem.where.line);
    if (problem.where.line > 0 && problem.where.column > 0)
        out += fmt::format("{}:", problem.where.column);
    if (!out.empty()) out += ' ';
    // Messages quote foreign text, but what is quoted is cut already; this bounds the rest.
    out += for_terminal(problem.what, 2000);
    if (!problem.hint.empty()) out += " (" + for_terminal(problem.hint, 2000) + ")";
    return out;
}

Result<std::string> good(std::string text) {
    // A Problem can be made from a string, so the constructor has to be named.
    return {boost::system::in_place_value, std::move(text)};
}

void throw_exception_from_error(const Problem& problem, const boost::source_location&) {
    throw std::runtime_error(to_text(problem));
}

} // namespace lyncprobe
