// SPDX-License-Identifier: MIT
#include "servers/server_programs.h"

#include <chrono>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

// One process for everything, so that its pid is all there is to stop; no file outside its folder.
constexpr const char* kNginxMain = R"(
daemon off;
master_process off;
pid {0}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {0}/body;
    proxy_temp_path {0}/proxy;
    fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi;
    scgi_temp_path {0}/scgi;
{1}}}
)";
constexpr const char* kNginxSite = R"(
    server {{
        listen 127.0.0.1:{}{};
        server_name {};
        ssl_certificate {};
        ssl_certificate_key {};
        {}
        {}
    }}
)";

} // namespace

void wait_until_listening(const Process& process, std::uint16_t port, const std::string& program) {
    using namespace std::chrono_literals;
    const auto limit = std::chrono::steady_clock::now() + 15s;
    bool listening = false;
    while (!listening && process.running() && std::chrono::steady_clock::now() < limit)
        listening = wait_for_port(port, 1s);
    const bool started = listening && process.running(); // else somebody else has the port
    REQUIRE_MESSAGE(started, program << " did not start: " << process.stderr_so_far());
}

Nginx::Nginx(const std::vector<Site>& sites) {
    std::string blocks;
    for (const auto& site : sites)
        blocks += fmt::format(
            kNginxSite, site.port, site.plain ? "" : " ssl", site.name, site.credentials.bundle,
            site.credentials.key, site.directives,
            site.locations.empty() ? "return 200 \"ok\";" : site.locations
        );
    const auto file = folder_.write("nginx.conf", fmt::format(kNginxMain, folder_.path(), blocks));
    const auto program = installed_program("nginx", "nginx-light");
    // -e: before it has read its configuration nginx would open the system's own error log.
    process_ = std::make_unique<Process>(std::vector<std::string>{
        program, "-p", folder_.path(), "-e", "stderr", "-c", file});
    for (const auto& site : sites)
        wait_until_listening(*process_, site.port, "nginx");
}

OpensslServer::OpensslServer(
    const Credentials& credentials, const std::vector<std::string>& options
)
    : port_(free_port()) {
    std::vector<std::string> argv{
        installed_program("openssl", "openssl"),
        "s_server",
        "-accept",
        fmt::format("127.0.0.1:{}", port_),
        "-cert",
        credentials.certificate,
        "-key",
        credentials.key,
        "-www"};
    if (!credentials.intermediates.empty())
        argv.insert(argv.end(), {"-cert_chain", credentials.intermediates});
    argv.insert(argv.end(), options.begin(), options.end());
    process_ = std::make_unique<Process>(argv);
    wait_until_listening(*process_, port_, "openssl s_server");
}

GnutlsServer::GnutlsServer(
    const Credentials& credentials, const std::string& priority,
    const std::vector<std::string>& options
)
    : port_(free_port()) {
    // It has no option for an address: it listens on all of them.
    std::vector<std::string> argv{
        installed_program("gnutls-serv", "gnutls-bin"),
        "--http",
        "--quiet",
        "--port",
        std::to_string(port_),
        "--x509certfile",
        credentials.bundle,
        "--x509keyfile",
        credentials.key,
        "--priority",
        priority};
    argv.insert(argv.end(), options.begin(), options.end());
    process_ = std::make_unique<Process>(argv);
    wait_until_listening(*process_, port_, "gnutls-serv");
}

} // namespace lyncprobe::test
