// SPDX-License-Identifier: MIT
// Where chains lead by what every endpoint of a run presented.
#include "model/limits.h"
#include "pki/certificate_store.h"
#include "test_certificates.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;

namespace {

using Texts = std::vector<std::string>;

const std::string& intermediate() {
    static const std::string der =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"});
    return der;
}

Texts subjects(const IssuerClosure& closure) {
    Texts names;
    for (const auto& one : closure.above)
        names.push_back(one->subject);
    return names;
}

} // namespace

TEST_CASE("closure: what one endpoint lacks another presents") {
    CertificateStore store{Anchors()};
    const auto short_chain = store.chain({make_leaf("Issuing", "issuing")});
    const auto open = store.issuer_closures();
    CHECK(subjects(open.at(short_chain.get())).empty());
    CHECK(open.at(short_chain.get()).open == Texts{"CN=Issuing"});
    store.chain({make_leaf("Issuing", "issuing"), intermediate()});
    const auto half = store.issuer_closures();
    CHECK(subjects(half.at(short_chain.get())) == Texts{"CN=Issuing"});
    CHECK(half.at(short_chain.get()).open == Texts{"CN=Root"});
    store.chain({make_leaf("Other", "other"), make_root("Root", "root")});
    const auto whole = store.issuer_closures();
    CHECK(subjects(whole.at(short_chain.get())) == Texts{"CN=Issuing", "CN=Root"});
    CHECK(whole.at(short_chain.get()).open.empty());
    CHECK_FALSE(whole.at(short_chain.get()).gave_up);
}

TEST_CASE("closure: anchors count, too, and a name alone does not") {
    Anchors anchors;
    anchors.add(make_root("Root", "root"));
    CertificateStore store{std::move(anchors)};
    const auto chain = store.chain({make_leaf("Issuing", "issuing"), intermediate()});
    const auto namesake = store.chain({make_leaf("Issuing", "another"), intermediate()});
    const auto issuer_closures = store.issuer_closures();
    CHECK(subjects(issuer_closures.at(chain.get())) == Texts{"CN=Issuing", "CN=Root"});
    REQUIRE(issuer_closures.at(chain.get()).anchors.size() == 1);
    CHECK(issuer_closures.at(chain.get()).anchors.front()->subject == "CN=Root");
    CHECK(subjects(issuer_closures.at(namesake.get())).empty());
    CHECK(issuer_closures.at(namesake.get()).open == Texts{"CN=Issuing"});
}

TEST_CASE("closure: a cross-signed issuer leads to both roots") {
    CertificateStore store{Anchors()};
    const auto crossed =
        make({.subject = "Root", .key = "root", .issuer = "Old Root", .issuer_key = "old"});
    const auto chain = store.chain({make_leaf("Root", "root"), crossed});
    store.chain({make_root("Root", "root")});
    store.chain({make_root("Old Root", "old")});
    const auto issuer_closures = store.issuer_closures();
    const auto& closure = issuer_closures.at(chain.get());
    CHECK(closure.above.size() == 3);
    CHECK(closure.above.back()->subject == "CN=Old Root");
    CHECK(closure.open.empty());
}

TEST_CASE("closure: a server certificate that is its own root, and one that is no issuer") {
    CertificateStore store{Anchors()};
    const auto own = store.chain({make_root("host", "host")});
    const auto below = store.chain(
        {make_leaf("Not a CA", "no-ca"), make(
                                             {.subject = "Not a CA",
                                              .key = "no-ca",
                                              .issuer = "Root",
                                              .issuer_key = "root",
                                              .ca = false}
                                         )}
    );
    const auto issuer_closures = store.issuer_closures();
    CHECK(issuer_closures.at(own.get()).above.empty());
    CHECK(issuer_closures.at(own.get()).open.empty());
    CHECK(issuer_closures.at(below.get()).open == Texts{"CN=Not a CA"});
}

TEST_CASE("closure: many namesakes end the search") {
    CertificateStore store{Anchors()};
    std::vector<std::string> presented{make_leaf("Issuing", "issuing")};
    for (std::size_t i = 0; i <= limits::kPathSignatures; ++i)
        presented.push_back(make(
            {.subject = "Issuing",
             .key = "wrong",
             .issuer = "Root",
             .issuer_key = "root",
             .serial = std::string{static_cast<char>(1 + i / 100), static_cast<char>(i % 100)}}
        ));
    const auto chain = store.chain(presented);
    const auto issuer_closures = store.issuer_closures();
    CHECK(issuer_closures.at(chain.get()).gave_up);
    CHECK(issuer_closures.at(chain.get()).open.empty());
}

TEST_CASE("closure: who may issue, by constraints, by version, and as an anchor") {
    const auto leads = [](Node ca, bool anchor) {
        Anchors anchors;
        if (anchor) anchors.add(make(ca));
        CertificateStore store{std::move(anchors)};
        std::vector<std::string> presented{make_leaf("CA", "ca")};
        if (!anchor) presented.push_back(make(ca));
        const auto chain = store.chain(presented);
        return !store.issuer_closures().at(chain.get()).above.empty();
    };
    const Node root{.subject = "CA", .key = "ca"};
    const Node below{.subject = "CA", .key = "ca", .issuer = "Up", .issuer_key = "up"};
    for (const bool anchor : {false, true}) {
        auto old = root, no_ca = root;
        old.version = 1;
        no_ca.ca = false;
        CHECK(leads(root, anchor));
        CHECK(leads(old, anchor)); // a root of version 1 cannot say that it is a CA
        CHECK(!leads(no_ca, anchor));
    }
    CHECK(leads(below, false));
    auto old = below;
    old.version = 1;
    CHECK(!leads(old, false));
}

TEST_CASE("closure: a CA of the name with another key identifier counts where no other does") {
    const auto ca = [](const char* serial, const char* id, const char* key) {
        return make(
            {.subject = "Issuing",
             .key = key,
             .issuer = "Root",
             .issuer_key = "root",
             .serial = serial,
             .more = {extension("2.5.29.14", tlv(0x04, id))}}
        );
    };
    Draft draft{.issuer = common_name("Issuing")};
    draft.extensions = {extension("2.5.29.35", sequence({tlv(0x80, "fits")}))};
    const auto leaf = draft.sign("P-256/issuing");
    const auto above = [&](const Texts& presented) {
        CertificateStore store{Anchors()};
        const auto chain = store.chain(presented);
        const auto closures = store.issuer_closures();
        Texts out;
        for (const auto& one : closures.at(chain.get()).above)
            out.push_back(one->serial);
        return out;
    };
    const auto fitting = ca("\x05", "fits", "issuing"), other = ca("\x06", "else", "issuing"),
               forged = ca("\x07", "fits", "forged");
    CHECK(above({leaf, fitting, other}) == Texts{"5"});
    CHECK(above({leaf, other}) == Texts{"6"});
    CHECK(above({leaf, forged, other}) == Texts{"6"});
    CHECK(above({leaf, forged}).empty());
}
