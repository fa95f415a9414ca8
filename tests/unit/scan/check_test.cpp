// SPDX-License-Identifier: MIT
// Certificate files: a row for each, whatever is in it.
#include "scan/check.h"
#include "support/finding_text.h"
#include "unit/pki/test_certificates.h"
#include "unit/scan/play.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;

TEST_CASE("check: each file has its row; what cannot be read is a row with the reason") {
    Play play;
    Heard heard;
    const std::vector<scan::FileInput> files{
        {"good.cer", good(contoso().leaf("a.contoso.com"))},
        {"none.cer", good(std::string("no certificate"))},
        {"missing.cer", Problem{.what = "no such file"}}};
    Target described;
    described.names = {"b.contoso.com"};
    const auto result = scan::check(
        files, {.settings = {}, .described = described}, {.world = play.world()},
        contoso().anchors(), heard
    );
    REQUIRE(result.has_value());
    REQUIRE(result->files.size() == 3);
    CHECK(result->files[0].error.empty());
    const auto* names = finding(result->files[0].findings, "host-name");
    REQUIRE(names != nullptr);
    CHECK(names->verdict == Verdict::fail);
    CHECK_FALSE(result->files[1].error.empty());
    CHECK(result->files[2].error == "no such file");
    CHECK(heard.warnings.size() == 2);
    CHECK(play.rounds.empty());
}

TEST_CASE("check: what a PFX says of its key is judged, and an Edge certificate may be declared") {
    namespace t = pki::test;
    const auto leaf = t::make_leaf("Issuing", "issuing");
    const auto pfx = [&](t::PfxSpec spec) { return good(t::pfx(spec)); };
    const std::vector<scan::FileInput> files{
        {"none.pfx", pfx({.key = {}, .certificate = leaf})},
        {"another.pfx", pfx({.key = "P-256/another", .certificate = {}, .others = {leaf}})},
        {"csp.pfx", pfx(
                        {.key = "P-256/leaf",
                         .certificate = leaf,
                         .provider = "Microsoft Enhanced Cryptographic Provider v1.0"}
                    )},
        {"cng.pfx", pfx(
                        {.key = "P-256/leaf",
                         .certificate = leaf,
                         .provider = "Microsoft Software Key Storage Provider"}
                    )},
        {"tpm.pfx", pfx(
                        {.key = "P-256/leaf",
                         .certificate = leaf,
                         .provider = "Microsoft Platform Crypto Provider"}
                    )},
        {"leaf.cer", good(leaf)}};
    Target described;
    described.role = Role::edge;
    described.role_given = true;
    described.enrollment.method = EnrollmentMethod::offline;
    Play play;
    Heard heard;
    const auto result = scan::check(
        files, {.settings = {}, .password = "secret", .described = described},
        {.world = play.world()}, contoso().anchors(), heard
    );
    REQUIRE(result.has_value());
    const auto said = [&](std::size_t file, std::string_view rule) {
        const auto* its = finding(result->files[file].findings, rule);
        return its ? std::string(to_text(its->verdict)) : "nothing";
    };
    std::vector<std::string> keys, providers;
    for (std::size_t i = 0; i < files.size(); ++i) {
        keys.push_back(said(i, "private-key"));
        providers.push_back(said(i, "key-provider"));
        CHECK(said(i, "auto-enrollment") == "pass");
    }
    using Texts = std::vector<std::string>;
    CHECK(keys == Texts{"fail", "fail", "pass", "pass", "pass", "nothing"});
    CHECK(providers == Texts{"nothing", "nothing", "pass", "warn", "warn", "nothing"});
    const auto whole = [&](std::size_t file, std::string_view rule) {
        const auto* its = finding(result->files[file].findings, rule);
        REQUIRE(its != nullptr);
        return testing::without_certificate(*its) + " -> " + for_terminal(its->fix, 4000);
    };
    CHECK(
        whole(0, "private-key") ==
        "fail: the PFX holds no private key: once imported, the certificate cannot be assigned "
        "{private_key=missing, position=0} -> export it again with its private key (\"Yes, export "
        "the private key\") on the machine that made the request, where the key must be marked as "
        "exportable. What a CA sent is no PFX but the certificate alone: accept it on that machine "
        "(certreq -accept, or the Deployment Wizard)"
    );
    CHECK(
        whole(1, "private-key") ==
        "fail: the private key in the PFX belongs to none of its certificates: once imported, the "
        "certificate has no key and no service can use it {private_key=another, position=0} -> "
        "export the PFX again on the machine that made the request, from the certificate whose "
        "properties say that it has a private key; or put the key of the request and the "
        "certificate that was issued for it together again"
    );
    CHECK(
        whole(2, "key-provider") ==
        "pass {provider=Microsoft Enhanced Cryptographic Provider v1.0} -> "
    );
    // Of CNG and of the TPM alike, by name.
    constexpr std::size_t kCng = 3, kTpm = 4;
    for (const auto& [file, provider] :
         {std::pair(kCng, "Microsoft Software Key Storage Provider"),
          std::pair(kTpm, "Microsoft Platform Crypto Provider")}) {
        const auto warned = whole(file, "key-provider");
        CHECK(warned.starts_with(fmt::format(
            "warn: its key was in the key storage provider \"{}\" of CNG, and goes there again "
            "with an import. Microsoft says both: ",
            provider
        )));
        CHECK(
            warned.find(fmt::format(
                "{{provider={}, position=0}} -> import it into a provider of "
                "CryptoAPI: certutil -csp ",
                provider
            )) != std::string::npos
        );
    }
}

TEST_CASE("check: what else is in a PEM file is said") {
    const auto both =
        pki::test::pem(contoso().leaf("a.contoso.com")) + pki::test::pem("a key", "PRIVATE KEY");
    Play play;
    Heard heard;
    const auto result = scan::check(
        {{"both.pem", good(both)}}, {.settings = {}}, {.world = play.world()}, contoso().anchors(),
        heard
    );
    REQUIRE(result.has_value());
    CHECK(
        result->files[0].notes ==
        std::vector<std::string>{"the file also holds a private key, which was not read"}
    );
}
