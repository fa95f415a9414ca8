// SPDX-License-Identifier: MIT
#include "config/topology_entry.h"

#include "codec/url.h"
#include "model/add_once.h"
#include "model/text/lists.h"
#include "plan/expand.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::config {

namespace {

using plan::only;
using plan::Roles;

// A key that a role cannot have is a mistake: it would silently do nothing.
constexpr Roles kEveryRole = ~Roles{0};

// Reading is a pool while it is read; what depends on the role waits until all keys were seen.
struct Reading {
    PoolDraft draft;
    const Node* services = nullptr;
    const Node* ports = nullptr;
    const Node* expect = nullptr;
};

// PoolKey is one key of a pool: how it is read, which roles have it, and how a default of the list
// is taken over (null: no default makes sense).
struct PoolKey {
    std::string_view name;
    void (*read)(const Entry&, Reading&);
    Roles roles = kEveryRole;
    void (*take_over)(const Target& defaults, Pool&) = nullptr;
};

std::optional<Role> read_role(const Entry& entry) {
    return read_word<Role>(entry, {Role::partner, Role::other});
}

template <auto Member, auto Read>
void read(const Entry& entry, Reading& reading) {
    keep(reading.draft.pool.*Member, Read(entry));
}

// Which services exist depends on the role, which may be written below them.
template <const Node* Reading::*Member>
void read_later(const Entry& entry, Reading& reading) {
    if (expect_mapping(entry)) reading.*Member = &entry.value;
}

template <auto From, auto To>
void take_over(const Target& defaults, Pool& pool) {
    pool.*To = defaults.*From;
}

using EdgeAddresses = EdgeServices<std::vector<Address>>;
using EdgeNames = EdgeServices<std::string>;

// One address or a list of them.
template <auto Member, class Out>
void read_addresses(const Entry& entry, Out& out) {
    read_addresses_into(read_one_or_more(entry, "203.0.113.10"), out.*Member);
}

constexpr std::array kEdgeNameKeys{
    Key<EdgeNames>{"access", read_member<&EdgeNames::access, read_host_name>},
    Key<EdgeNames>{"web_conferencing", read_member<&EdgeNames::web_conferencing, read_host_name>},
    Key<EdgeNames>{"av", read_member<&EdgeNames::av, read_host_name>},
};

constexpr std::array kEdgeAddressKeys{
    Key<EdgeAddresses>{"access", read_addresses<&EdgeAddresses::access>},
    Key<EdgeAddresses>{"web_conferencing", read_addresses<&EdgeAddresses::web_conferencing>},
    Key<EdgeAddresses>{"av", read_addresses<&EdgeAddresses::av>},
};

template <EdgeAddresses PoolServer::*Member>
void read_outside(const Entry& entry, PoolServer& server) {
    read_mapping<kEdgeAddressKeys>(entry, server.*Member);
}

constexpr std::array kServerKeys{
    Key<PoolServer>{"host", read_member<&PoolServer::host, read_host>},
    Key<PoolServer>{"addresses", read_addresses<&PoolServer::addresses>},
    Key<PoolServer>{"pstn_addresses", read_addresses<&PoolServer::pstn>},
    Key<PoolServer>{"external", read_outside<&PoolServer::external>},
    Key<PoolServer>{"nat", read_outside<&PoolServer::nat>},
};

void read_server(const Entry& element, Pool& pool) {
    PoolServer server;
    server.place = element.file.place(element.value.spot);
    // The short form is the name alone: `servers: [fe01.contoso.local]`.
    if (element.value.kind == Node::Kind::mapping) {
        const auto seen = read_mapping<kServerKeys>(element.value, element.file, server);
        if (!has_key<kServerKeys>(seen, "host"))
            element.mistake("this server has no 'host'", "its DNS name");
    } else {
        keep(server.host, read_host(element));
    }
    if (!server.host.empty()) pool.servers.push_back(std::move(server));
}

void read_servers(const Entry& entry, Reading& reading) {
    for (const auto& element : read_list(entry, "fe01.contoso.local"))
        read_server(element, reading.draft.pool);
}

void read_external_names(const Entry& entry, Reading& reading) {
    read_mapping<kEdgeNameKeys>(entry, reading.draft.pool.external);
}

void read_pool_identity(const Entry& entry, Reading& reading) {
    reading.draft.identity = entry.value.spot;
    keep(reading.draft.pool.identity, read_text(entry));
}

void read_pool_enrollment(const Entry& entry, Reading& reading) {
    read_enrollment(entry, reading.draft.pool.enrollment);
}

void read_publishes(const Entry& entry, Reading& reading) {
    for (const auto& element : read_list(entry, "meet.contoso.com"))
        if (auto name = read_host_name(element))
            reading.draft.pool.publishes.push_back(std::move(*name));
}

using P = Pool;
using T = Target;
constexpr std::array kPoolKeys{
    PoolKey{"fqdn", read<&P::fqdn, read_host_name>},
    PoolKey{"role", read<&P::role, read_role>},
    PoolKey{"servers", read_servers},
    PoolKey{"internal_web", read<&P::internal_web, read_host_name>, plan::kWeb},
    PoolKey{"external_web", read<&P::external_web, read_host_name>, plan::kWeb},
    PoolKey{"external", read_external_names, only(Role::edge)},
    PoolKey{"services", read_later<&Reading::services>},
    PoolKey{"ports", read_later<&Reading::ports>},
    PoolKey{"expect", read_later<&Reading::expect>, kEveryRole, take_over<&T::expect, &P::expect>},
    PoolKey{"sip_names", read<&P::sip_names, read_yes_or_no>, plan::kRegistrars},
    PoolKey{
        "autodiscover_names", read<&P::autodiscover_names, read_yes_or_no>,
        plan::kWeb | only(Role::reverse_proxy)},
    PoolKey{"publishes", read_publishes, only(Role::reverse_proxy)},
    PoolKey{"identity", read_pool_identity, kEveryRole, take_over<&T::identity, &P::identity>},
    PoolKey{
        "product", read<&P::product, any_word<Product>>, kEveryRole,
        take_over<&T::product, &P::product>},
    PoolKey{
        "mutual", read<&P::mutual, any_word<Mutual>>, kEveryRole,
        take_over<&T::mutual, &P::mutual>},
    PoolKey{
        "enrollment", read_pool_enrollment, kEveryRole, take_over<&T::enrollment, &P::enrollment>},
    PoolKey{"os", read<&P::os, read_computer_system>, kEveryRole, take_over<&T::os, &P::os>},
    PoolKey{
        "peer_os", read<&P::peer_os, read_windows_release>, kEveryRole,
        take_over<&T::peer_os, &P::peer_os>},
    PoolKey{
        "timeout", read<&P::timeout, read_duration>, kEveryRole,
        take_over<&T::timeout, &P::timeout>},
    PoolKey{
        "connect_timeout", read<&P::connect_timeout, read_duration>, kEveryRole,
        take_over<&T::connect_timeout, &P::connect_timeout>},
};

// "an edge pool", "a front-end pool"
std::string a_role(Role role) {
    const auto text = to_text(role);
    const bool vowel = std::string_view("aeiou").find(text.front()) != std::string_view::npos;
    return fmt::format("{} {} pool", vowel ? "an" : "a", text);
}

// The names by which a pool of this role may turn services on and off, or give their ports.
std::vector<std::string_view> service_names(Role role, bool groups) {
    std::vector<std::string_view> out;
    for (const auto& service : plan::services())
        if (service.listener.probe && plan::has(service.roles, role)) {
            if (groups) add_once(out, service.group);
            add_once(out, service.id);
        }
    return out;
}

void note_unknown_service(
    const Node& key, ListFile& file, Role role, std::span<const std::string_view> known
) {
    const auto& name = key.text;
    const auto* service = plan::find_service(name);
    // A service that exists, but has nothing to probe, is no spelling mistake.
    if (service != nullptr && !service->listener.probe)
        return file.mistake(
            key.spot, fmt::format("service '{}' carries no TLS, so it is not probed", name)
        );
    const auto groups = service_names(role, true);
    if (std::ranges::find(groups, name) != groups.end())
        return file.mistake(
            key.spot, fmt::format("'{}' is a group of services, each with its own port", name),
            "known: " + joined(known)
        );
    file.mistake(
        key.spot, fmt::format("{} has no service {}", a_role(role), quoted(name)),
        suggestion(name, known)
    );
}

// Calls `take` for every key that names a service of the role, once.
template <class Take>
void for_each_service(
    const Node& mapping, ListFile& file, const Pool& pool, bool groups, Take take
) {
    const auto known = service_names(pool.role, groups);
    // The table of keys differs by role, so KnownKeys with its fixed table does not serve here.
    std::set<std::string> seen;
    for (const auto& entry : entries_of(mapping, file)) {
        if (entry.key.kind != Node::Kind::scalar) {
            file.mistake(entry.key.spot, "a key must be a plain word");
            continue;
        }
        const auto& name = entry.key.text;
        if (std::ranges::find(known, name) == known.end()) {
            note_unknown_service(entry.key, file, pool.role, known);
        } else if (!seen.insert(name).second) {
            file.mistake(
                entry.key.spot, "duplicate key " + quoted(name),
                "each key stands once; remove one of them"
            );
        } else {
            take(entry);
        }
    }
}

void read_services(const Node& mapping, ListFile& file, Pool& pool) {
    for_each_service(mapping, file, pool, true, [&pool](const Entry& entry) {
        if (const auto runs = read_yes_or_no(entry))
            pool.services.push_back({entry.key.text, *runs});
    });
}

void read_expectations(const Node& mapping, ListFile& file, Pool& pool) {
    for_each_service(mapping, file, pool, true, [&pool](const Entry& entry) {
        if (const auto expect = read_word<Expectation>(entry))
            pool.expectations.push_back({entry.key.text, *expect});
    });
}

void read_ports(const Node& mapping, ListFile& file, Pool& pool) {
    for_each_service(mapping, file, pool, false, [&pool](const Entry& entry) {
        ServicePorts ports{entry.key.text, {}};
        // What is no list is taken for a port, so that the message about a mapping asks for one.
        const bool list = entry.value.kind == Node::Kind::sequence;
        const auto elements = list ? read_list(entry, "5061") : std::vector<Entry>{entry};
        for (const auto& element : elements)
            if (const auto port = read_port(element); port && !add_once(ports.ports, *port))
                element.mistake(fmt::format("the port {} stands twice", *port));
        // An empty list would read as "no port", which "services" says better.
        if (elements.empty())
            entry.mistake(
                fmt::format("'{}' has no port", entry.key.text),
                "to leave the service out write it under 'services' with 'no'"
            );
        if (!ports.ports.empty()) pool.ports.push_back(std::move(ports));
    });
}

void check_servers(const Node& mapping, ListFile& file, const Pool& pool) {
    const auto* list = value_of(mapping, "servers");
    if (list == nullptr) return;
    std::set<std::string> seen;
    for (const auto& server : pool.servers) {
        const auto note = [&](std::string what, std::string hint) {
            file.mistakes().add(server.place, std::move(what), std::move(hint));
        };
        if (!seen.insert(server.host).second)
            note("duplicate server " + quoted(server.host), "each server of a pool stands once");
        // Only an Edge has a second network.
        const bool outside = server.external != EdgeAddresses{} || server.nat != EdgeAddresses{};
        if (outside && pool.role != Role::edge)
            note(
                fmt::format("a server of {} has no external interfaces", a_role(pool.role)),
                "write its addresses under 'addresses'"
            );
        // A published name leads to all proxies at once, so DNS cannot tell one from another.
        if (pool.role == Role::reverse_proxy && server.addresses.empty())
            note(
                "a reverse proxy's server needs its 'addresses'",
                "its names lead to all of them; without 'servers' they are looked up"
            );
    }
}

// The services outside have names of their own, which follow from no other key.
void check_edge(
    const Node& mapping, ListFile& file, const Pool& pool, std::vector<Problem>& warnings
) {
    const auto* external = value_of(mapping, "external");
    if (external == nullptr) {
        // A warning: a list about the inside alone is useful.
        warnings.push_back(
            {.what = fmt::format(
                 "the Edge pool {} has no 'external' names: only its inside is probed", pool.fqdn
             ),
             .where = file.where(mapping.spot),
             .hint = "write 'external: {access: …, web_conferencing: …, av: …}'"}
        );
        return;
    }
    for (const auto& [at, key] : plan::kEdgeKeys) {
        if (!plan::edge_member(pool.external, at).empty()) continue;
        // One message for each missing name, whichever services need it.
        for (const auto& service : plan::services()) {
            if (service.listener.at != at || !service.listener.probe ||
                !plan::runs_on(pool, service))
                continue;
            file.mistake(
                external->spot, fmt::format("'external' has no '{}'", key),
                fmt::format(
                    "its name outside; where the service does not run write 'services: {{{}: no}}'",
                    service.id
                )
            );
            break;
        }
    }
}

void check_chosen_ports(const Node& mapping, ListFile& file, const Pool& pool) {
    for (const auto& service : plan::services())
        if (plan::runs_on(pool, service) && plan::ports_on(pool, service).empty())
            file.mistake(
                mapping.spot, fmt::format("{} has no port of its own", a_role(pool.role)),
                fmt::format("write 'ports: {{{}: 6000}}'", service.id)
            );
}

// True where the pool has a name and a role, so that the rest can be checked.
bool check_keys(const Node& mapping, ListFile& file, const PoolDraft& draft) {
    const auto& pool = draft.pool;
    if (!has_key<kPoolKeys>(draft.given, "fqdn"))
        file.mistake(
            mapping.spot, "this pool has no 'fqdn'",
            "its name, which for a single server is the server's"
        );
    if (!has_key<kPoolKeys>(draft.given, "role"))
        file.mistake(
            mapping.spot, "this pool has no 'role'", "it decides which ports the servers have"
        );
    // The rest is judged by role.
    if (pool.role == Role::other) return false; // not said, or said wrongly
    for (std::size_t i = 0; i < kPoolKeys.size(); ++i)
        if ((draft.given >> i & 1u) != 0 && !plan::has(kPoolKeys[i].roles, pool.role)) {
            const auto key = std::ranges::find(mapping.children, kPoolKeys[i].name, &Node::text);
            file.mistake(
                key->spot, fmt::format("{} has no '{}'", a_role(pool.role), kPoolKeys[i].name)
            );
        }
    return !pool.fqdn.empty();
}

PoolDraft read_pool(const Node& mapping, ListFile& file, std::vector<Problem>& warnings) {
    Reading reading;
    auto& draft = reading.draft;
    auto& pool = draft.pool;
    draft.given = read_mapping<kPoolKeys>(mapping, file, reading);
    pool.place = file.place(mapping.spot);
    // Without name and role every further check would complain of the same cause.
    if (!check_keys(mapping, file, draft)) return draft;
    if (reading.services != nullptr) read_services(*reading.services, file, pool);
    if (reading.ports != nullptr) read_ports(*reading.ports, file, pool);
    if (reading.expect != nullptr) read_expectations(*reading.expect, file, pool);
    check_servers(mapping, file, pool);
    if (pool.role == Role::edge) check_edge(mapping, file, pool, warnings);
    check_chosen_ports(mapping, file, pool);
    return draft;
}

// Invitations hold the whole address; the certificate must cover its host.
std::optional<std::string> read_url_host(const Entry& entry) {
    const auto text = read_text(entry);
    if (!text) return std::nullopt;
    if (text->find("://") == std::string::npos) return read_host_name(entry);
    std::string why;
    const auto url = codec::parse_url(*text, &why);
    // "https://meet.contoso.com@evil.example" reads like the one and leads to the other.
    if (url && url->user_info) why = "it names a user before the host";
    if (!url || url->user_info) {
        entry.mistake(
            fmt::format("{} is no web address{}", quoted(*text), why.empty() ? "" : ": " + why),
            "for example https://meet.contoso.com"
        );
        return std::nullopt;
    }
    if (url->scheme != "https" || url->port != default_port(Probe::https)) {
        entry.mistake(
            fmt::format("{} is no simple URL", quoted(*text)),
            "they begin with https:// and have no port"
        );
        return std::nullopt;
    }
    // The host is checked like any other name, with the place of the URL.
    Node host = entry.value;
    host.text = url->host;
    return read_host_name({entry.key, host, entry.file, entry.element});
}

template <std::vector<std::string> SimpleUrls::*Member>
void read_urls(const Entry& entry, SimpleUrls& urls) {
    for (const auto& element : read_one_or_more(entry, "https://meet.contoso.com"))
        if (auto host = read_url_host(element)) add_once(urls.*Member, std::move(*host));
}

constexpr std::array kSimpleUrlKeys{
    Key<SimpleUrls>{"meet", read_urls<&SimpleUrls::meet>},
    Key<SimpleUrls>{"dialin", read_urls<&SimpleUrls::dialin>},
    Key<SimpleUrls>{"admin", read_urls<&SimpleUrls::admin>},
};

} // namespace

SiteDraft read_site(const Node& mapping, ListFile& file, std::vector<Problem>& warnings) {
    constexpr std::array<std::string_view, 2> kSiteKeys{"site", "pools"};
    SiteDraft draft;
    KnownKeys keys(kSiteKeys, file);
    for (const auto& entry : entries_of(mapping, file)) {
        const auto index = keys.find(entry.key);
        if (!index) continue;
        // 0 is "site", 1 is "pools", as in kSiteKeys.
        if (*index == 0) {
            keep(draft.name, read_text(entry));
            continue;
        }
        for (const auto& pool : read_list(entry, "{fqdn: pool.contoso.local, role: front-end}"))
            if (expect_mapping(pool)) draft.pools.push_back(read_pool(pool.value, file, warnings));
    }
    if ((keys.seen() & 1u) == 0)
        file.mistake(mapping.spot, "this site has no name", "write 'site: Redmond'");
    return draft;
}

void apply_defaults(Pool& pool, std::uint64_t given, const TargetDraft& defaults) {
    for (std::size_t i = 0; i < kPoolKeys.size(); ++i)
        if ((given >> i & 1u) == 0 && kPoolKeys[i].take_over != nullptr &&
            was_given(defaults, kPoolKeys[i].name))
            kPoolKeys[i].take_over(defaults.target, pool);
}

void read_simple_urls(const Entry& section, SimpleUrls& urls) {
    read_mapping<kSimpleUrlKeys>(section, urls);
}

} // namespace lyncprobe::config
