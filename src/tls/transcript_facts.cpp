// SPDX-License-Identifier: MIT
#include "tls/transcript_facts.h"

#include "codec/cipher_suites.h"
#include "pki/certificate_reader.h"

#include <new>

#include <fmt/format.h>

namespace lyncprobe::tls {

namespace {

// More names than a report can use; the size of the whole list is kept as a number.
constexpr std::size_t kCaNamesKept = 1000;

std::shared_ptr<const std::vector<std::string>> names_text(
    const std::vector<std::string>& ca_names, CaNameCache& cache
) {
    std::vector<std::string> kept = ca_names;
    if (kept.size() > kCaNamesKept) kept.resize(kCaNamesKept);
    // The servers of a deployment send the same list, often of hundreds of names: one copy serves
    // all.
    auto& slot = cache[kept];
    if (!slot) {
        std::vector<std::string> texts;
        for (const auto& der : kept)
            texts.push_back(pki::name_text(der));
        slot = std::make_shared<const std::vector<std::string>>(std::move(texts));
    }
    return slot;
}

} // namespace

std::string cipher_name(std::uint16_t cipher) {
    // SSL_CIPHER_find wants an SSL, of whatever kind. If an allocation fails here the exception
    // leaves the static uninitialised, and the next call tries again.
    static const SslPtr ssl = [] {
        const SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
        SslPtr made(context ? SSL_new(context.get()) : nullptr); // holds its context
        if (!made) throw std::bad_alloc();
        return made;
    }();
    const unsigned char bytes[2] = {
        static_cast<unsigned char>(cipher >> 8), static_cast<unsigned char>(cipher & 0xff)};
    const SSL_CIPHER* known = SSL_CIPHER_find(ssl.get(), bytes);
    const char* name = known ? SSL_CIPHER_standard_name(known) : nullptr;
    return name ? name : std::string(codec::cipher_suite_name(cipher));
}

ClientCertificateFacts request_facts(const HandshakeTranscript& transcript, CaNameCache& cache) {
    ClientCertificateFacts out;
    out.requested = transcript.certificate_requested();
    out.requested_late = transcript.requested_late();
    if (!out.requested) return out;
    out.ca_names = names_text(transcript.request().ca_names, cache);
    out.ca_names_count = static_cast<std::uint32_t>(transcript.request().ca_names.size());
    out.ca_names_bytes = transcript.request().ca_names_bytes;
    for (const auto type : transcript.request().certificate_types)
        out.certificate_types.push_back(codec::certificate_type_name(type));
    for (const auto scheme : transcript.request().signature_schemes)
        out.signature_algorithms.push_back(codec::signature_scheme_name(scheme));
    return out;
}

std::string alert_text(const Alert& alert) {
    return fmt::format("fatal alert {}({})", alert_name(alert.code), alert.code);
}

std::string position(const HandshakeTranscript& transcript, std::string_view first_bytes) {
    const auto last = transcript.last_received();
    if (last.empty() && transcript.fatal_received()) return "in answer to our ClientHello";
    if (last.empty())
        return first_bytes.empty() ? "after our ClientHello" : "inside its first message";
    return fmt::format(
        "after its {}{}", last, transcript.certificate_seen() ? "" : ", before its certificate"
    );
}

} // namespace lyncprobe::tls
