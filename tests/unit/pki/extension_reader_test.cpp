// SPDX-License-Identifier: MIT
// What is read from the extensions, whole, odd, broken or doubled.
#include "model/limits.h"
#include "pki/certificate_reader.h"
#include "test_certificates.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;

namespace {

const std::string kSan = "2.5.29.17", kCdp = "2.5.29.31", kEku = "2.5.29.37";

Certificate with(const std::vector<std::string>& extensions) {
    auto certificate = read_certificate(Draft{.extensions = extensions}.sign());
    REQUIRE(certificate.has_value());
    return *certificate;
}

// DistributionPoint with a fullName of these GeneralNames.
std::string point(const std::string& names) { return sequence({tlv(0xa0, tlv(0xa0, names))}); }

} // namespace

TEST_CASE("extensions: alternative names by kind, raw, with embedded NUL") {
    const std::string nul("good.example\0.evil.example", 26);
    const auto certificate = with({extension(
        kSan, sequence(
                  {dns_name("sip.contoso.com"), dns_name(nul), tlv(0x87, from_hex("c0000207")),
                   tlv(0x87, from_hex("20010db8000000000000000000000001")), uri("sip:a@b"),
                   tlv(0x81, "a@b.example")}
              )
    )});
    REQUIRE(certificate.san.has_value());
    CHECK(certificate.san->dns == std::vector<std::string>{"sip.contoso.com", nul});
    CHECK(certificate.san->ip == std::vector<std::string>{"192.0.2.7", "2001:db8::1"});
    CHECK(certificate.san->other == 2);
    CHECK(certificate.undecodable.empty());
}

TEST_CASE("extensions: names are kept up to the limit and counted beyond it") {
    const auto many = [](std::size_t count) {
        std::string names;
        for (std::size_t i = 0; i < count; ++i)
            names += dns_name(fmt::format("h{}.example", i));
        return with({extension(kSan, tlv(0x30, names))});
    };
    const auto edge = many(limits::kNamesKept);
    CHECK(edge.san->dns.size() == limits::kNamesKept);
    CHECK(edge.san->other == 0);
    CHECK(edge.notes.empty());
    const auto beyond = many(limits::kNamesKept + 2);
    CHECK(beyond.san->dns.size() == limits::kNamesKept);
    CHECK(beyond.san->other == 2);
    CHECK(beyond.notes.size() == 1);
}

TEST_CASE("extensions: an address of odd length is no address") {
    const auto certificate =
        with({extension(kSan, sequence({tlv(0x87, "abc"), dns_name("x.example")}))});
    CHECK(certificate.san->ip.empty());
    CHECK(certificate.san->dns.size() == 1);
    CHECK(certificate.undecodable == std::vector<std::string>{kSan});
}

TEST_CASE("extensions: distribution points are counted by their locations") {
    const auto issuer = tlv(0xa4, common_name("CA"));
    const auto certificate = with({extension(
        kCdp, sequence(
                  {point(uri("ldap:///CN=CA") + uri("http://crl.contoso.example/ca.crl")),
                   point(issuer), sequence({tlv(0xa0, tlv(0xa1, tlv(0x31, "")))}), sequence({}),
                   sequence({tlv(0xa2, issuer)}), point(uri("file://srv/ca.crl"))}
              )
    )});
    const auto& points = certificate.crl_distribution_points.value();
    REQUIRE(points.size() == 6);
    CHECK(
        points[0].urls ==
        std::vector<std::string>{"ldap:///CN=CA", "http://crl.contoso.example/ca.crl"}
    );
    CHECK(points[1].directory_name);
    CHECK(points[1].urls.empty());
    CHECK(points[2].relative_name);
    CHECK(!points[3].relative_name);
    CHECK(points[4].urls.empty());
    CHECK(points[5].urls.front() == "file://srv/ca.crl");
    CHECK(certificate.undecodable.empty());
    // Present but empty is not absent.
    const auto empty = with({extension(kCdp, sequence({}))});
    CHECK(empty.crl_distribution_points.has_value());
    CHECK(empty.crl_distribution_points->empty());
}

TEST_CASE("extensions: CRL locations are kept up to the limit, over all points") {
    std::string urls, points;
    for (std::size_t i = 0; i < limits::kUrlsKept; ++i)
        urls += uri(fmt::format("http://x/{}", i));
    const auto edge = with({extension(kCdp, sequence({point(urls)}))});
    CHECK(edge.crl_distribution_points->front().urls.size() == limits::kUrlsKept);
    CHECK(edge.notes.empty());
    const auto beyond =
        with({extension(kCdp, sequence({point(urls), point(uri("http://one/more"))}))});
    CHECK(beyond.crl_distribution_points->size() == 2);
    CHECK(beyond.crl_distribution_points->back().urls.empty());
    CHECK(beyond.notes.size() == 1);
    for (std::size_t i = 0; i <= limits::kUrlsKept; ++i)
        points += sequence({});
    CHECK(
        with({extension(kCdp, tlv(0x30, points))}).crl_distribution_points->size() ==
        limits::kUrlsKept
    );
}

TEST_CASE("extensions: extended key usage is the list of OIDs as written") {
    const auto sgc = "1.3.6.1.4.1.311.10.3.3", any = "2.5.29.37.0";
    const auto certificate = with({extension(kEku, sequence({oid(sgc), oid(any)}))});
    CHECK(certificate.eku.value() == std::vector<std::string>{sgc, any});
    const auto huge = "2.25.329800735698586629295641978511506172918";
    CHECK(with({extension(kEku, sequence({oid(huge)}))}).eku->front() == huge);
}

TEST_CASE("extensions: a broken one is listed, keeps what was read, and hides no other") {
    const auto certificate = with(
        {extension(kEku, sequence({oid("1.3.6.1.5.5.7.3.1"), tlv(0x05, "")})),
         extension("2.5.29.15", "garbage"), extension("2.5.29.19", sequence({tlv(0x01, "ab")})),
         extension(kSan, sequence({dns_name("x.example")}))}
    );
    CHECK(certificate.undecodable == std::vector<std::string>{kEku, "2.5.29.15", "2.5.29.19"});
    CHECK(certificate.eku.value() == std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
    CHECK(!certificate.key_usage.has_value());
    CHECK(!certificate.basic_constraints.has_value());
    CHECK(certificate.san->dns.size() == 1);
}

TEST_CASE("extensions: of one that stands several times the first counts, and it is said once") {
    const auto certificate = with(
        {extension(kSan, sequence({dns_name("first.example")})),
         extension(kSan, sequence({dns_name("second.example")})),
         extension(kSan, sequence({dns_name("third.example")}))}
    );
    CHECK(certificate.san->dns == std::vector<std::string>{"first.example"});
    CHECK(certificate.duplicate_extensions == std::vector<std::string>{kSan});
}

TEST_CASE("extensions: key usage and constraints") {
    const auto usage = with({extension("2.5.29.15", tlv(0x03, from_hex("05a0")))}).key_usage;
    CHECK(usage.value() == ((1u << 0) | (1u << 2))); // digitalSignature, keyEncipherment
    CHECK(
        with({extension("2.5.29.15", tlv(0x03, from_hex("070080")))}).key_usage.value() == 1u << 8
    );
    const auto ca = with({basic_constraints(true, 3)}).basic_constraints;
    CHECK(ca.value().ca);
    CHECK(ca->path_length == 3);
    const auto empty = with({basic_constraints(false)}).basic_constraints;
    CHECK(!empty.value().ca);
    CHECK(!empty->path_length.has_value());
}

TEST_CASE("extensions: key identifiers and authority information") {
    const auto certificate = with(
        {extension("2.5.29.14", tlv(0x04, from_hex("0a0b"))),
         extension(
             "2.5.29.35", sequence(
                              {tlv(0x80, from_hex("ff01")), tlv(0xa1, tlv(0xa4, common_name("x"))),
                               tlv(0x82, "\x01")}
                          )
         ),
         extension(
             "1.3.6.1.5.5.7.1.1",
             sequence(
                 {sequence({oid("1.3.6.1.5.5.7.48.1"), uri("http://ocsp/")}),
                  sequence({oid("1.3.6.1.5.5.7.48.2"), uri("http://ca/ca.crt")}),
                  sequence({oid("1.3.6.1.5.5.7.48.2"), tlv(0xa4, common_name("x"))})}
             )
         )}
    );
    CHECK(certificate.subject_key_id == "0a0b");
    CHECK(certificate.authority_key_id == "ff01");
    CHECK(certificate.ocsp_urls == std::vector<std::string>{"http://ocsp/"});
    CHECK(certificate.ca_issuer_urls == std::vector<std::string>{"http://ca/ca.crt"});
    CHECK(certificate.undecodable.empty());
}

TEST_CASE("extensions: Microsoft's template name in each of its encodings") {
    const std::string v1 = "1.3.6.1.4.1.311.20.2";
    const auto bmp = from_hex("00570065006200530065007200760065007200");
    CHECK(with({extension(v1, tlv(0x1e, from_hex("005700650062")))}).template_v1 == "Web");
    CHECK(with({extension(v1, tlv(0x0c, "WebServer"))}).template_v1 == "WebServer");
    CHECK(with({extension(v1, sequence({tlv(0x0c, "WebServer")}))}).template_v1 == "WebServer");
    const auto broken = with({extension(v1, tlv(0x1e, bmp))}); // odd length
    CHECK(broken.template_v1 == "");
    CHECK(broken.undecodable == std::vector<std::string>{v1});
}

TEST_CASE("extensions: Microsoft's template, policies, CA version and SID") {
    const auto info = sequence({oid("1.3.6.1.4.1.311.21.8.1.2"), integer("\x64"), integer("\x07")});
    const auto certificate = with(
        {extension("1.3.6.1.4.1.311.21.7", info),
         extension(
             "1.3.6.1.4.1.311.21.10",
             sequence({sequence({oid("1.3.6.1.5.5.7.3.1")}), sequence({oid("1.3.6.1.5.5.7.3.2")})})
         ),
         extension("1.3.6.1.4.1.311.21.1", integer(from_hex("00010001"))),
         extension("1.3.6.1.4.1.311.25.2", sequence({}))}
    );
    CHECK(certificate.template_v2.value().oid == "1.3.6.1.4.1.311.21.8.1.2");
    CHECK(certificate.template_v2->major == 100);
    CHECK(certificate.template_v2->minor == 7);
    CHECK(
        certificate.application_policies.value() ==
        std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}
    );
    CHECK(certificate.ca_version == 65537);
    CHECK(certificate.sid_extension);
    const auto short_info =
        with({extension("1.3.6.1.4.1.311.21.7", sequence({oid("1.2.3"), integer("\x01")}))});
    CHECK(!short_info.template_v2->minor.has_value());
    CHECK(!with({}).sid_extension);
}
