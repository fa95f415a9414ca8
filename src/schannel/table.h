// SPDX-License-Identifier: MIT
// The table of the Windows releases as a page, with its sources and marks.
#pragma once

#include <string>

namespace lyncprobe::schannel {

std::string markdown();

} // namespace lyncprobe::schannel
