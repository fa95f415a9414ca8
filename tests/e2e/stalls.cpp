// SPDX-License-Identifier: MIT
// A machine that stands still blames nobody: the program is stopped for longer than every time-out,
// at several moments of a scan of healthy servers.
#include "e2e/fixtures.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

namespace lyncprobe::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// SlowDns answers after half a second: host n7.… has the address 127.78.0.7 and no other.
class SlowDns {
  public:
    SlowDns() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        socklen_t size = sizeof address;
        REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~SlowDns() {
        stop_ = true;
        thread_.join();
        close(socket_);
    }
    SlowDns(const SlowDns&) = delete;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    struct Answer {
        Clock::time_point at;
        sockaddr_in to{};
        std::string bytes;
    };

    void serve() {
        while (!stop_) {
            pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
            if (poll(&wait, 1, 5) == 1) take();
            for (; !answers_.empty() && answers_.front().at <= Clock::now(); answers_.pop_front())
                sendto(
                    socket_, answers_.front().bytes.data(), answers_.front().bytes.size(), 0,
                    reinterpret_cast<const sockaddr*>(&answers_.front().to), sizeof(sockaddr_in)
                );
        }
    }

    // Header, question (labels up to the root, type, class), then what we add (RFC 1035 4.1).
    void take() {
        char bytes[512];
        Answer answer{.at = Clock::now() + 500ms, .bytes = {}};
        socklen_t size_of_from = sizeof answer.to;
        auto* from = reinterpret_cast<sockaddr*>(&answer.to);
        const auto size = recvfrom(socket_, bytes, sizeof bytes, 0, from, &size_of_from);
        if (size < 20) return;
        std::size_t end = 12;
        while (bytes[end] != 0)
            end += static_cast<std::size_t>(bytes[end]) + 1;
        const bool is_a = bytes[end + 2] == 1;
        answer.bytes = std::string(bytes, 2) + "\x81\x80" + std::string("\0\1\0", 3) +
                       (is_a ? '\1' : '\0') + std::string(4, '\0') +
                       std::string(bytes + 12, end + 5 - 12);
        const auto host = static_cast<char>(std::stoi(std::string(bytes + 14, bytes[12] - 1u)));
        if (is_a) answer.bytes += std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\x4e\0", 15) + host;
        answers_.push_back(std::move(answer));
    }

    int socket_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::deque<Answer> answers_;
    std::thread thread_;
};

} // namespace

TEST_CASE("a machine that stands still for eleven seconds finds sixty healthy servers healthy") {
    constexpr int kServers = 60;
    const SlowDns dns;
    Site site;
    std::string targets = "trust: {ca_files: [root.pem], system: no}\ntargets:\n";
    for (int number = 1; number <= kServers; ++number) {
        const auto name = "n" + std::to_string(number);
        auto server = good_server();
        server.speaks_sip = true;
        // Some seconds for a flight; more of them would keep a small machine busy by themselves.
        if (number % 12 == 0) server.faults.byte_every_ms = 1;
        site.add(name, server);
        const auto address = site.address_of(name);
        targets += "  - {name: " + name + ", host: " + name +
                   ".contoso.example, port: " + address.substr(address.find(':') + 1) +
                   ", probe: sip, names: [" + std::string(kServerName) + "]}\n";
    }
    const auto list = site.folder().write("targets.yaml", targets);

    // In a look-up, between it and connecting, in handshakes, in conversations.
    const std::vector moments{100ms, 450ms, 700ms, 1'500ms, 3'000ms};
    std::vector<std::unique_ptr<Process>> scans;
    const auto started = Clock::now();
    for (std::size_t i = 0; i < moments.size(); ++i)
        scans.push_back(std::make_unique<Process>(std::vector<std::string>{
            lyncprobe_path(), "scan", list, "--resolver", dns.address(), "--output",
            site.file(std::to_string(i) + ".json")}));
    for (std::size_t i = 0; i < moments.size(); ++i) {
        std::this_thread::sleep_until(started + moments[i]);
        scans[i]->send_signal(SIGSTOP);
    }
    for (std::size_t i = 0; i < moments.size(); ++i) {
        std::this_thread::sleep_until(started + moments[i] + 11s);
        scans[i]->send_signal(SIGCONT);
    }
    for (std::size_t i = 0; i < moments.size(); ++i) {
        CAPTURE(moments[i].count());
        const auto done = scans[i]->wait();
        CHECK(done.err == "");
        const auto path = site.file(std::to_string(i) + ".json");
        require_valid({path});
        const auto result = json_file(path);
        CHECK(count_of(result, "outcomes", "ok") == kServers);
        if (moments[i] < 1s) continue; // the scan may not have begun by then
        CHECK(result.at("run").at("stalled_ms").as_int64() > 10'000);
        CHECK(has(done.out, "stood still for"));
    }
}

TEST_CASE("the deadline of the whole run goes on while the machine stands still") {
    Site site;
    lab::Faults silent;
    silent.silent = true;
    site.add("silent", server_with(silent));
    Process scan(std::vector<std::string>{
        lyncprobe_path(), "scan", site.list(), "--deadline", "3s", "--timeout", "30s", "--output",
        site.file("r.json")});
    std::this_thread::sleep_for(1s);
    scan.send_signal(SIGSTOP);
    std::this_thread::sleep_for(3s);
    scan.send_signal(SIGCONT);
    const auto done = scan.wait();
    CHECK(done.seconds < 5.5);
    CHECK(outcome_of(json_file(site.file("r.json")), "silent") == "timeout");
}

} // namespace lyncprobe::test
