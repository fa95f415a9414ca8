// SPDX-License-Identifier: MIT
#include "e2e/fixtures.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lyncprobe::test {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

lab::CertificateSpec ca_spec(std::string name, bool root) {
    lab::CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.ca = true;
    spec.eku.reset();
    if (root) spec.crl_urls.reset();
    return spec;
}

Pki make_pki() {
    lab::Authority root(ca_spec("Contoso Root CA", true));
    lab::Authority issuing(ca_spec("Contoso Issuing CA 1", false), root);
    lab::Issued server = issuing.issue(server_spec());
    return {std::move(root), std::move(issuing), std::move(server)};
}

} // namespace

// --- servers ---

std::vector<std::string> Pki::chain(const lab::Issued& leaf) const {
    return {leaf.certificate_pem, issuing.self().certificate_pem};
}

std::string Pki::chain_text(const lab::Issued& leaf) const {
    return leaf.certificate_pem + issuing.self().certificate_pem;
}

const Pki& pki() {
    static const Pki made = make_pki();
    return made;
}

lab::CertificateSpec server_spec(std::string name) {
    lab::CertificateSpec spec;
    spec.common_name = name;
    spec.dns = {std::move(name)};
    return spec;
}

lab::ServerSpec good_server() {
    lab::ServerSpec server;
    server.chain_pem = pki().chain(pki().server);
    server.key_pem = pki().server.key_pem;
    return server;
}

lab::ServerSpec server_with(const lab::CertificateSpec& spec) {
    const auto issued = pki().issuing.issue(spec);
    lab::ServerSpec server;
    server.chain_pem = pki().chain(issued);
    server.key_pem = issued.key_pem;
    return server;
}

lab::ServerSpec server_with(const lab::Faults& faults) {
    auto server = good_server();
    server.faults = faults;
    return server;
}

Site::Site(int first_address) : next_address_(first_address) {
    folder_.write("root.pem", pki().root.self().certificate_pem);
}

void Site::add(const std::string& name_of_target, lab::ServerSpec server, const std::string& more) {
    server.name = name_of_target;
    server.address = "127.78.0." + std::to_string(next_address_++);
    const auto port = lab_.add(server);
    REQUIRE_MESSAGE(port.has_value(), name_of_target);
    name(name_of_target, server.address, *port, more);
}

void Site::name(
    const std::string& name_of_target, const std::string& address, std::uint16_t port,
    const std::string& more
) {
    std::string line = "  - {name: \"" + name_of_target + "\", host: " + std::string(kServerName) +
                       ", addresses: [" + address + "], port: " + std::to_string(port);
    if (!more.empty()) line += ", " + more;
    entries_.emplace_back(name_of_target, line + "}\n");
    addresses_.emplace_back(name_of_target, address + ":" + std::to_string(port));
}

std::string Site::list(const std::string& more, const std::string& file_name, bool trusted) const {
    std::string text = trusted ? "trust: {ca_files: [root.pem], system: no}\n" : "";
    text += more;
    if (!more.empty() && more.back() != '\n') text += '\n';
    text += "targets:\n";
    for (const auto& [target, line] : entries_)
        text += line;
    return folder_.write(file_name, text);
}

std::string Site::address_of(const std::string& name_of_target) const {
    for (const auto& [target, address] : addresses_)
        if (target == name_of_target) return address;
    FAIL("no server is called " << name_of_target);
    return {};
}

Trap::Trap()
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), port_(0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(descriptor_, 16) == 0);
    socklen_t size = sizeof address;
    REQUIRE(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
}

Trap::~Trap() { close(descriptor_); }

bool Trap::was_called() const {
    const int caller = accept(descriptor_, nullptr, nullptr);
    if (caller >= 0) close(caller);
    return caller >= 0;
}

// --- results ---

json::value parse_json(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    REQUIRE_MESSAGE(!error, "no JSON: " << text.substr(0, 200));
    return value;
}

json::value json_file(const std::string& path) { return parse_json(read_text(path)); }

const json::object& endpoint_named(const json::value& result, std::string_view target_name) {
    for (const auto& entry : result.at("endpoints").as_array())
        if (text_of(entry.at("target").as_object(), "name") == target_name)
            return entry.as_object();
    FAIL("no endpoint is called " << target_name);
    std::abort();
}

std::string outcome_of(const json::value& result, std::string_view target_name) {
    return text_of(endpoint_named(result, target_name), "outcome");
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::string verdict_of(const json::object& judged, std::string_view rule) {
    for (const auto& finding : judged.at("findings").as_array())
        if (text_of(finding.as_object(), "rule") == rule)
            return text_of(finding.as_object(), "verdict");
    return {};
}

std::string verdict_of(
    const json::value& result, std::string_view target_name, std::string_view rule
) {
    return verdict_of(endpoint_named(result, target_name), rule);
}

std::set<std::string> target_names(const json::value& result) {
    std::set<std::string> names;
    for (const auto& entry : result.at("endpoints").as_array()) {
        const auto name = text_of(entry.at("target").as_object(), "name");
        CHECK_MESSAGE(names.insert(name).second, name << " stands twice in the result");
    }
    return names;
}

int count_of(const json::value& result, std::string_view part, std::string_view key) {
    const auto* count = result.at("summary").at(part).as_object().if_contains(key);
    return count == nullptr ? 0 : count->to_number<int>();
}

void require_valid(const std::vector<std::string>& paths) {
    std::vector<std::string> command{
        "python3", LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py",
        LYNCPROBE_SOURCE_DIR "/docs/result.schema.json"};
    command.insert(command.end(), paths.begin(), paths.end());
    const auto done = run(std::move(command));
    CHECK_MESSAGE(done.exit_code == 0, done.err);
}

// --- text ---

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    for (const auto& line : lines_of(text)) {
        const auto continuation = [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        };
        const auto bytes = std::count_if(line.begin(), line.end(), continuation);
        widest = std::max(widest, line.size() - static_cast<std::size_t>(bytes));
    }
    return widest;
}

bool harmless_on_a_terminal(const std::string& text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n') || byte == 0x7F) return false;
    }
    for (std::size_t at = 0; at + 1 < text.size(); ++at) // C1: U+0080 to U+009F is C2 80 to C2 9F
        if (text[at] == '\xC2' && static_cast<unsigned char>(text[at + 1]) < 0xA0) return false;
    for (const char* bidi :
         {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"})
        if (has(text, bidi)) return false;
    return true;
}

// --- files ---

std::string der_of(const std::string& pem) {
    return openssl({"x509", "-outform", "DER", "-in", kInput}, pem);
}

std::string openssl(
    std::vector<std::string> arguments, const std::string& input,
    const std::vector<std::string>& environment
) {
    const TemporaryFolder folder;
    std::replace(
        arguments.begin(), arguments.end(), std::string(kInput), folder.write("input.pem", input)
    );
    arguments.insert(arguments.begin(), "openssl");
    Process::Options options;
    options.environment = environment;
    const auto done = run(std::move(arguments), options);
    REQUIRE_MESSAGE(done.exit_code == 0, done.err);
    return done.out;
}

std::string pfx_of(const lab::Issued& issued) {
    return openssl(
        {"pkcs12", "-export", "-in", kInput, "-passout", "env:PFX_PASSWORD"},
        issued.certificate_pem + pki().issuing.self().certificate_pem + issued.key_pem,
        {"PFX_PASSWORD=" + std::string(kPassword)}
    );
}

std::vector<std::string> temporary_files_in(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().starts_with(".lyncprobe"))
            found.push_back(entry.path().filename());
    return found;
}

} // namespace lyncprobe::test
