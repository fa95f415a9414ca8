// SPDX-License-Identifier: MIT
// OpenSSL helpers of the lab.
#include "lab/handles.h"

#include <stdexcept>

#include <openssl/pem.h>

namespace lyncprobe::lab {

void must(long result) {
    if (result > 0) return;
    const std::string reasons = pki::drain_error_text();
    throw std::runtime_error(
        "lab: " + (reasons.empty() ? "OpenSSL refused without a reason" : reasons)
    );
}

std::string contents(BIO* memory) {
    char* data = nullptr;
    const long size = BIO_ctrl(memory, BIO_CTRL_INFO, 0, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

X509Ptr certificate_from_pem(const std::string& pem) {
    const BioPtr memory = pki::memory_bio(pem);
    return X509Ptr(must(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)));
}

} // namespace lyncprobe::lab
