// SPDX-License-Identifier: MIT
// The demonstration as files: roots, our identity, the target list, and what a scan of it must
// find.
#include "lab/lab.h"
#include "lab/posix.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

namespace fs = std::filesystem;

constexpr const char* kHead =
    R"(# A small Lync Server 2013 deployment on loopback, written by lyncprobe-lab.
# It answers only while lyncprobe-lab runs; its PKI is made anew at every start.
sip_domains: [contoso.example]

# The deployment's own root and that of its public CA; the machine's roots play no part.
trust:
  ca_files: [root.pem, public-root.pem]
  system: false

# The certificate that we show where a server asks for one.
identities:
  - id: probe
    certificate: identity.pem
    key: identity.key
  # planted: renewed from a CA that leaves client authentication out
  - id: renewed
    certificate: renewed.pem
    key: renewed.key

# Every server is also asked without its name, as gateways and phones do.
policy:
  sni-matrix: yes

defaults:
  timeout: 8s
  connect_timeout: 3s
  identity: probe

targets:
)";

Result<void> write_file(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return Problem{.what = fmt::format("cannot write {}", path.string())};
    return {};
}

std::string enrollment_yaml(const Enrollment& enrollment) {
    if (enrollment == Enrollment{}) return {};
    std::string text = fmt::format("{{method: {}", to_text(enrollment.method));
    if (enrollment.ca_os != OperatingSystem::unknown)
        text += fmt::format(", ca_os: {}", to_text(enrollment.ca_os));
    if (enrollment.requester_os != OperatingSystem::unknown)
        text += fmt::format(", requester_os: {}", to_text(enrollment.requester_os));
    if (enrollment.kb922706) text += fmt::format(", kb922706: {}", *enrollment.kb922706);
    return text + "}";
}

std::string list_yaml(const std::vector<std::string>& items) {
    return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string target_yaml(const DemoServer& server) {
    const Target& target = server.target;
    std::string text;
    const auto line = [&text](std::string_view key, std::string_view value) {
        if (!value.empty()) text += fmt::format("    {}: {}\n", key, value);
    };
    text += server.planted.empty() ? "\n" : fmt::format("\n  # planted: {}\n", server.planted);
    text += fmt::format("  - name: \"{}\"\n", target.name); // our own names: nothing to escape
    line("host", target.host);
    std::vector<std::string> addresses;
    for (const auto& address : target.addresses)
        addresses.push_back('"' + to_text(address) + '"');
    line("addresses", list_yaml(addresses));
    line("port", fmt::to_string(target.port));
    line("probe", to_text(target.probe));
    if (target.transport != Transport::tcp) line("transport", to_text(target.transport));
    if (target.plain) line("plain", "yes");
    line("role", to_text(target.role));
    line("use", to_text(target.use));
    line("side", to_text(target.side));
    line("pool", target.pool);
    line("server", target.server);
    line("site", target.site);
    line("sip_domain", target.sip_domain);
    line("identity", target.identity);
    if (target.peer_os != OperatingSystem::unknown) line("peer_os", to_text(target.peer_os));
    if (target.product != Product::unknown) line("product", to_text(target.product));
    if (!target.names.empty()) line("names", list_yaml(target.names));
    if (target.mutual != Mutual::automatic) line("mutual", to_text(target.mutual));
    if (target.timeout) line("timeout", to_text(*target.timeout));
    line("enrollment", enrollment_yaml(target.enrollment));
    return text;
}

std::string targets_yaml(const Demo& demo) {
    std::string text = kHead;
    for (const auto& server : demo.servers)
        text += target_yaml(server);
    return text;
}

} // namespace

Result<void> write_demo_files(const Demo& demo, const std::string& folder) {
    const fs::path in(folder);
    std::error_code error;
    fs::create_directories(in, error);
    if (error)
        return Problem{
            .what = fmt::format("cannot make the folder {}: {}", folder, error.message())};
    std::string chain;
    for (const auto& pem : demo.identity_chain_pem)
        chain += pem;

    // First: where a key cannot be kept private, there is no demonstration.
    for (const auto& [name, text] :
         {std::pair("identity.key", &demo.identity.key_pem),
          std::pair("renewed.key", &demo.renewed.key_pem)})
        if (auto key = write_private_file((in / name).string(), *text); key.has_error()) return key;
    for (const auto& file : demo.files)
        if (auto pfx = write_private_file((in / file.name).string(), file.bytes); pfx.has_error())
            return pfx;
    const std::pair<const char*, std::string> files[] = {
        {"root.pem", demo.root_pem},
        {"public-root.pem", demo.public_root_pem},
        {"identity.pem", demo.identity.certificate_pem + chain},
        {"renewed.pem", demo.renewed.certificate_pem + chain},
        {"targets.yaml", targets_yaml(demo)},
        {"resolver.txt", host_and_port(demo.name_server.address, demo.name_server.port) + '\n'},
        {"expect.txt", expectations_text(demo)}};
    for (const auto& [name, text] : files)
        if (auto written = write_file(in / name, text); written.has_error()) return written;
    return {};
}

std::string expectations_text(const Demo& demo) {
    std::string text;
    for (const auto& server : demo.servers)
        for (const auto& expectation : server.expect)
            text += fmt::format(
                "{}\t{}\t{}\n", display_name(server.target), expectation, server.planted
            );
    for (const auto& domain : demo.domains)
        for (const auto& expectation : domain.expect)
            text += fmt::format("domain {}\t{}\t{}\n", domain.name, expectation, domain.planted);
    for (const auto& file : demo.files)
        for (const auto& expectation : file.expect)
            text += fmt::format("file {}\t{}\t{}\n", file.name, expectation, file.planted);
    return text + "identity renewed\town-certificate-usage=warn\tour certificate was renewed "
                  "without client authentication\n";
}

} // namespace lyncprobe::lab
