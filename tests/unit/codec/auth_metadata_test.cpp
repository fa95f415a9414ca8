// SPDX-License-Identifier: MIT
// The metadata document with the OAuth certificate: no specification gives its shape.
#include "codec/auth_metadata.h"
#include "model/limits.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using codec::read_auth_metadata;
using Ders = std::vector<std::string>;

namespace {

Ders certificates(const std::string& body) {
    const auto document = read_auth_metadata(body);
    REQUIRE(document.has_value());
    return document->certificates;
}

std::string problem(const std::string& body) {
    std::string out;
    CHECK_FALSE(read_auth_metadata(body, &out).has_value());
    return out;
}

std::string key(const std::string& value) {
    return fmt::format(
        R"({{"usage":"signing","keyInfo":{{"x5t":"x"}},"keyValue":{{"type":"x509Certificate","value":"{}"}}}})",
        value
    );
}

} // namespace

TEST_CASE("auth metadata: issuer and certificates, each once") {
    const auto document = read_auth_metadata(fmt::format(
        R"({{"serviceName":"00000004","issuer":" 00000004@contoso.com ","keys":[{},{},{}]}})",
        key("b25l"), key("dHdv"), key("b25l")
    ));
    REQUIRE(document.has_value());
    CHECK(document->issuer == "00000004@contoso.com");
    CHECK(document->certificates == Ders{"one", "two"});
    CHECK(document->left_out == 0);
}

TEST_CASE("auth metadata: names in any case, wrappings that lack, base64 in every form") {
    CHECK(certificates(R"({"KEYS":[{"KEYVALUE":{"VALUE":"b25l"}}]})") == Ders{"one"});
    CHECK(certificates(R"({"Keys":[{"keyValue":"b25l"},{"value":"dHdv"}]})") == Ders{"one", "two"});
    CHECK(certificates(R"({"keys":{"keyvalue":{"value":"b25l"}}})") == Ders{"one"});
    CHECK(certificates("\xef\xbb\xbf {\"keys\":[{\"value\":\"b2\\r\\n5l\"}]}") == Ders{"one"});
    CHECK(certificates(R"({"keys":[{"value":"-_-_"}]})") == Ders{"\xfb\xff\xbf"});
    for (const std::string text : {"b25lMQ", "b25lMQ=="})
        CHECK(certificates(R"({"keys":[{"value":")" + text + R"("}]})") == Ders{"one1"});
    CHECK(certificates(R"({"issuer":7,"keys":null})").empty());
    CHECK(certificates(R"({"endpoints":[],"id":"x"})").empty());
}

TEST_CASE("auth metadata: what is no base64 and what is too much is counted") {
    const auto broken = read_auth_metadata(R"({"keys":[{"value":"???"},{"value":""},7]})");
    REQUIRE(broken.has_value());
    CHECK(broken->certificates.empty());
    CHECK(broken->left_out == 1);
    std::string keys;
    for (std::size_t i = 0; i <= limits::kMetadataKeys; ++i)
        keys += (i ? "," : "") + key(fmt::format("AAA{}", static_cast<char>('A' + i)));
    const auto many = read_auth_metadata("{\"keys\":[" + keys + "]}");
    REQUIRE(many.has_value());
    CHECK(many->certificates.size() == limits::kMetadataKeys);
    CHECK(many->left_out == 1);
}

TEST_CASE("auth metadata: anything else is none, and why") {
    CHECK(problem("") == "it is empty");
    CHECK(problem("<html>") == "it is a web page or XML");
    CHECK(problem("[1]") == "its JSON is no object");
    CHECK(problem("{\"a\":1}") == "its JSON has neither keys nor an issuer");
    CHECK(problem("{\"keys\":[").starts_with("its JSON cannot be read: "));
    CHECK(problem("{\"keys\":" + std::string(1000, '[')).starts_with("its JSON cannot be read: "));
}
