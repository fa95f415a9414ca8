// SPDX-License-Identifier: MIT
// Rules ca-names-cut and ca-names-intermediate: what the list of issuers itself tells.
#include "unit/rules/trust.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Texts = std::vector<std::string>;

// One is a Front End that lists what it trusts.
struct One : TrustBench {
    Pki contoso = pki("Contoso");
    explicit One(Texts names) {
        add("pool", "fe01", Role::front_end, "registrar", chain(contoso));
        list_ = &asks(std::move(names));
    }
    ClientCertificateFacts& list() { return *list_; }

  private:
    ClientCertificateFacts* list_ = nullptr;
};

} // namespace

TEST_CASE("ca-names-cut: near 16 KB, and not elsewhere") {
    One it({"CN=Contoso Root CA"});
    CHECK(it.judge("ca-names-cut").empty());
    for (const auto& [bytes, near] :
         {std::pair(15'871u, false), std::pair(15'872u, true), std::pair(16'384u, true),
          std::pair(16'896u, true), std::pair(16'897u, false)}) {
        it.list().ca_names_bytes = bytes;
        CHECK(it.judge("ca-names-cut").empty() != near);
    }
    it.list().ca_names_bytes = 16'380;
    const auto rows = it.judge("ca-names-cut");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "warn: the list of accepted issuers has 1 names in 16380 bytes: Windows cuts it near "
        "16,384, and what follows is not accepted {ca_names_bytes=16380, ca_names_count=1}"
    );
    CHECK(number_of(rows[0].finding->evidence, "ca_names_bytes") == 16'380);
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0});
}

TEST_CASE("ca-names-cut: a list that only another attempt saw counts too") {
    One it({"CN=Contoso Root CA"});
    it.list().ca_names_bytes = 16'380;
    auto& row = it.run.endpoints.front();
    row.variants.emplace_back().client_certificate = std::move(row.main.client_certificate);
    CHECK(it.judge("ca-names-cut").size() == 1);
    row.variants.front().role = AttemptRole::foreign_sni;
    CHECK(it.judge("ca-names-cut").empty());
}

TEST_CASE("ca-names-intermediate: an issuing CA among the roots") {
    One it({"CN=Contoso Root CA", "CN=contoso issuing CA"});
    const auto rows = it.judge("ca-names-intermediate");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "warn: it lists CN=contoso issuing CA as a trusted root, of which only a certificate from "
        "another issuer was seen: an intermediate CA in the Trusted Root store makes Windows "
        "Server 2012 and later refuse every client certificate {intermediates=[CN=contoso issuing "
        "CA]}"
    );
    CHECK(list_of(rows[0].finding->evidence, "intermediates") == Texts{"CN=contoso issuing CA"});
}

TEST_CASE("ca-names-intermediate: roots, strangers, other systems") {
    CHECK(One({"CN=Contoso Root CA", "CN=Stranger"}).judge("ca-names-intermediate").empty());
    One it({"CN=Contoso Issuing CA"});
    it.target().os = OperatingSystem::windows_server_2008_r2;
    CHECK(it.judge("ca-names-intermediate").empty());
    it.target().os = OperatingSystem::windows_server_2012;
    CHECK(it.judge("ca-names-intermediate").size() == 1);
    it.target().role = Role::gateway;
    CHECK(it.judge("ca-names-intermediate").empty());
}

TEST_CASE("ca-names-intermediate: a cross-signed root is a root where its own certificate is seen"
) {
    One it({"CN=Contoso Root CA"});
    auto crossed = std::make_shared<Certificate>(*it.contoso.root);
    crossed->issuer = "CN=Old Root CA";
    crossed->sha256[2] = 1;
    crossed->root_like = crossed->self_issued = crossed->self_signed = false;
    const auto without_root = it.chain_to({it.contoso.issuing, crossed}, {"CN=Old Root CA"});
    it.add("pool", "fe02", Role::front_end, "registrar", without_root);
    CHECK(it.judge("ca-names-intermediate").empty());
}
