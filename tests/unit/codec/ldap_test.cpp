// SPDX-License-Identifier: MIT
// LDAP URLs, and one search byte by byte: what is sent, what is taken, and where it ends.
#include "codec/ldap.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::string_literals;
using codec::LdapSearch;
using End = codec::LdapSearch::End;

namespace {

std::string element(int tag, const std::string& content) {
    std::string out(1, static_cast<char>(tag));
    if (content.size() >= 0x80) out += "\x83"s + static_cast<char>(content.size() >> 16);
    if (content.size() >= 0x80) out += static_cast<char>(content.size() >> 8 & 0xff);
    return out + static_cast<char>(content.size() & 0xff) + content;
}

std::string message(char id, int operation, const std::string& body) {
    return element(0x30, element(2, {id}) + element(operation, body));
}

std::string result(char code) { return element(10, {code}) + element(4, "") + element(4, "why"); }

std::string entry(const std::vector<std::string>& values) {
    std::string set;
    for (const auto& value : values)
        set += element(4, value);
    const auto attribute =
        element(0x30, element(4, "certificateRevocationList;binary") + element(0x31, set));
    return message(2, 0x64, element(4, "CN=ca") + element(0x30, attribute));
}

const std::string kBound = message(1, 0x61, result(0));
const std::string kDone = message(2, 0x65, result(0));

LdapSearch search(std::size_t limit = 100) {
    return {*codec::read_ldap_url("ldap:///CN=ca?certificateRevocationList"), limit};
}

End after(const std::string& bytes, std::size_t limit = 100) {
    auto one = search(limit);
    one.receive(bytes);
    return one.end();
}

} // namespace

TEST_CASE("ldap: what an URL of AD CS asks for") {
    const auto query =
        codec::read_ldap_url("ldap://dc01.contoso.local/"
                             "CN=Contoso%20CA,CN=pki,DC=contoso?certificateRevocationList?base?"
                             "objectClass=cRLDistributionPoint");
    REQUIRE(query.has_value());
    CHECK(query->base == "CN=Contoso CA,CN=pki,DC=contoso");
    CHECK(query->attributes == std::vector<std::string>{"certificateRevocationList"});
    CHECK(query->filter_attribute == "objectClass");
    CHECK(query->filter_value == "cRLDistributionPoint");
    const auto bare = codec::read_ldap_url("ldap:///CN=ca");
    REQUIRE(bare.has_value());
    CHECK(bare->attributes.empty());
    CHECK(bare->filter_value.empty());
    const auto several = codec::read_ldap_url("ldap://h/CN=ca?a,b?"
                                              "?(cn=x)");
    REQUIRE(several.has_value());
    CHECK(several->attributes == std::vector<std::string>{"a", "b"});
    CHECK(several->filter_value == "x");
    for (const auto* text :
         {"ldap://host", "CN=ca", "ldap:///CN=ca?a?sub", "ldap:///CN=ca?a?one", "ldap:///CN=%4",
          "ldap:///CN=%zz",
          "ldap:///CN=ca?a?"
          "?(&(a=b)(c=d))",
          "ldap:///CN=ca?a?"
          "?cn=a*",
          "ldap:///CN=ca?a?"
          "?=b",
          "ldap:///CN=ca?a?"
          "?cn="})
        CHECK_MESSAGE(!codec::read_ldap_url(text).has_value(), text);
}

TEST_CASE("ldap: the bytes of bind, search and unbind") {
    auto one = search();
    CHECK(one.begin() == "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0"s);
    const auto question = one.receive(kBound);
    CHECK(
        question == "\x30\x45\x02\x01\x02\x63\x40\x04\x05"s + "CN=ca" +
                        "\x0a\x01\0\x0a\x01\0\x02\x01\x01\x02\x01\0\x01\x01\0\x87\x0b"s +
                        "objectClass" + "\x30\x1b\x04\x19"s + "certificateRevocationList"
    );
    CHECK(one.receive(entry({"list"}) + kDone) == "\x30\x05\x02\x01\x03\x42\0"s);
    CHECK(one.end() == End::values);
    CHECK(one.take_values() == std::vector<std::string>{"list"});
}

TEST_CASE("ldap: the same byte by byte, with references and several values") {
    auto one = search();
    const auto reference = message(2, 0x73, element(4, "ldap://other/"));
    std::string sent;
    for (const char byte : kBound + reference + entry({"a", "", "b"}) + entry({"c"}) + kDone)
        sent += one.receive({&byte, 1});
    CHECK(sent.ends_with("\x42\0"s));
    CHECK(one.end() == End::values);
    CHECK(one.take_values() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("ldap: a directory that gives nothing says why") {
    for (const auto& [code, reason] :
         {std::pair{0, "shows nothing"},
          {10, "refers to another"},
          {32, "result code 32"},
          {50, "has not logged in"},
          {51, "cannot answer now"}}) {
        auto one = search();
        one.receive(kBound + message(2, 0x65, result(static_cast<char>(code))));
        CHECK(one.end() == End::refused);
        CHECK(one.detail().find(reason) != std::string::npos);
    }
    CHECK(after(message(1, 0x61, result(48))) == End::refused);
    CHECK(after(kBound + entry({"x"}) + message(2, 0x65, result(4))) == End::refused);
    CHECK(after(kBound + entry({"x"})) == End::open);
}

TEST_CASE("ldap: what is announced counts before it comes, and all messages together") {
    CHECK(after("\x30\x84\x6b\x49\xd2\0"s) == End::too_large); // 1.8 GB
    CHECK(
        after(kBound + entry({std::string(60, 'x'), std::string(40, 'x')}) + kDone) == End::values
    );
    CHECK(
        after(kBound + entry({std::string(61, 'x'), std::string(40, 'x')}) + kDone) ==
        End::too_large
    );
    std::string references;
    for (int i = 0; i < 20; ++i)
        references += message(2, 0x73, element(4, std::string(4000, 'r')));
    CHECK(after(kBound + references) == End::too_large);
    CHECK(after(kBound + references, 20'000) == End::open);
}

TEST_CASE("ldap: what is no LDAP ends it") {
    for (const auto& bytes :
         {"HTTP/1.1 400 Bad Request\r\n"s, "\x30\x80\0\0"s, "\x30\x85\0\0\0\0\x01x"s, kDone,
          message(2, 0x61, result(0)), kBound + kBound, kBound + message(1, 0x65, result(0)),
          kBound + message(2, 0x78, ""), kBound + message(2, 0x64, element(4, "CN=ca")),
          kBound + message(2, 0x65, element(10, "")), element(0x30, "x")})
        CHECK_MESSAGE(after(bytes) == End::malformed, bytes.size());
}
