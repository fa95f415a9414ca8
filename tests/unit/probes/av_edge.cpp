// SPDX-License-Identifier: MIT
#include "probes/av_edge.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::probes;
namespace keys = lyncprobe::probes::av_edge_answer;

namespace {

constexpr std::string_view kSeed = "0123456789abcdef";

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values)
        out += static_cast<char>(value);
    return out;
}

std::string number(std::size_t value) {
    return bytes({static_cast<int>(value >> 8 & 255), static_cast<int>(value & 255)});
}

std::string attribute(std::size_t type, const std::string& value) {
    return number(type) + number(value.size()) + value;
}

const std::string kHelloAnswer = bytes({0x16, 3, 1, 0, 0x4e, 2, 0, 0, 0x46, 3, 1}) +
                                 std::string(32, 'r') + '\x20' + std::string(32, 's') +
                                 bytes({0, 0x18, 0, 0x0e, 0, 0, 0});

const std::string kRefusal = attribute(0x000f, bytes({0x72, 0xc6, 0x4b, 0xc6})) +
                             attribute(0x0009, bytes({0, 0, 4, 1}) + "Unauthorized") +
                             attribute(0x0015, "\"rtcmedia\"") + attribute(0x0014, "nonce") +
                             attribute(0x8008, bytes({0, 0, 0, 4})) +
                             attribute(0x000e, bytes({0, 1, 0x01, 0xbb, 192, 0, 2, 7})) +
                             attribute(0x8032, "edge01.contoso.com") +
                             attribute(0x0001, bytes({0, 1, 0xc3, 0x50, 203, 0, 113, 9}));

// Line is one conversation, with what the other side has to know of it.
struct Line {
    explicit Line(Transport transport, bool constant_hello = false)
        : udp(transport == Transport::udp) {
        peer.host = "av.contoso.com";
        peer.transport = transport;
        talk = av_edge.converse(Peer{
            .target = &peer,
            .local_host = "127.0.0.1",
            .seed = kSeed,
            .constant_hello = constant_hello});
        want = talk->start();
        REQUIRE(want.kind == Want::Kind::send);
        sent = want.bytes;
        want = talk->on({.kind = Received::Kind::sent});
    }
    // Gives the bytes; where the conversation then sends, notes what.
    void hear(std::string_view part) {
        if (want.kind != Want::Kind::receive || part.empty()) return;
        want = talk->on({.kind = Received::Kind::bytes, .bytes = part});
        if (want.kind != Want::Kind::send) return;
        sent = want.bytes;
        want = talk->on({.kind = Received::Kind::sent});
    }
    void hang_up() {
        if (want.kind == Want::Kind::receive)
            want = talk->on({.kind = Received::Kind::end_of_stream});
        CHECK(want.kind == Want::Kind::done);
    }
    // The answer to the request that was sent last, framed on TCP.
    std::string answer(const std::string& attributes, std::size_t type = 0x0113) const {
        const auto id = sent.substr(udp ? 4 : 8, 16);
        const auto text = number(type) + number(attributes.size()) + id + attributes;
        return udp ? text : bytes({2, 0}) + number(text.size()) + text;
    }
    Answer done() const {
        CHECK(want.kind == Want::Kind::done);
        return talk->answer();
    }

    bool udp;
    Target peer;
    std::unique_ptr<Conversation> talk;
    Want want;
    std::string sent;
};

Line accepted() {
    Line line(Transport::tcp);
    line.hear(kHelloAnswer);
    return line;
}

void check_edge(const Answer& answer) {
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(answer.pseudo_tls);
    CHECK(answer.detail == "answers Allocate with 401 Unauthorized");
    CHECK(std::get<std::int64_t>(*answer.facts.find(keys::kStatus)) == 401);
    CHECK(answer.facts.text(keys::kReason) == "Unauthorized");
    CHECK(answer.facts.text(keys::kRealm) == "\"rtcmedia\"");
    CHECK(std::get<std::int64_t>(*answer.facts.find(keys::kMsVersion)) == 4);
    CHECK(answer.facts.text(keys::kGeneration) == "at least Lync Server 2013");
    CHECK(answer.facts.text(keys::kAlternateServer) == "192.0.2.7:443");
    CHECK(answer.facts.text(keys::kAlternateHost) == "edge01.contoso.com");
    CHECK(answer.facts.text(keys::kMappedAddress) == "203.0.113.9:50000");
    CHECK(std::get<bool>(*answer.facts.find(keys::kMicrosoft)));
    CHECK(answer.facts.find(keys::kSoftware) == nullptr);
}

} // namespace

TEST_CASE("av-edge probe: over TCP hello, canned answer, framed Allocate, 401") {
    Line line(Transport::tcp);
    CHECK(line.sent.size() == 50);
    CHECK(line.sent.substr(0, 11) == bytes({0x16, 3, 1, 0, 0x2d, 1, 0, 0, 0x29, 3, 1}));
    line.hear(kHelloAnswer);
    CHECK(line.sent.size() == 40);
    CHECK(line.sent.substr(0, 8) == bytes({2, 0, 0, 0x24, 0, 3, 0, 0x10}));
    line.hear(line.answer(kRefusal));
    check_edge(line.done());
    CHECK(line.done().facts.text(keys::kRequest) == "pseudo-TLS hello, Allocate");
    CHECK(line.done().facts.text(keys::kTransport) == "tcp");
}

TEST_CASE("av-edge probe: over UDP a bare Allocate, and 401") {
    Line line(Transport::udp);
    CHECK(line.sent.size() == 36);
    // An id that servers of RFC 5766 answer, too.
    CHECK(line.sent.substr(0, 8) == bytes({0, 3, 0, 0x10, 0x21, 0x12, 0xa4, 0x42}));
    line.hear(line.answer(kRefusal));
    check_edge(line.done());
    CHECK(line.done().facts.text(keys::kRequest) == "Allocate");
    CHECK(line.done().facts.text(keys::kTransport) == "udp");
}

TEST_CASE("av-edge probe: the second attempt sends the constant hello of old clients") {
    CHECK(Line(Transport::tcp, true).sent.substr(11, 4) == bytes({0xc1, 0xfc, 0xd5, 0xa3}));
    CHECK(Line(Transport::tcp).sent.substr(11, 4) != bytes({0xc1, 0xfc, 0xd5, 0xa3}));
}

TEST_CASE("av-edge probe: split at every byte it is the same answer") {
    const auto whole = kHelloAnswer + accepted().answer(kRefusal);
    for (std::size_t split = 1; split < whole.size(); ++split) {
        CAPTURE(split);
        Line line(Transport::tcp);
        line.hear(whole.substr(0, split));
        line.hear(whole.substr(split));
        check_edge(line.done());
    }
    Line slow(Transport::tcp);
    for (const char byte : whole)
        slow.hear({&byte, 1});
    check_edge(slow.done());
}

TEST_CASE("av-edge probe: cut at every byte it is unfinished or half an answer, never an Edge") {
    const auto whole = kHelloAnswer + accepted().answer(kRefusal);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        Line line(Transport::tcp);
        line.hear(whole.substr(0, size));
        line.hang_up();
        const auto answer = line.done();
        const bool half_a_hello = size > 0 && size < kHelloAnswer.size();
        CHECK(
            answer.conclusion ==
            (half_a_hello ? Conclusion::protocol_error : Conclusion::unfinished)
        );
        CHECK(answer.pseudo_tls == (size >= kHelloAnswer.size()));
        CHECK_FALSE(answer.detail.empty());
    }
    Line udp(Transport::udp);
    udp.hang_up();
    CHECK(udp.done().conclusion == Conclusion::unfinished);
    CHECK_FALSE(udp.done().pseudo_tls);
}

TEST_CASE("av-edge probe: a real TLS server is told from an Edge") {
    Line alert(Transport::tcp);
    alert.hear(bytes({21, 3, 1, 0, 2, 2, 40}));
    CHECK(alert.done().conclusion == Conclusion::tls_alert);
    CHECK(
        alert.done().detail ==
        "a real TLS server answers here with a fatal alert handshake_failure (40) and is no A/V "
        "Edge: try probe tls"
    );
    Line hello(Transport::tcp);
    hello.hear(bytes({0x16, 3, 3, 0, 0x5a, 2, 0, 0, 0x56, 3, 3}));
    CHECK(hello.done().conclusion == Conclusion::protocol_error);
    CHECK(
        hello.done().detail == "a real TLS server answers here and is no A/V Edge: try probe tls"
    );
    CHECK_FALSE(hello.done().pseudo_tls);
}

TEST_CASE("av-edge probe: what is no TLS at all is shown") {
    Line http(Transport::tcp);
    http.hear("HTTP/1.1 400 Bad Request\r\nServer: a web server\r\n\r\n");
    CHECK(http.done().conclusion == Conclusion::protocol_error);
    CHECK(
        http.done().detail == "no A/V Edge: what answers the pseudo-TLS hello begins with "
                              "'HTTP/1.1 400 Bad Request\r\nServer'"
    );
    Line dns(Transport::udp);
    dns.hear(bytes({0, 3, 0x81, 0x80}) + "some other protocol");
    CHECK(dns.done().conclusion == Conclusion::protocol_error);
    CHECK(dns.done().detail.starts_with("no TURN server: what answers the Allocate begins with"));
}

TEST_CASE("av-edge probe: a TURN server that is not Microsoft's is none of ours") {
    const auto others = attribute(0x0009, bytes({0, 0, 4, 1}) + "Unauthorized") +
                        attribute(0x0015, "0123456789abcdef") + attribute(0x0014, "turn.example") +
                        attribute(0x8022, "Coturn-4.6.1 'Gorst'");
    Line line(Transport::udp);
    line.hear(line.answer(others));
    const auto answer = line.done();
    CHECK(answer.conclusion == Conclusion::protocol_error);
    CHECK_FALSE(answer.pseudo_tls);
    CHECK(
        answer.detail == "a TURN server of RFC 5766 answers here (Coturn-4.6.1 'Gorst'), not "
                         "Microsoft's A/V Edge"
    );
    CHECK_FALSE(std::get<bool>(*answer.facts.find(keys::kMicrosoft)));
    CHECK(answer.facts.text(keys::kRealm) == "turn.example");
    CHECK(answer.facts.text(keys::kSoftware) == "Coturn-4.6.1 'Gorst'");
    CHECK(std::get<std::int64_t>(*answer.facts.find(keys::kStatus)) == 401);
}

TEST_CASE("av-edge probe: an answer to somebody else is passed over on UDP, an error on TCP") {
    Line udp(Transport::udp);
    auto foreign = udp.answer(kRefusal);
    foreign[10] = static_cast<char>(foreign[10] ^ 1);
    udp.hear(foreign);
    CHECK(udp.want.kind == Want::Kind::receive);
    udp.hear(udp.answer(kRefusal));
    check_edge(udp.done());

    auto tcp = accepted();
    foreign = tcp.answer(kRefusal);
    foreign[14] = static_cast<char>(foreign[14] ^ 1);
    tcp.hear(foreign);
    CHECK(tcp.done().conclusion == Conclusion::protocol_error);
    CHECK(tcp.done().pseudo_tls);
}

TEST_CASE("av-edge probe: an echo, another kind of message, a success, no code") {
    Line echo(Transport::udp);
    echo.hear(echo.sent);
    CHECK(echo.done().conclusion == Conclusion::protocol_error);
    CHECK(echo.done().detail == "no TURN server: it sends our own request back");

    auto other = accepted();
    other.hear(other.answer(kRefusal, 0x0115));
    CHECK(other.done().conclusion == Conclusion::protocol_error);
    CHECK(
        other.done().detail == "it answers an Allocate with a TURN message of another kind (0x0115)"
    );

    auto success = accepted();
    success.hear(success.answer(kRefusal, 0x0103));
    CHECK(success.done().conclusion == Conclusion::finished);
    CHECK(success.done().detail == "allows an Allocate without a user");

    auto codeless = accepted();
    codeless.hear(codeless.answer(attribute(0x000f, bytes({0x72, 0xc6, 0x4b, 0xc6}))));
    CHECK(codeless.done().conclusion == Conclusion::protocol_error);
}

TEST_CASE("av-edge probe: duplicate attributes do not change the first ones") {
    auto line = accepted();
    line.hear(line.answer(
        kRefusal + attribute(0x0009, bytes({0, 0, 4, 20})) + attribute(0x0015, "other") +
        attribute(0x8008, bytes({0, 0, 0, 1})) +
        attribute(0x000e, bytes({0, 1, 0x01, 0xbb, 198, 51, 100, 1}))
    ));
    check_edge(line.done());
}

TEST_CASE("av-edge probe: lengths that lie end the conversation at once") {
    auto no_frame = accepted();
    no_frame.hear(bytes({1, 0x13, 0, 0x50}));
    CHECK(no_frame.done().conclusion == Conclusion::protocol_error);
    auto large = accepted();
    large.hear(bytes({2, 0, 0xff, 0xff}));
    CHECK(large.done().conclusion == Conclusion::limit_exceeded);
    Line datagram(Transport::udp);
    datagram.hear(std::string(limits::kTurnMessage + 1, 'x'));
    CHECK(datagram.done().conclusion == Conclusion::limit_exceeded);
}

TEST_CASE("av-edge probe: each MS-Version says which product it is at least") {
    CHECK(generation_of_ms_version(0).empty());
    CHECK(generation_of_ms_version(1) == "at least Office Communications Server 2007");
    CHECK(generation_of_ms_version(2) == "at least Office Communications Server 2007 R2");
    CHECK(generation_of_ms_version(3) == "at least Lync Server 2010");
    CHECK(generation_of_ms_version(4) == "at least Lync Server 2013");
    CHECK(generation_of_ms_version(0xffffffff) == "at least Lync Server 2013");
}
