// SPDX-License-Identifier: MIT
#include "probes/sip.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::probes;

namespace {

Target target() {
    Target out;
    out.host = "sip.contoso.com";
    out.port = 5061;
    return out;
}

// Plays a script: the answer's parts are given one after the other; returns what the conversation
// concluded.
Answer play(const std::vector<std::string>& parts, bool then_close = false) {
    const auto peer = target();
    auto conversation =
        sip.converse(Peer{.target = &peer, .local_host = "127.0.0.1", .seed = "5eed"});
    auto want = conversation->start();
    REQUIRE(want.kind == Want::Kind::send);
    REQUIRE(want.bytes.starts_with("NEGOTIATE sip:sip.contoso.com:5061 SIP/2.0\r\n"));
    want = conversation->on({.kind = Received::Kind::sent});
    for (const auto& part : parts) {
        if (want.kind == Want::Kind::done) break;
        REQUIRE(want.kind == Want::Kind::receive);
        want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
    }
    if (then_close && want.kind == Want::Kind::receive)
        want = conversation->on({.kind = Received::Kind::end_of_stream});
    if (then_close) CHECK(want.kind == Want::Kind::done);
    return conversation->answer();
}

const std::string kOk =
    "SIP/2.0 200 OK\r\nServer: RTC/5.0\r\nCompression: LZ77-8K\r\nContent-Length: 0\r\n\r\n";

} // namespace

TEST_CASE("sip probe: a Lync 2013 server tells its product") {
    const auto answer = play({kOk});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(std::get<std::int64_t>(*answer.facts.find(sip_answer::kStatus)) == 200);
    CHECK(answer.facts.text(sip_answer::kServer) == "RTC/5.0");
    CHECK(answer.facts.text(sip_answer::kProduct) == "Lync Server 2013");
    CHECK(answer.facts.text(sip_answer::kCompression) == "LZ77-8K");
}

TEST_CASE("sip probe: a refusal with diagnostics is a finished conversation") {
    const auto answer = play(
        {"SIP/2.0 504 Server time-out\r\nMS-Diagnostics: 1047;reason=\"x\"\r\n",
         "ms-diagnostics-public: 1010\r\nContent-Length: 0\r\n\r\n"}
    );
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(
        std::get<std::vector<std::string>>(*answer.facts.find(sip_answer::kDiagnostics)) ==
        std::vector<std::string>{"1047;reason=\"x\"", "1010"}
    );
    CHECK(answer.facts.find(sip_answer::kProduct) == nullptr);
}

TEST_CASE("sip probe: cut at every byte the answer is unfinished, never an error") {
    for (std::size_t size = 0; size < kOk.size(); ++size) {
        const auto answer =
            play(size == 0 ? std::vector<std::string>{} : std::vector{kOk.substr(0, size)}, true);
        CAPTURE(size);
        CHECK(answer.conclusion == Conclusion::unfinished);
    }
}

TEST_CASE("sip probe: provisional answers are counted") {
    const std::string trying = "SIP/2.0 100 Trying\r\n\r\n";
    std::string many;
    for (std::size_t i = 0; i < limits::kSipProvisional; ++i)
        many += trying;
    CHECK(play({many + kOk}).conclusion == Conclusion::finished);
    CHECK(play({many + trying}).conclusion == Conclusion::limit_exceeded);
}

TEST_CASE("sip probe: garbage is a protocol error and endless headers a limit") {
    CHECK(play({"\x01\x02 not sip"}).conclusion == Conclusion::protocol_error);
    CHECK(
        play({"SIP/2.0 200 OK\r\nA: " + std::string(limits::kSipHeaders, 'a')}).conclusion ==
        Conclusion::limit_exceeded
    );
}

TEST_CASE("sip probe: every known Server header names its product") {
    CHECK(product_of_server_header("RTC/4.0") == "Lync Server 2010");
    CHECK(product_of_server_header("RTC/6.0 extra") == "Skype for Business Server 2015");
    CHECK(product_of_server_header("kamailio").empty());
}

TEST_CASE("probes: each listed probe is found by its name") {
    for (const auto& probe : all())
        CHECK(find(probe.id) == &probe);
    CHECK(find(Probe::tls) != nullptr);
}
