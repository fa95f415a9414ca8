// SPDX-License-Identifier: MIT
#include "app/inputs.h"

#include "app/output.h"
#include "app/process.h"
#include "config/punycode.h"
#include "model/escape.h"
#include "model/host.h"
#include "model/limits.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "pki/certificate_file.h"
#include "pki/certificate_reader.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

Problem at_file(Problem problem, const std::string& path) {
    // A reader of bytes does not know where they come from, and one of files has said it.
    if (problem.where.file.empty()) problem.where.file = path;
    return problem;
}

void warn_if_open(const std::string& path, std::string_view holds, const Warn& warn) {
    if (readable_by_others(path))
        warn(
            for_terminal(path) + ": holds " + std::string(holds) +
            " and can be read by others (chmod 600)"
        );
}

constexpr std::string_view kBasicConstraints = "2.5.29.19";

// It issued nothing, so that it can neither be an anchor nor help to build a path. Version 1 has no
// extension to say so, and one that cannot be decoded is judged where a path needs it.
bool is_server_certificate(const Certificate& it) {
    const bool unreadable =
        std::ranges::find(it.undecodable, kBasicConstraints) != it.undecodable.end();
    const bool ca = it.basic_constraints && it.basic_constraints->ca;
    return it.version == 3 && !it.root_like && !ca && !unreadable;
}

// Whoever gives the server's certificate in place of its CA's would take every path for broken.
std::optional<Problem> server_certificate_in(
    const std::vector<std::string>& certificates, const CaFile& file
) {
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        const auto certificate = pki::read_certificate(certificates[i]);
        if (!certificate || !is_server_certificate(*certificate)) continue;
        const bool of_list = !file.where.file.empty();
        return Problem{
            .what = fmt::format(
                "{}certificate {} of {} is no CA certificate and not self-signed: {}, {}",
                of_list ? file.path + ": " : "", i + 1, certificates.size(), certificate->subject,
                short_thumbprint(*certificate)
            ),
            .where = of_list ? file.where : Where{.file = file.path},
            .hint = "give the certificates of its CAs, the root above all: " + certificate->issuer +
                    " issued it"};
    }
    return std::nullopt;
}

} // namespace

Result<std::string> read_host_name(const std::string& text) {
    const auto checked = check_host_name(text);
    if (checked.reason.empty()) return good(checked.name);
    // Lync knows ASCII names only; the A-label is what DNS has for the others.
    const auto a_labels = is_ascii(text) ? std::string() : config::to_a_labels(text);
    return Problem{
        .what = "'" + text + "' is no DNS name: " + checked.reason,
        .hint = a_labels.empty() ? "" : "did you mean '" + a_labels + "'?"};
}

Result<HostPort> read_host_port(std::string_view text) {
    // First, since the colons of a bare IPv6 address separate no port.
    if (const auto address = parse_address(text)) return HostPort{to_text(*address), {}};
    const auto colon = text.rfind(':');
    const auto host = text.substr(0, colon);
    HostPort out;
    if (colon != std::string_view::npos) {
        out.port = to_number<std::uint16_t>(text.substr(colon + 1));
        if (out.port.value_or(0) == 0)
            return Problem{
                .what = "'" + std::string(text.substr(colon + 1)) + "' is no port",
                .hint = "1 to 65535"};
    }
    const auto address = parse_address(host);
    const auto name = address ? good(to_text(*address)) : read_host_name(std::string(host));
    if (!name) return name.error();
    out.host = *name;
    return out;
}

Result<std::optional<std::string>> read_password(const IdentityFiles& files, const Warn& warn) {
    std::optional<std::string> password;
    if (!files.password_env.empty()) {
        const char* value = std::getenv(files.password_env.c_str());
        // An unset variable is no empty password: the key would be refused for a wrong reason.
        if (!value)
            return Problem{
                .what = "the environment variable '" + files.password_env + "' is not set",
                .where = files.where};
        password = value;
    } else if (!files.password_file.empty()) {
        auto text = read_file(files.password_file, limits::kCertificateFile);
        if (!text) return text.error();
        warn_if_open(files.password_file, "a password", warn);
        // The rest of the file may be a note, and editors end the line with LF or CRLF.
        password = text->substr(0, text->find_first_of("\r\n"));
    }
    return password;
}

Result<pki::IdentityPtr> load_identity(const IdentityFiles& files, const Warn& warn) {
    auto password = read_password(files, warn);
    if (!password) return password.error();
    const bool pfx = !files.pfx.empty();
    // Whoever can read the file that holds the private key can act as this server.
    const auto& key_path = pfx ? files.pfx : files.key;
    auto key = read_file(key_path, limits::kCertificateFile);
    if (!key) return key.error();
    warn_if_open(key_path, "a private key", warn);
    if (pfx) {
        auto identity = pki::read_identity_pfx(files.id, *key, *password);
        if (!identity) return at_file(identity.error(), files.pfx);
        return identity;
    }
    auto certificate = read_file(files.certificate, limits::kCertificateFile);
    if (!certificate) return certificate.error();
    auto identity = pki::read_identity(files.id, *certificate, *key, *password);
    if (identity) return identity;
    const bool readable = pki::read_certificate_file(*certificate, *password).has_value();
    return at_file(identity.error(), readable ? files.key : files.certificate);
}

Result<pki::Anchors> load_anchors(
    const std::vector<CaFile>& ca_files, bool system, const Warn& warn
) {
    pki::Anchors anchors;
    std::vector<std::string> names;
    for (const auto& ca_file : ca_files) {
        auto bytes = read_file(ca_file.path, limits::kCertificateFile);
        if (!bytes) return bytes.error();
        auto file = pki::read_certificate_file(*bytes, std::nullopt);
        if (!file) return at_file(file.error(), ca_file.path);
        // What is marked is an anchor, whatever it is otherwise.
        if (!ca_file.anchor)
            if (auto problem = server_certificate_in(file->certificates, ca_file)) return *problem;
        for (const auto& der : file->certificates)
            ca_file.anchor ? anchors.add_marked(der) : anchors.add(der);
        names.push_back(for_terminal(ca_file.path));
    }
    if (anchors.without_root())
        warn(
            joined(names, ", ") +
            ": no self-signed certificate in it, so no trust anchor; give the root, or mark the "
            "file as anchor (--anchor-file, or {file: …, anchor: yes} in trust.ca_files)"
        );
    if (system) anchors.use_system_directory({});
    return anchors;
}

} // namespace lyncprobe::app
