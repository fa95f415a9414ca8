// SPDX-License-Identifier: MIT
// The extensions of a certificate, decoded by hand so that none can hide or refuse another.
#pragma once

#include "model/certificate.h"

#include <string_view>

namespace lyncprobe::pki {

// `extensions` is the content of the Extensions SEQUENCE. Of an extension that stands twice the
// first is read; what could be read of a broken one is kept, and both are listed in the
// certificate.
void read_extensions(std::string_view extensions, Certificate& certificate);

} // namespace lyncprobe::pki
