// SPDX-License-Identifier: MIT
// The test PKI: a DER encoder of a few lines, keys of the process, signatures through EVP.
#include "test_certificates.h"

#include "pki/certificate_reader.h"
#include "support/pem.h"

#include <map>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace lyncprobe::pki::test {

namespace {

EvpPkeyPtr make_key(const std::string& kind);
EvpPkeyPtr generate(
    const char* type, const std::vector<std::pair<std::string, std::string>>& options
);

template <class T>
T check(T&& made) {
    if (!made) throw std::runtime_error(drain_error_text());
    return std::forward<T>(made);
}

X509Ptr decode(const std::string& der) {
    const unsigned char* at = octets(der);
    return check(X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size()))));
}

std::string bio_text(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace

std::string tlv(int tag, const std::string& content) {
    std::string out{static_cast<char>(tag)};
    if (content.size() < 0x80) {
        out += static_cast<char>(content.size());
    } else {
        std::string length;
        for (auto rest = content.size(); rest > 0; rest >>= 8)
            length.insert(length.begin(), static_cast<char>(rest & 0xff));
        out += static_cast<char>(0x80 | length.size());
        out += length;
    }
    return out + content;
}

std::string sequence(const std::vector<std::string>& parts) {
    std::string content;
    for (const auto& part : parts)
        content += part;
    return tlv(0x30, content);
}

std::string oid(const std::string& dotted) {
    const Asn1ObjectPtr object(check(Asn1ObjectPtr(OBJ_txt2obj(dotted.c_str(), 1))));
    return to_der(i2d_ASN1_OBJECT, object.get());
}

std::string integer(const std::string& content) { return tlv(0x02, content); }

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string name(const std::vector<std::pair<std::string, std::string>>& attributes) {
    std::vector<std::string> rdns;
    for (const auto& [type, text] : attributes)
        rdns.push_back(tlv(0x31, sequence({oid(type), tlv(0x0c, text)})));
    return sequence(rdns);
}

std::string common_name(const std::string& text) { return name({{"2.5.4.3", text}}); }

std::string validity(const std::string& from, const std::string& until) {
    const auto time = [](const std::string& text) {
        return tlv(text.size() > 13 ? 0x18 : 0x17, text);
    };
    return sequence({time(from), time(until)});
}

std::string extension(const std::string& dotted, const std::string& value, bool critical) {
    return sequence({oid(dotted), critical ? tlv(0x01, "\xff") : std::string{}, tlv(0x04, value)});
}

std::string basic_constraints(bool ca, int path_length) {
    std::string content = ca ? tlv(0x01, "\xff") : std::string{};
    if (path_length >= 0) content += integer(std::string(1, static_cast<char>(path_length)));
    return extension("2.5.29.19", tlv(0x30, content), true);
}

std::string uri(const std::string& text) { return tlv(0x86, text); }
std::string dns_name(const std::string& text) { return tlv(0x82, text); }

EVP_PKEY& key(const std::string& kind) {
    static std::map<std::string, EvpPkeyPtr> keys;
    auto& made = keys[kind];
    if (!made) made = check(make_key(kind.substr(0, kind.find('/'))));
    return *made;
}

std::string spki(const std::string& kind) { return to_der(i2d_PUBKEY, &key(kind)); }

std::string algorithm(const std::string& dotted, const std::string& parameters) {
    return sequence({oid(dotted), parameters});
}

std::string sha256_with_rsa() { return algorithm("1.2.840.113549.1.1.11", tlv(0x05, "")); }
std::string ecdsa_with_sha256() { return algorithm("1.2.840.10045.4.3.2"); }

std::string Draft::sign(const std::string& signer, const std::string& digest, Padding padding)
    const {
    std::string list;
    for (const auto& one : extensions)
        list += one;
    const std::string tbs = sequence(
        {version > 1 ? tlv(0xa0, integer(std::string(1, static_cast<char>(version - 1)))) : "",
         integer(serial), inner, issuer, valid, subject, public_key,
         extensions.empty() ? "" : tlv(0xa3, tlv(0x30, list))}
    );
    const EvpMdCtxPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    const char* hash = digest.empty() ? nullptr : digest.c_str();
    check(
        EVP_DigestSignInit_ex(
            context.get(), &options, hash, nullptr, nullptr, &key(signer), nullptr
        ) == 1
    );
    if (padding != Padding::pkcs1) {
        check(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
        const int salt = padding == Padding::pss_sha1_defaults ? 20 : 32;
        check(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1);
    }
    std::size_t size = 0;
    check(EVP_DigestSign(context.get(), nullptr, &size, octets(tbs), tbs.size()) == 1);
    std::string signature(size, '\0');
    check(
        EVP_DigestSign(
            context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(tbs),
            tbs.size()
        ) == 1
    );
    signature.resize(size);
    return sequence({tbs, outer.value_or(inner), tlv(0x03, std::string(1, '\0') + signature)});
}

std::string key_usage(const std::string& bits) {
    std::string octets((bits.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i] == '1') octets[i / 8] = static_cast<char>(octets[i / 8] | (0x80 >> (i % 8)));
    const auto unused = static_cast<char>(octets.size() * 8 - bits.size());
    return extension("2.5.29.15", tlv(0x03, unused + octets), true);
}

std::string subject_alt_name(const std::vector<std::string>& general_names) {
    return extension("2.5.29.17", sequence(general_names));
}

std::string name_constraints(
    const std::vector<std::string>& permitted, const std::vector<std::string>& excluded
) {
    const auto subtrees = [](int tag, const std::vector<std::string>& bases) {
        std::string out;
        for (const auto& base : bases)
            out += sequence({base});
        return bases.empty() ? out : tlv(tag, out);
    };
    return extension(
        "2.5.29.30", sequence({subtrees(0xa0, permitted), subtrees(0xa1, excluded)}), true
    );
}

std::string make(const Node& node) {
    Draft draft{
        .version = node.version,
        .serial = node.serial,
        .subject = common_name(node.subject),
        .issuer = common_name(node.issuer.empty() ? node.subject : node.issuer),
        .valid = node.valid,
        .public_key = spki("P-256/" + node.key)};
    if (node.version == 3) {
        draft.extensions = node.more;
        draft.extensions.push_back(basic_constraints(node.ca, node.path_length));
    }
    return draft.sign("P-256/" + (node.issuer_key.empty() ? node.key : node.issuer_key));
}

std::string make_root(const std::string& subject, const std::string& key_word) {
    return make({.subject = subject, .key = key_word});
}

std::string make_leaf(const std::string& issuer, const std::string& issuer_key) {
    return make(
        {.subject = "host.contoso.example",
         .key = "leaf",
         .issuer = issuer,
         .issuer_key = issuer_key,
         .ca = false}
    );
}

std::string pem(const std::string& der, const std::string& label) {
    return lyncprobe::test::to_pem(der, label);
}

std::string key_pem(const std::string& kind, const std::string& password) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
    check(
        PEM_write_bio_PKCS8PrivateKey(
            bio.get(), &key(kind), cipher, password.empty() ? nullptr : password.data(),
            static_cast<int>(password.size()), nullptr, nullptr
        ) == 1
    );
    return bio_text(bio.get());
}

std::string key_der(const std::string& kind) { return to_der(i2d_PrivateKey, &key(kind)); }

std::string pkcs8(const std::string& kind) {
    const Pkcs8Ptr plain(EVP_PKEY2PKCS8(&key(kind)));
    return to_der(i2d_PKCS8_PRIV_KEY_INFO, plain.get());
}

std::string pkcs7(const std::vector<std::string>& certificates) {
    const std::unique_ptr<PKCS7, Deleter<&PKCS7_free>> message(PKCS7_new());
    PKCS7_set_type(message.get(), NID_pkcs7_signed);
    PKCS7_content_new(message.get(), NID_pkcs7_data);
    PKCS7_set_detached(message.get(), 1);
    for (const auto& der : certificates)
        PKCS7_add_certificate(message.get(), decode(der).get());
    return to_der(i2d_PKCS7, message.get());
}

std::string pfx(const PfxSpec& spec) {
    const LegacyContext context;
    const CertificateStackPtr others(sk_X509_new_null());
    for (const auto& der : spec.others)
        sk_X509_push(others.get(), decode(der).release());
    const X509Ptr certificate = spec.certificate.empty() ? nullptr : decode(spec.certificate);
    EVP_PKEY* own = spec.key.empty() ? nullptr : &key(spec.key);
    // PKCS12_create copies this attribute of the key into its bag, as a BMPString.
    if (!spec.provider.empty())
        EVP_PKEY_add1_attr_by_NID(own, NID_ms_csp_name, MBSTRING_UTF8, octets(spec.provider), -1);
    const Pkcs12Ptr file(check(Pkcs12Ptr(PKCS12_create_ex(
        spec.password ? spec.password->c_str() : nullptr, "contoso", own, certificate.get(),
        others.get(), spec.key_cipher, spec.certificate_cipher, spec.iterations,
        spec.mac_iterations, 0, context.get(), nullptr
    ))));
    if (!spec.provider.empty())
        X509_ATTRIBUTE_free(EVP_PKEY_delete_attr(own, 0)); // the key is every test's
    return to_der(i2d_PKCS12, file.get());
}

std::string plain_pfx(
    const std::vector<std::string>& keys, const std::vector<std::string>& certificates
) {
    STACK_OF(PKCS12_SAFEBAG)* bags = nullptr;
    for (const auto& der : certificates)
        PKCS12_add_cert(&bags, decode(der).get());
    if (!bags) bags = sk_PKCS12_SAFEBAG_new_null();
    for (const auto& der : keys) {
        const unsigned char* at = octets(der);
        auto* plain = d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size()));
        sk_PKCS12_SAFEBAG_push(bags, PKCS12_SAFEBAG_create0_p8inf(plain));
    }
    STACK_OF(PKCS7)* safes = nullptr;
    PKCS12_add_safe(&safes, bags, -1, 0, nullptr);
    const Pkcs12Ptr file(PKCS12_add_safes(safes, 0));
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return to_der(i2d_PKCS12, file.get());
}

namespace {

EvpPkeyPtr make_key(const std::string& kind) {
    if (kind.starts_with("rsa-1024")) return EvpPkeyPtr(EVP_RSA_gen(1024));
    if (kind.starts_with("rsa")) return EvpPkeyPtr(EVP_RSA_gen(2048));
    if (kind == "pss") return generate("RSA-PSS", {{"bits", "2048"}});
    if (kind == "ed25519") return generate("ED25519", {});
    if (kind == "explicit") return generate("EC", {{"group", "P-256"}, {"encoding", "explicit"}});
    if (kind == "dsa") {
        // Parameters first: the key generator only takes them from another key.
        const std::unique_ptr<EVP_PKEY_CTX, Deleter<&EVP_PKEY_CTX_free>> context(
            EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr)
        );
        EVP_PKEY* parameters = nullptr;
        EVP_PKEY_paramgen_init(context.get());
        EVP_PKEY_CTX_ctrl_str(context.get(), "dsa_paramgen_bits", "1024");
        EVP_PKEY_paramgen(context.get(), &parameters);
        const EvpPkeyPtr owner(parameters);
        const std::unique_ptr<EVP_PKEY_CTX, Deleter<&EVP_PKEY_CTX_free>> generator(
            EVP_PKEY_CTX_new(parameters, nullptr)
        );
        EVP_PKEY* made = nullptr;
        EVP_PKEY_keygen_init(generator.get());
        EVP_PKEY_keygen(generator.get(), &made);
        return EvpPkeyPtr(made);
    }
    return generate("EC", {{"group", kind}});
}

EvpPkeyPtr generate(
    const char* type, const std::vector<std::pair<std::string, std::string>>& options
) {
    const std::unique_ptr<EVP_PKEY_CTX, Deleter<&EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)
    );
    EVP_PKEY_keygen_init(context.get());
    for (const auto& [option, value] : options) {
        std::size_t bits = option == "bits" ? std::stoul(value) : 0;
        std::string text = value;
        const OSSL_PARAM parameters[] = {
            option == "bits" ? OSSL_PARAM_construct_size_t("bits", &bits)
                             : OSSL_PARAM_construct_utf8_string(option.c_str(), text.data(), 0),
            OSSL_PARAM_construct_end()};
        check(EVP_PKEY_CTX_set_params(context.get(), parameters) == 1);
    }
    EVP_PKEY* made = nullptr;
    EVP_PKEY_generate(context.get(), &made);
    return EvpPkeyPtr(made);
}

} // namespace

} // namespace lyncprobe::pki::test
