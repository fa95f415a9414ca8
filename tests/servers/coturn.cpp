// SPDX-License-Identifier: MIT
#include "servers/coturn.h"

#include <chrono>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

// Nobody is ever let in, so the relay's ports are never opened.
constexpr const char* kConfiguration = R"(listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port={0}
min-port=49152
max-port=49160
realm={1}
lt-cred-mech
user=nobody:nothing
userdb={2}/turndb
pidfile={2}/turnserver.pid
log-file=stdout
no-tls
no-dtls
no-cli
relay-threads=1
)";

} // namespace

Coturn::Coturn(const std::string& realm) : port_(free_port()) {
    using namespace std::chrono_literals;
    const auto file =
        folder_.write("turnserver.conf", fmt::format(kConfiguration, port_, realm, folder_.path()));
    const Process::Options options{.stdout_path = folder_.file("log"), .directory = folder_.path()};
    process_ = std::make_unique<Process>(
        std::vector<std::string>{installed_program("turnserver", "coturn"), "-c", file}, options
    );
    // It opens UDP before TCP.
    const bool started = wait_for_port(port_, 15s) && process_->running();
    REQUIRE_MESSAGE(started, "turnserver did not start: " << read_text(folder_.file("log")));
}

} // namespace lyncprobe::test
