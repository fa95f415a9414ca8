// SPDX-License-Identifier: MIT
// Where strangers may lead us.
#include "model/address_policy.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

AddressClass of(std::string_view text) { return class_of(parse_address(text).value()); }

std::string refusal(AddressPolicy policy, std::string_view address) {
    return policy.refusal(parse_address(address).value());
}

} // namespace

TEST_CASE("address policy: what is global, what is private, what is nobody's business") {
    for (const auto* text :
         {"192.0.2.1", "8.8.8.8", "172.32.0.1", "2001:db8::1", "2606:4700::1", "64:ff9b::808:808",
          "100.128.0.1"})
        CHECK_MESSAGE(of(text) == AddressClass::global, text);
    for (const auto* text :
         {"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
          "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::1",
          "64:ff9b:1::a00:1"})
        CHECK_MESSAGE(of(text) == AddressClass::private_network, text);
    for (const auto* text :
         {"169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "100.100.100.200",
          "168.63.129.16", "192.0.0.192", "fd20:ce::254", "0.0.0.0", "0.1.2.3", "224.0.0.1",
          "255.255.255.255", "::", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
          "2002:a9fe:a9fe::1"})
        CHECK_MESSAGE(of(text) == AddressClass::forbidden, text);
}

TEST_CASE("address policy: private networks on request, and no redirect into another kind") {
    CHECK(refusal({}, "192.0.2.1").empty());
    CHECK(refusal({}, "10.0.0.1").find("--fetch-private") != std::string::npos);
    CHECK(refusal({.private_networks = true}, "10.0.0.1").empty());
    CHECK(!refusal({.private_networks = true}, "169.254.169.254").empty());
    const AddressPolicy from_outside{.private_networks = true, .same_as = AddressClass::global};
    CHECK(refusal(from_outside, "192.0.2.2").empty());
    CHECK(refusal(from_outside, "10.0.0.1").find("redirect") != std::string::npos);
}

TEST_CASE("address policy: the refusal names the option that allows a private address") {
    const AddressPolicy of_names{.allowed_by = "--allow-private"};
    CHECK(
        refusal(of_names, "127.0.0.1") ==
        "127.0.0.1 is a private address (--allow-private allows it)"
    );
    CHECK(refusal(of_names, "169.254.169.254").find("never asked") != std::string::npos);
}
