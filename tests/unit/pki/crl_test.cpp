// SPDX-License-Identifier: MIT
// Revocation lists made by the lab's CA, whole, damaged and out of the ordinary.
#include "model/limits.h"
#include "pki/certificate_reader.h"
#include "pki/certificate_store.h"
#include "pki/crl.h"
#include "pki/pem.h"
#include "support/pem.h"
#include "support/revocation_list.h"
#include "test_certificates.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;

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

// A list octet by octet, with a signature that nobody looks at.
struct ListDraft {
    std::string version = integer("\x01"), from = tlv(0x17, "260601000000Z"),
                until = tlv(0x17, "260608000000Z");
    std::string issuer = common_name("Contoso CA"), algorithm = ecdsa_with_sha256();
    std::string entries;                      // revokedCertificates, with its tag
    std::vector<std::string> extensions = {}; // none: no field for them

    std::string der() const {
        return sequence(
            {sequence(
                 {version, algorithm, issuer, from, until, entries,
                  extensions.empty() ? "" : tlv(0xa0, sequence(extensions))}
             ),
             ecdsa_with_sha256(), tlv(0x03, std::string("\0sig", 4))}
        );
    }
};

CrlFacts with_extension(const std::string& one) {
    const ListDraft draft{.entries = {}, .extensions = {one}};
    return Crl::read(draft.der()).value().facts();
}

// What an entry with these extensions says about serial number 5.
CrlEntry entry_with(const std::vector<std::string>& extensions) {
    const auto entry = sequence(
        {integer("\x05"), tlv(0x17, "260501000000Z"),
         extensions.empty() ? "" : sequence(extensions)}
    );
    return Crl::read(ListDraft{.entries = sequence({entry})}.der()).value().find({"5"}).at("5");
}

std::string reason_code(char code) {
    return extension("2.5.29.21", tlv(0x0a, std::string(1, code)));
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

TEST_CASE("crl: every reason of an entry by its name; only removeFromCRL takes the entry back") {
    const std::pair<std::int64_t, std::string_view> reasons[] = {
        {-1, ""},
        {0, "unspecified"},
        {1, "keyCompromise"},
        {2, "cACompromise"},
        {3, "affiliationChanged"},
        {4, "superseded"},
        {5, "cessationOfOperation"},
        {6, "certificateHold"},
        {7, "unused"},
        {8, "removeFromCRL"},
        {9, "privilegeWithdrawn"},
        {10, "aACompromise"},
        {11, ""}};
    for (const auto& [code, name] : reasons) {
        CHECK(revocation_reason(code) == name);
        if (code < 0) continue;
        const auto entry = entry_with({reason_code(static_cast<char>(code))});
        CHECK(entry.reason == name);
        CHECK(entry.removed == (code == 8));
        CHECK(entry.revoked_at == parse_time("2026-05-01"));
    }
    // Other extensions of the entry, before it or in its place, and reasons that cannot be read.
    const auto invalid_since = extension("2.5.29.24", tlv(0x18, "20260401000000Z"));
    CHECK(entry_with({invalid_since, reason_code(6)}).reason == "certificateHold");
    CHECK(entry_with({reason_code(6), invalid_since}).reason == "certificateHold");
    for (const auto& odd :
         {invalid_since, extension("2.5.29.24", tlv(0x0a, "\x06")),
          extension("2.5.29.21", integer("\x06")), extension("2.5.29.21", "")})
        CHECK(entry_with({odd}).reason.empty());
    CHECK(entry_with({}).reason.empty());
}

TEST_CASE("crl: of two entries for one serial number the last one counts") {
    const auto entry = [](const char* serial, char reason) {
        return sequence(
            {integer(serial), tlv(0x18, "20260501000000Z"), sequence({reason_code(reason)})}
        );
    };
    const ListDraft draft{
        .entries = sequence({entry("\x05", 6), entry("\x06", 1), entry("\x05", 8)})};
    const auto list = Crl::read(draft.der()).value();
    CHECK(list.facts().entries == 3);
    const auto found = list.find({"5"});
    REQUIRE(found.size() == 1);
    CHECK(found.at("5").removed);
}

TEST_CASE("crl: what AD CS writes is understood, and only what is critical and unknown forbids it"
) {
    // CA version, next publish, number, authority key identifier, freshest CRL: none is critical.
    CHECK(with_extension(extension("1.3.6.1.4.1.311.21.1", integer(std::string(1, '\0'))))
              .unknown_critical.empty());
    CHECK(
        with_extension(extension("1.3.6.1.4.1.311.21.1", integer("\x01"), true)).unknown_critical ==
        "1.3.6.1.4.1.311.21.1"
    );
    const auto next = with_extension(extension("1.3.6.1.4.1.311.21.4", tlv(0x17, "260605000000Z")));
    CHECK(next.next_publish == parse_time("2026-06-05"));
    CHECK(
        with_extension(extension("1.3.6.1.4.1.311.21.4", tlv(0x18, "20260605000000Z"), true))
            .next_publish == parse_time("2026-06-05")
    );
    const auto key =
        with_extension(extension("2.5.29.35", sequence({tlv(0x80, "\x0a\x0b")}), true));
    CHECK(key.authority_key_id == "0a0b");
    CHECK(key.unknown_critical.empty());
    const auto freshest = sequence({sequence({tlv(0xa0, tlv(0xa0, uri("http://ca/ca+.crl")))})});
    for (const bool critical : {false, true}) {
        const auto facts = with_extension(extension("2.5.29.46", freshest, critical));
        CHECK(facts.delta_urls == std::vector<std::string>{"http://ca/ca+.crl"});
        CHECK(facts.unknown_critical.empty());
    }
    // Known and not decodable is as bad as unknown, where it is critical.
    for (const auto* known :
         {"2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.46", "1.3.6.1.4.1.311.21.4"}) {
        CAPTURE(known);
        CHECK(with_extension(extension(known, tlv(0x04, "?"), true)).unknown_critical == known);
        CHECK(with_extension(extension(known, tlv(0x04, "?"))).unknown_critical.empty());
    }
    // A delta whose base cannot be read is a delta all the same.
    CHECK(with_extension(extension("2.5.29.27", tlv(0x04, "?"))).base_number == "");
    CHECK(!with_extension(extension("2.5.29.20", integer("\x01"))).base_number);
    // The first that is unknown is named.
    const ListDraft two{
        .entries = {},
        .extensions = {extension("1.2.3", "x", true), extension("1.2.4", "x", true)}};
    CHECK(Crl::read(two.der()).value().facts().unknown_critical == "1.2.3");
}

TEST_CASE("crl: each word of the scope, true, false and left out") {
    struct Row {
        int tag;
        bool CrlFacts::*fact;
    };
    const Row rows[] = {
        {0x81, &CrlFacts::only_servers},
        {0x82, &CrlFacts::only_authorities},
        {0x84, &CrlFacts::indirect},
        {0x85, &CrlFacts::only_attributes}};
    for (const auto& written : rows)
        for (const auto* value : {"\xff", "\x01", ""}) {
            const std::string content = *value ? value : std::string(1, '\0');
            const auto facts =
                with_extension(extension("2.5.29.28", sequence({tlv(written.tag, content)}), true));
            CHECK(facts.unknown_critical.empty());
            for (const auto& row : rows)
                CHECK(facts.*row.fact == (row.tag == written.tag && *value));
            CHECK(!facts.some_reasons);
        }
    const auto reasons =
        with_extension(extension("2.5.29.28", sequence({tlv(0x83, "\x01\x02")}), true));
    CHECK(reasons.some_reasons);
    CHECK(reasons.unknown_critical.empty());
    const auto whole = with_extension(extension("2.5.29.28", sequence({}), true));
    CHECK(!whole.some_reasons);
    CHECK(whole.unknown_critical.empty());
    CHECK(
        with_extension(extension("2.5.29.28", sequence({tlv(0x86, "\xff")}), true))
            .unknown_critical == "2.5.29.28"
    );
    CHECK(
        with_extension(extension("2.5.29.28", sequence({tlv(0xa0, tlv(0x87, "?"))}), true))
            .unknown_critical == "2.5.29.28"
    );
}

TEST_CASE("crl: fields that may be left out, and those that may not") {
    CHECK(Crl::read(ListDraft{}.der()).has_value());
    CHECK(Crl::read(ListDraft{.version = {}}.der()).has_value());
    const auto undated = Crl::read(ListDraft{.until = {}}.der());
    REQUIRE(undated.has_value());
    CHECK(!undated.value().facts().next_update);
    const ListDraft later{
        .from = tlv(0x18, "20260601000000Z"), .until = tlv(0x18, "20500101000000Z")};
    CHECK(Crl::read(later.der()).value().facts().next_update == parse_time("2050-01-01"));
    for (const auto& bad :
         {ListDraft{.from = {}, .until = {}}, ListDraft{.from = tlv(0x17, "june")},
          ListDraft{.issuer = {}}, ListDraft{.issuer = {}, .algorithm = {}},
          ListDraft{.until = tlv(0x17, "june")}, ListDraft{.entries = sequence({integer("\x05")})},
          ListDraft{.entries = tlv(0x30, "\x30\x7f")},
          ListDraft{.entries = {}, .extensions = {integer("\x05")}},
          ListDraft{.entries = {}, .extensions = {sequence({oid("2.5.29.20")})}},
          ListDraft{.entries = {}, .extensions = {sequence({tlv(0x04, "x")})}}})
        CHECK(Crl::read(bad.der()).error().what == "what is there is DER, but no revocation list");
    const auto der = ListDraft{}.der();
    CHECK(
        Crl::read(der.substr(0, der.size() - 1)).error().what ==
        "the revocation list there is cut short"
    );
    CHECK(Crl::read("\x30").error().what == "what is there is no revocation list");
    CHECK(Crl::read("?").error().what == "what is there is no revocation list");
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
