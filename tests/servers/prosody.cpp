// SPDX-License-Identifier: MIT
#include "servers/prosody.h"

#include <chrono>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

// {0} folder, {1} port, {2} modules, {3} TLS required, {4} domain, {5} certificate, {6} key, {7}
// further TLS settings. What is not named here and would listen or answer users is switched off.
constexpr const char* kConfiguration = R"(
run_as_root = true
pidfile = "{0}/prosody.pid"
data_path = "{0}/data"
certificates = "{0}/certificates"
log = {{ {{ levels = {{ min = "warn" }}, to = "file", filename = "{0}/prosody.log" }} }}
modules_enabled = {{ "saslauth"{2} }}
modules_disabled = {{ "c2s", "presence", "message", "iq", "offline" }}
s2s_interfaces = {{ "127.0.0.1" }}
s2s_ports = {{ {1} }}
s2s_direct_tls_ports = {{}}
c2s_ports = {{}}
c2s_direct_tls_ports = {{}}
http_ports = {{}}
https_ports = {{}}
s2s_require_encryption = {3}
VirtualHost "{4}"
    ssl = {{ certificate = "{5}", key = "{6}"{7} }}
)";

} // namespace

Prosody::Prosody(const std::string& domain, const Credentials& credentials, const Options& options)
    : port_(free_port()) {
    using namespace std::chrono_literals;
    for (const auto* folder : {"data", "certificates"})
        std::filesystem::create_directory(folder_.file(folder));
    const auto modules =
        std::string(options.tls ? ", \"tls\"" : "") + (options.dialback ? ", \"dialback\"" : "");
    const auto file = folder_.write(
        "prosody.cfg.lua",
        fmt::format(
            kConfiguration, folder_.path(), port_, modules, options.tls && options.tls_required,
            domain, credentials.bundle, credentials.key,
            options.ca_file.empty() ? "" : fmt::format(", cafile = \"{}\"", options.ca_file)
        )
    );
    process_ = std::make_unique<Process>(std::vector<std::string>{
        installed_program("prosody", "prosody"), "--config", file, "-F"});
    const auto limit = std::chrono::steady_clock::now() + 30s;
    bool listening = false;
    while (!listening && process_->running() && std::chrono::steady_clock::now() < limit)
        listening = wait_for_port(port_, 1s);
    const bool started = listening && process_->running(); // else somebody else has the port
    REQUIRE_MESSAGE(started, "prosody did not start: " << process_->stderr_so_far());
}

} // namespace lyncprobe::test
