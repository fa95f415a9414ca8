// SPDX-License-Identifier: MIT
// How many descriptors the process may open.
#pragma once

#include <cstddef>

namespace lyncprobe::net {

// Raises the soft limit to the hard one and tells what it is now.
std::size_t raise_descriptor_limit();

} // namespace lyncprobe::net
