// SPDX-License-Identifier: MIT
// A key made by the ladder is one that OpenSSL would have made of the same private half.
#include "tls/ladder_keys.h"

#include "pki/ossl.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

using namespace lyncprobe;
using tls::LadderKeys;

namespace {

struct Halves {
    std::string public_half, secret;
};

// The default provider and its functions for X25519.
class Provider {
  public:
    Provider() { REQUIRE(provider_ != nullptr); }
    ~Provider() { OSSL_PROVIDER_unload(provider_); }
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    const OSSL_DISPATCH* functions(int operation) const {
        int ignored = 0;
        const auto* one = OSSL_PROVIDER_query_operation(provider_, operation, &ignored);
        while (one->algorithm_names != nullptr &&
               !std::string_view(one->algorithm_names).starts_with("X25519"))
            ++one;
        REQUIRE(one->algorithm_names != nullptr);
        return one->implementation;
    }

    void* context() const { return OSSL_PROVIDER_get0_provider_ctx(provider_); }

    template <class Function>
    Function* key_function(int id) const {
        const auto* one = functions(OSSL_OP_KEYMGMT);
        while (one->function_id != id)
            ++one;
        return reinterpret_cast<Function*>(one->function);
    }

    // Takes the key.
    Halves halves_of(void* key) const {
        Halves out;
        const auto take = [](const OSSL_PARAM* parameters, void* halves) {
            for (; parameters->key != nullptr; ++parameters) {
                const std::string half(static_cast<const char*>(parameters->data), 32);
                auto& to = *static_cast<Halves*>(halves);
                (std::string_view(parameters->key) == OSSL_PKEY_PARAM_PUB_KEY ? to.public_half
                                                                              : to.secret) = half;
            }
            return 1;
        };
        CHECK(
            key_function<OSSL_FUNC_keymgmt_export_fn>(OSSL_FUNC_KEYMGMT_EXPORT
            )(key, OSSL_KEYMGMT_SELECT_KEYPAIR, take, &out) == 1
        );
        key_function<OSSL_FUNC_keymgmt_free_fn>(OSSL_FUNC_KEYMGMT_FREE)(key);
        return out;
    }

  private:
    OSSL_PROVIDER* provider_ = OSSL_PROVIDER_load(nullptr, "default");
};

std::string public_half_by_openssl(const std::string& secret) {
    const pki::EvpPkeyPtr key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, pki::octets(secret), secret.size())
    );
    REQUIRE(key != nullptr);
    std::array<unsigned char, 32> out{};
    std::size_t size = out.size();
    CHECK(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1);
    return {out.begin(), out.end()};
}

// A provider that counts what it has handed out and not got back, and fails at the given step.
int step = 0, failing_step = 0, out = 0;

bool fails() { return ++step == failing_step; }

void* handed_out() {
    if (fails()) return nullptr;
    ++out;
    return &out;
}

template <class Function>
OSSL_DISPATCH entry(int id, Function* function) {
    return {id, reinterpret_cast<void (*)()>(function)};
}

const OSSL_DISPATCH kCountingKeys[] = {
    entry(
        OSSL_FUNC_KEYMGMT_NEW, +[](void*) { return handed_out(); }
    ),
    entry(
        OSSL_FUNC_KEYMGMT_IMPORT, +[](void*, int, const OSSL_PARAM*) { return fails() ? 0 : 1; }
    ),
    entry(
        OSSL_FUNC_KEYMGMT_FREE, +[](void*) { --out; }
    ),
    {0, nullptr}};

const OSSL_DISPATCH kCountingExchange[] = {
    entry(
        OSSL_FUNC_KEYEXCH_NEWCTX, +[](void*) { return handed_out(); }
    ),
    entry(
        OSSL_FUNC_KEYEXCH_INIT, +[](void*, void*, const OSSL_PARAM*) { return fails() ? 0 : 1; }
    ),
    entry(
        OSSL_FUNC_KEYEXCH_SET_PEER, +[](void*, void*) { return fails() ? 0 : 1; }
    ),
    entry(
        OSSL_FUNC_KEYEXCH_DERIVE,
        +[](void*, unsigned char*, std::size_t* size, std::size_t) {
            *size = 32;
            return fails() ? 0 : 1;
        }
    ),
    entry(
        OSSL_FUNC_KEYEXCH_FREECTX, +[](void*) { --out; }
    ),
    {0, nullptr}};

} // namespace

TEST_CASE("ladder keys: the public half is the one that OpenSSL computes of the private half") {
    const Provider provider;
    const LadderKeys keys(
        nullptr, provider.functions(OSSL_OP_KEYMGMT), provider.functions(OSSL_OP_KEYEXCH)
    );
    std::vector<std::string> seen;
    for (int i = 0; i < 32; ++i) {
        void* key = keys.make(provider.context());
#if defined(__x86_64__)
        REQUIRE(key != nullptr);
#else
        if (key == nullptr) return;
#endif
        const auto halves = provider.halves_of(key);
        REQUIRE(halves.secret.size() == 32);
        CHECK((static_cast<unsigned char>(halves.secret.front()) & 7) == 0);
        CHECK((static_cast<unsigned char>(halves.secret.back()) & 0xc0) == 0x40);
        CHECK(halves.public_half == public_half_by_openssl(halves.secret));
        CHECK(std::find(seen.begin(), seen.end(), halves.secret) == seen.end());
        seen.push_back(halves.secret);
    }
}

TEST_CASE("ladder keys: none without all the functions") {
    const OSSL_DISPATCH nothing[] = {{0, nullptr}};
    CHECK(LadderKeys().make(nullptr) == nullptr);
    CHECK(LadderKeys(nullptr, nothing, kCountingExchange).make(nullptr) == nullptr);
    CHECK(LadderKeys(nullptr, kCountingKeys, nothing).make(nullptr) == nullptr);
}

#if defined(__x86_64__)
TEST_CASE("ladder keys: whatever step fails, no key comes of it and nothing is left behind") {
    const LadderKeys keys(nullptr, kCountingKeys, kCountingExchange);
    constexpr int kSteps = 10; // three keys of two steps, and the exchange of four
    for (failing_step = 1; failing_step <= kSteps; ++failing_step) {
        CAPTURE(failing_step);
        step = out = 0;
        CHECK(keys.make(nullptr) == nullptr);
        CHECK(out == 0);
    }
    step = out = 0;
    CHECK(keys.make(nullptr) != nullptr);
    CHECK(step == kSteps);
    CHECK(out == 1);
}
#endif
