// SPDX-License-Identifier: MIT
// Rule chain-elsewhere: over all chains of a run.
#include "unit/rules/trust.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Texts = std::vector<std::string>;

// Gapped is a Front End that presents its whole chain and one that leaves something out.
struct Gapped : TrustBench {
    Pki contoso = pki("Contoso");

    // Both chains lead to `leads`; the second presents only so many certificates.
    Chain& add_both(
        const std::vector<CertificatePtr>& leads, std::size_t presented, std::string missing,
        std::optional<bool> complete, Texts open = {}
    ) {
        add("pool", "fe01", Role::front_end, "registrar", chain_to(leads, open));
        auto shorter = std::make_shared<Chain>(*chain_to(leads, open));
        shorter->presented.resize(presented);
        shorter->missing_issuer = std::move(missing);
        shorter->complete = complete;
        issuer_closures[shorter.get()] = {.above = leads, .anchors = {}, .open = std::move(open)};
        auto& its = *shorter;
        add("pool", "fe02", Role::front_end, "registrar", std::move(shorter));
        return its;
    }
};

} // namespace

TEST_CASE("chain-elsewhere: an intermediate that another server presents") {
    Gapped it;
    auto& shorter =
        it.add_both({it.contoso.issuing, it.contoso.root}, 1, "CN=Contoso Issuing CA", {});
    auto rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); with it the "
        "chain leads to CN=Contoso Root CA, which is not among the anchors of this scan: unknown, "
        "not untrusted {missing=[CN=Contoso Issuing CA], root=CN=Contoso Root CA, "
        "sha256=0002000000000000000000000000000000000000000000000000000000000000}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{1});
    CHECK(
        rows[0].finding->message ==
        "the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); with it the chain "
        "leads to CN=Contoso Root CA, which is not among the anchors of this scan: unknown, not "
        "untrusted"
    );
    CHECK(list_of(rows[0].finding->evidence, "missing") == Texts{"CN=Contoso Issuing CA"});
    CHECK(rows[0].finding->evidence.text("root") == "CN=Contoso Root CA");
    shorter.complete = false; // chain-complete has failed it
    it.issuer_closures[&shorter].anchors = {it.contoso.root};
    rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "warn: the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); with it the "
        "chain leads to the anchor CN=Contoso Root CA {missing=[CN=Contoso Issuing CA], "
        "root=CN=Contoso Root CA, "
        "sha256=0002000000000000000000000000000000000000000000000000000000000000}"
    );
    CHECK(rows[0].finding->message.ends_with("leads to the anchor CN=Contoso Root CA"));
}

TEST_CASE("chain-elsewhere: a root that another server presents is no gap") {
    Gapped it;
    it.add_both({it.contoso.issuing, it.contoso.root}, 2, "CN=Contoso Root CA", {});
    auto with_root = std::make_shared<Chain>();
    with_root->presented = {it.contoso.root};
    it.add("pool", "fe03", Role::front_end, "registrar", with_root);
    const auto rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) == "pass: nothing but the root CN=Contoso Root CA (presented by "
                                     "fe03 registrar) is left out {root=CN=Contoso Root CA}"
    );
    CHECK(rows[0].finding->message.find("presented by fe03 registrar") != std::string::npos);
}

TEST_CASE("chain-elsewhere: half of what is missing") {
    Gapped it;
    it.add_both({it.contoso.issuing}, 1, "CN=Contoso Issuing CA", {}, {"CN=Contoso Root CA"});
    const auto rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); above it "
        "CN=Contoso Root CA is missing, which no server presented {missing=[CN=Contoso Issuing "
        "CA], sha256=0002000000000000000000000000000000000000000000000000000000000000}"
    );
    CHECK(
        rows[0].finding->message.find("above it CN=Contoso Root CA is missing") != std::string::npos
    );
}

TEST_CASE("chain-elsewhere: nothing to say where nobody shows it, and where nothing is missing") {
    Gapped it;
    it.add_both({}, 1, "CN=Nobody's CA", {}, {"CN=Nobody's CA"});
    CHECK(it.judge("chain-elsewhere").empty());
    Gapped whole;
    whole.add_both({whole.contoso.issuing, whole.contoso.root}, 2, "", true);
    CHECK(whole.judge("chain-elsewhere").empty());
}

TEST_CASE("chain-elsewhere: what only --fetch found is left to chain-complete") {
    Gapped it;
    auto& shorter =
        it.add_both({it.contoso.issuing, it.contoso.root}, 1, "CN=Contoso Issuing CA", {});
    shorter.fetched = {it.contoso.issuing};
    auto rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "warn: the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); with it the "
        "chain leads to CN=Contoso Root CA, which is not among the anchors of this scan: unknown, "
        "not untrusted {missing=[CN=Contoso Issuing CA], root=CN=Contoso Root CA, "
        "sha256=0002000000000000000000000000000000000000000000000000000000000000}"
    ); // chain-complete has failed it
    it.run.endpoints[0].main.chain = nullptr;
    CHECK(it.judge("chain-elsewhere").empty());
}

TEST_CASE("chain-elsewhere: two certificates of one name that sign each other end the search") {
    Gapped it;
    auto other = std::make_shared<Certificate>(*it.contoso.issuing);
    other->issuer = "CN=Contoso Issuing CA";
    other->sha256[2] = 1;
    it.add_both({other}, 1, "CN=Contoso Issuing CA", {});
    const auto rows = it.judge("chain-elsewhere");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: the chain lacks CN=Contoso Issuing CA (presented by fe01 registrar); above it "
        "CN=Contoso Issuing CA is missing, which no server presented {missing=[CN=Contoso Issuing "
        "CA], sha256=0002010000000000000000000000000000000000000000000000000000000000}"
    );
}
