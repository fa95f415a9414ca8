// SPDX-License-Identifier: MIT
#include "probes/replication.h"

#include "probes/http_exchange.h"
#include "unit/probes/http_play.h"

using namespace lyncprobe;
using namespace lyncprobe::probes;
using lyncprobe::test::http;
using lyncprobe::test::play;

namespace {

Target target() {
    Target out;
    out.host = "edge.contoso.com";
    out.port = 4443;
    out.role = Role::edge;
    out.use = CertificateUse::internal;
    return out;
}

} // namespace

TEST_CASE("replication probe: one GET, and a stranger's refusal is as it should be") {
    const auto played = play(replication, target(), {http("403 Forbidden", "Access is denied.")});
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.asked == std::vector<std::string>{"GET /ReplicationWebService"});
    CHECK(played.requests.find("Host: edge.contoso.com:4443\r\n") != std::string::npos);
    CHECK(played.requests.find("Connection: close\r\n") != std::string::npos);
    CHECK(played.number(http_answer::kStatus) == 403);
    CHECK(played.text(http_answer::kRefusal).find("as it should") != std::string::npos);
    CHECK(played.text(http_answer::kRemedy).find("Central Management Store") != std::string::npos);
    CHECK(replication.late_certificate);
}

TEST_CASE("replication probe: a refused certificate is explained, and told causes stand") {
    const auto foreign =
        play(replication, target(), {http("403 Forbidden")}, std::string::npos, true);
    CHECK(
        foreign.text(http_answer::kRefusal).find("does not take our certificate") !=
        std::string::npos
    );
    CHECK(foreign.text(http_answer::kRemedy).find("publish the topology") != std::string::npos);
    const auto told = play(
        replication, target(), {http("403 Forbidden", "HTTP Error 403.16")}, std::string::npos, true
    );
    CHECK(told.text(http_answer::kRefusal) == "it does not trust our certificate (IIS 403.16)");
    CHECK_FALSE(play(replication, target(), {http("200 OK")}).has(http_answer::kRefusal));
    CHECK_FALSE(play(replication, target(), {http("404 Not Found")}).has(http_answer::kRefusal));
    CHECK(play(replication, target(), {http("401 Unauthorized")}).has(http_answer::kRefusal));
}

TEST_CASE("replication probe: cut at every byte it is unfinished, garbage a protocol error") {
    const auto whole = http("403 Forbidden", "no");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(
            play(replication, target(), {whole.substr(0, size)}, 1).answer.conclusion ==
            Conclusion::unfinished
        );
    CHECK(
        play(replication, target(), {"SIP/2.0 200 OK\r\n"}).answer.conclusion ==
        Conclusion::protocol_error
    );
}
