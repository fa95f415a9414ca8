// SPDX-License-Identifier: MIT
// Any bytes as a certificate and as a chain: facts or a problem, PEM that reads back, and every
// rule on it.
#include "pki/certificate_file.h"
#include "pki/certificate_reader.h"
#include "pki/certificate_store.h"
#include "rules/engine/judge.h"
#include "support/pem.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace lyncprobe;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto certificate = pki::read_certificate(bytes);
    if (!certificate) return 0;
    const auto file = pki::read_certificate_file(test::to_pem(bytes), {});
    if (!file || file->certificates.size() != 1 || file->certificates.front() != bytes)
        std::abort();

    pki::CertificateStore store{pki::Anchors()};
    const auto chain = store.chain({std::string(bytes), std::string(bytes)});
    if (!chain || chain->presented.size() != 2 || chain->duplicates.size() != 1) std::abort();

    static const Policy policy;
    static const Target target = [] {
        Target out;
        out.names = {"sip.contoso.com"};
        return out;
    }();
    FindingPool findings;
    rules::Context context;
    context.policy = &policy;
    context.described = &target;
    if (rules::judge(*chain, context, rules::Selection(), findings).empty()) std::abort();
    return 0;
}
