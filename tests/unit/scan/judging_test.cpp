// SPDX-License-Identifier: MIT
// From what was seen to rows: which attempt is the row, whose chain is judged, and a machine that
// is short of memory.
#include "model/policy.h"
#include "scan/judging.h"
#include "unit/scan/play.h"

#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;

namespace {

// Allocations from now until one fails; 0 = none fails.
thread_local std::size_t fails_after = 0;

struct Bench {
    pki::CertificateStore store{contoso().anchors()};
    FindingPool pool;
    Policy policy;
    scan::Judge judge{
        store, pool, {}, policy, {}, parse_time("2026-06-01").value(), std::chrono::days{30}};
};

ProbedEndpoint probed(std::vector<Observation> observations) {
    ProbedEndpoint out;
    out.address = parse_address("192.0.2.1");
    out.observations = std::move(observations);
    return out;
}

Target server() {
    auto out = target("a.contoso.com");
    out.id_base = "a.contoso.com:443/tls";
    return out;
}

Observation refused_handshake() {
    Observation out;
    out.outcome = Outcome::tls_alert;
    out.stage = Stage::handshake;
    out.detail = "received fatal handshake_failure(40)";
    return out;
}

Observation raw_hello(AttemptRole role) {
    auto out = shown(server());
    out.attempt.label = "raw-hello";
    out.attempt.role = role;
    out.attempt.handshake.kind = HandshakeKind::raw_hello;
    out.stage = Stage::handshake;
    out.tls.cipher = "TLS_RSA_WITH_RC4_128_SHA";
    return out;
}

} // namespace

void* operator new(std::size_t size) {
    if (fails_after != 0 && --fails_after == 0) throw std::bad_alloc();
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
// std::stable_sort takes its buffer so, and gives it back by the ordinary delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("judging: the chain that only a raw hello saw is the row's, which says so") {
    Bench bench;
    auto [row, evidence] = bench.judge.row(
        server(), probed({refused_handshake(), raw_hello(AttemptRole::supplementary)})
    );
    CHECK(row.main.outcome == Outcome::tls_alert);
    REQUIRE(row.main.chain != nullptr);
    CHECK(row.main.chain == evidence.chain);
    CHECK(row.main.detail.find("TLS_RSA_WITH_RC4_128_SHA") != std::string::npos);
    bench.judge.judge(server(), row, evidence);
    CHECK(finding(row.findings, "chain-trusted") != nullptr);
}

TEST_CASE("judging: a chain shown to a foreign name is kept, and never judged as the endpoint's") {
    Bench bench;
    auto [row, evidence] = bench.judge.row(
        server(), probed({refused_handshake(), raw_hello(AttemptRole::foreign_sni)})
    );
    CHECK(row.main.chain == nullptr);
    CHECK(evidence.chain == nullptr);
    REQUIRE(row.variants.size() == 1);
    CHECK(row.variants.front().chain != nullptr);
    bench.judge.judge(server(), row, evidence);
    REQUIRE(row.findings.size() == 1); // of the connection, and of no certificate
    CHECK(row.findings.front()->rule == "endpoint-reachable");
    CHECK(row.findings.front()->verdict == Verdict::fail);
    CHECK_FALSE(judged(row));
}

TEST_CASE("judging: whatever allocation fails, an endpoint has its row, judged or local_error") {
    const auto endpoint = server();
    std::size_t failed = 0;
    for (std::size_t n = 1;; ++n) {
        Bench bench;
        auto seen = probed({refused_handshake(), raw_hello(AttemptRole::supplementary)});
        fails_after = n;
        auto pending = bench.judge.row_safely(endpoint, std::move(seen));
        const bool row_done = fails_after != 0;
        bench.judge.judge_safely(endpoint, pending.row, pending.evidence);
        const bool all_done = fails_after != 0;
        fails_after = 0;
        CHECK(pending.row.id == "a.contoso.com:443/tls");
        if (!row_done || !all_done) {
            ++failed;
            if (pending.row.main.outcome == Outcome::local_error) {
                CHECK_FALSE(judged(pending.row));
                CHECK(pending.row.main.detail.starts_with("could not be judged on this machine"));
            }
        }
        if (all_done) break;
    }
    CHECK(failed > 20);
}
