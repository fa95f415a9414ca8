// SPDX-License-Identifier: MIT
// By libcrypto: a responder's signature may be by a delegate with a chain of its own.
#include "pki/ocsp.h"

#include "pki/certificate_reader.h"
#include "pki/crl.h"
#include "pki/der.h"
#include "pki/ossl.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/ocsp.h>

namespace lyncprobe::pki {

namespace {

using RequestPtr = std::unique_ptr<OCSP_REQUEST, Deleter<&OCSP_REQUEST_free>>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, Deleter<&OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, Deleter<&OCSP_BASICRESP_free>>;
using IdPtr = std::unique_ptr<OCSP_CERTID, Deleter<&OCSP_CERTID_free>>;

X509Ptr read_x509(const Certificate& certificate) {
    const unsigned char* at = octets(certificate.der);
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size())));
}

// The answer may be about several certificates, named by whatever hash the responder chose.
OCSP_SINGLERESP* find_single(OCSP_BASICRESP& basic, X509& subject, X509& issuer) {
    for (int i = 0; i < OCSP_resp_count(&basic); ++i) {
        auto* single = OCSP_resp_get0(&basic, i);
        auto* named = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
        ASN1_OBJECT* hash = nullptr;
        OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr, named);
        const auto* digest = hash ? EVP_get_digestbyobj(hash) : nullptr;
        const IdPtr wanted(digest ? OCSP_cert_to_id(digest, &subject, &issuer) : nullptr);
        if (wanted && OCSP_id_cmp(wanted.get(), named) == 0) return single;
    }
    return nullptr;
}

// Through our own reader, so that dates are read alike everywhere.
std::optional<Time> time_of(const ASN1_GENERALIZEDTIME* time) {
    if (!time) return std::nullopt;
    const auto der = to_der(&i2d_ASN1_GENERALIZEDTIME, time);
    const auto element = der::only(der);
    return element ? der::time(*element) : std::nullopt;
}

void read_single(OCSP_SINGLERESP& single, OcspAnswer& answer) {
    int reason = OCSP_REVOKED_STATUS_NOSTATUS;
    ASN1_GENERALIZEDTIME *revoked = nullptr, *from = nullptr, *until = nullptr;
    const int status = OCSP_single_get0_status(&single, &reason, &revoked, &from, &until);
    answer.facts.this_update = time_of(from);
    answer.facts.next_update = time_of(until);
    if (status == V_OCSP_CERTSTATUS_GOOD) answer.status = StatusSaid::Status::good;
    if (status != V_OCSP_CERTSTATUS_REVOKED) return;
    answer.status = StatusSaid::Status::revoked;
    answer.revoked_at = time_of(revoked);
    answer.reason = revocation_reason(reason);
}

// What is wrong with the certificate that a responder signs with (RFC 6960 4.2.2.2), which the
// errors of OCSP_basic_verify do not tell apart; empty where it is the signature itself.
std::string problem_of_responder(OCSP_BASICRESP& basic, STACK_OF(X509) & issuers, Time now) {
    X509* signer = nullptr; // the response's
    if (OCSP_resp_get0_signer(&basic, &signer, &issuers) != 1) return {};
    const auto responder = read_certificate(to_der(&i2d_X509, signer));
    if (!responder || X509_cmp(signer, sk_X509_value(&issuers, 0)) == 0) return {};
    const auto named = fmt::format("the responder's certificate {}", responder->subject);
    if (responder->not_after && now > *responder->not_after)
        return fmt::format("{} ran out on {}", named, to_rfc3339(*responder->not_after));
    if (responder->not_before && now < *responder->not_before)
        return fmt::format(
            "{} is valid only from {} on", named, to_rfc3339(*responder->not_before)
        );
    constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9"; // RFC 5280 4.2.1.12
    if (!responder->eku ||
        std::ranges::find(*responder->eku, kOcspSigning) == responder->eku->end())
        return fmt::format("{} lacks the purpose OCSP Signing ({})", named, kOcspSigning);
    return {};
}

// Trusted are the issuer of the certificate and its delegates (RFC 6960 4.2.2.2), whether or not
// the issuer itself leads to a trust anchor: that is judged elsewhere.
void verify(OCSP_BASICRESP& basic, X509& issuer, Time now, OcspFacts& facts) {
    const X509StorePtr store(X509_STORE_new());
    const CertificateStackPtr issuers(sk_X509_new_null());
    facts.signature = SignatureState::unverifiable;
    if (!store || !issuers || !X509_STORE_add_cert(store.get(), &issuer) ||
        !sk_X509_push(issuers.get(), up_ref(issuer).release()))
        return;
    auto* parameters = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(parameters, now.time_since_epoch().count());
    ERR_clear_error();
    if (OCSP_basic_verify(&basic, issuers.get(), store.get(), 0) == 1) {
        facts.signature = SignatureState::good;
        return;
    }
    facts.signature = SignatureState::bad;
    facts.signature_text = problem_of_responder(basic, *issuers, now);
    const auto words = drain_error_text();
    if (facts.signature_text.empty())
        facts.signature_text = fmt::format("its signature is not verified ({})", words);
}

} // namespace

std::string ocsp_request(const Certificate& certificate, const Certificate& issuer) {
    const auto subject = read_x509(certificate), above = read_x509(issuer);
    const RequestPtr request(OCSP_REQUEST_new());
    std::string der;
    if (subject && above && request) {
        // SHA-1 because every responder knows it (RFC 6960 4.3, RFC 5019 2.1.1); it only names the
        // issuer. Without a nonce, so that responders may answer from their cache.
        IdPtr id(OCSP_cert_to_id(EVP_sha1(), subject.get(), above.get()));
        if (id && OCSP_request_add0_id(request.get(), id.get())) {
            [[maybe_unused]] const auto* given = id.release(); // the request's now
            der = to_der(&i2d_OCSP_REQUEST, request.get());
        }
    }
    ERR_clear_error();
    return der;
}

OcspAnswer read_ocsp(
    std::string_view der, const Certificate& certificate, const Certificate& issuer, Time now
) {
    OcspAnswer answer;
    const unsigned char* at = octets(der);
    const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    if (!response) {
        answer.readable = false;
        answer.problem = "this is no OCSP response";
    } else if (const int status = OCSP_response_status(response.get());
               status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        answer.problem = fmt::format("the responder says '{}'", OCSP_response_status_str(status));
    } else {
        const BasicPtr basic(OCSP_response_get1_basic(response.get()));
        const auto subject = read_x509(certificate), above = read_x509(issuer);
        auto* single = basic && subject && above ? find_single(*basic, *subject, *above) : nullptr;
        if (basic) answer.facts.produced_at = time_of(OCSP_resp_get0_produced_at(basic.get()));
        if (single) {
            read_single(*single, answer);
            verify(*basic, *above, now, answer.facts);
        } else {
            answer.problem = "it says nothing about this certificate";
        }
    }
    ERR_clear_error();
    return answer;
}

} // namespace lyncprobe::pki
