// SPDX-License-Identifier: MIT
#include "config/target_entry.h"

#include "schannel/releases.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

// TargetKey is one key of a target: how it is read, and how a default is taken over (null: no
// default makes sense).
struct TargetKey {
    std::string_view name;
    void (*read)(const Entry&, TargetDraft&);
    void (*take_over)(const Target& defaults, Target&);
};

void read_name(const Entry&, TargetDraft&);
void read_addresses(const Entry&, TargetDraft&);
void read_probe(const Entry&, TargetDraft&);
void read_role(const Entry&, TargetDraft&);
void read_server_name(const Entry&, TargetDraft&);
void read_names(const Entry&, TargetDraft&);
void read_identity(const Entry&, TargetDraft&);
void read_target_enrollment(const Entry&, TargetDraft&);
void take_over_role(const Target& defaults, Target&);

template <auto Member, auto Read>
void read(const Entry& entry, TargetDraft& draft) {
    keep(draft.target.*Member, Read(entry));
}

template <auto Member>
void take_over(const Target& defaults, Target& target) {
    target.*Member = defaults.*Member;
}

using T = Target;
constexpr std::array kTargetKeys{
    TargetKey{"name", read_name, nullptr},
    TargetKey{"host", read<&T::host, read_host>, nullptr},
    TargetKey{"addresses", read_addresses, nullptr},
    TargetKey{"port", read<&T::port, read_port>, take_over<&T::port>},
    TargetKey{"transport", read<&T::transport, any_word<Transport>>, nullptr}, // by probe and port
    TargetKey{"probe", read_probe, take_over<&T::probe>},
    TargetKey{"role", read_role, take_over_role},
    TargetKey{"use", read<&T::use, any_word<CertificateUse>>, take_over<&T::use>},
    TargetKey{"side", read<&T::side, any_word<Side>>, take_over<&T::side>},
    TargetKey{"pool", read<&T::pool, read_host_name>, take_over<&T::pool>},
    TargetKey{"server", read<&T::server, read_host_name>, nullptr},
    TargetKey{"site", read<&T::site, read_text>, take_over<&T::site>},
    TargetKey{"sni", read_server_name, take_over<&T::sni>},
    TargetKey{"names", read_names, take_over<&T::names>},
    TargetKey{"identity", read_identity, take_over<&T::identity>},
    TargetKey{"sip_domain", read<&T::sip_domain, read_host_name>, nullptr},
    TargetKey{"product", read<&T::product, any_word<Product>>, take_over<&T::product>},
    TargetKey{"plain", read<&T::plain, read_yes_or_no>, nullptr},
    TargetKey{"expect", read<&T::expect, any_word<Expectation>>, take_over<&T::expect>},
    TargetKey{"mutual", read<&T::mutual, any_word<Mutual>>, take_over<&T::mutual>},
    TargetKey{"enrollment", read_target_enrollment, take_over<&T::enrollment>},
    TargetKey{"os", read<&T::os, read_computer_system>, take_over<&T::os>},
    TargetKey{"peer_os", read<&T::peer_os, read_windows_release>, take_over<&T::peer_os>},
    TargetKey{"timeout", read<&T::timeout, read_duration>, take_over<&T::timeout>},
    TargetKey{
        "connect_timeout", read<&T::connect_timeout, read_duration>,
        take_over<&T::connect_timeout>},
};

using E = Enrollment;
constexpr std::array kEnrollmentKeys{
    Key<E>{"method", read_member<&E::method, any_word<EnrollmentMethod>>},
    Key<E>{"ca_os", read_member<&E::ca_os, any_word<OperatingSystem>>},
    Key<E>{"requester_os", read_member<&E::requester_os, read_computer_system>},
    Key<E>{"kb922706", read_member<&E::kb922706, read_yes_or_no>},
};

} // namespace

TargetDraft read_target(const Node& mapping, ListFile& file) {
    TargetDraft draft;
    draft.given = read_mapping<kTargetKeys>(mapping, file, draft);
    draft.target.place = file.place(mapping.spot);
    if (!was_given(draft, "host"))
        file.mistake(mapping.spot, "this target has no 'host'", "a DNS name or an address");
    return draft;
}

TargetDraft read_defaults(const Node& mapping, ListFile& file) {
    TargetDraft draft;
    draft.given = read_mapping<kTargetKeys>(mapping, file, draft);
    for (const auto& [key, value, list, element] : entries_of(mapping, file)) {
        const auto index = index_of<kTargetKeys>(key.text);
        // A default host or name would make every target the same one.
        if (index < kTargetKeys.size() && kTargetKeys[index].take_over == nullptr)
            file.mistake(
                key.spot, fmt::format("'{}' cannot stand in 'defaults'", key.text),
                "it belongs to one target"
            );
    }
    return draft;
}

void apply_defaults(Target& target, std::uint64_t given, const TargetDraft& defaults) {
    // What a target says itself always wins, even where it says the usual value.
    const auto missing = defaults.given & ~given;
    for (std::size_t i = 0; i < kTargetKeys.size(); ++i)
        if ((missing >> i & 1u) != 0 && kTargetKeys[i].take_over != nullptr)
            kTargetKeys[i].take_over(defaults.target, target);
    // Derived last: the probe it depends on may itself come from the defaults.
    if (!has_key<kTargetKeys>(defaults.given | given, "port"))
        target.port = default_port(target.probe);
    if (!has_key<kTargetKeys>(given, "transport"))
        target.transport = default_transport(target.probe, target.port);
    if (!has_key<kTargetKeys>(given, "plain"))
        target.plain = target.probe == Probe::autodiscover && is_plain_http_port(target.port);
}

bool was_given(const TargetDraft& draft, std::string_view key) {
    return has_key<kTargetKeys>(draft.given, key);
}

std::optional<OperatingSystem> read_computer_system(const Entry& entry) {
    // "public" is an answer to who issued a certificate, not a computer.
    return read_word<OperatingSystem>(entry, {OperatingSystem::public_ca});
}

std::optional<OperatingSystem> read_windows_release(const Entry& entry) {
    const auto name = read_text(entry);
    if (!name) return std::nullopt;
    const auto os = schannel::from_name(*name);
    if (!os)
        entry.mistake(
            fmt::format("'{}' cannot be {}", entry.key.text, quoted(*name)),
            schannel::suggestion(*name)
        );
    return os;
}

void read_enrollment(const Entry& entry, Enrollment& enrollment) {
    read_mapping<kEnrollmentKeys>(entry, enrollment);
}

void check_target(const Target& target, ListFile& file) {
    // After the defaults, since these keys depend on each other.
    if (target.plain && target.probe != Probe::autodiscover)
        file.mistakes().add(
            target.place, fmt::format("'plain: yes' with probe '{}'", to_text(target.probe)),
            "only autodiscover is spoken without TLS"
        );
    if (target.transport == Transport::udp && target.probe != Probe::av_edge)
        file.mistakes().add(
            target.place, fmt::format("probe '{}' has no transport 'udp'", to_text(target.probe)),
            "only av-edge speaks UDP"
        );
}

namespace {

void read_name(const Entry& entry, TargetDraft& draft) {
    // Kept for the message about a duplicate, which is found when all lists are read.
    draft.name = entry.value.spot;
    keep(draft.target.name, read_text(entry));
}

void read_addresses(const Entry& entry, TargetDraft& draft) {
    read_addresses_into(read_list(entry, "203.0.113.10"), draft.target.addresses);
}

void read_probe(const Entry& entry, TargetDraft& draft) {
    const auto probe = read_word<Probe>(entry);
    if (!probe) return;
    draft.target.probe = *probe;
    // config/ may not know probes/, so its caller says which are there.
    const auto is_built = entry.file.options().probe_is_built;
    if (is_built != nullptr && !is_built(*probe))
        entry.mistake(fmt::format("probe '{}' is known, not built yet", to_text(*probe)));
}

void read_role(const Entry& entry, TargetDraft& draft) {
    keep(draft.target.role, read_word<Role>(entry));
    // Also where the word is wrong: one mistake, and no second one about a missing role.
    draft.target.role_given = true;
}

void take_over_role(const Target& defaults, Target& target) {
    target.role = defaults.role;
    target.role_given = true;
}

// RFC 6066 3: no address is ever sent as a server name.
void read_server_name(const Entry& entry, TargetDraft& draft) {
    if (entry.value.kind == Node::Kind::scalar && entry.value.text == "none")
        // Empty and absent differ: "send no server name" against "send the usual one".
        draft.target.sni = std::string();
    else if (auto name = read_host_name(entry))
        draft.target.sni = std::move(*name);
}

void read_names(const Entry& entry, TargetDraft& draft) {
    for (const auto& element : read_list(entry, "sip.contoso.com"))
        if (auto name = read_host_name(element)) draft.target.names.push_back(std::move(*name));
}

void read_identity(const Entry& entry, TargetDraft& draft) {
    draft.identity = entry.value.spot;
    keep(draft.target.identity, read_text(entry));
}

void read_target_enrollment(const Entry& entry, TargetDraft& draft) {
    read_enrollment(entry, draft.target.enrollment);
}

} // namespace

} // namespace lyncprobe::config
