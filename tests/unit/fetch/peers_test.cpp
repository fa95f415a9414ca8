// SPDX-License-Identifier: MIT
// Hosts on loopback that say nothing, or too much.
#include "fetch/fetch.h"

#include <algorithm>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace lyncprobe;
using namespace lyncprobe::fetch;

namespace {

// Peer accepts connections on a port of 127.0.0.1. With something to say it says that to the first
// one and closes; without, nobody hears a word.
class Peer {
  public:
    explicit Peer(std::string says = {})
        : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* address = static_cast<sockaddr*>(static_cast<void*>(&at));
        REQUIRE(bind(listener_, address, size) == 0);
        REQUIRE(listen(listener_, 64) == 0);
        REQUIRE(getsockname(listener_, address, &size) == 0);
        port_ = ntohs(at.sin_port);
        if (!says.empty())
            speaker_ = std::thread([this, text = std::move(says)] {
                const int peer = accept(listener_, nullptr, nullptr);
                send(peer, text.data(), text.size(), MSG_NOSIGNAL);
                close(peer);
            });
    }
    ~Peer() {
        shutdown(listener_, SHUT_RDWR); // ends an accept() that nobody came to
        if (speaker_.joinable()) speaker_.join();
        close(listener_);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    std::string url(int path = 0) const {
        return fmt::format("http://127.0.0.1:{}/{}", port_, path);
    }

  private:
    int listener_;
    std::uint16_t port_ = 0;
    std::thread speaker_;
};

std::vector<Answer> ask(const std::vector<std::string>& urls, Milliseconds timeout) {
    std::vector<Request> requests;
    for (const auto& url : urls)
        requests.push_back({.url = url, .body = {}, .limit = 1000});
    std::vector<Answer> answers(urls.size());
    fetch::fetch(
        requests, {.private_networks = true, .timeout = timeout},
        [&](std::size_t request, Answer&& answer) { answers[request] = std::move(answer); }
    );
    return answers;
}

} // namespace

TEST_CASE("fetch: a host that says nothing is not waited for again and again") {
    const Peer mute;
    std::vector<std::string> urls;
    for (int i = 0; i < 40; ++i)
        urls.push_back(mute.url(i));
    const auto answers = ask(urls, Milliseconds{300});
    const auto waited = std::count_if(answers.begin(), answers.end(), [](const Answer& answer) {
        return answer.outcome == FetchOutcome::timeout;
    });
    CHECK(waited <= 16); // eight at a time
    CHECK(answers.front().outcome == FetchOutcome::timeout);
    // What was not asked is not said to have run out of time.
    CHECK(answers.back().outcome == FetchOutcome::unreachable);
    CHECK(answers.back().detail.find("not asked") != std::string::npos);
}

TEST_CASE("fetch: a directory that says nothing ends in time") {
    const Peer mute;
    for (const auto* scheme : {"ldap", "ldaps", "https"}) {
        const auto url = scheme + mute.url().substr(4) + "?certificateRevocationList";
        const auto answer = ask({url}, Milliseconds{300}).front();
        // To libcurl a connection without its TLS handshake is none yet.
        const auto expected =
            scheme == std::string_view("ldap") ? FetchOutcome::timeout : FetchOutcome::unreachable;
        CHECK_MESSAGE(answer.outcome == expected, scheme << ": " << answer.detail);
        CHECK_MESSAGE(answer.milliseconds < 5'000, scheme);
    }
}

TEST_CASE("fetch: a header without end is the host's fault, not this machine's") {
    const Peer one_line("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'a'));
    CHECK(
        ask({one_line.url()}, Milliseconds{10'000}).front().outcome == FetchOutcome::limit_exceeded
    );
    std::string lines = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 3000; ++i)
        lines += "X-Header: some value or other\r\n";
    const Peer many(lines);
    CHECK(ask({many.url()}, Milliseconds{10'000}).front().outcome == FetchOutcome::limit_exceeded);
}

TEST_CASE("fetch: an LDAP location that is not understood is not asked") {
    const Peer peer;
    auto url = "ldap" + peer.url().substr(4) + "?a?nowhere?(x=";
    CHECK(ask({url}, Milliseconds{2'000}).front().outcome == FetchOutcome::unsupported);
}

TEST_CASE("fetch: a directory's message is refused when it is announced, however it goes on") {
    const auto outcome_of = [](const std::string& words) {
        const Peer peer(words);
        const auto url = "ldap" + peer.url().substr(4) + "?certificateRevocationList";
        const auto answer = ask({url}, Milliseconds{5'000}).front();
        CHECK(answer.milliseconds < 4'000);
        return answer.outcome;
    };
    using namespace std::string_literals;
    const auto huge = "\x30\x84\x6b\x49\xd2\0"s; // 1.8 GB
    CHECK(outcome_of(huge) == FetchOutcome::limit_exceeded);
    const auto bound = "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"s;
    CHECK(outcome_of(bound + huge) == FetchOutcome::limit_exceeded);
    CHECK(outcome_of("HTTP/1.1 400 Bad Request\r\n\r\n") == FetchOutcome::wrong_content);
}
