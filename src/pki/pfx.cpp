// SPDX-License-Identifier: MIT
// Opens the safes one by one, so that no key derivation starts before its cost is known.
#include "pki/pfx.h"

#include "model/limits.h"
#include "model/text/utf8.h"
#include "pki/ossl.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

namespace lyncprobe::pki {

namespace {

void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), Deleter<&free_safes>>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Deleter<&free_bags>>;

constexpr int kNesting = 4; // safes within safes

// PfxReader opens one file with one password.
class PfxReader {
  public:
    explicit PfxReader(const std::optional<std::string>& password);
    Result<PfxContents> read(std::string_view bytes);

  private:
    // No password and an empty one are different keys in PKCS#12 (RFC 7292 B.1); Windows writes
    // either.
    struct Try {
        const char* text = nullptr;
        int size = 0;
    };

    Result<void> check_mac(PKCS12& file);
    Result<void> open_safe(PKCS7& safe);
    Result<BagsPtr> decrypt_safe(PKCS7& safe);
    Result<void> open_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, int nesting);
    Result<void> open_bag(const PKCS12_SAFEBAG& bag, int nesting);
    Result<void> decrypt_key(const PKCS12_SAFEBAG& bag);
    void keep_key(const PKCS12_SAFEBAG& bag, const PKCS8_PRIV_KEY_INFO* plain);
    void choose_key();
    Problem cannot_open(const std::string& reasons) const;

    const std::optional<std::string>& password_;
    LegacyContext context_;
    DerivationBudget budget_;
    std::vector<Try> tries_;
    PfxContents contents_;
    // All of them, since not every one need belong to a certificate of the file.
    struct KeyBag {
        PrivateKey key; // null where it cannot be read
        std::string provider;
    };
    std::vector<KeyBag> keys_;
};

std::string provider_of(const PKCS12_SAFEBAG& bag);

} // namespace

Result<PfxContents> read_pfx(std::string_view bytes, const std::optional<std::string>& password) {
    ERR_clear_error();
    return PfxReader(password).read(bytes);
}

namespace {

PfxReader::PfxReader(const std::optional<std::string>& password) : password_(password) {
    if (password) tries_.push_back({password->c_str(), static_cast<int>(password->size())});
    if (!password || password->empty()) {
        tries_.push_back({nullptr, 0});
        tries_.push_back({"", 0});
    }
}

Result<PfxContents> PfxReader::read(std::string_view bytes) {
    const unsigned char* at = octets(bytes);
    PKCS12* raw = PKCS12_init_ex(NID_pkcs7_data, context_.get(), nullptr);
    // On failure d2i frees what it was given to fill.
    const Pkcs12Ptr file(d2i_PKCS12(&raw, &at, static_cast<long>(bytes.size())));
    if (!file) {
        ERR_clear_error();
        return Problem{.what = "the PFX is damaged", .hint = "export it again"};
    }
    if (PKCS12_mac_present(file.get()))
        if (const auto checked = check_mac(*file); !checked) return checked.error();
    const SafesPtr safes(PKCS12_unpack_authsafes(file.get()));
    if (!safes) return drain_errors("the PFX cannot be opened");
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i)
        if (const auto opened = open_safe(*sk_PKCS7_value(safes.get(), i)); !opened)
            return opened.error();
    ERR_clear_error();

    choose_key();
    return std::move(contents_);
}

void PfxReader::choose_key() {
    auto& certificates = contents_.certificates;
    for (auto& [key, provider] : keys_) {
        const auto own =
            std::find_if(certificates.begin(), certificates.end(), [&](const auto& der) {
                return key && key_fits(key, der);
            });
        if (own == certificates.end()) continue;
        std::rotate(certificates.begin(), own, own + 1);
        contents_.key = std::move(key);
        contents_.about_key = {KeyInFile::State::own, std::move(provider)};
        return;
    }
    if (keys_.empty()) return;
    auto& [key, provider] = keys_.front();
    const bool all_read = std::all_of(keys_.begin(), keys_.end(), [](const KeyBag& bag) {
        return bag.key != nullptr;
    });
    contents_.key = std::move(key);
    contents_.about_key = {
        all_read ? KeyInFile::State::another : KeyInFile::State::unreadable, std::move(provider)};
}

// Leaves only the password that fits.
Result<void> PfxReader::check_mac(PKCS12& file) {
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, &file);
    std::int64_t rounds = 1; // RFC 7292 4: the default
    if (iterations && (ASN1_INTEGER_get_int64(&rounds, iterations) != 1 || rounds < 0))
        return Problem{.what = "the PFX is damaged: no iteration count"};
    if (const auto charged = budget_.charge(static_cast<std::uint64_t>(rounds)); !charged)
        return charged.error();
    ERR_clear_error();
    for (const Try attempt : tries_)
        if (PKCS12_verify_mac(&file, attempt.text, attempt.size) == 1) {
            tries_ = {attempt};
            return {};
        }
    return cannot_open(drain_error_text());
}

Result<void> PfxReader::open_safe(PKCS7& safe) {
    if (PKCS7_type_is_data(&safe)) {
        const BagsPtr bags(PKCS12_unpack_p7data(&safe));
        if (!bags) return drain_errors("a safe of the PFX cannot be opened");
        return open_bags(bags.get(), 0);
    }
    if (!PKCS7_type_is_encrypted(&safe)) return {}; // for a public key: not ours to open
    const auto bags = decrypt_safe(safe);
    if (!bags) return bags.error();
    return open_bags(bags->get(), 0);
}

Result<BagsPtr> PfxReader::decrypt_safe(PKCS7& safe) {
    if (!safe.d.encrypted || !safe.d.encrypted->enc_data || !safe.d.encrypted->enc_data->algorithm)
        return Problem{.what = "the PFX is damaged: a safe without its cipher"};
    const auto algorithm = to_der(i2d_X509_ALGOR, safe.d.encrypted->enc_data->algorithm);
    if (const auto charged = budget_.charge(algorithm); !charged) return charged.error();
    for (const Try attempt : tries_)
        if (BagsPtr bags{PKCS12_unpack_p7encdata(&safe, attempt.text, attempt.size)}) {
            tries_ = {attempt};
            return bags;
        }
    return cannot_open(drain_error_text());
}

Result<void> PfxReader::open_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, int nesting) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i)
        if (const auto opened = open_bag(*sk_PKCS12_SAFEBAG_value(bags, i), nesting); !opened)
            return opened.error();
    return {};
}

Result<void> PfxReader::open_bag(const PKCS12_SAFEBAG& bag, int nesting) {
    switch (PKCS12_SAFEBAG_get_nid(&bag)) {
    case NID_certBag: {
        if (PKCS12_SAFEBAG_get_bag_nid(&bag) != NID_x509Certificate) return {};
        const X509Ptr certificate(PKCS12_SAFEBAG_get1_cert(&bag));
        if (!certificate) return drain_errors("a certificate of the PFX cannot be read");
        if (contents_.certificates.size() == limits::kCertificatesPerFile)
            return Problem{
                .what = fmt::format(
                    "the file holds more than {} certificates", limits::kCertificatesPerFile
                )};
        contents_.certificates.push_back(to_der(i2d_X509, certificate.get()));
        return {};
    }
    case NID_keyBag: keep_key(bag, PKCS12_SAFEBAG_get0_p8inf(&bag)); return {};
    case NID_pkcs8ShroudedKeyBag: return decrypt_key(bag);
    case NID_safeContentsBag:
        if (nesting == kNesting) return Problem{.what = "the PFX nests its safes too deeply"};
        return open_bags(PKCS12_SAFEBAG_get0_safes(&bag), nesting + 1);
    default: return {};
    }
}

Result<void> PfxReader::decrypt_key(const PKCS12_SAFEBAG& bag) {
    const X509_SIG* encrypted = PKCS12_SAFEBAG_get0_pkcs8(&bag);
    const X509_ALGOR* algorithm = nullptr;
    if (encrypted) X509_SIG_get0(encrypted, &algorithm, nullptr);
    if (!algorithm) return Problem{.what = "the PFX is damaged: a key without its cipher"};
    if (const auto charged = budget_.charge(to_der(i2d_X509_ALGOR, algorithm)); !charged)
        return charged.error();
    for (const Try attempt : tries_) {
        const Pkcs8Ptr plain(
            PKCS12_decrypt_skey_ex(&bag, attempt.text, attempt.size, context_.get(), nullptr)
        );
        if (!plain) continue;
        keep_key(bag, plain.get());
        tries_ = {attempt};
        return {};
    }
    return cannot_open(drain_error_text());
}

void PfxReader::keep_key(const PKCS12_SAFEBAG& bag, const PKCS8_PRIV_KEY_INFO* plain) {
    if (keys_.size() == limits::kCertificatesPerFile) return;
    EvpPkeyPtr key(plain ? EVP_PKCS82PKEY(plain) : nullptr);
    auto& kept = keys_.emplace_back();
    kept.provider = provider_of(bag);
    if (key)
        kept.key = {
            key.release(), [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}

// Microsoft's attribute "CSP Name" of a key bag, a BMPString (szOID_PKCS_12_KEY_PROVIDER_NAME_ATTR
// of wincrypt.h); empty where there is none.
std::string provider_of(const PKCS12_SAFEBAG& bag) {
    const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_attr(&bag, NID_ms_csp_name);
    if (!value || value->type != V_ASN1_BMPSTRING) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, value->value.bmpstring);
    if (size < 0) return {};
    std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return valid_utf8(std::move(name));
}

// libcrypto complains of the padding where the password is wrong, and of the algorithm where it
// lacks that.
Problem PfxReader::cannot_open(const std::string& reasons) const {
    if (reasons.find("unsupported") != std::string::npos ||
        reasons.find("unknown") != std::string::npos)
        return {
            .what = "the PFX uses an algorithm that this OpenSSL does not have: " + reasons,
            .hint = context_.complete()
                        ? "export it again with AES-256"
                        : "install OpenSSL's legacy provider, or export with AES-256"};
    return password_problem(password_, "the PFX");
}

} // namespace

} // namespace lyncprobe::pki
