// SPDX-License-Identifier: MIT
// The key of a ClientHello's key_share serves TLS 1.2 in the same connection, once.
#include "tls/key_share.h"

#include "memory_server.h"
#include "tls/tls_context_impl.h"

#include <doctest/doctest.h>
#include <openssl/err.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using tls::KeyShare;
using tls::KeyShareScope;

namespace {

// A key management whose keys are numbers: those generated, and those copied, which are negative.
int generated = 0, freed = 0;
int pairs_asked = 0;

OSSL_DISPATCH entry(int id, void (*function)()) { return {id, function}; }

template <class Function>
void (*plain(Function* function))() {
    return reinterpret_cast<void (*)()>(function);
}

std::vector<OSSL_DISPATCH> numbers() {
    generated = freed = 0;
    return {
        entry(OSSL_FUNC_KEYMGMT_GEN_INIT, plain(+[](void*, int, const OSSL_PARAM*) -> void* {
                  return &pairs_asked;
              })),
        entry(OSSL_FUNC_KEYMGMT_GEN, plain(+[](void*, OSSL_CALLBACK*, void*) -> void* {
                  return new int(++generated);
              })),
        entry(OSSL_FUNC_KEYMGMT_DUP, plain(+[](const void* key, int) -> void* {
                  return new int(-*static_cast<const int*>(key));
              })),
        entry(OSSL_FUNC_KEYMGMT_FREE, plain(+[](void* key) {
                  ++freed;
                  delete static_cast<int*>(key);
              })),
        entry(0, nullptr)};
}

// The next key as libcrypto asks for it.
int next(const OSSL_DISPATCH* functions, int selection = OSSL_KEYMGMT_SELECT_KEYPAIR) {
    auto* prepare = OSSL_FUNC_keymgmt_gen_init(functions);
    auto* generate = OSSL_FUNC_keymgmt_gen(functions + 1);
    void* how = prepare(nullptr, selection, nullptr);
    const std::unique_ptr<int> key(static_cast<int*>(generate(how, nullptr, nullptr)));
    return *key;
}

// The two X25519 keys that a client shows to a server that chooses TLS 1.2: in the key_share of its
// ClientHello and in its ClientKeyExchange.
std::pair<std::string, std::string> keys_shown(tls::ContextPool& pool) {
    const auto& pki = pki_of_tests();
    MemoryServer server(
        {.max_version = TLS1_2_VERSION, .chain_pem = pki.chain(pki.rsa), .key_pem = pki.rsa.key_pem}
    );
    tls::TlsClient client(pool.get({}), {});
    client.handshake();
    const auto hello = client.take_output();
    client.receive(server.exchange(hello));
    client.handshake();
    const auto answer = client.take_output();
    client.receive(server.exchange(answer));
    CHECK(client.handshake() == tls::TlsClient::State::up);
    const auto behind = [](const std::string& bytes, std::string_view mark) {
        const auto at = bytes.find(mark);
        REQUIRE(at != std::string::npos);
        return bytes.substr(at + mark.size(), 32);
    };
    using namespace std::string_view_literals;
    return {
        behind(hello, "\0\x33\0\x26\0\x24\0\x1d\0\x20"sv), behind(answer, "\x10\0\0\x21\x20"sv)};
}

} // namespace

TEST_CASE("key share: outside a connection every key is generated") {
    const auto table = numbers();
    const auto* functions = tls::with_key_share(table.data());
    CHECK(next(functions) == 1);
    CHECK(next(functions) == 2);
}

TEST_CASE("key share: a connection's second key is its first one, its third a new one") {
    const auto table = numbers();
    const auto* functions = tls::with_key_share(table.data());
    {
        KeyShare share;
        const KeyShareScope scope(share);
        CHECK(next(functions) == 1);
        CHECK(next(functions, OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS) == 2); // room for the peer's
        CHECK(next(functions) == -1);
        CHECK(next(functions) == 3);
        CHECK(next(functions) == 4);
    }
    CHECK(freed == 0); // whoever asked for a key owns it
    CHECK(next(functions) == 5);
}

TEST_CASE("key share: connections that take turns keep to their own, and leave nothing behind") {
    const auto table = numbers();
    const auto* functions = tls::with_key_share(table.data());
    {
        KeyShare one, other;
        const auto of = [&](KeyShare& share) {
            const KeyShareScope scope(share);
            return next(functions);
        };
        CHECK(of(one) == 1);
        CHECK(of(other) == 2);
        CHECK(of(other) == -2);
        CHECK(of(other) == 3);
        CHECK(freed == 0);
    }
    CHECK(freed == 1); // what the first one kept, and never used
}

TEST_CASE("key share: what nobody needs any more is dropped, and not made again") {
    const auto table = numbers();
    const auto* functions = tls::with_key_share(table.data());
    KeyShare share;
    const KeyShareScope scope(share);
    CHECK(next(functions) == 1);
    share.drop();
    CHECK(freed == 1);
    CHECK(next(functions) == 2);
    CHECK(next(functions) == 3);
}

#if defined(__x86_64__)
// An exchange for such keys; `derived`: does it compute the public half?
bool derived = true;

const OSSL_DISPATCH kExchange[] = {
    entry(OSSL_FUNC_KEYEXCH_NEWCTX, plain(+[](void*) -> void* { return &derived; })),
    entry(OSSL_FUNC_KEYEXCH_INIT, plain(+[](void*, void*, const OSSL_PARAM*) { return 1; })),
    entry(OSSL_FUNC_KEYEXCH_SET_PEER, plain(+[](void*, void*) { return 1; })),
    entry(
        OSSL_FUNC_KEYEXCH_DERIVE, plain(+[](void*, unsigned char*, std::size_t* size, std::size_t) {
            *size = 32;
            if (!derived) ERR_raise(ERR_LIB_USER, 1);
            return derived ? 1 : 0;
        })
    ),
    entry(OSSL_FUNC_KEYEXCH_FREECTX, plain(+[](void*) {})),
    entry(0, nullptr)};

TEST_CASE("key share: a connection's key is the ladder's, where that fails the provider's") {
    auto table = numbers();
    table.insert(table.begin(), entry(OSSL_FUNC_KEYMGMT_NEW, plain(+[](void*) -> void* {
                                          return new int(1000);
                                      })));
    table.insert(
        table.begin() + 1,
        entry(OSSL_FUNC_KEYMGMT_IMPORT, plain(+[](void*, int, const OSSL_PARAM*) { return 1; }))
    );
    const auto* functions =
        tls::with_key_share(table.data(), tls::LadderKeys(nullptr, table.data(), kExchange)) + 2;
    CHECK(next(functions) == 1); // of no connection
    KeyShare share;
    const KeyShareScope scope(share);
    derived = true;
    CHECK(next(functions) == 1000);
    CHECK(next(functions) == -1000);
    derived = false;
    ERR_clear_error();
    CHECK(next(functions) == 2);
    CHECK(ERR_peek_error() == 0); // it would be taken for the handshake's
}
#endif

TEST_CASE("key share: a key management that cannot copy is left as it is") {
    auto table = numbers();
    table.erase(table.begin() + 2);
    CHECK(tls::with_key_share(table.data()) == table.data());
}

TEST_CASE("key share: with TLS 1.2 the offered key is the one used, another in each connection") {
    tls::ContextPool lean(tls::ContextPool::Library::lean);
    REQUIRE(lean.is_lean());
    const auto first = keys_shown(lean), second = keys_shown(lean);
    CHECK(first.first == first.second);
    CHECK(second.first == second.second);
    CHECK(first.first != second.first);
}

TEST_CASE("key share: OpenSSL's own context makes two keys") {
    tls::ContextPool standard(tls::ContextPool::Library::standard);
    const auto shown = keys_shown(standard);
    CHECK(shown.first != shown.second);
}
