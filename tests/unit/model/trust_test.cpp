// SPDX-License-Identifier: MIT
#include "model/trust.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("name keys: letter case and spaces do not matter, everything else does") {
    CHECK(name_key("CN=Contoso Root CA, O=Contoso") == name_key("cn=CONTOSO  root ca, o=contoso"));
    CHECK(name_key("CN=\\ Contoso\\ , O=Contoso") == name_key("CN=Contoso, O=Contoso"));
    CHECK(name_key("CN=Contoso\\ ") == name_key("CN=contoso"));
    CHECK(name_key("CN=a\\, O=b") != name_key("CN=a, O=b"));
    CHECK(name_key("CN=Contoso Root CA") != name_key("CN=ContosoRoot CA"));
    CHECK(name_key("CN=Contoso") != name_key("O=Contoso"));
    CHECK(name_key("CN=M\xc3\x9cLLER") != name_key("CN=m\xc3\xbcller"));
    CHECK(name_key("").empty());
    CHECK(name_key("(unreadable), CN=Contoso").empty());
}

TEST_CASE("trust: servers are named by their pool where all of it is meant") {
    MutualTrust trust;
    trust.servers = {
        {"fe01", "pool", Role::front_end},
        {"edge01", "", Role::edge},
        {"fe02", "pool", Role::front_end},
        {"dir01", "directors", Role::director}};
    using Texts = std::vector<std::string>;
    CHECK(names_of(trust, {0, 1, 2, 3}) == Texts{"pool", "edge01", "directors"});
    CHECK(names_of(trust, {2, 3}) == Texts{"fe02", "directors"});
    CHECK(names_of(trust, {}).empty());
}
