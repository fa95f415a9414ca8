// SPDX-License-Identifier: MIT
// What a probe of one endpoint shows of the certificates.
#include "report/format.h"
#include "unit/report/sample.h"

#include <memory>

#include <doctest/doctest.h>

namespace lyncprobe {

using namespace sample;

TEST_CASE("certificate block: few endpoints are shown with all that Windows shows of a certificate"
) {
    const auto text = text_of(large(1, 1));
    for (const char* line :
         {"Presented by fe0.contoso.local:5061/sip#0\n", "  1. pool0.contoso.com\n",
          "     subject       CN=pool0.contoso.com, O=Contoso\n",
          "     issuer        CN=Contoso Issuing CA 1, DC=contoso, DC=local\n",
          "     serial number 0610000000\n",
          "     thumbprint    A1B20000CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\n",
          "     key           RSA 2048\n", "     valid         ", "  2. Contoso Issuing CA 1\n",
          "     TLS           TLSv1.2, ", "     mutual TLS    asks for a certificate"}) {
        INFO(line);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(text_of(large(5, 5)).find("Presented by") == std::string::npos);
}

TEST_CASE("certificate block: the path says where it ends") {
    auto run = large(1, 1);
    auto chain = *run.endpoints.front().main.chain;
    chain.path.path = chain.presented;
    const auto shown = [&](TrustPath::Trust trust) {
        chain.path.trust = trust;
        run.endpoints.front().main.chain = std::make_shared<const Chain>(chain);
        return text_of(run);
    };
    const std::string path = "     path          pool0.contoso.com < Contoso Issuing CA 1 ";
    CHECK(shown(TrustPath::Trust::trusted).find(path + "(trust anchor)\n") != std::string::npos);
    CHECK(shown(TrustPath::Trust::invalid).find(path + "(trust anchor), and") != std::string::npos);
    CHECK(shown(TrustPath::Trust::unknown).find(path + "(no trust anchor)\n") != std::string::npos);
}

} // namespace lyncprobe
