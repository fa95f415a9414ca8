// SPDX-License-Identifier: MIT
// The writer of `lyncprobe import`: everything from the file is foreign text and is quoted where
// YAML could take it for something else.
#include "config/encoding.h"
#include "config/topology_import.h"
#include "model/escape.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "model/text/utf8.h"
#include "plan/services.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::config {

namespace {

// Text that is nothing but text for every reader of YAML.
bool is_plain(std::string_view text) {
    // YAML has many words and signs of its own (7.3.3, 10.2): only what is surely none goes
    // unquoted.
    if (text.empty() || !is_letter_or_digit(text.front())) return false;
    const bool good = std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
    });
    if (!good) return false;
    // A number, or a word of YAML 1.1.
    if (std::ranges::none_of(text, [&](char c) { return is_letter(c) && c != 'e' && c != 'x'; }))
        return std::count(text.begin(), text.end(), '.') == 3; // an IPv4 address
    // YAML 1.1, which many editors follow, has more words for yes and no than 1.2.
    const auto lower = to_lower(text);
    constexpr std::string_view kWords[] = {"y",   "n",    "yes",   "no",  "on",
                                           "off", "true", "false", "null"};
    if (std::ranges::find(kWords, lower) != std::end(kWords)) return false;
    return !lower.starts_with("0x") && !lower.starts_with("0o") && !lower.starts_with("inf") &&
           !lower.starts_with("nan");
}

std::string scalar(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    std::string out = "\"";
    for (auto rest = text; !rest.empty();) {
        const auto [c, length, valid] = first_character(rest);
        rest.remove_prefix(length);
        const auto code = static_cast<std::uint32_t>(c);
        // What YAML itself does not print (5.1), and what breaks a line.
        const bool odd = code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028 ||
                         code == 0x2029 || code == 0xfeff;
        if (odd) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            if (c == '"' || c == '\\') out += '\\';
            append_utf8(out, c);
        }
    }
    return out + '"';
}

using EdgeAddresses = EdgeServices<std::vector<Address>>;

std::string value(const std::string& text) { return scalar(text); }
std::string value(const Address& address) { return scalar(to_text(address)); }
std::string value(bool yes) { return yes ? "yes" : "no"; }

template <class T>
std::string value(const std::vector<T>& list) {
    std::vector<std::string> parts;
    for (const auto& element : list)
        parts.push_back(value(element));
    return fmt::format("[{}]", joined(parts));
}

// What differs outside an Edge by its service: names, or addresses.
template <class T>
std::string value(const EdgeServices<T>& all) {
    std::vector<std::string> parts;
    for (const auto& [at, key] : plan::kEdgeKeys)
        if (const auto& one = plan::edge_member(all, at); !one.empty())
            parts.push_back(fmt::format("{}: {}", key, value(one)));
    return fmt::format("{{{}}}", joined(parts));
}

// Writer appends lines, indented by steps of two.
class Writer {
  public:
    void line(int depth, std::string_view text) {
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
        out_ += text;
        out_ += '\n';
    }
    // A key with its value, which is foreign text or made of it. Absent where it says nothing.
    template <class T>
    void key(int depth, std::string_view name, const T& it) {
        if (it != T{}) line(depth, fmt::format("{}: {}", name, value(it)));
    }
    // Foreign text in a comment must not end it with a line break.
    void comment(int depth, std::string_view text) { line(depth, "# " + for_terminal(text)); }
    void blank() { out_ += '\n'; }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

void write_urls(Writer& out, const SimpleUrls& urls) {
    const auto hosts = [&](std::string_view key, std::vector<std::string> list) {
        for (auto& host : list)
            host = "https://" + host;
        out.key(1, key, list);
    };
    // A comment to be filled in: without these names the certificates cannot be checked for them.
    if (urls == SimpleUrls{}) {
        out.comment(
            0, "The file names no simple URLs (Get-CsSimpleUrlConfiguration does); the web "
               "certificates must cover them:"
        );
        out.comment(
            0, "simple_urls: {meet: https://meet.example, dialin: https://dialin.example, admin: "
               "https://admin.example}"
        );
    } else {
        out.line(0, "simple_urls:");
        hosts("meet", urls.meet);
        hosts("dialin", urls.dialin);
        hosts("admin", urls.admin);
    }
    out.blank();
}

void write_servers(Writer& out, const Pool& pool) {
    const bool itself = pool.servers.empty() ||
                        (pool.servers.size() == 1 && pool.servers.front().host == pool.fqdn);
    const auto has_more = [](const PoolServer& server) {
        return !server.addresses.empty() || !server.pstn.empty() ||
               server.external != EdgeAddresses{} || server.nat != EdgeAddresses{};
    };
    // A pool that is its only server needs no list of servers.
    if (itself && (pool.servers.empty() || !has_more(pool.servers.front()))) return;
    out.line(4, "servers:");
    for (const auto& server : pool.servers) {
        if (!has_more(server)) {
            out.line(5, "- " + scalar(server.host));
            continue;
        }
        out.line(5, "- host: " + scalar(server.host));
        out.key(6, "addresses", server.addresses);
        out.key(6, "pstn_addresses", server.pstn);
        out.key(6, "external", server.external);
        out.key(6, "nat", server.nat);
    }
}

void write_pool(Writer& out, const Pool& pool, const std::vector<std::string>& remarks) {
    out.line(3, "- fqdn: " + scalar(pool.fqdn));
    out.line(4, fmt::format("role: {}", to_text(pool.role)));
    if (pool.product != Product::unknown)
        out.line(4, fmt::format("product: {}", to_text(pool.product)));
    // Beside what they are about, as comments: a person decides.
    for (const auto& text : remarks)
        out.comment(4, text);
    write_servers(out, pool);
    out.key(4, "internal_web", pool.internal_web);
    out.key(4, "external_web", pool.external_web);
    out.key(4, "external", pool.external);
    if (pool.autodiscover_names)
        out.line(4, "autodiscover_names: " + value(*pool.autodiscover_names));
    std::vector<std::string> parts;
    for (const auto& choice : pool.services)
        parts.push_back(fmt::format("{}: {}", choice.service, value(choice.runs)));
    if (!parts.empty()) out.line(4, fmt::format("services: {{{}}}", joined(parts)));
    parts.clear();
    for (const auto& ports : pool.ports)
        parts.push_back(
            ports.ports.size() == 1
                ? fmt::format("{}: {}", ports.service, ports.ports.front())
                : fmt::format("{}: [{}]", ports.service, fmt::join(ports.ports, ", "))
        );
    if (!parts.empty()) out.line(4, fmt::format("ports: {{{}}}", joined(parts)));
}

void write_target(Writer& out, const Target& target, const std::string& remark) {
    out.comment(1, remark);
    out.line(1, "- name: " + scalar(target.name));
    out.line(2, "host: " + scalar(target.host));
    out.key(2, "addresses", target.addresses);
    out.line(2, fmt::format("port: {}", target.port));
    // What follows from the probe and the port is left to follow.
    if (target.transport != default_transport(target.probe, target.port))
        out.line(2, fmt::format("transport: {}", to_text(target.transport)));
    out.line(2, fmt::format("probe: {}", to_text(target.probe)));
    if (target.role_given) out.line(2, fmt::format("role: {}", to_text(target.role)));
    // Written though it can be derived: the reader sees by what the certificate is judged.
    out.line(2, fmt::format("use: {}", to_text(target.use)));
    out.line(2, fmt::format("side: {}", to_text(target.side)));
    out.key(2, "pool", target.pool);
    out.key(2, "server", target.server);
    out.line(2, "site: " + scalar(target.site));
    out.key(2, "names", target.names);
}

} // namespace

std::string to_yaml(const ImportedTopology& imported, std::string_view source) {
    const auto& deployment = imported.deployment;
    Writer out;
    out.comment(0, fmt::format("A target list made by 'lyncprobe import' of {}.", source));
    out.comment(
        0, "'lyncprobe scan --plan' shows every endpoint of it; docs/topology.md explains the keys."
    );
    out.blank();
    if (!deployment.sip_domains.empty()) {
        out.key(0, "sip_domains", deployment.sip_domains);
        out.blank();
    }
    out.comment(
        0, "What the file does not know: the root of your certificates, and one of your own for "
           "the ports that demand one."
    );
    out.comment(0, "trust: {ca_files: [root.pem], system: no}");
    out.comment(0, "identities: [{id: server, pfx: server.pfx, password_env: PFX_PASSWORD}]");
    out.comment(0, "defaults: {identity: server}");
    out.blank();
    // In the order in which a person reads: domains, trust, names, then the long part.
    write_urls(out, deployment.simple_urls);
    if (!deployment.sites.empty()) out.line(0, "topology:");
    for (const auto& site : deployment.sites) {
        out.line(1, "- site: " + scalar(site.name));
        out.line(2, "pools:");
        for (const auto& pool : site.pools) {
            const auto remarks = imported.pool_remarks.find({pool.fqdn, pool.role});
            write_pool(
                out, pool,
                remarks == imported.pool_remarks.end() ? std::vector<std::string>{}
                                                       : remarks->second
            );
        }
    }
    if (deployment.targets.empty()) return out.take();
    out.blank();
    out.comment(0, "Ports that are no service of 'docs/services.md'.");
    out.line(0, "targets:");
    for (std::size_t i = 0; i < deployment.targets.size(); ++i)
        write_target(out, deployment.targets[i], imported.target_remarks[i]);
    return out.take();
}

} // namespace lyncprobe::config
