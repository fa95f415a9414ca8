// SPDX-License-Identifier: MIT
#include "tls/key_share.h"

#include <utility>
#include <vector>

#include <openssl/err.h>

namespace lyncprobe::tls {

namespace {

// What the default provider itself does.
struct Functions {
    OSSL_FUNC_keymgmt_gen_init_fn* prepare = nullptr;
    OSSL_FUNC_keymgmt_gen_fn* generate = nullptr;
    OSSL_FUNC_keymgmt_dup_fn* duplicate = nullptr;
    OSSL_FUNC_keymgmt_free_fn* free_key = nullptr;
};
Functions provided;
LadderKeys ladder_keys;

// The connection at work, and the context in which it generates a key pair. In others it makes an
// empty key, to be filled with the peer's.
thread_local KeyShare* current = nullptr;
thread_local void* pair_context = nullptr;
thread_local void* provider_context = nullptr;

} // namespace

struct KeyShare::Generation {
    // Where it fails there is another way, so its errors are none of the handshake's.
    static void* by_ladder() {
        ERR_set_mark();
        void* key = ladder_keys.make(provider_context);
        ERR_pop_to_mark();
        return key;
    }

    static void* prepare(void* provider, int selection, const OSSL_PARAM parameters[]) {
        void* context = provided.prepare(provider, selection, parameters);
        pair_context = (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0 ? context : nullptr;
        provider_context = provider;
        return context;
    }

    static void* generate(void* context, OSSL_CALLBACK* progress, void* argument) {
        const bool of_connection = current != nullptr && context == pair_context;
        if (of_connection && current->spare_ != nullptr)
            return std::exchange(current->spare_, nullptr);
        void* key = of_connection ? by_ladder() : nullptr;
        if (key == nullptr) key = provided.generate(context, progress, argument);
        if (of_connection && key != nullptr && !std::exchange(current->offered_, true))
            current->spare_ = provided.duplicate(key, OSSL_KEYMGMT_SELECT_ALL);
        return key;
    }
};

void KeyShare::drop() {
    if (spare_ != nullptr) provided.free_key(std::exchange(spare_, nullptr));
}

KeyShareScope::KeyShareScope(KeyShare& share) : outer_(std::exchange(current, &share)) {}

KeyShareScope::~KeyShareScope() { current = outer_; }

const OSSL_DISPATCH* with_key_share(const OSSL_DISPATCH* x25519, LadderKeys ladder) {
    static std::vector<OSSL_DISPATCH> ours;
    ours.clear();
    Functions found;
    for (const auto* one = x25519; one->function_id != 0; ++one) {
        ours.push_back(*one);
        auto& function = ours.back().function;
        switch (one->function_id) {
        case OSSL_FUNC_KEYMGMT_GEN_INIT:
            found.prepare = OSSL_FUNC_keymgmt_gen_init(one);
            function = reinterpret_cast<void (*)()>(&KeyShare::Generation::prepare);
            break;
        case OSSL_FUNC_KEYMGMT_GEN:
            found.generate = OSSL_FUNC_keymgmt_gen(one);
            function = reinterpret_cast<void (*)()>(&KeyShare::Generation::generate);
            break;
        case OSSL_FUNC_KEYMGMT_DUP: found.duplicate = OSSL_FUNC_keymgmt_dup(one); break;
        case OSSL_FUNC_KEYMGMT_FREE: found.free_key = OSSL_FUNC_keymgmt_free(one); break;
        default: break;
        }
    }
    ours.push_back({0, nullptr});
    if (!found.prepare || !found.generate || !found.duplicate || !found.free_key) return x25519;
    provided = found;
    ladder_keys = ladder;
    return ours.data();
}

} // namespace lyncprobe::tls
