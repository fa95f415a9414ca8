// SPDX-License-Identifier: MIT
// RFC 5280 6.1 on paths, and the choice among several: for each point a path that is accepted and
// one that is refused.
#include "pki/certificate_store.h"
#include "test_certificates.h"

#include <functional>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;
using Trust = TrustPath::Trust;
using Texts = std::vector<std::string>;

namespace {

const std::string kPast = validity("200101000000Z", "210101000000Z");
const std::string kFuture = validity("300101000000Z", "340101000000Z");

std::string server(Texts extensions = {}) {
    return make(
        {.subject = "sip.contoso.example",
         .key = "leaf",
         .issuer = "Issuing",
         .issuer_key = "issuing",
         .ca = false,
         .more = std::move(extensions)}
    );
}

Node issuing() {
    return {.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"};
}

std::string issuing_with(Texts extensions) {
    auto node = issuing();
    node.more = std::move(extensions);
    return make(node);
}

const std::string& root() {
    static const std::string der = make_root("Root", "root");
    return der;
}

TrustPath path(
    const Texts& presented, const Texts& anchors,
    std::function<int(const Certificate&)> against = {}
) {
    Anchors trusted;
    for (const auto& der : anchors)
        trusted.add(der);
    Preference preference{.now = parse_time("2026-06-01"), .against = std::move(against)};
    return CertificateStore(std::move(trusted), std::move(preference)).chain(presented)->path;
}

// "trusted", or "invalid: …" with the flaws.
std::string answer(const Texts& presented, const Texts& anchors = {root()}) {
    const auto found = path(presented, anchors);
    std::string out(to_text(found.trust));
    for (const auto& flaw : found.flaws)
        out += fmt::format(" | {} {}: {}", to_text(flaw.kind), flaw.position, flaw.text);
    return out;
}

std::string san(const std::string& general_name) { return subject_alt_name({general_name}); }
std::string email(const std::string& text) { return tlv(0x81, text); }
std::string directory(const std::string& name) { return tlv(0xa4, name); }
std::string address(const std::string& hex) { return tlv(0x87, from_hex(hex)); }

} // namespace

TEST_CASE("path: critical extensions have to be known and decodable") {
    const auto plain = make(issuing());
    const auto of = [](bool critical) {
        return extension("1.3.6.1.4.1.99999.1", tlv(0x05, ""), critical);
    };
    CHECK(answer({server({of(false)}), plain}) == "trusted");
    CHECK(
        answer({server({of(true)}), plain}) ==
        "invalid | critical_extension 0: CN=sip.contoso.example has a critical extension that "
        "neither Windows nor OpenSSL knows (1.3.6.1.4.1.99999.1)"
    );
    CHECK(
        answer({server(), issuing_with({of(true)})}) ==
        "invalid | critical_extension 1: CN=Issuing has a critical extension that neither Windows "
        "nor OpenSSL knows (1.3.6.1.4.1.99999.1)"
    );
    // The poison of certificate transparency is meant to be refused.
    CHECK(answer({server({extension("1.3.6.1.4.1.11129.2.4.3", tlv(0x05, ""), true)}), plain})
              .starts_with("invalid"));
    for (const auto known : {"2.5.29.54", "1.3.6.1.4.1.311.21.10", "2.5.29.31"})
        CHECK(answer({server({extension(known, sequence({}), true)}), plain}) == "trusted");
    CHECK(
        answer({server({extension("2.5.29.37", tlv(0x05, ""), true)}), plain}) ==
        "invalid | critical_extension 0: CN=sip.contoso.example has a critical extension that "
        "cannot be decoded (2.5.29.37)"
    );
    CHECK(answer({server({extension("2.5.29.37", tlv(0x05, ""))}), plain}) == "trusted");
}

TEST_CASE("path: the key usage of a server certificate allows a handshake") {
    const auto plain = make(issuing());
    for (const auto* bits : {"1", "10000001", "00001"})
        CHECK(answer({server({key_usage(bits)}), plain}) == "trusted");
    CHECK(
        answer({server({key_usage("000001")}), plain}) ==
        "invalid | server_key_usage 0: the key usage of CN=sip.contoso.example allows no TLS "
        "handshake (it is that of a CA)"
    );
    // Key encipherment is RSA's, key agreement that of elliptic curves.
    for (const auto* bits : {"001", "01", "0001", "0000001", "00000001", "000000001"})
        CHECK(
            answer({server({key_usage(bits)}), plain}) ==
            "invalid | server_key_usage 0: the key usage of CN=sip.contoso.example allows no TLS "
            "handshake"
        );
    const auto rsa = [&](const std::string& bits) {
        Draft draft{.issuer = common_name("Issuing"), .public_key = spki("rsa")};
        draft.extensions = {key_usage(bits)};
        return answer({draft.sign("P-256/issuing"), plain});
    };
    CHECK(rsa("1") == "trusted");
    CHECK(rsa("001") == "trusted");
    CHECK(rsa("00001").starts_with("invalid | server_key_usage"));
}

TEST_CASE("path: every issuer is a CA that may sign certificates") {
    auto node = issuing();
    node.ca = false;
    CHECK(
        answer({server(), make(node)}) ==
        "invalid | not_a_ca 1: CN=Issuing is not a CA certificate (basicConstraints says CA:FALSE)"
    );
    CHECK(answer({server(), issuing_with({key_usage("0000011")})}) == "trusted");
    CHECK(
        answer({server(), issuing_with({key_usage("0000001")})}) ==
        "invalid | not_a_ca 1: CN=Issuing may not sign certificates (its key usage lacks "
        "keyCertSign)"
    );
    node = issuing();
    node.version = 1;
    CHECK(
        answer({server(), make(node)}) ==
        "invalid | not_a_ca 1: CN=Issuing is not a CA certificate (version 1 cannot say that it is "
        "one)"
    );
    Draft draft{
        .subject = common_name("Issuing"),
        .issuer = common_name("Root"),
        .public_key = spki("P-256/issuing")};
    CHECK(
        answer({server(), draft.sign("P-256/root")}) ==
        "invalid | not_a_ca 1: CN=Issuing is not a CA certificate (it has no basicConstraints)"
    );
    const auto plain = make(issuing());
    const auto old_root = make({.subject = "Root", .key = "root", .version = 1});
    CHECK(answer({server(), plain}, {old_root}) == "trusted");
    const auto false_root = make({.subject = "Root", .key = "root", .ca = false});
    CHECK(answer({server(), plain}, {false_root}).starts_with("invalid | not_a_ca 2"));
    // What the server certificate itself says is no matter of the path.
    CHECK(answer({make({.subject = "Root", .key = "root"}), plain}) == "trusted");
}

TEST_CASE("path: the path length counts CA certificates below, but not self-issued ones") {
    const auto under = [](int path_length, bool self_issued) {
        const auto top = make({.subject = "Root", .key = "root", .path_length = path_length});
        // A CA that certified its own next key.
        const auto next =
            make({.subject = "Root", .key = "next", .issuer = "Root", .issuer_key = "root"});
        auto node = issuing();
        if (self_issued) node.issuer_key = "next";
        return answer({server(), make(node), next}, {top});
    };
    CHECK(under(1, false) == "trusted");
    CHECK(
        under(0, false) ==
        "invalid | path_length 2: CN=Root allows 0 CA certificates below it, and there is 1"
    );
    CHECK(under(1, true) == "trusted");
    CHECK(under(0, true).starts_with("invalid | path_length 3"));
    CHECK(
        answer(
            {make_leaf("Root", "root")},
            {make({.subject = "Root", .key = "root", .path_length = 0})}
        ) == "trusted"
    );
    // The limit of an intermediate counts, too.
    auto narrow = issuing();
    narrow.path_length = 0;
    const auto lower =
        make({.subject = "Lower", .key = "lower", .issuer = "Issuing", .issuer_key = "issuing"});
    const auto leaf = make_leaf("Lower", "lower");
    CHECK(answer({leaf, lower, make(issuing())}) == "trusted");
    CHECK(answer({leaf, lower, make(narrow)}).starts_with("invalid | path_length 2"));
}

TEST_CASE("path: name constraints hold for every kind of name, permitted and excluded") {
    struct Row {
        std::string constraint, good, bad, refused;
    };
    const Row rows[] = {
        {dns_name("contoso.example"), san(dns_name("a.contoso.example")),
         san(dns_name("sip.fabrikam.example")), "sip.fabrikam.example"},
        {address("0a000000ff000000"), san(address("0a010203")), san(address("c0000201")),
         "192.0.2.1"},
        {email("contoso.example"), san(email("me@contoso.example")),
         san(email("me@fabrikam.example")), "me@fabrikam.example"},
        {uri("contoso.example"), san(uri("https://contoso.example/a")),
         san(uri("https://fabrikam.example/a")), "https://fabrikam.example/a"},
        {directory(common_name("sip.contoso.example")), san(dns_name("any.example")), "", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.refused);
        const auto only = issuing_with({name_constraints({row.constraint})});
        const auto never = issuing_with({name_constraints({}, {row.constraint})});
        CHECK(answer({server({row.good}), only}) == "trusted");
        if (row.bad.empty()) continue;
        CHECK(
            answer({server({row.bad}), only}) ==
            "invalid | name_constraints 0: CN=Issuing does not permit " + row.refused +
                " by its name constraints"
        );
        CHECK(answer({server({row.bad}), never}) == "trusted");
        CHECK(answer({server({row.good}), never})
                  .starts_with("invalid | name_constraints 0: CN=Issuing excludes "));
    }
}

TEST_CASE("path: name constraints hold for the subject, too") {
    const auto other = issuing_with({name_constraints({directory(common_name("Other"))})});
    const auto named = san(dns_name("sip.contoso.example"));
    CHECK(
        answer({server({named}), other}) ==
        "invalid | name_constraints 0: CN=Issuing does not permit the subject "
        "CN=sip.contoso.example by its name constraints"
    );
    const auto excluded =
        issuing_with({name_constraints({}, {directory(common_name("sip.contoso.example"))})});
    CHECK(answer({server({named}), excluded}).starts_with("invalid | name_constraints 0"));
    // Without DNS names the common name counts as one.
    const auto fabrikam = issuing_with({name_constraints({dns_name("fabrikam.example")})});
    CHECK(
        answer({server(), fabrikam}) ==
        "invalid | name_constraints 0: CN=Issuing does not permit sip.contoso.example by its name "
        "constraints"
    );
    CHECK(answer({server({san(dns_name("a.fabrikam.example"))}), fabrikam}) == "trusted");
}

TEST_CASE("path: constraints of each CA hold for all below, but for what a CA issued to itself") {
    const auto top = make(
        {.subject = "Root",
         .key = "root",
         .more = {name_constraints({directory(common_name("x"))})}}
    );
    const auto leaf = server({san(dns_name("sip.contoso.example"))});
    const auto both = answer({leaf, make(issuing())}, {top});
    CHECK(both.find("name_constraints 0") != std::string::npos);
    CHECK(both.find("name_constraints 1") != std::string::npos);
    const auto narrow = make(
        {.subject = "Root",
         .key = "root",
         .more = {name_constraints({directory(common_name("sip.contoso.example"))})}}
    );
    const auto next = make({.subject = "Root", .key = "next", .issuer_key = "root"});
    const auto own = make(
        {.subject = "sip.contoso.example",
         .key = "leaf",
         .issuer = "Root",
         .issuer_key = "next",
         .ca = false}
    );
    CHECK(answer({own, next}, {narrow}) == "trusted");
}

TEST_CASE("path: constraints that cannot be read refuse, a kind that cannot be compared does not") {
    const auto broken = issuing_with({extension("2.5.29.30", tlv(0x04, "x"), true)});
    CHECK(
        answer({server(), broken}) ==
        "invalid | name_constraints 1: the name constraints of CN=Issuing cannot be decoded"
    );
    const auto other_name =
        tlv(0xa0, oid("1.3.6.1.4.1.311.20.2.3") + tlv(0xa0, tlv(0x0c, "a@contoso.example")));
    const auto upn = issuing_with({name_constraints({other_name})});
    const auto leaf = server({subject_alt_name({dns_name("a.contoso.example"), other_name})});
    CHECK(answer({leaf, upn}).starts_with("trusted | names_not_compared 0"));
    CHECK(answer({server({san(dns_name("a.contoso.example"))}), upn}) == "trusted");
}

TEST_CASE("path: flaws are seen without an anchor, too") {
    CHECK(answer({server({key_usage("000001")}), make(issuing())}, {})
              .starts_with("unknown | server_key_usage 0"));
    CHECK(answer({server({key_usage("000001")})}, {root()})
              .starts_with("untrusted | server_key_usage 0"));
}

TEST_CASE("path: of several one that is accepted, then one that is valid now, is best") {
    auto node = issuing();
    const auto good = make(node);
    node.serial = "\x02";
    node.valid = kPast;
    const auto expired = make(node);
    node.valid = kFuture;
    const auto early = make(node);
    node.valid = issuing().valid;
    node.ca = false;
    const auto no_ca = make(node);
    node.ca = true;
    node.serial = "\x03";
    const auto twin = make(node);
    const auto best = [](const Texts& presented, const Texts& anchors = {root()}) {
        return path(presented, anchors).path.at(1)->der;
    };
    for (const auto& bad : {expired, early, no_ca}) {
        CHECK(best({server(), bad, good}) == good);
        CHECK(best({server(), good, bad}) == good);
    }
    CHECK(best({server(), no_ca, expired}) == expired); // dates are apart from trust
    CHECK(best({server(), good, twin}) == good);        // in the order sent
    CHECK(best({server(), twin, good}) == twin);
    const auto weak = [&](const Certificate& one) { return one.der == good ? 1 : 0; };
    CHECK(path({server(), good, twin}, {root()}, weak).path.at(1)->der == twin);
    CHECK(path({server(), good, expired}, {root()}, weak).path.at(1)->der == good);
    // A root that was renewed with the same key.
    const auto old_root =
        make({.subject = "Root", .key = "root", .serial = "\x09", .valid = kPast});
    for (const auto& anchors : {Texts{old_root, root()}, Texts{root(), old_root}})
        CHECK(path({server(), good, old_root}, anchors).path.back()->der == root());
    CHECK(path({server(), good, old_root}, {root()}).path.size() == 3);
}

TEST_CASE("path: an expired cross-signed certificate that no path needs is not on it") {
    const auto cross = make(
        {.subject = "Root", .key = "root", .issuer = "Gone", .issuer_key = "gone", .valid = kPast}
    );
    const auto found = path({server(), make(issuing()), cross}, {root()});
    CHECK(found.trust == Trust::trusted);
    CHECK(found.path.size() == 3);
    // Where only the old root is an anchor, it is needed.
    CHECK(path({server(), make(issuing()), cross}, {make_root("Gone", "gone")}).path.size() == 4);
}

TEST_CASE("path: without an anchor the longest is best, the top included") {
    const auto found = path({server(), make(issuing()), root()}, {});
    CHECK(found.path.size() == 3);
    const auto cross =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Gone", .issuer_key = "gone"});
    CHECK(path({server(), cross, make(issuing()), root()}, {}).path.size() == 3);
}

TEST_CASE("chain: a CA of that name with another key, sent or known, is told from none") {
    const auto chain = [](const Texts& presented, const Texts& given) {
        Anchors trusted;
        for (const auto& der : given)
            trusted.add(der);
        return CertificateStore(std::move(trusted)).chain(presented);
    };
    auto node = issuing();
    node.key = "new";
    const auto rekeyed = make(node);
    CHECK(chain({server(), rekeyed}, {root()})->issuer_rekeyed);
    CHECK(!chain({server()}, {root()})->issuer_rekeyed);
    const auto new_root = make_root("Root", "newer");
    CHECK(chain({server(), make(issuing())}, {new_root})->issuer_rekeyed);
    CHECK(!chain({server(), make(issuing())}, {make_root("Other", "other")})->issuer_rekeyed);
}

TEST_CASE("chain: the reverse order is told from any other, and a bundle from extras") {
    const auto chain = [](const Texts& presented) {
        return CertificateStore{Anchors()}.chain(presented);
    };
    const auto leaf = server(), ca = make(issuing());
    CHECK(chain({root(), ca, leaf})->reversed);
    CHECK(chain({ca, leaf})->reversed);
    CHECK(chain({leaf, root(), ca})->reversed);
    CHECK(!chain({leaf, ca, root()})->reversed);
    CHECK(!chain({ca, root(), leaf})->reversed);
    CHECK(!chain({leaf, root()})->reversed);
    const auto other = make_leaf("Elsewhere", "elsewhere");
    CHECK(!chain({leaf, other})->reversed);
    CHECK(!chain({leaf})->reversed);
    using Positions = std::vector<std::size_t>;
    auto node = issuing();
    node.key = "new";
    const auto facts = chain({leaf, make(node), other, root()});
    CHECK(facts->extra == Positions{1, 2, 3});
    CHECK(facts->unrelated == Positions{2}); // the others have the names of its issuers
    CHECK(chain({leaf, ca, root()})->unrelated.empty());
}

TEST_CASE("path: away from a revoked issue of a CA to the one with the same key, if there is one") {
    auto node = issuing();
    const auto leaf = server(), old_issue = make(node);
    node.serial = "\x05";
    const auto new_issue = make(node);
    const auto store_with_root = [] {
        Anchors anchors;
        anchors.add(root());
        return anchors;
    };
    CertificateStore store(store_with_root());
    const auto before = store.chain({leaf, old_issue, new_issue});
    REQUIRE(before->path.path[1]->der == old_issue);
    const std::set<Fingerprint> revoked{before->path.path[1]->sha256};
    const auto after = store.avoid(*before, revoked);
    REQUIRE(after != nullptr);
    CHECK(after->path.path[1]->der == new_issue);
    CHECK(store.chain({leaf, old_issue, new_issue}) == after);
    CHECK(store.avoid(*before, revoked) == nullptr); // no longer a chain of this store
    CHECK(store.avoid(*after, revoked) == nullptr);  // not concerned
    const auto alone = store.chain({leaf, old_issue});
    CHECK(store.avoid(*alone, revoked) == nullptr); // there is no other way
    CHECK(alone->path.trust == Trust::trusted);
}

TEST_CASE("path: every extension that Windows or OpenSSL processes may be critical") {
    const auto plain = make(issuing());
    for (const auto* known :
         {"2.5.29.9",
          "2.5.29.14",
          "2.5.29.15",
          "2.5.29.17",
          "2.5.29.18",
          "2.5.29.19",
          "2.5.29.30",
          "2.5.29.31",
          "2.5.29.32",
          "2.5.29.33",
          "2.5.29.35",
          "2.5.29.36",
          "2.5.29.37",
          "2.5.29.46",
          "2.5.29.54",
          "1.3.6.1.5.5.7.1.1",
          "1.3.6.1.5.5.7.1.11",
          "1.3.6.1.5.5.7.1.24",
          "1.3.6.1.5.5.7.48.1.5",
          "2.16.840.1.113730.1.1",
          "1.3.6.1.4.1.311.20.2",
          "1.3.6.1.4.1.311.21.1",
          "1.3.6.1.4.1.311.21.2",
          "1.3.6.1.4.1.311.21.7",
          "1.3.6.1.4.1.311.21.10",
          "1.3.6.1.4.1.311.21.11",
          "1.3.6.1.4.1.311.21.12",
          "1.3.6.1.4.1.311.25.2",
          "1.3.6.1.4.1.11129.2.4.2"}) {
        const auto said = answer({server({extension(known, tlv(0x05, ""), true)}), plain});
        CHECK_MESSAGE(said.find("neither Windows nor OpenSSL knows") == std::string::npos, known);
        // Its neighbour is another one.
        const auto other =
            answer({server({extension(std::string(known) + ".77", tlv(0x05, ""), true)}), plain});
        CHECK_MESSAGE(other.find("neither Windows nor OpenSSL knows") != std::string::npos, known);
    }
    // Of several the unknown and the broken ones are two flaws; three are named.
    std::vector<std::string> many{extension("2.5.29.37", tlv(0x05, ""), true)};
    for (const auto* strange : {"1.2.3.1", "1.2.3.2", "1.2.3.3", "1.2.3.4", "1.2.3.5"})
        many.push_back(extension(strange, tlv(0x05, ""), true));
    const auto said = answer({server(many), plain});
    CHECK(said.find("(1.2.3.1, 1.2.3.2, 1.2.3.3 and 2 more)") != std::string::npos);
    CHECK(said.find("cannot be decoded (2.5.29.37)") != std::string::npos);
}

TEST_CASE("path: valid from the first second to the last") {
    auto node = issuing();
    const auto good = make(node);
    node.serial = "\x02";
    const auto chosen = [&](const char* from, const char* until) {
        node.valid = validity(from, until);
        const auto other = make(node);
        // In doubt the first; a second one only where the first is not valid now.
        return path({server(), other, good}, {root()}).path.at(1)->der == other;
    };
    CHECK(chosen("260601000000Z", "270101000000Z"));
    CHECK(!chosen("260601000001Z", "270101000000Z"));
    CHECK(chosen("200101000000Z", "260601000000Z"));
    CHECK(!chosen("200101000000Z", "260531235959Z"));
}

TEST_CASE("path: what speaks against a path: its flaws, its dates and what the caller says") {
    auto node = issuing();
    const auto first = make(node);
    node.serial = "\x02";
    const auto second = make(node);
    const auto chosen = [&](const std::string& one, const std::string& other, auto against) {
        return path({server(), one, other}, {root()}, against).path.at(1)->der;
    };
    const auto by_serial = [](int of_first, int of_second) {
        return [=](const Certificate& one) {
            return one.subject != "CN=Issuing" ? 0 : one.serial == "1" ? of_first : of_second;
        };
    };
    CHECK(chosen(first, second, by_serial(1, 1)) == first);
    CHECK(chosen(first, second, by_serial(2, 1)) == second);
    CHECK(chosen(second, first, by_serial(1, 2)) == first);
    // The server certificate itself is the same on every path, and not asked about.
    int asked = 0;
    path({server(), first}, {root()}, [&](const Certificate& one) {
        asked += one.subject == "CN=sip.contoso.example";
        return 0;
    });
    CHECK(asked == 0);
}

TEST_CASE(
    "path: being valid now goes before all else that speaks against, and each date counts once"
) {
    auto node = issuing();
    const auto good = make(node);
    node.serial = "\x02";
    node.valid = kPast;
    const auto expired = make(node);
    const auto twice_against_good = [&](const Certificate& one) { return one.der == good ? 2 : 0; };
    CHECK(path({server(), expired, good}, {root()}, twice_against_good).path.at(1)->der == good);
    // A date that cannot be read is no reason.
    for (const auto& dates :
         {sequence({tlv(0x17, "x"), tlv(0x17, "340101000000Z")}),
          sequence({tlv(0x17, "240101000000Z"), tlv(0x17, "x")})}) {
        node.valid = dates;
        const auto unread = make(node);
        CHECK(path({server(), unread, good}, {root()}).path.at(1)->der == unread);
    }
    // Two that have expired are as much as one and one other reason: the first of the two paths.
    const auto lower = [](const char* serial, const std::string& valid, const char* issuer,
                          const char* issuer_key) {
        return make(
            {.subject = "Lower",
             .key = "lower",
             .issuer = issuer,
             .issuer_key = issuer_key,
             .serial = serial,
             .valid = valid}
        );
    };
    const auto old_ca = make(
        {.subject = "Old", .key = "old", .issuer = "Root", .issuer_key = "root", .valid = kPast}
    );
    const auto new_ca =
        make({.subject = "New", .key = "new", .issuer = "Root", .issuer_key = "root"});
    const auto both_expired = lower("\x02", kPast, "Old", "old");
    const auto one_expired = lower("\x03", kPast, "New", "new");
    const auto against_new = [&](const Certificate& one) { return one.der == new_ca ? 1 : 0; };
    const auto leaf = make_leaf("Lower", "lower");
    CHECK(
        path({leaf, both_expired, one_expired, old_ca, new_ca}, {root()}, against_new)
            .path.at(1)
            ->der == both_expired
    );
    CHECK(
        path({leaf, one_expired, both_expired, old_ca, new_ca}, {root()}, against_new)
            .path.at(1)
            ->der == one_expired
    );
}

TEST_CASE("path: where an anchor comes from, and what of the path was not sent") {
    const auto found = path({server(), make(issuing())}, {root()});
    CHECK(found.anchors_configured);
    CHECK(!found.system_anchor);
    CHECK(!found.used_unpresented); // the anchor need not be sent
    CHECK(found.why.empty());
    const auto by_file = path({server()}, {root(), make(issuing())});
    CHECK(by_file.used_unpresented);
    // Sent behind a gap that a file fills.
    auto lower = issuing();
    lower.subject = "Lower";
    lower.key = "lower";
    lower.issuer = "Issuing";
    lower.issuer_key = "issuing";
    const auto leaf = make_leaf("Lower", "lower");
    CHECK(path({leaf, make(lower)}, {root(), make(issuing())}).used_unpresented);
    CHECK(path({leaf, make(issuing())}, {root(), make(lower)}).used_unpresented);
    CHECK(!path({leaf, make(lower), make(issuing())}, {root()}).used_unpresented);
    const auto nothing = path({server()}, {make_root("Other", "other")});
    CHECK(nothing.trust == Trust::untrusted);
    CHECK(nothing.why == "issuer CN=Issuing is neither presented nor an anchor");
}

TEST_CASE("path: of issuers the one whose key identifier fits is tried first") {
    const auto with_id = [](const char* serial, const char* id) {
        auto node = issuing();
        node.serial = serial;
        node.more = {extension("2.5.29.14", tlv(0x04, id))};
        return make(node);
    };
    const auto fitting = with_id("\x05", "fits"), other = with_id("\x06", "else");
    const auto leaf = server({extension("2.5.29.35", sequence({tlv(0x80, "fits")}))});
    CHECK(path({leaf, other, fitting}, {root()}).path.at(1)->der == fitting);
    CHECK(path({leaf, fitting, other}, {root()}).path.at(1)->der == fitting);
    // An identifier that does not fit is no reason against the only one there is.
    CHECK(path({leaf, other}, {root()}).trust == Trust::trusted);
}
