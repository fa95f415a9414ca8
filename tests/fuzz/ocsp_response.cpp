// SPDX-License-Identifier: MIT
// Any bytes as an OCSP response about a certificate of this corpus: never believed without its
// issuer's signature.
#include "pki/certificate_reader.h"
#include "pki/ocsp.h"
#include "pki/pem.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace {

// The pair that tests/fuzz/corpus/ocsp_response was made about; no key of theirs exists any more.
lyncprobe::Certificate certificate(std::size_t number) {
    std::ostringstream text;
    text << std::ifstream(LYNCPROBE_FUZZ_DATA "/ocsp_response.pem").rdbuf();
    const auto pem = text.str();
    lyncprobe::pki::PemScanner blocks(pem);
    std::string der;
    for (std::size_t i = 0; i <= number; ++i)
        der = lyncprobe::pki::block_bytes(**blocks.next()).value();
    return *lyncprobe::pki::read_certificate(der);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace lyncprobe;
    static const Certificate leaf = certificate(0), issuer = certificate(1);
    const auto answer = pki::read_ocsp(
        {reinterpret_cast<const char*>(data), size}, leaf, issuer, Time(std::chrono::days(20'800))
    );
    if (!answer.readable && answer.problem.empty()) std::abort();
    if (!answer.problem.empty() && answer.facts.signature == SignatureState::good) std::abort();
    return 0;
}
