// SPDX-License-Identifier: MIT
#include "model/host.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("host: addresses are read and written as RFC 5952 says") {
    struct Case {
        std::string text, canonical;
    };
    const Case cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"::", "::"},
        {"::1", "::1"},
        {"[2001:DB8::1]", "2001:db8::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
        {"1:0:2:0:0:3:0:0", "1:0:2::3:0:0"},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.7"},
        {"fe80::1%2", "fe80::1%2"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    };
    for (const auto& one : cases) {
        const auto address = parse_address(one.text);
        CAPTURE(one.text);
        REQUIRE(address);
        CHECK(to_text(*address) == one.canonical);
        CHECK(parse_address(one.canonical) == address);
    }
}

TEST_CASE("host: what is no address is refused") {
    for (const std::string& text : std::vector<std::string>{
             "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "0x1.2.3.4", ":",
             ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%", "::1%x",
             "[192.0.2.7]", "1:2:3:4:5:6:7", "::1.2.3"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_address(text));
    }
    CHECK_FALSE(parse_address("192.0.2.7%1"));
    CHECK_FALSE(parse_address("::1%-1"));
    CHECK_FALSE(parse_address(std::string_view("192.0.2.7\0.contoso.com", 22)));
    CHECK_FALSE(parse_address(std::string_view("::1\0", 4)));
}

TEST_CASE("host: addresses that are never a server's") {
    for (const std::string text :
         {"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::", "ff02::1"})
        CHECK(never_a_server(*parse_address(text)));
    for (const std::string text :
         {"127.0.0.1", "10.0.0.1", "223.255.255.255", "240.0.0.1", "::1", "fe80::1", "2001:db8::1"})
        CHECK_FALSE(never_a_server(*parse_address(text)));
}

TEST_CASE(
    "host: a DNS name becomes lower case without its dot, and the reason is said where it is none"
) {
    CHECK(check_host_name("Sip.Contoso.COM.").name == "sip.contoso.com");
    CHECK(check_host_name("a_b.contoso.com").name == "a_b.contoso.com");
    CHECK(check_host_name(std::string(63, 'a') + ".com").reason.empty());
    for (const std::string& text : std::vector<std::string>{
             std::string(), std::string("."), std::string("a..b"), std::string("-a.com"),
             std::string("a-.com"), std::string("a b.com"),
             std::string("b\xc3\xbc"
                         "cher.de"),
             std::string(64, 'a') + ".com", std::string("1.2.3"), std::string(250, 'a') + ".com"}) {
        CAPTURE(text);
        const auto check = check_host_name(text);
        CHECK(check.name.empty());
        CHECK_FALSE(check.reason.empty());
    }
}

TEST_CASE("host: a certificate name covers a host as RFC 6125 says") {
    CHECK(dns_name_matches("sip.contoso.com", "SIP.contoso.com."));
    CHECK(dns_name_matches("*.contoso.com", "sip.contoso.com"));
    CHECK_FALSE(dns_name_matches("*.contoso.com", "a.sip.contoso.com"));
    CHECK_FALSE(dns_name_matches("*.contoso.com", "contoso.com"));
    CHECK_FALSE(dns_name_matches("*.com", "contoso.com"));
    CHECK_FALSE(dns_name_matches("s*.contoso.com", "sip.contoso.com"));
    CHECK_FALSE(dns_name_matches("*", "contoso"));
    CHECK_FALSE(
        dns_name_matches(std::string("sip.contoso.com\0.evil.example", 29), "sip.contoso.com")
    );
    CHECK_FALSE(dns_name_matches("", ""));
}
