// SPDX-License-Identifier: MIT
#include "servers/apache.h"

#include <chrono>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

// -X below keeps it one process, so that its pid is all there is to stop.
constexpr const char* kConfiguration = R"(
ServerRoot "{folder}"
PidFile "{folder}/apache.pid"
DefaultRuntimeDir "{folder}"
ErrorLog "{folder}/error.log"
LogLevel warn
Listen 127.0.0.1:{port}
ServerName {host}
LoadModule mpm_prefork_module {modules}/mod_mpm_prefork.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_host_module {modules}/mod_authz_host.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule ssl_module {modules}/mod_ssl.so
TypesConfig /dev/null
DirectoryIndex index.html
DocumentRoot "{folder}/web"
SSLSessionCache none
<VirtualHost 127.0.0.1:{port}>
    ServerName {host}
    SSLEngine on
    SSLProtocol {protocols}
    SSLCertificateFile "{bundle}"
    SSLCertificateKeyFile "{key}"
    SSLCACertificateFile "{folder}/root.pem"
    SSLVerifyDepth 3
    <Location /CertProv>
        SSLVerifyClient require
    </Location>
</VirtualHost>
)";

} // namespace

Apache::Apache(const Credentials& credentials, const std::string& protocols) : port_(free_port()) {
    using namespace std::chrono_literals;
    namespace fs = std::filesystem;
    fs::create_directories(folder_.file("web/meet"));
    fs::create_directories(folder_.file("web/CertProv"));
    folder_.write("web/meet/index.html", "<html>join</html>");
    folder_.write("web/CertProv/CertProvisioningService.svc", "service");
    folder_.write("root.pem", contoso().root.self().certificate_pem);
    const auto file = folder_.write(
        "apache.conf",
        fmt::format(
            fmt::runtime(kConfiguration), fmt::arg("folder", folder_.path()),
            fmt::arg("port", port_), fmt::arg("host", kHost),
            fmt::arg("modules", "/usr/lib/apache2/modules"), fmt::arg("protocols", protocols),
            fmt::arg("bundle", credentials.bundle), fmt::arg("key", credentials.key)
        )
    );
    process_ = std::make_unique<Process>(std::vector<std::string>{
        installed_program("apache2", "apache2-bin"), "-X", "-f", file});
    const auto limit = std::chrono::steady_clock::now() + 15s;
    bool listening = false;
    while (!listening && process_->running() && std::chrono::steady_clock::now() < limit)
        listening = wait_for_port(port_, 1s);
    const bool started = listening && process_->running(); // else somebody else has the port
    REQUIRE_MESSAGE(started, "apache2 did not start: " << process_->stderr_so_far());
}

} // namespace lyncprobe::test
