// SPDX-License-Identifier: MIT
// PKCS#8, encrypted PKCS#8 and the traditional forms.
#include "pki/private_key.h"

#include "pki/certificate_layout.h"
#include "pki/der.h"
#include "pki/ossl.h"
#include "pki/pem.h"
#include "pki/signature.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <openssl/pem.h>

namespace lyncprobe::pki {

namespace {

using Password = std::optional<std::string>;

// Wiped clears a string that held a key when it goes.
struct Wiped {
    std::string bytes;
    ~Wiped() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

PrivateKey shared(EvpPkeyPtr key) {
    return {key.release(), [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}

Result<PrivateKey> decrypt_key(const X509_SIG& encrypted, const Password& password) {
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(&encrypted, &algorithm, nullptr);
    DerivationBudget budget;
    // Before the password is tried: the file chooses the number of rounds.
    if (const auto charged = budget.charge(to_der(i2d_X509_ALGOR, algorithm)); !charged)
        return charged.error();
    if (!password) return password_problem(password, "the private key");
    const LegacyContext context;
    const Pkcs8Ptr plain(PKCS8_decrypt_ex(
        &encrypted, password->c_str(), static_cast<int>(password->size()), context.get(), nullptr
    ));
    if (!plain) {
        ERR_clear_error();
        return password_problem(password, "the private key");
    }
    EvpPkeyPtr key(EVP_PKCS82PKEY(plain.get()));
    if (!key) return drain_errors("the private key cannot be read");
    return shared(std::move(key));
}

Result<PrivateKey> read_der_key(std::string_view der, const Password& password) {
    const unsigned char* at = octets(der);
    // The encrypted form first: d2i_AutoPrivateKey would try to read it as a key.
    const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (encrypted) return decrypt_key(*encrypted, password);
    at = octets(der);
    EvpPkeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    if (!key) return drain_errors("the private key cannot be read");
    return shared(std::move(key));
}

// Given to libcrypto in place of its own, which asks at the terminal.
int give_password(char* buffer, int size, int, void* password) {
    const auto& given = *static_cast<const Password*>(password);
    if (!given || given->size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(buffer, given->data(), given->size());
    return static_cast<int>(given->size());
}

// The old form with its cipher in a header ("DEK-Info"); only libcrypto's PEM reader knows it.
Result<PrivateKey> read_traditional_key(const PemBlock& block, const Password& password) {
    // Rebuilt without indentation and with LF.
    Wiped pem{fmt::format("-----BEGIN {}-----\n", block.label)};
    bool headers = true;
    for (auto rest = block.body; !rest.empty();) {
        const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        line = line.substr(0, line.find_last_not_of(" \t") + 1);
        if (line.empty()) continue;
        const bool header = line.find(':') != std::string_view::npos;
        if (headers && !header && pem.bytes.find(':') != std::string::npos) {
            pem.bytes += '\n';
            headers = false;
        }
        pem.bytes.append(line).append("\n");
    }
    pem.bytes += fmt::format("-----END {}-----\n", block.label);

    const BioPtr bio = memory_bio(pem.bytes);
    EvpPkeyPtr key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, const_cast<Password*>(&password))
    );
    ERR_clear_error();
    if (!key) return password_problem(password, "the private key");
    return shared(std::move(key));
}

Result<PrivateKey> read_pem_key(std::string_view text, const Password& password) {
    PemScanner scanner(text);
    while (const auto block = scanner.next()) {
        if (!*block) return block->error();
        if (!(**block).label.ends_with("PRIVATE KEY")) continue;
        if (has_headers(**block)) return read_traditional_key(**block, password);
        auto der = block_bytes(**block);
        if (!der)
            return Problem{
                .what =
                    fmt::format("the key in line {} is damaged: no whole base64", (**block).line),
                .where = {.line = (**block).line}};
        const Wiped key{std::move(*der)};
        return read_der_key(key.bytes, password);
    }
    return Problem{
        .what = "there is no private key in the file",
        .hint = "give PEM (BEGIN PRIVATE KEY), DER, or a PFX"};
}

std::optional<std::uint64_t> positive(const std::optional<der::Element>& number) {
    const auto value = number ? der::integer(number->content) : std::nullopt;
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

// What a key derivation costs, read from its parameters before it is run; nothing where the scheme
// is not known.
std::optional<std::uint64_t> derivation_rounds(std::string_view algorithm_der) {
    const auto sequence = der::only(algorithm_der, der::kSequence);
    der::Reader parts(sequence ? sequence->content : std::string_view{});
    const auto oid = parts.next_oid();
    const auto parameters = parts.next(der::kSequence);
    if (!oid || !parameters) return std::nullopt;
    der::Reader fields(parameters->content);

    if (*oid == "1.2.840.113549.1.5.13") { // PBES2, RFC 8018 A.4
        const auto derivation = fields.next(der::kSequence);
        return derivation ? derivation_rounds(derivation->whole) : std::nullopt;
    }
    fields.next(); // salt
    const auto first = positive(fields.next(der::kInteger));
    if (*oid != "1.3.6.1.4.1.11591.4.11") return first; // PBKDF2 and PBES1: the iteration count
    // scrypt, RFC 7914 7: N, r, p. Its cost is their product, and so is its memory.
    const auto block_size = positive(fields.next(der::kInteger));
    const auto parallel = positive(fields.next(der::kInteger));
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (!first || !block_size || !parallel) return std::nullopt;
    if (*first > kMost || *block_size > 64 || *parallel > 64)
        return std::numeric_limits<std::uint64_t>::max();
    return *first * *block_size * *parallel;
}

} // namespace

Result<PrivateKey> read_private_key(std::string_view bytes, const Password& password) {
    ERR_clear_error();
    if (bytes.empty()) return Problem{.what = "the key file is empty"};
    if (bytes.front() == '\x30') return read_der_key(bytes, password);
    const Wiped text{plain_text(bytes)};
    return read_pem_key(text.bytes, password);
}

bool key_fits(const PrivateKey& key, std::string_view certificate_der) {
    const auto layout = certificate_layout(certificate_der);
    const VerificationKey own = layout ? verification_key(layout->key) : nullptr;
    // The certificate's key is decoded within limits; a hostile one could keep libcrypto busy.
    const bool fits =
        own && key &&
        EVP_PKEY_eq(static_cast<EVP_PKEY*>(own.get()), static_cast<EVP_PKEY*>(key.get())) == 1;
    ERR_clear_error();
    return fits;
}

Result<void> DerivationBudget::charge(std::string_view algorithm_der) {
    const auto rounds = derivation_rounds(algorithm_der);
    if (!rounds)
        return Problem{
            .what = "the way the key is derived from the password is unknown",
            .hint = "export the file again with AES-256"};
    return charge(*rounds);
}

Result<void> DerivationBudget::charge(std::uint64_t rounds) {
    if (rounds > left_)
        return Problem{
            .what = fmt::format(
                "the file asks for more than {} rounds of key derivation, which is refused", kRounds
            ),
            .hint = "export it again with an ordinary iteration count"};
    left_ -= rounds;
    return {};
}

Problem password_problem(const Password& password, std::string_view what) {
    if (!password)
        return {
            .what = fmt::format("{} is protected by a password, and none was given", what),
            .hint = "name the password's file or environment variable"};
    return {.what = fmt::format("the password of {} is wrong", what)};
}

} // namespace lyncprobe::pki
