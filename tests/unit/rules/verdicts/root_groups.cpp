// SPDX-License-Identifier: MIT
// Which roots the chains of a run lead to, and how far each is trusted.
#include "rules/verdicts/root_groups.h"

#include "unit/rules/trust.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::size_t>;

// Three servers: two of one PKI, one of another.
struct Three : TrustBench {
    Pki contoso = pki("Contoso"), edges = pki("Edge");
    ChainPtr first = chain(contoso), second = chain(contoso), third = chain(edges);

    Three() {
        add("pool", "fe01", Role::front_end, "registrar", first);
        add("edge", "edge01", Role::edge, "access-edge-internal", third);
        add("pool", "fe02", Role::front_end, "registrar", second);
    }
    std::vector<RootGroup> groups() const { return root_groups(run, issuer_closures); }
    // The trust of the first group with the chain changed.
    template <class Spoil>
    RootTrust trust(Spoil spoil) {
        auto changed = std::make_shared<Chain>(*first);
        auto closure = issuer_closures.at(first.get());
        spoil(*changed, closure);
        issuer_closures[changed.get()] = closure;
        run.endpoints[0].main.chain = changed;
        return groups().at(0).trust;
    }
};

} // namespace

TEST_CASE("root groups: endpoints by their roots, in the order of the first of each") {
    Three it;
    const auto groups = it.groups();
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].roots == Texts{"CN=Contoso Root CA"});
    CHECK(groups[0].endpoints == Numbers{0, 2});
    CHECK(groups[0].open.empty());
    CHECK(groups[0].trust == RootTrust::unknown);
    CHECK(groups[1].roots == Texts{"CN=Edge Root CA"});
    CHECK(groups[1].endpoints == Numbers{1});
    // One chain of two endpoints, one that showed none, and one that nobody followed upwards.
    it.add("pool", "fe03", Role::front_end, "registrar", it.first);
    it.add("pool", "fe04", Role::front_end, "registrar", nullptr);
    it.add("pool", "fe05", Role::front_end, "registrar", std::make_shared<Chain>(*it.first));
    CHECK(it.groups()[0].endpoints == Numbers{0, 2, 3});
    CHECK(it.groups().size() == 2);
}

TEST_CASE("root groups: a gap, a cross-signed CA and a self-signed server are groups of their own"
) {
    Three it;
    it.add(
        "x", "open", Role::edge, "access-edge-internal",
        it.chain_to({it.contoso.issuing}, {"CN=Contoso Root CA"})
    );
    it.add(
        "x", "both", Role::edge, "access-edge-internal",
        it.chain_to({it.contoso.issuing, it.contoso.root, it.edges.root})
    );
    auto own = std::make_shared<Chain>();
    own->presented = {it.contoso.root};
    it.issuer_closures[own.get()] = {};
    it.add("x", "own", Role::edge, "access-edge-internal", own);
    const auto groups = it.groups();
    REQUIRE(groups.size() == 4);
    CHECK(groups[2].roots.empty());
    CHECK(groups[2].open == Texts{"CN=Contoso Root CA"});
    CHECK(groups[3].roots == Texts{"CN=Contoso Root CA", "CN=Edge Root CA"});
    CHECK(groups[0].endpoints == Numbers{0, 2, 5}); // its own root is that root
}

TEST_CASE("root groups: trusted as presented, over what others showed, not, or not known") {
    using Trust = TrustPath::Trust;
    Three it;
    CHECK(it.trust([](Chain& chain, IssuerClosure&) {
        chain.path.trust = Trust::trusted;
    }) == RootTrust::trusted);
    CHECK(it.trust([&](Chain& chain, IssuerClosure& closure) {
        chain.path.trust = Trust::untrusted;
        chain.path.anchors_configured = true;
        closure.anchors = {it.contoso.root};
    }) == RootTrust::trusted_over_others);
    CHECK(it.trust([](Chain& chain, IssuerClosure&) {
        chain.path.trust = Trust::untrusted;
        chain.path.anchors_configured = true;
    }) == RootTrust::not_among_anchors);
    CHECK(it.trust([](Chain&, IssuerClosure&) {}) == RootTrust::unknown);
    // Endpoints of one root that are trusted otherwise are another group.
    it.trust([](Chain& chain, IssuerClosure&) { chain.path.trust = Trust::trusted; });
    CHECK(it.groups().size() == 3);
}
