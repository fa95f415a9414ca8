// SPDX-License-Identifier: MIT
// What our own inputs can be wrong about: Problem, and Result<T> that carries one.
// Failures of the network are data (Outcome), never a Problem.
#pragma once

#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace lyncprobe {

// Where is a place in an input file; line and column count from 1, 0 means unknown.
struct Where {
    std::string file;
    int line = 0;
    int column = 0;
};

// Problem is one mistake in an input: what is wrong, where, and what to do about it.
struct Problem {
    std::string what;
    Where where = {};
    std::string hint = {};
};

// "targets.yaml:3:5: unknown key 'timout' (did you mean 'timeout'?)"; foreign text is escaped.
std::string to_text(const Problem&);

template <class T>
using Result = boost::system::result<T, Problem>;

// A good Result<std::string>: C++20 can make a Problem, an aggregate, of a string too, so a plain
// return is ambiguous.
Result<std::string> good(std::string text);

// Thrown by Result::value() on a Problem; our own code checks first.
[[noreturn]] void throw_exception_from_error(const Problem&, const boost::source_location&);

} // namespace lyncprobe
