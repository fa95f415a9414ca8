// SPDX-License-Identifier: MIT
// Chains as presented, and the search for a path: cross-signed, out of order, with gaps, hostile.
#include "model/limits.h"
#include "pki/certificate_reader.h"
#include "pki/certificate_store.h"
#include "support/pem.h"
#include "test_certificates.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;
using Trust = TrustPath::Trust;
using Positions = std::vector<std::size_t>;

namespace {

const std::string& root() {
    static const std::string der = make_root("Root", "root");
    return der;
}
const std::string& intermediate() {
    static const std::string der =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"});
    return der;
}
const std::string& leaf() {
    static const std::string der = make_leaf("Issuing", "issuing");
    return der;
}

// `given`: CA files of the operator; `marked`: those that are anchors whoever signed them.
ChainPtr chain(
    const std::vector<std::string>& presented, const std::vector<std::string>& given = {},
    const std::vector<std::string>& marked = {}
) {
    Anchors trusted;
    for (const auto& der : given)
        trusted.add(der);
    for (const auto& der : marked)
        trusted.add_marked(der);
    return CertificateStore(std::move(trusted)).chain(presented);
}

std::vector<std::string> subjects(const std::vector<CertificatePtr>& certificates) {
    std::vector<std::string> names;
    for (const auto& one : certificates)
        names.push_back(one->subject);
    return names;
}

} // namespace

TEST_CASE("store: one object per distinct certificate, in order of first sight") {
    CertificateStore store{Anchors()};
    const auto first = store.intern(leaf()), second = store.intern(root()),
               again = store.intern(leaf());
    CHECK(*first == *again);
    CHECK(*first != *second);
    CHECK(store.certificates().size() == 2);
    CHECK(store.certificates()[0]->der == leaf());
    CHECK(!store.intern("rubbish").has_value());
    CHECK(store.chain({leaf(), root()}) == store.chain({leaf(), root()}));
    CHECK(store.chain({leaf()}) != store.chain({leaf(), root()}));
    CHECK(store.chain({}) == nullptr);
}

TEST_CASE("store: one object per distinct chain, whichever was asked for before") {
    CertificateStore store{Anchors()};
    const auto leaf = make_leaf("Root", "root"), root = make_root("Root", "root");
    const auto whole = store.chain({leaf, root});
    CHECK(store.chain({leaf, root}) == whole);
    const auto alone = store.chain({leaf});
    CHECK(alone != whole);
    CHECK(alone->presented.size() == 1);
    const auto twice = store.chain({leaf, root, root});
    CHECK(twice->presented.size() == 3);
    CHECK(store.chain({leaf, root}) == whole);
    CHECK(store.chain({root, leaf}) != whole);
    const auto broken = store.chain({leaf, "no certificate"});
    CHECK(broken->unreadable.size() == 1);
    CHECK(store.chain({leaf}) == alone);
    CHECK(store.chain({leaf, "no certificate"}) == broken);
}

TEST_CASE("chain: in order with its root, without anchors") {
    const auto facts = chain({leaf(), intermediate(), root()});
    CHECK(facts->ordered);
    CHECK(facts->complete == true);
    CHECK(facts->root_included);
    CHECK(facts->duplicates.empty());
    CHECK(facts->extra.empty());
    CHECK(facts->missing_issuer.empty());
    CHECK(facts->path.trust == Trust::unknown);
    CHECK(facts->path.path.size() == 3);
}

TEST_CASE("chain: without the root it is complete where the root is an anchor, unknown where there "
          "is none") {
    const auto known = chain({leaf(), intermediate()}, {root()});
    CHECK(known->ordered);
    CHECK(known->complete == true);
    CHECK(!known->root_included);
    CHECK(known->path.trust == Trust::trusted);
    CHECK(
        subjects(known->path.path) ==
        std::vector<std::string>{"CN=host.contoso.example", "CN=Issuing", "CN=Root"}
    );
    CHECK(!known->path.used_unpresented);
    CHECK(known->path.anchors_configured);
    const auto unknown = chain({leaf(), intermediate()});
    CHECK(!unknown->complete.has_value());
    CHECK(unknown->missing_issuer == "CN=Root");
    CHECK(unknown->path.why == "no trust anchor is configured");
}

TEST_CASE("chain: a missing intermediate is named") {
    const auto facts = chain({leaf()}, {root()});
    CHECK(facts->complete == false);
    CHECK(facts->missing_issuer == "CN=Issuing");
    CHECK(facts->ordered);
    CHECK(facts->path.trust == Trust::untrusted);
    CHECK(facts->path.why == "issuer CN=Issuing is neither presented nor an anchor");
    CHECK(facts->path.path.size() == 1);
}

TEST_CASE("anchors: a CA file with root and issuing CA does not hide that the server sends neither"
) {
    const auto facts = chain({leaf()}, {root(), intermediate()});
    CHECK(facts->complete == false);
    CHECK(facts->missing_issuer == "CN=Issuing");
    CHECK(facts->path.trust == Trust::trusted);
    CHECK(facts->path.used_unpresented);
    CHECK(facts->path.path.size() == 3);
    const auto sent = chain({leaf(), intermediate()}, {root(), intermediate()});
    CHECK(sent->complete == true);
    CHECK(!sent->path.used_unpresented);
    CHECK(sent->path.path.size() == 3);
}

TEST_CASE("anchors: an issuing CA alone is none, helps to build the path, and the root is wanted") {
    const auto facts = chain({leaf()}, {intermediate()});
    CHECK(facts->complete == false);
    CHECK(facts->missing_issuer == "CN=Issuing");
    CHECK(facts->path.trust == Trust::unknown);
    CHECK(!facts->path.anchors_configured);
    CHECK(
        facts->path.why ==
        "none of the CA certificates given is a root, and CN=Root issued CN=Issuing"
    );
    CHECK(
        subjects(facts->path.path) ==
        std::vector<std::string>{"CN=host.contoso.example", "CN=Issuing"}
    );
    // The root may be what is left out: the file says nothing about it.
    const auto with_ca = chain({leaf(), intermediate()}, {intermediate()});
    CHECK(!with_ca->complete.has_value());
    CHECK(with_ca->missing_issuer == "CN=Root");
}

TEST_CASE("anchors: a marked one ends the path, whoever signed it, also where a root is given, too"
) {
    for (const auto& facts :
         {chain({leaf()}, {}, {intermediate()}), chain({leaf()}, {root()}, {intermediate()}),
          chain({leaf(), intermediate(), root()}, {intermediate(), root()}, {intermediate()})}) {
        CHECK(facts->path.trust == Trust::trusted);
        CHECK(facts->complete == true);
        CHECK(!facts->path.used_unpresented);
        CHECK(
            subjects(facts->path.path) ==
            std::vector<std::string>{"CN=host.contoso.example", "CN=Issuing"}
        );
    }
    CHECK(chain({leaf()}, {root()}, {leaf()})->path.path.size() == 1);
}

TEST_CASE("anchors: subject and issuer alike do not make one of a certificate that another key "
          "signed") {
    const auto linked =
        make({.subject = "Root", .key = "root", .issuer = "Root", .issuer_key = "old"});
    CHECK(chain({leaf(), intermediate()}, {linked})->path.trust == Trust::unknown);
    const auto old = make_root("Root", "old");
    const auto facts = chain({leaf(), intermediate()}, {linked, old});
    CHECK(facts->path.trust == Trust::trusted);
    CHECK(facts->path.path.size() == 4);
}

TEST_CASE("anchors: a bundle says whether it has a root") {
    Anchors anchors;
    CHECK(!anchors.without_root());
    anchors.add(intermediate());
    CHECK(anchors.without_root());
    CHECK(!anchors.configured());
    SUBCASE("by a root") { anchors.add(root()); }
    SUBCASE("by a mark") { anchors.add_marked(intermediate()); }
    CHECK(!anchors.without_root());
    CHECK(anchors.configured());
}

TEST_CASE("chain: the wrong order is seen, and does not hide the path") {
    const auto facts = chain({leaf(), root(), intermediate()}, {root()});
    CHECK(!facts->ordered);
    CHECK(facts->complete == true);
    CHECK(facts->extra.empty());
    CHECK(facts->path.trust == Trust::trusted);
    CHECK(!chain({leaf(), root()})->ordered);
}

TEST_CASE("chain: duplicates, extras and what is no certificate have their positions") {
    const auto stranger = make_root("Stranger", "stranger");
    const auto facts = chain({leaf(), leaf(), intermediate(), stranger, intermediate()}, {root()});
    CHECK(facts->duplicates == Positions{1, 4});
    CHECK(facts->extra == Positions{3});
    CHECK(!facts->ordered);
    CHECK(facts->root_included);
    const auto doubled = chain({leaf(), leaf(), intermediate()}, {root()});
    CHECK(doubled->ordered);
    const auto broken = chain({leaf(), "rubbish", intermediate()}, {root()});
    CHECK(broken->unreadable == Positions{1});
    CHECK(broken->presented.size() == 2);
    CHECK(broken->ordered);
    const auto nothing = chain({"rubbish"});
    CHECK(nothing->presented.empty());
    CHECK(nothing->path.trust == Trust::not_searched);
}

TEST_CASE("chain: a self-signed server certificate alone is complete, and trusted only as an anchor"
) {
    const auto own = make({.subject = "host", .key = "leaf", .ca = false});
    const auto facts = chain({own});
    CHECK(facts->complete == true);
    CHECK(facts->ordered);
    CHECK(!facts->root_included);
    CHECK(chain({own}, {own})->path.trust == Trust::trusted);
    const auto untrusted = chain({own}, {root()});
    CHECK(untrusted->complete == true);
    CHECK(untrusted->path.trust == Trust::untrusted);
    CHECK(untrusted->path.why == "CN=host is self-signed and not an anchor");
}

TEST_CASE("chain: an issuer of the same name with another key is not the issuer") {
    const auto impostor =
        make({.subject = "Issuing", .key = "impostor", .issuer = "Root", .issuer_key = "root"});
    const auto facts = chain({leaf(), impostor}, {root()});
    CHECK(!facts->ordered);
    CHECK(facts->complete == false);
    CHECK(facts->extra == Positions{1});
    CHECK(facts->path.trust == Trust::untrusted);
    CHECK(facts->path.why == "CN=Issuing did not sign CN=host.contoso.example");
}

TEST_CASE("path: a first issuer that leads nowhere does not hide the second (cross-signed)") {
    // The issuing CA was certified by two roots under one key; only the second root is an anchor.
    const auto by_old =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Old Root", .issuer_key = "old"});
    for (const auto& presented :
         {std::vector{leaf(), by_old, intermediate()},
          std::vector{leaf(), intermediate(), by_old}}) {
        const auto facts = chain(presented, {root()});
        CHECK(facts->path.trust == Trust::trusted);
        CHECK(facts->path.path.back()->der == root());
        CHECK(facts->extra.empty());
    }
    // Two levels up, and the dead end is the longer one.
    const auto bridge =
        make({.subject = "Old Root", .key = "old", .issuer = "Gone", .issuer_key = "gone"});
    const auto facts = chain({leaf(), by_old, bridge, intermediate()}, {root()});
    CHECK(facts->path.trust == Trust::trusted);
    CHECK(facts->path.path.size() == 3);
}

TEST_CASE("path: a renewed root with the same key ends it, though the old one was sent") {
    const auto renewed = make({.subject = "Root", .key = "root", .serial = "\x07"});
    const auto facts = chain({leaf(), intermediate(), root()}, {renewed});
    CHECK(facts->path.trust == Trust::trusted);
    CHECK(facts->path.path.back()->der == renewed);
}

TEST_CASE("path: names are compared in canonical form") {
    const auto upper =
        make({.subject = "Issuing", .key = "issuing", .issuer = "rOOT", .issuer_key = "root"});
    CHECK(chain({leaf(), upper}, {root()})->path.trust == Trust::trusted);
    CHECK(chain({leaf(), upper, root()})->ordered);
}

TEST_CASE("path: other endpoints of the run do not lend their intermediates") {
    Anchors anchors;
    anchors.add(root());
    CertificateStore store(std::move(anchors));
    CHECK(store.chain({leaf(), intermediate()})->path.trust == Trust::trusted);
    const auto alone = store.chain({leaf()});
    CHECK(alone->path.trust == Trust::untrusted);
    CHECK(alone->complete == false);
}

TEST_CASE("path: the depth limit holds at its edge") {
    // Root, then CAs below each other, then the server: kPathDepth certificates are found, one more
    // are not.
    const auto build = [](std::size_t certificates) {
        std::vector<std::string> presented{make_leaf(
            fmt::format("CA {}", certificates - 2), fmt::format("ca{}", certificates - 2)
        )};
        for (std::size_t i = certificates - 2; i > 0; --i)
            presented.push_back(make(
                {.subject = fmt::format("CA {}", i),
                 .key = fmt::format("ca{}", i),
                 .issuer = i == 1 ? "Root" : fmt::format("CA {}", i - 1),
                 .issuer_key = i == 1 ? "root" : fmt::format("ca{}", i - 1)}
            ));
        return presented;
    };
    const auto edge = chain(build(limits::kPathDepth), {root()});
    CHECK(edge->path.trust == Trust::trusted);
    CHECK(edge->path.path.size() == limits::kPathDepth);
    const auto beyond = chain(build(limits::kPathDepth + 1), {root()});
    CHECK(beyond->path.trust == Trust::gave_up);
    CHECK(beyond->ordered);
    CHECK(beyond->complete == true);
}

TEST_CASE("path: dead ends are bounded") {
    // Every one of them did sign the server certificate, none has an issuer that is there.
    const auto build = [](std::size_t dead_ends) {
        std::vector<std::string> presented{leaf()};
        for (std::size_t i = 0; i < dead_ends; ++i)
            presented.push_back(make(
                {.subject = "Issuing",
                 .key = "issuing",
                 .issuer = fmt::format("Gone {}", i),
                 .issuer_key = "gone"}
            ));
        return presented;
    };
    const auto edge = chain(build(limits::kPaths - 1), {root()});
    CHECK(edge->path.trust == Trust::untrusted);
    const auto beyond = chain(build(limits::kPaths), {root()});
    CHECK(beyond->path.trust == Trust::gave_up);
    auto hidden = build(limits::kPaths - 1);
    hidden.push_back(intermediate());
    CHECK(chain(hidden, {root()})->path.trust == Trust::trusted);
}

TEST_CASE("path: signature checks are bounded, also over a mesh of CAs that all certify each other"
) {
    std::vector<std::string> presented{make_leaf("CA 0", "ca0")};
    for (int i = 0; i < 24; ++i)
        for (int j = 0; j < 24; ++j)
            if (i != j)
                presented.push_back(make(
                    {.subject = fmt::format("CA {}", i),
                     .key = fmt::format("ca{}", i),
                     .issuer = fmt::format("CA {}", j),
                     .issuer_key = fmt::format("ca{}", j)}
                ));
    const auto start = std::chrono::steady_clock::now();
    const auto facts = chain(presented, {root()});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    CHECK(facts->path.trust == Trust::gave_up);
    CHECK(facts->path.signatures_checked <= limits::kPathSignatures);
}

TEST_CASE("path: certificates of one name by the thousand are answered in time") {
    std::vector<std::string> presented{leaf()};
    for (int i = 0; i < 2000; ++i)
        presented.push_back(make(
            {.subject = "Issuing",
             .key = "impostor",
             .issuer = "Issuing",
             .issuer_key = "impostor2",
             .serial = fmt::format("{:04}", i)}
        ));
    const auto start = std::chrono::steady_clock::now();
    const auto facts = chain(presented, {root()});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    CHECK(facts->path.trust == Trust::gave_up);
    CHECK(facts->path.signatures_checked == limits::kPathSignatures);
}

TEST_CASE("path: the system's folder is asked by name, not loaded") {
    const auto folder =
        std::filesystem::temp_directory_path() / fmt::format("lyncprobe-pki-{}", ::getpid());
    std::filesystem::create_directories(folder);
    const std::string subject = common_name("Root");
    const unsigned char* at = octets(subject);
    const X509NamePtr decoded(d2i_X509_NAME(nullptr, &at, static_cast<long>(subject.size())));
    const auto file =
        fmt::format("{:08x}.0", X509_NAME_hash_ex(decoded.get(), nullptr, nullptr, nullptr));
    std::ofstream(folder / file) << lyncprobe::test::to_pem(root());

    Anchors anchors;
    anchors.use_system_directory(folder.string());
    CHECK(!anchors.configured());
    CertificateStore store(std::move(anchors));
    const auto trusted = store.chain({leaf(), intermediate()});
    CHECK(trusted->path.trust == Trust::trusted);
    CHECK(!trusted->path.anchors_configured);
    CHECK(trusted->path.system_anchor);
    CHECK(trusted->complete == true);
    const auto unknown = store.chain({make_leaf("Elsewhere", "elsewhere")});
    CHECK(unknown->path.trust == Trust::unknown);
    CHECK(!unknown->complete.has_value());
    CHECK(unknown->missing_issuer == "CN=Elsewhere");
    std::filesystem::remove_all(folder);
}

namespace {

// A CA certificate of its own name under whatever algorithm; its signature fits `signer`, RSA with
// SHA-256, where that is what `inner` says.
std::string odd_root(
    const std::string& inner, std::optional<std::string> outer = {},
    std::vector<std::string> extensions = {}
) {
    Draft draft{
        .subject = common_name("Root"),
        .issuer = common_name("Root"),
        .public_key = spki("rsa"),
        .extensions = std::move(extensions),
        .inner = inner,
        .outer = std::move(outer)};
    draft.extensions.push_back(basic_constraints(true));
    return draft.sign("rsa");
}

std::string leaf_of_odd_root() {
    return Draft{.issuer = common_name("Root"), .inner = sha256_with_rsa()}.sign("rsa");
}

} // namespace

TEST_CASE("roots: a signature that cannot be verified does not make a root an intermediate") {
    const auto specified = algorithm("1.2.840.10045.4.3", algorithm("2.16.840.1.101.3.4.2.1"));
    for (const auto& odd :
         {odd_root(algorithm("1.2.840.113549.1.1.2", tlv(0x05, ""))), // MD2
          odd_root(algorithm("1.2.643.7.1.1.3.2")),                   // GOST
          odd_root(specified), odd_root(sha256_with_rsa(), algorithm("1.2.840.113549.1.1.5"))}) {
        const auto facts = chain({leaf_of_odd_root(), odd});
        CHECK(!facts->presented[1]->self_signed);
        CHECK(facts->presented[1]->root_like);
        CHECK(facts->roots == Positions{1});
        CHECK(facts->root_included);
        CHECK(facts->complete == true);
        CHECK(
            chain({leaf_of_odd_root(), odd}, {make_root("Other", "other")})->path.why ==
            "CN=Root is self-signed and not an anchor"
        );
        CHECK(chain({leaf_of_odd_root(), odd}, {odd})->path.trust == Trust::trusted);
    }
}

TEST_CASE("roots: a root's own key change, signed by the old key, is an intermediate") {
    const auto changed = make({.subject = "Root", .key = "new", .issuer_key = "old"});
    const auto facts = chain({leaf(), changed});
    CHECK(facts->presented[1]->self_issued);
    CHECK(!facts->presented[1]->root_like);
    CHECK(facts->roots.empty());
    CHECK(!facts->root_included);
    // Where nothing can be verified, the key identifiers tell.
    const auto identifiers = std::vector{
        extension("2.5.29.14", tlv(0x04, "new")),
        extension("2.5.29.35", tlv(0x30, tlv(0x80, "old")))};
    const auto odd = odd_root(algorithm("1.2.840.113549.1.1.2", tlv(0x05, "")), {}, identifiers);
    CHECK(chain({leaf_of_odd_root(), odd})->roots.empty());
    CHECK(
        chain({leaf_of_odd_root(), odd}, {}, {odd})->roots == Positions{1}
    ); // as an anchor it is one
}

TEST_CASE("roots: the server certificate is none, nor is an intermediate that is an anchor") {
    const auto facts = chain({root(), root(), leaf()}, {root()});
    CHECK(facts->roots == Positions{1});
    CHECK(!facts->root_included);
    CHECK(chain({leaf(), intermediate()}, {intermediate()})->roots.empty());
}
