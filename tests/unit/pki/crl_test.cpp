// SPDX-License-Identifier: MIT
// Revocation lists made by the lab's CA, whole, damaged and out of the ordinary.
#include "model/limits.h"
#include "pki/certificate_reader.h"
#include "pki/certificate_store.h"
#include "pki/crl.h"
#include "pki/pem.h"
#include "support/pem.h"
#include "support/revocation_list.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;

namespace {

const lab::Authority& authority() {
    static const lab::Authority made({.common_name = "Contoso CA", .ca = true, .eku = std::nullopt}
    );
    return made;
}

const lab::Issued& leaf() {
    static const lab::Issued made = authority().issue({.common_name = "sip.contoso.example"});
    return made;
}

Certificate certificate(const lab::Issued& issued) {
    return *read_certificate(issued.certificate_der);
}

Crl read_list(const lab::CrlSpec& spec) {
    return Crl::read(lab::make_crl(authority().self(), spec)).value();
}

} // namespace

TEST_CASE("crl: issuer, dates, number, entries and signature are read") {
    const auto list = read_list(
        {.number = 20,
         .next_publish_days = 5,
         .revoked = {{leaf().certificate_pem}},
         .strangers = 3}
    );
    const auto& facts = list.facts();
    CHECK(facts.issuer == certificate(authority().self()).subject);
    CHECK(facts.number == "14");
    CHECK(facts.entries == 4);
    CHECK(!facts.base_number);
    REQUIRE(facts.this_update);
    CHECK(*facts.next_update - *facts.this_update == std::chrono::days{8});
    CHECK(*facts.next_update - facts.next_publish.value() == std::chrono::days{2});
    CHECK(facts.algorithm.hash == "SHA256");
    CHECK(facts.unknown_critical.empty());
    CHECK(list.signed_by(certificate(authority().self())) == SignatureState::good);
    CHECK(list.signed_by(certificate(leaf())) == SignatureState::bad);
}

TEST_CASE("crl: an entry is found by its serial number, with date and reason") {
    const auto serial = certificate(leaf()).serial;
    const auto list =
        read_list({.revoked = {{leaf().certificate_pem, "superseded"}}, .strangers = 2});
    const auto found = list.find({serial, "1", "99"});
    REQUIRE(found.size() == 2);
    CHECK(found.at(serial).reason == "superseded");
    CHECK(found.at(serial).revoked_at.has_value());
    CHECK(!found.at(serial).removed);
    CHECK(found.at("1").reason == "");
    CHECK(read_list({}).find({serial}).empty());
    CHECK(read_list({.revoked = {{leaf().certificate_pem, "removeFromCRL"}}})
              .find({serial})
              .at(serial)
              .removed);
}

TEST_CASE("crl: delta, freshest CRL, issuing distribution point and RSASSA-PSS are read") {
    const auto delta = read_list({.number = 21, .base_number = 20}).facts();
    CHECK(delta.base_number == "14");
    CHECK(delta.unknown_critical.empty());
    const auto base =
        read_list({.delta_urls = {"http://ca/ca+.crl"}, .scope_url = "http://ca/ca.crl"}).facts();
    CHECK(base.delta_urls == std::vector<std::string>{"http://ca/ca+.crl"});
    CHECK(base.scope_urls == std::vector<std::string>{"http://ca/ca.crl"});
    CHECK(!base.only_servers);
    CHECK(!base.indirect);
    CHECK(base.unknown_critical.empty());
    const auto list = read_list({.pss_signature = true});
    CHECK(list.facts().algorithm.pss.has_value());
    CHECK(list.signed_by(certificate(authority().self())) == SignatureState::good);
    CHECK(!read_list({.next_update_days = std::nullopt}).facts().next_update);
}

TEST_CASE("crl: PEM is read as well") {
    const auto der = lab::make_crl(authority().self(), {.number = 9});
    const auto pem = lyncprobe::test::to_pem(der, "X509 CRL");
    CHECK(Crl::read(pem).value().facts().number == "9");
    CHECK(Crl::read("\n" + pem).value().facts().number == "9");
}

TEST_CASE("crl: cut at any place it is no list, and never a crash") {
    const auto der = lab::make_crl(
        authority().self(), {.delta_urls = {"http://ca/ca+.crl"},
                             .revoked = {{leaf().certificate_pem}},
                             .scope_url = "http://ca/"}
    );
    for (std::size_t size = 0; size < der.size(); ++size)
        CHECK(!Crl::read(der.substr(0, size)));
    CHECK(Crl::read(der.substr(0, 50)).error().what.find("cut short") != std::string::npos);
    CHECK(!Crl::read("<html>"));
    CHECK(!Crl::read(leaf().certificate_der));
    CHECK(!Crl::read(leaf().certificate_pem));
}

TEST_CASE("store: what caIssuers locations give completes a chain, and says so") {
    const lab::Authority root({.common_name = "Root", .ca = true, .eku = std::nullopt});
    const lab::Authority middle({.common_name = "Middle", .ca = true, .eku = std::nullopt}, root);
    const lab::Authority lower({.common_name = "Lower", .ca = true, .eku = std::nullopt}, middle);
    const auto server = lower.issue({.common_name = "sip.contoso.example"});
    Anchors anchors;
    SUBCASE("to an anchor") { anchors.add(root.self().certificate_der); }
    SUBCASE("to a root that nobody trusts") {}
    const bool trusted = anchors.configured();
    CertificateStore store(std::move(anchors));
    const auto as_presented = store.chain({server.certificate_der});
    auto chain = as_presented;
    const auto intern = [&](const lab::Authority& one) {
        return store.intern(one.self().certificate_der).value();
    };
    CHECK(store.without_issuer(*chain) == chain->presented.front());
    CHECK(!store.issuer_of(*chain->presented.front(), *chain));
    CHECK(!store.complete(*chain, {intern(middle)})); // does not fit on the leaf
    chain = store.complete(*chain, {intern(lower)});
    REQUIRE(chain);
    CHECK(!chain->completed_by_fetch);
    CHECK(store.without_issuer(*chain) == intern(lower));
    CHECK(store.issuer_of(*chain->presented.front(), *chain) == intern(lower));
    chain = store.complete(*chain, {intern(root), intern(middle)});
    REQUIRE(chain);
    CHECK(chain->completed_by_fetch);
    CHECK(chain->complete != true); // two intermediates are missing all the same
    CHECK(!store.without_issuer(*chain));
    CHECK((chain->path.trust == TrustPath::Trust::trusted) == trusted);
    if (trusted) {
        CHECK(chain->path.used_fetched);
        CHECK(chain->path.used_unpresented);
    }
    // Whoever holds the chain as it was presented sees no change.
    CHECK(as_presented->fetched.empty());
    CHECK(as_presented->path.path.size() == 1);
    CHECK(!store.complete(*as_presented, {intern(lower)}));
    // The store has one chain for one list, the completed one.
    CHECK(store.chain({server.certificate_der}) == chain);
    const auto issuer_closures = store.issuer_closures();
    CHECK(issuer_closures.size() == 1);
    CHECK(issuer_closures.contains(chain.get()));
}

TEST_CASE("store: thousands of issuers that did not sign are not all tried") {
    const lab::Authority root({.common_name = "Root", .ca = true, .eku = std::nullopt});
    const lab::Authority namesake(
        {.common_name = "Root", .ca = true, .eku = std::nullopt, .key_name = "another"}
    );
    const auto server = root.issue({.common_name = "sip.contoso.example"});
    CertificateStore store{Anchors()};
    const auto chain = store.chain({server.certificate_der});
    std::vector<CertificatePtr> found(
        limits::kPathSignatures, store.intern(namesake.self().certificate_der).value()
    );
    found.push_back(store.intern(root.self().certificate_der).value());
    CHECK(!store.complete(*chain, found));
    found.erase(found.begin());
    CHECK(store.complete(*chain, found));
}

TEST_CASE("store: where only the self-signed root was missing, the chain was complete") {
    const lab::Authority root({.common_name = "Root", .ca = true, .eku = std::nullopt});
    const auto server = root.issue({.common_name = "sip.contoso.example"});
    CertificateStore store{Anchors()};
    const auto chain = store.chain({server.certificate_der});
    CHECK(!chain->complete);
    const auto whole = store.complete(*chain, {store.intern(root.self().certificate_der).value()});
    REQUIRE(whole);
    CHECK(whole->complete == true);
    CHECK(whole->missing_issuer == "");
    CHECK(whole->path.trust == TrustPath::Trust::unknown);
}
