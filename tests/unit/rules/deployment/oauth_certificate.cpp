// SPDX-License-Identifier: MIT
// Rule oauth-certificate: what the metadata documents of a run say together.
#include "probes/https.h"
#include "unit/rules/fleet.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

constexpr const char* kRule = "oauth-certificate";

Certificate oauth(
    std::uint8_t number, std::string_view from = "2025-01-01", std::string_view until = "2027-01-01"
) {
    auto out = issued(number);
    out.not_before = at(from);
    out.not_after = at(until);
    return out;
}

Certificate with_bits(Certificate certificate, int bits) {
    certificate.key.bits = bits;
    return certificate;
}

// Front Ends whose documents give these certificates.
struct Sites : Fleet {
    EndpointRow& gives(
        const std::vector<Certificate>& certificates, const char* from = "GET /metadata/json/1"
    ) {
        const auto name = "fe" + std::to_string(run.endpoints.size()) + ".contoso.com";
        auto& row =
            add(on(name, 443, Role::front_end, CertificateUse::web_services_internal), issued(99));
        row.main.answer.set(probes::https_answer::kOAuthMetadata, std::string("read"));
        for (const auto& one : certificates)
            row.main.given.push_back({std::make_shared<const Certificate>(one), from});
        return row;
    }
    Verdict of(const std::vector<Certificate>& certificates) {
        gives(certificates);
        return verdict(kRule);
    }
};

} // namespace

TEST_CASE("oauth-certificate: one that is valid and the same everywhere passes, once for all") {
    Sites sites;
    sites.gives({oauth(1)});
    sites.gives({oauth(1)});
    const auto rows = sites.judge(kRule);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].finding->verdict == Verdict::pass);
    CHECK(rows[0].endpoints.size() == 2);
    CHECK(rows[0].finding->evidence.text("certificate_source") == "GET /metadata/json/1");
}

TEST_CASE("oauth-certificate: its dates, by the time of judging") {
    CHECK(Sites().of({oauth(1, "2024-01-01", "2025-12-31")}) == Verdict::fail);
    CHECK(Sites().of({oauth(1, "2026-02-01")}) == Verdict::fail);
    CHECK(Sites().of({oauth(1, "2025-01-01", "2026-01-20")}) == Verdict::warn);
    // The former and the next one stand beside it.
    CHECK(Sites().of({oauth(1, "2024-01-01", "2025-12-31"), oauth(2)}) == Verdict::pass);
    CHECK(
        Sites().of({oauth(1, "2025-01-01", "2026-01-20"), oauth(2, "2026-01-15")}) == Verdict::pass
    );
}

TEST_CASE("oauth-certificate: its key, but for one that has run out") {
    CHECK(Sites().of({with_bits(oauth(1), 1024)}) == Verdict::warn);
    CHECK(Sites().of({with_bits(oauth(1), 2047)}) == Verdict::warn);
    CHECK(Sites().of({with_bits(oauth(1), 512)}) == Verdict::fail);
    CHECK(
        Sites().of({with_bits(oauth(1, "2024-01-01", "2025-12-31"), 1024), oauth(2)}) ==
        Verdict::pass
    );
    auto curve_key = oauth(1);
    curve_key.key = curve("P-256");
    CHECK(Sites().of({curve_key}) == Verdict::warn);
}

TEST_CASE("oauth-certificate: Front Ends that differ fail, and warn where one is common to all") {
    Sites differ;
    differ.gives({oauth(1)});
    differ.gives({oauth(1)});
    CHECK(differ.of({oauth(2)}) == Verdict::fail);
    CHECK(differ.judge(kRule)[0].endpoints == std::vector<std::size_t>{2}); // not what most give
    Sites on_its_way;
    on_its_way.gives({oauth(1)});
    CHECK(on_its_way.of({oauth(1), oauth(2)}) == Verdict::warn);
    Sites exchange; // has a certificate of its own
    exchange.gives({oauth(1)});
    exchange.gives({oauth(2)}, "GET /autodiscover/metadata/json/1");
    for (const auto& row : exchange.judge(kRule))
        CHECK(row.finding->verdict == Verdict::pass);
}

TEST_CASE("oauth-certificate: a document that is not given leaves it open, by its reason") {
    Sites sites;
    sites.gives({});
    sites.gives({}).main.answer.set(probes::https_answer::kOAuthMetadata, std::string("404"));
    sites.gives({}).main.answer.set(probes::https_answer::kOAuthMetadata, std::string("404"));
    const auto rows = sites.judge(kRule);
    REQUIRE(rows.size() == 2);
    for (const auto& row : rows)
        CHECK(row.finding->verdict == Verdict::inconclusive);
    Sites not_asked;
    not_asked.gives({}).main.answer = {};
    CHECK(not_asked.judge(kRule).empty());
}

TEST_CASE("oauth-certificate: where the others have a good one, the way out is theirs") {
    Sites alone, among_others;
    const auto old = oauth(1, "2024-01-01", "2025-12-31");
    alone.gives({old});
    among_others.gives({oauth(2)});
    among_others.gives({oauth(2)});
    among_others.gives({old});
    const auto fix = [](Sites& sites) { return sites.judge(kRule).front().finding->fix; };
    CHECK(fix(alone).find("-Thumbprint NEW") != std::string::npos);
    CHECK(fix(among_others).find("Invoke-CsManagementStoreReplication") != std::string::npos);
}
