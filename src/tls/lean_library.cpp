// SPDX-License-Identifier: MIT
// The lean context has one provider, made of the default provider's own functions: it answers the
// library's questions with a shorter list of algorithms and computes nothing itself; key_share.h
// says what it keeps. A second one has what is rarely needed.
#include "tls/lean_library.h"

#include "pki/memory.h"
#include "tls/cipher_names.h"
#include "tls/key_share.h"
#include "tls/lean_list.h"
#include "tls/tls_context_impl.h"

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

namespace lyncprobe::tls {

namespace {

constexpr const char* kName = "lyncprobe-lean";
constexpr const char* kRareName = "lyncprobe-rare";

// Shared is what the provider's functions need; the C interface gives them no place of our own,
// since the provider context must be the default provider's. One lean library exists at a time.
struct Shared {
    OSSL_LIB_CTX* backing = nullptr;
    OSSL_PROVIDER* default_provider = nullptr;
    std::map<int, std::vector<OSSL_ALGORITHM>> kept; // each ends with an empty entry
    std::vector<OSSL_ALGORITHM> rare;                // decoders; ends with an empty entry
};
Shared& shared() {
    static Shared it;
    return it;
}

// Of the default provider's algorithms those that are `wanted`; ends with an empty entry.
template <class Wanted>
std::vector<OSSL_ALGORITHM> provided(int operation, int* no_cache, const Wanted& wanted) {
    std::vector<OSSL_ALGORITHM> list;
    const auto* all = OSSL_PROVIDER_query_operation(shared().default_provider, operation, no_cache);
    for (; all != nullptr && all->algorithm_names != nullptr; ++all)
        if (wanted(*all)) list.push_back(*all);
    list.push_back({nullptr, nullptr, nullptr, nullptr});
    return list;
}

// What makes the keys of an exchange that the default provider has too.
LadderKeys ladder_of(const OSSL_DISPATCH* key_management) {
    int ignored = 0;
    const auto exchange = provided(OSSL_OP_KEYEXCH, &ignored, is_of_key_share).front();
    if (exchange.algorithm_names == nullptr) return {};
    return {shared().backing, key_management, exchange.implementation};
}

std::vector<OSSL_ALGORITHM> handed_out(int operation, int* no_cache) {
    auto list = provided(operation, no_cache, [&](const OSSL_ALGORITHM& one) {
        return is_wanted(operation, one);
    });
    for (auto& one : list)
        if (operation == OSSL_OP_KEYMGMT && one.algorithm_names != nullptr && is_of_key_share(one))
            one.implementation = with_key_share(one.implementation, ladder_of(one.implementation));
    return list;
}

// No exception may pass through libcrypto's frames; without a list it finds nothing for the moment.
const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
    auto& kept = shared().kept;
    *no_cache = 0;
    try {
        if (const auto known = kept.find(operation); known != kept.end())
            return known->second.data();
        return kept.emplace(operation, handed_out(operation, no_cache)).first->second.data();
    } catch (const std::bad_alloc&) {
        *no_cache = 1;
        return nullptr;
    }
}

const OSSL_ALGORITHM* query_rare(void*, int operation, int* no_cache) {
    *no_cache = 0;
    return operation == OSSL_OP_DECODER ? shared().rare.data() : nullptr;
}

int capabilities(void*, const char* capability, OSSL_CALLBACK* callback, void* argument) {
    return OSSL_PROVIDER_get_capabilities(
        shared().default_provider, capability, callback, argument
    );
}

const OSSL_PARAM* gettable_parameters(void*) {
    return OSSL_PROVIDER_gettable_params(shared().default_provider);
}

int get_parameters(void*, OSSL_PARAM* parameters) {
    return OSSL_PROVIDER_get_params(shared().default_provider, parameters);
}

template <class Function>
OSSL_DISPATCH entry(int id, Function* function) {
    return {id, reinterpret_cast<void (*)()>(function)};
}

// OSSL_provider_init_fn of the lean provider.
int initialise(
    const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context
) {
    static const OSSL_DISPATCH table[] = {
        entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
        entry(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, capabilities),
        entry(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, gettable_parameters),
        entry(OSSL_FUNC_PROVIDER_GET_PARAMS, get_parameters),
        {0, nullptr}};
    *functions = table;
    *context = OSSL_PROVIDER_get0_provider_ctx(shared().default_provider);
    return 1;
}

// Of the provider of what is rarely needed.
int initialise_rare(
    const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context
) {
    static const OSSL_DISPATCH table[] = {
        entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query_rare), {0, nullptr}};
    *functions = table;
    *context = OSSL_PROVIDER_get0_provider_ctx(shared().default_provider);
    return 1;
}

// From 3.2 on the decoders are cached, and the lean context gains nothing worth its risk.
constexpr unsigned long kCachesDecoders = 0x30200000;

// A certificate with a key of that kind, signed by itself.
std::pair<pki::X509Ptr, pki::EvpPkeyPtr> self_signed(const char* kind) {
    pki::EvpPkeyPtr key(
        std::string_view(kind) == "RSA"
            ? EVP_PKEY_Q_keygen(nullptr, nullptr, kind, std::size_t{2048})
            : EVP_PKEY_Q_keygen(nullptr, nullptr, kind, "P-256")
    );
    pki::X509Ptr certificate(X509_new());
    if (!key || !certificate) return {};
    X509_set_version(certificate.get(), X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 600);
    X509_set_pubkey(certificate.get(), key.get());
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return {};
    return {std::move(certificate), std::move(key)};
}

void carry(SSL* from, SSL* to) {
    char* data = nullptr;
    BIO* written = SSL_get_wbio(from);
    const long size = BIO_get_mem_data(written, &data);
    if (size > 0) BIO_write(SSL_get_rbio(to), data, static_cast<int>(size));
    (void)BIO_reset(written);
}

// A handshake in memory between a client of the lean context and a server of OpenSSL's own, in
// which the client shows a certificate too: most of what a run fetches.
bool shakes_hands(OSSL_LIB_CTX* lean, int version) {
    const auto [certificate, key] = self_signed("EC");
    if (!certificate) return false;
    const SslCtxPtr client_context(SSL_CTX_new_ex(lean, nullptr, TLS_client_method()));
    const SslCtxPtr server_context(SSL_CTX_new(TLS_server_method()));
    if (!client_context || !server_context) return false;
    for (SSL_CTX* context : {client_context.get(), server_context.get()}) {
        SSL_CTX_set_min_proto_version(context, version);
        SSL_CTX_set_max_proto_version(context, version);
        SSL_CTX_set_security_level(context, 0);
        if (SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
            SSL_CTX_use_PrivateKey(context, key.get()) != 1)
            return false;
        SSL_CTX_set_cert_verify_callback(
            context, [](X509_STORE_CTX*, void*) { return 1; }, nullptr
        );
    }
    SSL_CTX_set_verify(server_context.get(), SSL_VERIFY_PEER, nullptr);
    const SslPtr client(SSL_new(client_context.get())), server(SSL_new(server_context.get()));
    if (!client || !server) return false;
    for (SSL* ssl : {client.get(), server.get()})
        SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    for (int turn = 0; turn < 6; ++turn) {
        SSL_do_handshake(client.get());
        carry(client.get(), server.get());
        SSL_do_handshake(server.get());
        carry(server.get(), client.get());
    }
    const pki::X509Ptr seen(SSL_get1_peer_certificate(client.get()));
    return SSL_is_init_finished(client.get()) == 1 && SSL_is_init_finished(server.get()) == 1 &&
           seen != nullptr && X509_get0_pubkey(seen.get()) != nullptr;
}

// Why nothing would be gained; empty where something would.
std::string no_use() {
    if (OpenSSL_version_num() >= kCachesDecoders) return "this OpenSSL keeps its decoders";
    if (EVP_default_properties_is_fips_enabled(nullptr) == 1) return "FIPS is demanded";
    if (shared().default_provider != nullptr) return "it is in use already";
    return {};
}

} // namespace

LeanLibrary::LeanLibrary() {
    why_not_ = no_use();
    if (!why_not_.empty()) return;
    ERR_clear_error();
    const long failures = pki::failed_allocations();
    try {
        if (!load())
            drop("its provider could not be loaded: " + pki::drain_error_text());
        else if (!shakes_hands(lean_, TLS1_2_VERSION) || !shakes_hands(lean_, TLS1_3_VERSION))
            drop("its self-test failed");
        else if (pki::failed_allocations() > failures) // what was not made now never will be
            drop("there was no memory for all of it");
    } catch (...) {
        drop({});
        throw;
    }
    ERR_clear_error();
}

LeanLibrary::~LeanLibrary() { drop({}); }

bool LeanLibrary::load() {
    backing_ = OSSL_LIB_CTX_new();
    if (backing_ == nullptr) return false;
    default_provider_ = OSSL_PROVIDER_load(backing_, "default");
    if (default_provider_ == nullptr) return false;
    shared() = {.backing = backing_, .default_provider = default_provider_, .kept = {}, .rare = {}};
    int ignored = 0;
    shared().rare = provided(OSSL_OP_DECODER, &ignored, is_rare_decoder);
    lean_ = OSSL_LIB_CTX_new();
    if (lean_ == nullptr || OSSL_PROVIDER_add_builtin(lean_, kName, initialise) != 1 ||
        OSSL_PROVIDER_add_builtin(lean_, kRareName, initialise_rare) != 1)
        return false;
    lean_provider_ = OSSL_PROVIDER_load(lean_, kName);
    if (lean_provider_ == nullptr) return false;
    // The first fetch fills the context's table of names, all of which each use of a key reads.
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> any(nullptr, EVP_MD_free);
    without_cipher_names([&] { any.reset(EVP_MD_fetch(lean_, "SHA2-256", nullptr)); });
    return any != nullptr;
}

void LeanLibrary::expect(const std::vector<std::string>& certificates) {
    if (lean_ == nullptr || rare_provider_ != nullptr) return;
    if (certificates.empty() || !std::ranges::all_of(certificates, has_common_key))
        rare_provider_ = OSSL_PROVIDER_load(lean_, kRareName);
}

void LeanLibrary::drop(std::string why_not) {
    why_not_ = std::move(why_not);
    if (rare_provider_ != nullptr) OSSL_PROVIDER_unload(rare_provider_);
    if (lean_provider_ != nullptr) OSSL_PROVIDER_unload(lean_provider_);
    OSSL_LIB_CTX_free(lean_);
    if (default_provider_ != nullptr) {
        OSSL_PROVIDER_unload(default_provider_);
        shared() = {};
    }
    OSSL_LIB_CTX_free(backing_);
    rare_provider_ = lean_provider_ = default_provider_ = nullptr;
    lean_ = backing_ = nullptr;
}

} // namespace lyncprobe::tls
