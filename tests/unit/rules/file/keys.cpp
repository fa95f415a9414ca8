// SPDX-License-Identifier: MIT
// Rules private-key and key-provider: what a PFX says of its key.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using State = KeyInFile::State;

Finding asked(std::string_view rule, const KeyInFile& key, std::optional<Role> role = {}) {
    Bench bench;
    bench.context.key = &key;
    bench.target.role = role.value_or(Role::other);
    bench.target.role_given = role.has_value();
    return bench.ask(rule);
}

Verdict provider(const char* name, std::optional<Role> role = Role::front_end) {
    return asked("key-provider", {State::own, name}, role).verdict;
}

} // namespace

TEST_CASE("private-key: a PFX without its certificate's key fails, each with its own way out") {
    CHECK(asked("private-key", {State::own}).verdict == Verdict::pass);
    const auto missing = asked("private-key", {State::missing});
    const auto another = asked("private-key", {State::another});
    CHECK(missing.verdict == Verdict::fail);
    CHECK(another.verdict == Verdict::fail);
    CHECK(missing.fix != another.fix);
    CHECK(asked("private-key", {State::unreadable}).verdict == Verdict::inconclusive);
}

TEST_CASE("key-provider: a key storage provider warns on Lync's own servers") {
    for (const auto* cng :
         {"Microsoft Software Key Storage Provider", "Microsoft Platform Crypto Provider",
          "Microsoft Smart Card Key Storage Provider",
          "nCipher Security World Key Storage Provider", "MICROSOFT SOFTWARE KEY STORAGE PROVIDER"})
        CHECK_MESSAGE(provider(cng) == Verdict::warn, cng);
    for (const auto* crypto_api :
         {"Microsoft RSA SChannel Cryptographic Provider",
          "Microsoft Enhanced Cryptographic Provider v1.0",
          "Microsoft Base Smart Card Crypto Provider",
          "Luna Cryptographic Services for Microsoft Windows"})
        CHECK_MESSAGE(provider(crypto_api) == Verdict::pass, crypto_api);
    CHECK(provider("Contoso Vault") == Verdict::inconclusive);
    CHECK(provider("") == Verdict::not_applicable);
}

TEST_CASE("key-provider: of another's server nothing is asked, and without a role nothing is known"
) {
    const char* const cng = "Microsoft Software Key Storage Provider";
    CHECK(provider(cng, Role::edge) == Verdict::warn);
    CHECK(provider(cng, Role::reverse_proxy) == Verdict::not_applicable);
    CHECK(provider(cng, Role::office_web_apps) == Verdict::not_applicable);
    CHECK(provider(cng, {}) == Verdict::inconclusive);
    const KeyInFile key{State::own, cng};
    Bench by_use;
    by_use.context.key = &key;
    by_use.target.use = CertificateUse::oauth_token_issuer;
    CHECK(by_use.verdict("key-provider") == Verdict::warn);
}

TEST_CASE("rules about files are silent where no PFX was read") {
    for (const auto& finding : Bench().ask_all())
        CHECK(find(finding.rule)->scope != Scope::file);
}
