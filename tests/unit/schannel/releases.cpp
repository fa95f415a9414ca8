// SPDX-License-Identifier: MIT
// The table against fingerprints that others published, and against what it says of itself.
#include "schannel/releases.h"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

using namespace lyncprobe;
using namespace lyncprobe::schannel;
using enum OperatingSystem;

namespace {

std::string hex_digest(const EVP_MD* kind, const std::string& text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    REQUIRE(EVP_Digest(text.data(), text.size(), digest, &size, kind, nullptr) == 1);
    std::string out;
    for (unsigned i = 0; i < size; ++i)
        out += fmt::format("{:02x}", digest[i]);
    return out;
}

std::string four_digits(const std::vector<std::uint16_t>& numbers) {
    std::vector<std::string> out;
    for (const auto number : numbers)
        out.push_back(fmt::format("{:04x}", number));
    return fmt::format("{}", fmt::join(out, ","));
}

std::string sorted_digest(std::vector<std::uint16_t> numbers, const std::string& behind = {}) {
    std::ranges::sort(numbers);
    return hex_digest(EVP_sha256(), four_digits(numbers) + behind).substr(0, 12);
}

// Part b of JA4, and part c, which leaves out the server name.
std::string ja4_b(const Profile& it) { return sorted_digest(it.suites); }
std::string ja4_c(Profile it) {
    std::erase(it.extensions, 0);
    return sorted_digest(it.extensions, "_" + four_digits(it.signature_schemes));
}

std::string ja3(const Profile& it) {
    const auto list = [](const auto& numbers) {
        return fmt::format("{}", fmt::join(numbers, "-"));
    };
    return hex_digest(
        EVP_md5(), fmt::format(
                       "{},{},{},{},0", it.versions.front(), list(it.suites), list(it.extensions),
                       list(it.groups)
                   )
    );
}

Profile usual(OperatingSystem os) { return profile_of(*release_of(os)); }

Profile without(Profile it, const std::vector<std::uint16_t>& suites) {
    std::erase_if(it.suites, [&](std::uint16_t suite) {
        return std::ranges::find(suites, suite) != suites.end();
    });
    return it;
}

} // namespace

TEST_CASE("releases: hellos that were captured have the fingerprints of the table") {
    // Captures of Windows 8.1 are of browsers, which leave out RC4.
    const auto r2 = without(usual(windows_server_2012_r2), {0x0004, 0x0005});
    CHECK(ja3(r2) == "2c14bfb3f8a2067fbc88d8345e9f97f3");
    CHECK(ja4_b(r2) == "db6bc8f7861c");
    CHECK(ja3(usual(windows_server_2016)) == "67e3d18fd9dddbbc8eca65f7dedac674");
    CHECK(ja4_b(usual(windows_server_2016)) == "d8bbeba6d09a");
    auto w2019 = usual(windows_server_2019);
    CHECK(ja3(w2019) == "ce5f3254611a8c095a3d821d44539877");
    CHECK(ja4_b(w2019) == "76e208dd3e22");
    CHECK(ja4_c(w2019) == "16bbda4055b2");
    CHECK(ja4_b(without(w2019, {0x009f, 0x009e})) == "d83cc789557e");
    std::erase(w2019.extensions, 5); // without asking for a staple
    CHECK(ja3(w2019) == "3b5074b1b5d032e5620f69f9f700ff0e");
    CHECK(ja4_b(usual(windows_server_2022)) == "a338a5d3aaf8");
    CHECK(ja4_b(usual(windows_11)) == "2b729b4bf6f3");
    CHECK(ja4_c(usual(windows_11)) == "e24568c0d440");
}

TEST_CASE("releases: those without a capture keep what the pages list") {
    CHECK(usual(windows_server_2008_r2).suites.size() == 14);
    CHECK(usual(windows_server_2008_r2).versions == std::vector<std::uint16_t>{0x0301, 0x0300});
    CHECK(usual(windows_server_2008_r2).signature_schemes.empty());
    CHECK(usual(windows_server_2008_r2_tls12).suites == usual(windows_server_2012_r2).suites);
    CHECK(
        usual(windows_server_2012).suites ==
        without(usual(windows_server_2012_r2), {0x0039, 0x0033}).suites
    );
    // ECDHE_RSA with AES-GCM came with 2016, RSASSA-PSS with 2022.
    for (const auto& release : releases()) {
        CAPTURE(lyncprobe::to_text(release.os));
        const auto all = profile_of(release);
        const bool gcm = std::ranges::find(all.suites, 0xc030) != all.suites.end();
        CHECK(gcm == (release.os >= windows_server_2016 || release.os == windows_11));
        const bool pss =
            std::ranges::find(all.signature_schemes, 0x0804) != all.signature_schemes.end();
        CHECK(pss == (release.os == windows_server_2022 || release.os == windows_11));
        for (const auto suite : all.suites)
            CHECK(suite_name(suite).starts_with("TLS_"));
        // Nothing is there twice, and each list says where it is from.
        CHECK(std::set(all.suites.begin(), all.suites.end()).size() == all.suites.size());
        CHECK(!release.suites.fact.source.empty());
        CHECK(!release.versions.fact.source.empty());
        CHECK(!release.groups.fact.source.empty());
        CHECK(all.signature_schemes.empty() == release.signature_schemes.fact.source.empty());
    }
}

TEST_CASE("releases: what is sure lacks what updates and sources leave open") {
    const auto sure = profile_of(*release_of(windows_server_2012_r2), Reading::sure);
    CHECK(
        without(usual(windows_server_2012_r2), {0x9f, 0x9e, 0x39, 0x33, 0x9d, 0x9c, 0x05, 0x04})
            .suites == sure.suites
    );
    CHECK(std::ranges::find(sure.signature_schemes, 0x0601) == sure.signature_schemes.end());
    const auto of_2022 = profile_of(*release_of(windows_server_2022), Reading::sure);
    CHECK(of_2022.signature_schemes == usual(windows_server_2022).signature_schemes);
}

TEST_CASE("releases: names, and what is said to a wrong one") {
    CHECK(from_name("windows-server-2008-r2-tls12") == windows_server_2008_r2_tls12);
    CHECK(release_of(windows_7) == release_of(windows_server_2008_r2));
    CHECK(readings_of(windows_7).size() == 2);
    CHECK(readings_of(windows_server_2008_r2_tls12).size() == 1);
    for (const auto* other : {"windows-10", "linux", "windows-xp", "unknown", "2012", ""})
        CHECK(!from_name(other));
    const auto near = suggestion("windows-server-2012r2");
    CHECK(near.starts_with("did you mean 'windows-server-2012-r2'? known: "));
    for (const auto name : names()) {
        CHECK(from_name(name));
        CHECK(near.find(name) != std::string::npos);
    }
    CHECK(suggestion("windows-10").find("1809 as windows-server-2019") != std::string::npos);
    CHECK(suggestion("solaris").starts_with("known: "));
}
