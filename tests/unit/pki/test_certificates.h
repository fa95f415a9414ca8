// SPDX-License-Identifier: MIT
// Certificates made at run time, octet by octet, so that every oddity of the field can be written.
#pragma once

#include "pki/ossl.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lyncprobe::pki::test {

// DER by hand.
std::string tlv(int tag, const std::string& content);
std::string sequence(const std::vector<std::string>& parts);
std::string oid(const std::string& dotted);
std::string integer(const std::string& content); // octets as given
std::string from_hex(const std::string& hex);

// A Name of one attribute per RDN, from the root downwards: {{"2.5.4.10", "Contoso"}, {"2.5.4.3",
// "host"}}.
std::string name(const std::vector<std::pair<std::string, std::string>>& attributes);
std::string common_name(const std::string& text);

// "130101000000Z" is written as UTCTime, "20300101000000Z" as GeneralizedTime.
std::string validity(const std::string& from, const std::string& until);

std::string extension(const std::string& dotted, const std::string& value, bool critical = false);
// Bits of RFC 5280 4.2.1.3, "100000010" from digitalSignature on.
std::string key_usage(const std::string& bits);
std::string subject_alt_name(const std::vector<std::string>& general_names);
// GeneralSubtrees of RFC 5280 4.2.1.10, by their bases.
std::string name_constraints(
    const std::vector<std::string>& permitted, const std::vector<std::string>& excluded = {}
);
std::string basic_constraints(bool ca, int path_length = -1);
std::string uri(const std::string& text);      // a GeneralName
std::string dns_name(const std::string& text); // a GeneralName

// Keys are made once per process and name: "rsa", "rsa-2", "rsa-1024", "pss", "dsa", "ed25519",
// "P-256", "P-256/ca", "secp256k1", "explicit" … (what follows '/' only tells keys apart).
EVP_PKEY& key(const std::string& kind);
std::string spki(const std::string& kind);

enum class Padding { pkcs1, pss, pss_sha1_defaults };

// AlgorithmIdentifiers.
std::string algorithm(const std::string& dotted, const std::string& parameters = {});
std::string sha256_with_rsa();
std::string ecdsa_with_sha256();

// Draft is a certificate before it is signed; every part may be replaced by whatever bytes.
struct Draft {
    int version = 3;
    std::string serial = "\x01"; // INTEGER content
    std::string subject = common_name("host.contoso.example"), issuer = common_name("Issuing CA");
    std::string valid = validity("240101000000Z", "340101000000Z");
    std::string public_key = spki("P-256");
    std::vector<std::string> extensions;
    std::string inner = ecdsa_with_sha256();
    std::optional<std::string> outer; // as the inner one where absent

    // Signed by this key; the digest and padding have to fit `inner`.
    std::string sign(
        const std::string& signer = "P-256/ca", const std::string& digest = "SHA256",
        Padding padding = Padding::pkcs1
    ) const;
};

// A CA or server certificate of a small test PKI: subject and issuer are common names, keys are
// P-256 and named after the subject's key word. Without `issuer_key` it is signed with its own.
struct Node {
    std::string subject, key, issuer, issuer_key;
    bool ca = true;
    int path_length = -1;
    std::string serial = "\x01";
    std::vector<std::string> more = {}; // further extensions
    int version = 3;
    std::string valid = validity("240101000000Z", "340101000000Z");
};
std::string make(const Node& node);
std::string make_root(const std::string& subject, const std::string& key);
std::string make_leaf(const std::string& issuer, const std::string& issuer_key);

// Containers.
std::string pem(const std::string& der, const std::string& label = "CERTIFICATE");
std::string key_pem(const std::string& kind, const std::string& password = {});
std::string key_der(const std::string& kind);
std::string pkcs8(const std::string& kind);
std::string pkcs7(const std::vector<std::string>& certificates);

struct PfxSpec {
    std::string key, certificate;
    std::vector<std::string> others = {};
    std::optional<std::string> password = "secret";
    int key_cipher = 0, certificate_cipher = 0;   // NIDs; 0 = AES-256, -1 = none
    int iterations = 2048, mac_iterations = 2048; // mac -1 = no MAC
    std::string provider = {}; // Windows provider of the key; empty = no such attribute
};
std::string pfx(const PfxSpec& spec);
// With these private keys (PKCS#8, DER), nothing encrypted and no MAC.
std::string plain_pfx(
    const std::vector<std::string>& keys, const std::vector<std::string>& certificates
);

} // namespace lyncprobe::pki::test
