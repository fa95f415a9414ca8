// SPDX-License-Identifier: MIT
// Signature algorithms, RSASSA-PSS parameters (RFC 4055) and public keys (RFC 3279, RFC 5480, RFC
// 8410).
#include "pki/algorithm_reader.h"

#include "pki/certificate_reader.h"
#include "pki/der.h"
#include "pki/ossl.h"

#include <optional>

#include <openssl/ec.h>
#include <openssl/objects.h>

namespace lyncprobe::pki {

namespace {

constexpr std::string_view kRsassaPss = "1.2.840.113549.1.1.10"; // RFC 4055 3.1
constexpr std::string_view kEcdsaWithSpecified =
    "1.2.840.10045.4.3"; // X9.62: the hash is a parameter

// Identifier is an AlgorithmIdentifier taken apart.
struct Identifier {
    std::string oid;
    std::string_view parameters; // whole; empty where absent
};

std::optional<Identifier> read_identifier(std::string_view der) {
    const auto sequence = der::only(der, der::kSequence);
    if (!sequence) return std::nullopt;
    der::Reader parts(sequence->content);
    const auto oid = parts.next_oid();
    if (!oid) return std::nullopt;
    return Identifier{*oid, parts.rest()};
}

int object_nid(const std::string& oid) {
    const Asn1ObjectPtr object(OBJ_txt2obj(oid.c_str(), 1));
    if (!object) ERR_clear_error();
    return object ? OBJ_obj2nid(object.get()) : NID_undef;
}

std::string signature_hash(const Identifier& identifier) {
    // Signature algorithms that libcrypto has no cross reference for: old ones, and two of RFC 8017
    // A.2.4.
    static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
        {"1.3.14.3.2.2", "MD4"},
        {"1.3.14.3.2.3", "MD5"}, // OIW
        {"1.3.14.3.2.4", "MD4"},
        {"1.3.14.3.2.24", "MD2"}, // OIW
        {"1.3.14.3.2.25", "MD5"},
        {"1.3.36.3.3.1.2", "RIPEMD160"}, // OIW, TeleTrusT
        {"1.3.36.3.3.1.3", "RIPEMD128"},
        {"1.3.36.3.3.1.4", "RIPEMD256"},
        {"1.2.840.113549.1.1.15", "SHA512-224"},
        {"1.2.840.113549.1.1.16", "SHA512-256"}};
    for (const auto& [oid, hash] : kOthers)
        if (identifier.oid == oid) return std::string(hash);
    if (identifier.oid == kEcdsaWithSpecified) {
        const auto digest = read_identifier(identifier.parameters);
        return digest ? hash_name(digest->oid) : std::string{};
    }
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(object_nid(identifier.oid), &digest, nullptr) != 1 ||
        digest == NID_undef)
        return {};
    char oid[80];
    OBJ_obj2txt(oid, sizeof oid, OBJ_nid2obj(digest), 1);
    return hash_name(oid);
}

// RSASSA-PSS-params: hash [0], mask generation [1], salt length [2], trailer [3], each with a
// default. AD CS writes an empty SEQUENCE; RFC 4055 3.1 lets a key leave them out.
std::optional<PssParameters> read_pss(std::string_view parameters) {
    if (parameters.empty()) return PssParameters{};
    // NULL, as other algorithms have it, is taken for the defaults.
    const auto null = der::only(parameters, der::kNull);
    if (null) return PssParameters{};
    const auto sequence = der::only(parameters, der::kSequence);
    if (!sequence) return std::nullopt;
    if (sequence->content.empty()) return PssParameters{};

    PssParameters pss{.by_default = false};
    der::Reader fields(sequence->content);
    if (const auto field = fields.next(der::constructed(0))) {
        const auto hash = read_identifier(field->content);
        if (!hash) return std::nullopt;
        pss.hash = hash_name(hash->oid);
    }
    if (const auto field = fields.next(der::constructed(1))) {
        const auto mask = read_identifier(field->content);
        const auto hash = mask ? read_identifier(mask->parameters) : std::nullopt;
        if (!hash) return std::nullopt;
        pss.mask_hash = hash_name(hash->oid);
    }
    if (const auto field = fields.next(der::constructed(2))) {
        const auto salt = der::only(field->content, der::kInteger);
        const auto length = salt ? der::integer(salt->content) : std::nullopt;
        if (!length) return std::nullopt;
        pss.salt_length = *length;
    }
    fields.next(der::constructed(3)); // the trailer has one value only
    if (!fields.finished()) return std::nullopt;
    return pss;
}

// RSAPublicKey of RFC 8017 A.1.1.
void read_rsa(std::string_view key, PublicKey& out, std::vector<std::string>& notes) {
    const auto sequence = der::only(key, der::kSequence);
    der::Reader numbers(sequence ? sequence->content : std::string_view{});
    const auto modulus = numbers.next(der::kInteger);
    if (!modulus) {
        notes.push_back("the RSA modulus cannot be read");
        return;
    }
    out.bits = der::bit_length(modulus->content);
    // DER integers are signed; a missing zero octet is a common mistake of old software.
    if (!modulus->content.empty() && (modulus->content.front() & 0x80) != 0)
        notes.push_back("the RSA modulus is written as a negative number");
}

// Dss-Parms of RFC 3279 2.3.2; without parameters (inherited from the issuer) the length is
// unknown.
void read_dsa(std::string_view parameters, PublicKey& out) {
    const auto sequence = der::only(parameters, der::kSequence);
    der::Reader numbers(sequence ? sequence->content : std::string_view{});
    if (const auto p = numbers.next(der::kInteger)) out.bits = der::bit_length(p->content);
}

// ECParameters of RFC 5480 2.1.1, explicit ones as in X9.62 (SEQUENCE{version, fieldID{type, p},
// …}).
void read_curve(std::string_view parameters, PublicKey& out, std::vector<std::string>& notes) {
    if (const auto object = der::only(parameters, der::kOid)) {
        const auto oid = der::oid(object->content);
        if (!oid) {
            notes.push_back("the curve of the public key cannot be read");
            return;
        }
        out.curve_oid = *oid;
        const int nid = object_nid(*oid);
        if (nid == NID_X9_62_prime256v1)
            out.curve = "P-256", out.bits = 256;
        else if (nid == NID_secp384r1)
            out.curve = "P-384", out.bits = 384;
        else if (nid == NID_secp521r1)
            out.curve = "P-521", out.bits = 521;
        else {
            // Brainpool and the like: the name is libcrypto's, the size that of its field.
            out.curve = nid == NID_undef ? *oid : OBJ_nid2sn(nid);
            const std::unique_ptr<EC_GROUP, Deleter<&EC_GROUP_free>> group(
                EC_GROUP_new_by_curve_name(nid)
            );
            if (group) out.bits = EC_GROUP_get_degree(group.get());
            ERR_clear_error();
        }
        return;
    }
    const auto sequence = der::only(parameters, der::kSequence);
    if (!sequence) {
        notes.push_back("the public key names no curve");
        return;
    }
    // Forbidden by RFC 5480 2.1.1; of the curve only the size of its field is read.
    out.explicit_parameters = true;
    der::Reader fields(sequence->content);
    fields.next(der::kInteger);
    const auto field = fields.next(der::kSequence);
    der::Reader field_parts(field ? field->content : std::string_view{});
    const auto type = field_parts.next(der::kOid);
    const auto prime = field_parts.next(der::kInteger);
    if (type && prime) out.bits = der::bit_length(prime->content);
}

std::string key_algorithm_name(const std::string& oid) {
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"1.2.840.113549.1.1.1", "RSA"},         // RFC 3279 2.3.1
        {"2.5.8.1.1", "RSA"},                    // X.509 (1988)
        {"1.2.840.113549.1.1.10", "RSASSA-PSS"}, // RFC 4055 1.2
        {"1.2.840.113549.1.1.7", "RSAES-OAEP"},  // RFC 4055 1.2
        {"1.2.840.10045.2.1", "EC"},             // RFC 5480 2.1.1
        {"1.3.132.1.12", "ECDH"},                // RFC 5480 2.1.2
        {"1.3.132.1.13", "ECMQV"},               // RFC 5480 2.1.2
        {"1.2.840.10040.4.1", "DSA"},            // RFC 3279 2.3.2
        {"1.3.14.3.2.12", "DSA"},                // OIW
        {"1.2.840.10046.2.1", "DH"},             // RFC 3279 2.3.3
        {"1.3.101.110", "X25519"},               // RFC 8410 3
        {"1.3.101.111", "X448"},                 // RFC 8410 3
        {"1.3.101.112", "Ed25519"},              // RFC 8410 3
        {"1.3.101.113", "Ed448"}};               // RFC 8410 3
    for (const auto& [known, name] : kNames)
        if (oid == known) return std::string(name);
    return oid_name(oid);
}

} // namespace

Algorithm read_algorithm(std::string_view der, std::vector<std::string>& notes) {
    Algorithm algorithm;
    const auto identifier = read_identifier(der);
    if (!identifier) {
        notes.push_back("a signature algorithm cannot be read");
        return algorithm;
    }
    algorithm.oid = identifier->oid;
    // An algorithm that libcrypto does not know keeps its number, which can at least be looked up.
    const int nid = object_nid(identifier->oid);
    algorithm.name = nid == NID_undef ? identifier->oid : OBJ_nid2ln(nid);
    if (algorithm.oid != kRsassaPss) {
        algorithm.hash = signature_hash(*identifier);
        return algorithm;
    }
    algorithm.pss = read_pss(identifier->parameters);
    if (algorithm.pss) {
        algorithm.hash = algorithm.pss->hash;
    } else {
        // The algorithm is still RSASSA-PSS; only what it was meant to use is unknown.
        algorithm.pss =
            PssParameters{.hash = "", .mask_hash = "", .salt_length = 0, .by_default = false};
        notes.push_back("the RSASSA-PSS parameters cannot be read");
    }
    return algorithm;
}

PublicKey read_public_key(std::string_view der, std::vector<std::string>& notes) {
    PublicKey key;
    // The fingerprint of the whole structure, so that equal keys are found whatever can be read of
    // it.
    key.spki_sha256 = sha256(der);
    const auto info = der::only(der, der::kSequence);
    der::Reader parts(info ? info->content : std::string_view{});
    const auto algorithm = parts.next(der::kSequence);
    const auto identifier = algorithm ? read_identifier(algorithm->whole) : std::nullopt;
    const auto value = parts.next(der::kBitString);
    const auto bits = value ? der::bits(value->content) : std::nullopt;
    if (!identifier) {
        notes.push_back("the public key's algorithm cannot be read");
        return key;
    }
    if (!bits || !parts.finished()) notes.push_back("the public key cannot be read");
    key.oid = identifier->oid;
    key.algorithm = key_algorithm_name(key.oid);
    if (key.algorithm == "RSA" || key.algorithm == "RSASSA-PSS")
        read_rsa(bits.value_or(std::string_view{}), key, notes);
    else if (key.algorithm == "DSA")
        read_dsa(identifier->parameters, key);
    else if (key.algorithm == "EC" || key.algorithm == "ECDH" || key.algorithm == "ECMQV")
        read_curve(identifier->parameters, key, notes);
    else if (key.algorithm == "Ed25519" || key.algorithm == "X25519")
        key.bits = 255; // RFC 7748 4.1
    else if (key.algorithm == "Ed448" || key.algorithm == "X448")
        key.bits = 448; // RFC 7748 4.2
    return key;
}

// Short and without hyphens, as people and other tools write them: libcrypto says "SHA2-256" or
// "sha256", depending on whom one asks.
std::string hash_name(const std::string& oid) {
    const int nid = object_nid(oid);
    switch (nid) {
    case NID_md2: return "MD2";
    case NID_md4: return "MD4";
    case NID_md5: return "MD5";
    case NID_sha: return "SHA0";
    case NID_sha1: return "SHA1";
    case NID_sha224: return "SHA224";
    case NID_sha256: return "SHA256";
    case NID_sha384: return "SHA384";
    case NID_sha512: return "SHA512";
    case NID_sha512_224: return "SHA512-224";
    case NID_sha512_256: return "SHA512-256";
    case NID_sha3_224: return "SHA3-224";
    case NID_sha3_256: return "SHA3-256";
    case NID_sha3_384: return "SHA3-384";
    case NID_sha3_512: return "SHA3-512";
    case NID_ripemd160: return "RIPEMD160";
    case NID_sm3: return "SM3";
    case NID_id_GostR3411_94: return "GOST94";
    case NID_id_GostR3411_2012_256: return "GOST12-256";
    case NID_id_GostR3411_2012_512: return "GOST12-512";
    default: return nid == NID_undef ? oid : OBJ_nid2sn(nid);
    }
}

} // namespace lyncprobe::pki
