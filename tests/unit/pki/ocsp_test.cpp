// SPDX-License-Identifier: MIT
// OCSP: the question about a certificate, and answers by the CA, by its delegates and by strangers.
#include "pki/certificate_reader.h"
#include "pki/ocsp.h"
#include "test_certificates.h"

#include <doctest/doctest.h>
#include <openssl/ocsp.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;
using Status = StatusSaid::Status;

namespace {

constexpr const char* kOcspSigning = "1.3.6.1.5.5.7.3.9";

const std::string& issuing() {
    static const std::string der =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"});
    return der;
}
const std::string& leaf() {
    static const std::string der = make_leaf("Issuing", "issuing");
    return der;
}
std::string purpose(const std::string& dotted) {
    return extension("2.5.29.37", sequence({oid(dotted)}));
}
// A responder that the CA made one, unless `more` and `valid` say otherwise.
std::string responder(
    std::vector<std::string> more = {purpose(kOcspSigning)},
    const std::string& valid = Node{}.valid, const std::string& issuer = "Issuing",
    const std::string& issuer_key = "issuing"
) {
    return make(
        {.subject = "Responder",
         .key = "responder",
         .issuer = issuer,
         .issuer_key = issuer_key,
         .ca = false,
         .more = std::move(more),
         .valid = valid}
    );
}

Time day(const char* text) { return parse_time(text).value(); }

using TimePtr = std::unique_ptr<ASN1_GENERALIZEDTIME, Deleter<&ASN1_GENERALIZEDTIME_free>>;
TimePtr time_of(const char* text) {
    TimePtr out(text ? ASN1_GENERALIZEDTIME_new() : nullptr);
    if (out) REQUIRE(ASN1_GENERALIZEDTIME_set_string(out.get(), text) == 1);
    return out;
}

X509Ptr x509(const std::string& der) {
    const unsigned char* at = octets(der);
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

struct Reply {
    int status = V_OCSP_CERTSTATUS_GOOD, reason = OCSP_REVOKED_STATUS_NOSTATUS;
    const char* revoked = nullptr;
    const char* until = "20260607000000Z";
    std::vector<std::string> about = {leaf()};
    const EVP_MD* hash = EVP_sha1(); // that names the certificate
    std::string signer = issuing(), signer_key = "P-256/issuing";
    bool damaged = false; // its signature
};

std::string response(const Reply& reply) {
    using BasicPtr = std::unique_ptr<OCSP_BASICRESP, Deleter<&OCSP_BASICRESP_free>>;
    using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, Deleter<&OCSP_RESPONSE_free>>;
    using IdPtr = std::unique_ptr<OCSP_CERTID, Deleter<&OCSP_CERTID_free>>;
    const BasicPtr basic(OCSP_BASICRESP_new());
    const auto ca = x509(issuing()), signer = x509(reply.signer);
    const auto revoked = time_of(reply.revoked), from = time_of("20260601000000Z"),
               until = time_of(reply.until);
    for (const auto& der : reply.about) {
        const auto subject = x509(der);
        const IdPtr id(OCSP_cert_to_id(reply.hash, subject.get(), ca.get()));
        const bool last = &der == &reply.about.back(); // which is answered as asked for
        OCSP_basic_add1_status(
            basic.get(), id.get(), last ? reply.status : V_OCSP_CERTSTATUS_UNKNOWN, reply.reason,
            revoked.get(), from.get(), until.get()
        );
    }
    REQUIRE(
        OCSP_basic_sign(
            basic.get(), signer.get(), &key(reply.signer_key), EVP_sha256(), nullptr, 0
        ) == 1
    );
    if (reply.damaged) {
        auto* signature = const_cast<ASN1_OCTET_STRING*>(OCSP_resp_get0_signature(basic.get()));
        signature->data[signature->length - 1] ^= 1;
    }
    const ResponsePtr whole(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    return to_der(&i2d_OCSP_RESPONSE, whole.get());
}

OcspAnswer read(const std::string& der, Time now = day("2026-06-02")) {
    return read_ocsp(der, *read_certificate(leaf()), *read_certificate(issuing()), now);
}
OcspAnswer read(const Reply& reply, Time now = day("2026-06-02")) {
    return read(response(reply), now);
}

} // namespace

TEST_CASE("ocsp: the question names the certificate by SHA-1, without a nonce") {
    const auto der = ocsp_request(*read_certificate(leaf()), *read_certificate(issuing()));
    const unsigned char* at = octets(der);
    const std::unique_ptr<OCSP_REQUEST, Deleter<&OCSP_REQUEST_free>> request(
        d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(der.size()))
    );
    REQUIRE(request);
    REQUIRE(OCSP_request_onereq_count(request.get()) == 1);
    auto* asked = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request.get(), 0));
    const auto subject = x509(leaf()), ca = x509(issuing());
    const std::unique_ptr<OCSP_CERTID, Deleter<&OCSP_CERTID_free>> wanted(
        OCSP_cert_to_id(EVP_sha1(), subject.get(), ca.get())
    );
    CHECK(OCSP_id_cmp(asked, wanted.get()) == 0);
    CHECK(OCSP_REQUEST_get_ext_count(request.get()) == 0);
    CHECK(ocsp_request(Certificate{}, *read_certificate(issuing())).empty());
    CHECK(ocsp_request(*read_certificate(leaf()), Certificate{}).empty());
}

TEST_CASE("ocsp: good, revoked with date and reason, unknown") {
    const auto good = read(Reply{});
    CHECK(good.status == Status::good);
    CHECK(good.readable);
    CHECK(good.problem.empty());
    CHECK(good.facts.this_update == day("2026-06-01"));
    CHECK(good.facts.next_update == day("2026-06-07"));
    CHECK(good.facts.produced_at.has_value());
    CHECK(good.facts.signature == SignatureState::good);
    CHECK(good.facts.signature_text.empty());
    CHECK(!good.revoked_at);
    CHECK(good.reason.empty());
    const auto revoked = read(Reply{
        .status = V_OCSP_CERTSTATUS_REVOKED,
        .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE,
        .revoked = "20260501000000Z"});
    CHECK(revoked.status == Status::revoked);
    CHECK(revoked.revoked_at == day("2026-05-01"));
    CHECK(revoked.reason == "keyCompromise");
    CHECK(revoked.facts.this_update == day("2026-06-01"));
    const auto silent =
        read(Reply{.status = V_OCSP_CERTSTATUS_REVOKED, .revoked = "20260501000000Z"});
    CHECK(silent.status == Status::revoked);
    CHECK(silent.reason.empty());
    CHECK(read(Reply{.status = V_OCSP_CERTSTATUS_UNKNOWN}).status == Status::unknown);
    CHECK(!read(Reply{.until = nullptr}).facts.next_update);
}

TEST_CASE("ocsp: of several answers the one about the certificate counts, by whatever hash") {
    const auto other = make(
        {.subject = "other",
         .key = "other",
         .issuer = "Issuing",
         .issuer_key = "issuing",
         .ca = false,
         .serial = "\x09"}
    );
    for (const auto* hash : {EVP_sha1(), EVP_sha256()})
        CHECK(read(Reply{.about = {other, leaf()}, .hash = hash}).status == Status::good);
    const auto foreign = read(Reply{.about = {other}});
    CHECK(foreign.status == Status::unknown);
    CHECK(foreign.problem == "it says nothing about this certificate");
    CHECK(foreign.readable);
    CHECK(foreign.facts.produced_at.has_value());
    CHECK(!foreign.facts.this_update);
}

TEST_CASE("ocsp: what is no answer, and each way in which a responder declines") {
    for (const std::string no_answer : {"", "<html>", "\x30\x03\x0a\x01"}) {
        const auto answer = read(no_answer);
        CHECK(!answer.readable);
        CHECK(answer.problem == "this is no OCSP response");
    }
    for (const auto& [code, word] :
         {std::pair{1, "malformedrequest"},
          {2, "internalerror"},
          {3, "trylater"},
          {5, "sigrequired"},
          {6, "unauthorized"}}) {
        const auto answer = read(sequence({tlv(0x0a, std::string(1, static_cast<char>(code)))}));
        CHECK(answer.readable);
        CHECK(answer.status == Status::unknown);
        CHECK(answer.problem == std::string("the responder says '") + word + "'");
    }
    const auto empty = read(sequence({tlv(0x0a, std::string(1, '\0'))})); // successful, of nothing
    CHECK(empty.readable);
    CHECK(empty.problem == "it says nothing about this certificate");
}

TEST_CASE("ocsp: the CA and those whom it made a responder sign, and nobody else") {
    const auto signed_by = [](const std::string& der, Time now = day("2026-06-02")) {
        const auto answer = read(Reply{.signer = der, .signer_key = "P-256/responder"}, now);
        CHECK(answer.status == Status::good); // whatever it is worth
        CHECK(
            (answer.facts.signature == SignatureState::good) == answer.facts.signature_text.empty()
        );
        return answer.facts.signature == SignatureState::bad ? answer.facts.signature_text : "good";
    };
    const std::string named = "the responder's certificate CN=Responder ";
    const std::string lacks = named + "lacks the purpose OCSP Signing (1.3.6.1.5.5.7.3.9)";
    CHECK(signed_by(responder()) == "good");
    CHECK(signed_by(responder({})) == lacks);
    CHECK(signed_by(responder({purpose("1.3.6.1.5.5.7.3.1")})) == lacks);
    const auto week = validity("260601000000Z", "260607000000Z");
    const auto weekly = responder({purpose(kOcspSigning)}, week);
    CHECK(signed_by(weekly) == "good");
    CHECK(signed_by(weekly, day("2026-06-08")) == named + "ran out on 2026-06-07T00:00:00Z");
    CHECK(
        signed_by(weekly, day("2026-05-31")) == named + "is valid only from 2026-06-01T00:00:00Z on"
    );
    // At its edges the dates are not what is wrong.
    for (const auto* edge : {"2026-06-01", "2026-06-07"})
        CHECK(signed_by(responder({}, week), day(edge)) == lacks);
    const auto stranger =
        signed_by(responder({purpose(kOcspSigning)}, Node{}.valid, "Elsewhere", "elsewhere"));
    CHECK(stranger.starts_with("its signature is not verified ("));
    // The CA itself needs no such purpose.
    const auto damaged = read(Reply{.damaged = true});
    CHECK(damaged.facts.signature == SignatureState::bad);
    CHECK(damaged.facts.signature_text.starts_with("its signature is not verified ("));
}
