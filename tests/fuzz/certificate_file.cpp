// SPDX-License-Identifier: MIT
// Any bytes as a certificate file: a list of certificates or a problem, never a crash.
#include "pki/certificate_file.h"

#include "model/limits.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto file = lyncprobe::pki::read_certificate_file(bytes, std::string("password"));
    // What is returned is worth having.
    if (file && file->certificates.empty()) std::abort();
    if (file && file->certificates.size() > lyncprobe::limits::kCertificatesPerFile) std::abort();
    if (!file && file.error().what.empty()) std::abort();
    return 0;
}
