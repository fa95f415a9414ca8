// SPDX-License-Identifier: MIT
// The addresses of a list of names, asked to the end: what fetching from named hosts needs.
#pragma once

#include "net/dns_questions.h"
#include "net/look_up.h"

#include <span>
#include <string>
#include <vector>

namespace lyncprobe::net {

// One look-up for each name, in their order, by the way that endpoints' names take (the hosts file
// too where `resolvers` is empty). A name without an answer in time has a failure that says so.
std::vector<LookUp> look_up(std::span<const std::string> names, const AskOptions&);

} // namespace lyncprobe::net
