// SPDX-License-Identifier: MIT
// Which revocation list may be relied on for which certificate.
#include "rules/revocation/crl_scope.h"

#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

constexpr CrlSigner kKnown{.same_name = true, .certificate = true};

template <class Spoil>
std::string unfit(Spoil spoil, const CrlSigner& signer = kKnown) {
    CrlFacts list;
    list.issuer = "CN=Contoso Issuing CA";
    spoil(list);
    return unfit_list(list, signer);
}

template <class Spoil>
std::string scope(const Certificate& certificate, Spoil spoil) {
    CrlFacts list;
    spoil(list);
    return out_of_scope(list, certificate);
}

const auto kNothing = [](CrlFacts&) {};

} // namespace

TEST_CASE("crl scope: only a list that the issuer signed and whose every word is understood") {
    CHECK(unfit(kNothing).empty());
    CHECK(
        unfit(kNothing, {.same_name = true, .certificate = false}) ==
        "the certificate of its issuer is not known, so its signature cannot be verified"
    );
    CHECK(
        unfit(kNothing, {.same_name = false, .certificate = true}) ==
        "it is the list of CN=Contoso Issuing CA, another CA"
    );
    CHECK(unfit([](CrlFacts& list) {
              list.unknown_critical = "1.2.3";
          }) == "it has a critical extension that is not understood, 1.2.3");
    CHECK(unfit([](CrlFacts& list) {
              list.indirect = true;
          }) == "it is an indirect list, which names the issuers of its entries itself");
    // What an indirect list's issuer is called says nothing.
    CHECK(
        unfit([](CrlFacts& list) { list.indirect = true; }, {}) ==
        "it is an indirect list, which names the issuers of its entries itself"
    );
}

TEST_CASE("crl scope: lists for some kinds of certificates only") {
    const auto servers = [](CrlFacts& list) { list.only_servers = true; };
    const auto authorities = [](CrlFacts& list) { list.only_authorities = true; };
    CHECK(scope(server(), kNothing).empty());
    CHECK(scope(server(), servers).empty());
    CHECK(scope(intermediate(), servers) == "it is about other than CA certificates only");
    CHECK(scope(server(), authorities) == "it is about CA certificates only");
    CHECK(scope(intermediate(), authorities).empty());
    CHECK(scope(server(), [](CrlFacts& list) {
              list.only_attributes = true;
          }) == "it is about attribute certificates only");
    CHECK(scope(server(), [](CrlFacts& list) {
              list.some_reasons = true;
          }) == "it is about some reasons of revocation only");
}

TEST_CASE("crl scope: the list of one distribution point is for the certificates that name it") {
    const auto of = [](std::string url) {
        return [url](CrlFacts& list) { list.scope_urls = {"http://other/x.crl", url}; };
    };
    CHECK(scope(server(), of("http://crl.contoso.com/issuing.crl")).empty());
    CHECK(
        scope(server(), of("http://crl.contoso.com/root.crl")) ==
        "it is the list of another distribution point of this CA"
    );
    auto bare = server();
    bare.crl_distribution_points.reset();
    CHECK(scope(bare, of("http://crl.contoso.com/root.crl")).empty());
}

TEST_CASE("crl scope: roots cannot be revoked, but for one that is the server certificate") {
    CHECK(can_be_revoked(server(), 0));
    CHECK(can_be_revoked(intermediate(), 1));
    CHECK(!can_be_revoked(root(), 1));
    CHECK(can_be_revoked(root(), 0));
}

TEST_CASE("crl scope: of two CAs of one name that which signed the list counts") {
    using enum SignatureState;
    CHECK(better(no_issuer, good) == good);
    CHECK(better(good, bad) == good);
    CHECK(better(bad, unverifiable) == bad);
    CHECK(better(no_issuer, unverifiable) == unverifiable);
}

TEST_CASE("crl scope: a signer with a key usage must be allowed to sign CRLs") {
    using enum SignatureState;
    auto signer = intermediate();
    const std::pair<std::optional<std::uint32_t>, SignatureState> kUsages[] = {
        {std::nullopt, good},   {1U << 6, good},   {1U << 5, not_allowed},
        {1U << 7, not_allowed}, {0U, not_allowed}, {1U << 5 | 1U << 6, good}};
    for (const auto& [usage, expected] : kUsages) {
        signer.key_usage = usage;
        CHECK(as_allowed(good, signer) == expected);
        CHECK(as_allowed(bad, signer) == bad);
        CHECK(as_allowed(unverifiable, signer) == unverifiable);
    }
    CHECK(better(not_allowed, good) == good);
    CHECK(better(bad, not_allowed) == not_allowed);
}
