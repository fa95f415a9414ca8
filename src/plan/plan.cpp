// SPDX-License-Identifier: MIT
#include "plan/plan.h"

#include "model/text/lists.h"
#include "schannel/agreement.h"

#include <algorithm>
#include <compare>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::plan {

namespace {

constexpr auto kNoRelease = OperatingSystem::unknown; // as_os: the ClientHello is OpenSSL's own

// As the report's `variants` call it.
constexpr std::string_view kWithCertificate = "with-client-certificate";
constexpr std::string_view kWithoutCertificate = "without-client-certificate";
constexpr std::string_view kConstantHello = "constant-hello";
constexpr std::string_view kRawHello = "raw-hello", kHandshake = "handshake";
constexpr std::string_view kWithoutServerName = "without-server-name",
                           kForeignServerName = "foreign-server-name";

// A name that nobody has (RFC 2606 2).
constexpr std::string_view kForeignName = "lyncprobe.invalid";

// Versions as a raw hello offers them. SSL 2.0 comes last: it is what servers most often answer
// with silence, and the attempts share one deadline.
constexpr std::uint16_t kTls12 = 0x0303;
constexpr std::string_view kLabelTls12 = "tls1.2";
constexpr std::pair<std::string_view, std::uint16_t> kVersions[] = {
    {"ssl3", 0x0300},      {"tls1.0", 0x0301}, {"tls1.1", 0x0302},
    {kLabelTls12, kTls12}, {"tls1.3", 0x0304}, {"ssl2", 0x0002}};

// unrecognized_name (RFC 6066 3): about the name, which another hello would send again.
constexpr std::uint8_t kUnknownName = 112;

using Order = std::vector<std::size_t>; // indices of targets

std::string_view sni_view(const Target& target) {
    if (target.sni) return parse_address(*target.sni) ? std::string_view() : *target.sni;
    return host_is_name(target) ? std::string_view(target.host) : std::string_view();
}

const std::vector<std::string>& names_view(const Target& target) {
    static const std::vector<std::string> kHostAlone;
    return target.names.size() == 1 && target.names.front() == target.host ? kHostAlone
                                                                           : target.names;
}

// A target has three parts: which endpoint it is, what is claimed about it, and the rest. They are
// views into it with defaults filled in, so that saying a default is the same as leaving it out.
auto endpoint_of(const Target& t) {
    return std::tuple<
        const std::string&, std::uint16_t, Transport, Probe, std::string_view,
        const std::vector<Address>&, const std::string&>(
        t.host, t.port, t.transport, t.probe, sni_view(t), t.addresses, t.sip_domain
    );
}
auto claims_of(const Target& t) {
    return std::tuple<
        Role, bool, CertificateUse, const std::vector<std::string>&, const std::string&>(
        t.role, t.role_given, t.use, names_view(t), t.identity
    );
}
auto rest_of(const Target& t) {
    const auto& e = t.enrollment;
    return std::tie(
        t.pool, t.server, t.site, t.side, t.listing, t.expect, t.mutual, t.os, t.peer_os, t.product,
        t.plain, t.timeout, t.connect_timeout, e.method, e.ca_os, e.requester_os, e.kb922706
    );
}
auto all_of(const Target& t) { return std::tuple_cat(endpoint_of(t), claims_of(t), rest_of(t)); }

// Equal keys stay in list order.
template <class Key>
void sort_by(Order& order, Key key) {
    std::ranges::sort(order, [&key](std::size_t a, std::size_t b) {
        const auto difference = key(a) <=> key(b);
        return difference != 0 ? difference < 0 : a < b;
    });
}

HandshakeOptions raw_hello(const Target& target, std::uint16_t version) {
    HandshakeOptions out;
    out.server_name = server_name_sent(target);
    out.kind = HandshakeKind::raw_hello;
    out.version = version;
    return out;
}

bool same_hello(const HandshakeOptions& a, const HandshakeOptions& b) {
    return std::tie(a.kind, a.version, a.as_os, a.sure_only) ==
           std::tie(b.kind, b.version, b.as_os, b.sure_only);
}

// Further collects the attempts that were not made yet.
class Further {
  public:
    Further(const Target& target, const std::vector<Observation>& observations)
        : target_(target), observations_(observations) {}

    void add(Attempt attempt) {
        // Those of one role differ in their hello alone.
        const bool tried = std::ranges::any_of(observations_, [&](const Observation& seen) {
            return seen.attempt.role == attempt.role &&
                   (attempt.role != AttemptRole::supplementary ||
                    same_hello(seen.attempt.handshake, attempt.handshake));
        });
        if (!tried) attempts_.push_back(std::move(attempt));
    }

    void add_version(std::string_view label, std::uint16_t version) {
        add(
            {std::string(label), raw_hello(target_, version), target_.probe,
             AttemptRole::supplementary}
        );
    }

    void add_versions() {
        for (const auto& [label, version] : kVersions)
            add_version(label, version);
    }

    void add_other_names() {
        if (!server_name_sent(target_).empty())
            add_name(kWithoutServerName, AttemptRole::without_sni, {});
        add_name(kForeignServerName, AttemptRole::foreign_sni, kForeignName);
    }

    std::vector<Attempt> take() { return std::move(attempts_); }

  private:
    // A raw hello is enough where the certificate comes in clear text.
    void add_name(std::string_view label, AttemptRole role, std::string_view name) {
        const auto version = observations_.front().tls.version;
        const bool encrypted = version == TlsVersion::none || version == TlsVersion::tls1_3;
        auto options = encrypted ? HandshakeOptions() : raw_hello(target_, kTls12);
        options.server_name = name;
        // The handshake alone; XMPP has to be asked for TLS before it.
        const bool starttls = !encrypted || target_.probe == Probe::xmpp;
        add({std::string(label), std::move(options), starttls ? target_.probe : Probe::tls, role});
    }

    const Target& target_;
    const std::vector<Observation>& observations_;
    std::vector<Attempt> attempts_;
};

// An A/V Edge may know the constant hello of an old client only; over UDP there is no hello.
std::vector<Attempt> av_edge_attempts(
    const Target& target, const std::vector<Observation>& observations
) {
    if (target.transport == Transport::udp || observations.size() != 1) return {};
    const auto& first = observations.front();
    const bool hung_up = first.outcome == Outcome::closed || first.outcome == Outcome::reset;
    if (!hung_up || first.stage != Stage::preamble || first.pseudo_tls) return {};
    auto attempt = first_attempt(target, {});
    attempt.label = kConstantHello;
    attempt.constant_hello = true;
    return {std::move(attempt)};
}

bool without_tcp_tls(const Target& target) {
    return target.plain || target.transport != Transport::tcp || target.probe == Probe::av_edge;
}

bool wants_both(const Target& target, const ProbeVariants& variants) {
    return target.mutual == Mutual::both || (variants.mtls && target.mutual != Mutual::none);
}

// Whom hellos of other kinds can tell something: no pseudo-TLS, no other protocol, and time left.
bool speaks_tls(const Observation& seen) {
    return !seen.pseudo_tls && !seen.plain && seen.outcome != Outcome::not_tls &&
           seen.outcome != Outcome::timeout;
}

// Under the endpoint's own name: a handshake, or a raw hello of this version.
bool tried_handshake(const std::vector<Observation>& observations) {
    return std::ranges::any_of(observations, [](const Observation& seen) {
        return has_own_sni(seen.attempt.role) && seen.attempt.handshake.as_os == kNoRelease &&
               seen.attempt.handshake.kind == HandshakeKind::handshake;
    });
}
bool tried_raw(const std::vector<Observation>& observations, std::uint16_t version) {
    return std::ranges::any_of(observations, [&](const Observation& seen) {
        const auto& hello = seen.attempt.handshake;
        return has_own_sni(seen.attempt.role) && hello.kind == HandshakeKind::raw_hello &&
               hello.as_os == kNoRelease && hello.version == version;
    });
}

// The server had nothing to say to what was offered, or said so in a way of its own: Windows often
// closes or resets where others send an alert.
bool nothing_in_common(const Observation& seen) {
    if (seen.stage != Stage::handshake || !seen.presented.empty()) return false;
    switch (seen.outcome) {
    case Outcome::tls_failure:
    case Outcome::closed:
    case Outcome::reset: return true;
    case Outcome::tls_alert:
        return std::ranges::none_of(seen.tls.alerts, [](const Alert& alert) {
            return alert.received && alert.code == kUnknownName;
        });
    default: return false;
    }
}

// Our first word to the endpoint with all that we can offer, else the first at all.
const Observation& first_of(const std::vector<Observation>& observations) {
    const auto ours = std::ranges::find_if(observations, [](const Observation& seen) {
        return is_primary(seen.attempt.role) && seen.attempt.handshake.as_os == kNoRelease;
    });
    return ours == observations.end() ? observations.front() : *ours;
}

// The hello of a Windows release: where the server has nothing for it, a raw hello settles whether
// that is for want of what libssl cannot send, and a handshake of our own shows what the server
// has. Where the server chose what is not certain of the release, one without that is tried.
class Posing {
  public:
    Posing(
        const Target& target, const std::vector<Observation>& observations,
        const ProbeVariants& variants
    )
        : target_(target),
          observations_(observations),
          os_(target.peer_os != kNoRelease ? target.peer_os : variants.as_os) {}

    // A handshake as first_attempt() would make it, with the ClientHello of no Windows release.
    bool wants_own_handshake() const {
        return target_.peer_os != kNoRelease && nothing_in_common(observations_.front()) &&
               first_of(observations_).attempt.handshake.as_os != kNoRelease;
    }

    void add_to(Further& further) const {
        if (os_ == kNoRelease || target_.probe == Probe::av_edge) return;
        const auto* posed = find(HandshakeKind::handshake);
        if (posed == nullptr) return further.add(attempt("as-", HandshakeKind::handshake, false));
        const auto* raw = find(HandshakeKind::raw_hello);
        if (nothing_in_common(*posed) && raw == nullptr)
            return further.add(attempt("raw-hello-as-", HandshakeKind::raw_hello, false));
        const auto& chosen = raw != nullptr ? raw->tls : posed->tls;
        const auto* release = schannel::release_of(os_);
        if (release != nullptr && schannel::held_against(*release, chosen).hangs_on != nullptr)
            further.add(attempt("raw-hello-surely-as-", HandshakeKind::raw_hello, true));
    }

  private:
    const Observation* find(HandshakeKind kind) const {
        const auto found = std::ranges::find_if(observations_, [&](const Observation& seen) {
            const auto& hello = seen.attempt.handshake;
            return hello.as_os == os_ && hello.kind == kind && !hello.sure_only &&
                   has_own_sni(seen.attempt.role);
        });
        return found == observations_.end() ? nullptr : &*found;
    }

    Attempt attempt(std::string_view label, HandshakeKind kind, bool sure_only) const {
        HandshakeOptions options;
        options.server_name = server_name_sent(target_);
        if (kind == HandshakeKind::handshake && target_.mutual != Mutual::none)
            options.identity = target_.identity;
        options.kind = kind;
        options.as_os = os_;
        options.sure_only = sure_only;
        // The handshake alone; XMPP has to be asked for TLS before it.
        const auto probe = target_.probe == Probe::xmpp ? target_.probe : Probe::tls;
        return {
            fmt::format("{}{}", label, to_text(os_)), std::move(options), probe,
            AttemptRole::supplementary};
    }

    const Target& target_;
    const std::vector<Observation>& observations_;
    OperatingSystem os_;
};

// What is left where the endpoint showed no certificate: the other kind of hello, then SSL 3.0.
std::vector<Attempt> fallback(
    const Target& target, const std::vector<Observation>& observations,
    const ProbeVariants& variants
) {
    for (const auto& seen : observations)
        if (has_own_sni(seen.attempt.role) && !seen.presented.empty()) return {};
    const auto& first = first_of(observations);
    if (!nothing_in_common(first)) return {};
    const auto step = [&](std::string_view label, HandshakeOptions options, AttemptRole role) {
        return std::vector<Attempt>{{std::string(label), std::move(options), target.probe, role}};
    };
    if (variants.inventory && !tried_handshake(observations))
        return step(kHandshake, {server_name_sent(target), {}}, AttemptRole::primary);
    if (variants.versions) return {}; // had both of these
    if (!tried_raw(observations, kTls12))
        return step(kRawHello, raw_hello(target, kTls12), AttemptRole::supplementary);
    const auto& [ssl3, version] = kVersions[0];
    // Who never said a word may be a load balancer without servers: one more connection is enough.
    const bool spoke = first.outcome == Outcome::tls_alert || first.outcome == Outcome::tls_failure;
    if (!spoke || tried_raw(observations, version) || !nothing_in_common(observations.back()))
        return {};
    return step(ssl3, raw_hello(target, version), AttemptRole::supplementary);
}

Order order_of(std::size_t count) {
    Order order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
}

// Gives the names of later equals to the first one; those that stay, in list order.
Order merge_equal(std::vector<Target>& targets) {
    auto order = order_of(targets.size());
    sort_by(order, [&targets](std::size_t index) { return all_of(targets[index]); });
    Order kept;
    for (const auto index : order) {
        if (kept.empty() || all_of(targets[kept.back()]) != all_of(targets[index])) {
            kept.push_back(index);
            continue;
        }
        auto& first = targets[kept.back()];
        auto name = display_name(targets[index]);
        // Targets read by our own reader have different names, so the last one is the only
        // candidate for a repetition.
        const bool known =
            name == display_name(first) || (!first.also.empty() && first.also.back() == name);
        if (!known) first.also.push_back(std::move(name));
    }
    std::ranges::sort(kept);
    return kept;
}

// Nowhere for a target of the command line.
Where where_of(const Target& target, const std::vector<std::string>& inputs) {
    const auto& place = target.place;
    if (place.line == 0 || place.list >= inputs.size()) return {};
    return {inputs[place.list], place.line, place.column};
}

// The order of names says nothing.
std::vector<std::string> sorted_names(const Target& target) {
    auto names = names_view(target);
    std::ranges::sort(names);
    return names;
}

// What two targets claim differently; empty where they agree.
std::string differences(const Target& a, const Target& b) {
    std::vector<std::string_view> out;
    if (a.role != b.role || a.role_given != b.role_given) out.push_back("role");
    if (sorted_names(a) != sorted_names(b)) out.push_back("names");
    if (a.use != b.use) out.push_back("use");
    if (a.identity != b.identity) out.push_back("identity");
    return joined(out);
}

// Sighting is one place that a target names, by whatever spelling: an address, else the host.
struct Sighting {
    std::string where;
    std::uint16_t port;
    Transport transport;
    Probe probe;
    std::string_view sni;
    std::size_t target;

    auto endpoint() const { return std::tie(where, port, transport, probe, sni); }
    auto operator<=>(const Sighting&) const = default;
};

std::vector<Sighting> sightings_of(const std::vector<Target>& targets, const Order& kept) {
    std::vector<Sighting> out;
    for (const auto index : kept) {
        const auto& target = targets[index];
        const auto see = [&](std::string where) {
            out.push_back(
                {std::move(where), target.port, target.transport, target.probe, sni_view(target),
                 index}
            );
        };
        for (const auto& address : target.addresses)
            see(to_text(address));
        if (target.addresses.empty()) see(target.host);
    }
    std::ranges::sort(out);
    return out;
}

std::vector<Problem> warnings_of(
    const std::vector<Target>& targets, const Order& kept, const std::vector<std::string>& inputs
) {
    const auto sightings = sightings_of(targets, kept);
    // The later target, and the first of its endpoint.
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0, first = 0; i < sightings.size(); ++i) {
        if (sightings[first].endpoint() != sightings[i].endpoint()) first = i;
        const auto earlier = sightings[first].target, later = sightings[i].target;
        if (!differences(targets[earlier], targets[later]).empty())
            pairs.emplace_back(later, earlier);
    }
    std::ranges::sort(pairs);
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());

    std::vector<Problem> warnings;
    for (const auto& [later, earlier] : pairs) {
        const auto& target = targets[later];
        const auto [file, line, column] = where_of(targets[earlier], inputs);
        auto what = fmt::format(
            "'{}' is the same endpoint as the target at {} with another {}", display_name(target),
            file.empty() ? "the command line" : fmt::format("{}:{}:{}", file, line, column),
            differences(targets[earlier], target)
        );
        warnings.push_back(
            {.what = std::move(what), .where = where_of(target, inputs), .hint = "both are probed"}
        );
    }
    return warnings;
}

std::string id_base(const Target& target) {
    const auto place = target.name.empty() ? host_and_port(target.host, target.port)
                                           : fmt::format("{}:{}", target.name, target.port);
    return fmt::format("{}/{}", place, to_text(target.probe));
}

// Ids must differ: by the transport and by the server name that is sent where these differ, then by
// number.
void add_suffixes(std::vector<Target>& targets) {
    auto order = order_of(targets.size());
    const auto key = [&targets](std::size_t index) {
        return std::tuple<std::string_view, Transport, std::string_view>(
            targets[index].id_base, targets[index].transport, sni_view(targets[index])
        );
    };
    sort_by(order, key);
    for (auto begin = order.begin(); begin != order.end();) {
        const auto& base = targets[*begin].id_base;
        const auto end = std::find_if(begin, order.end(), [&](std::size_t i) {
            return targets[i].id_base != base;
        });
        const auto& first = targets[*begin];
        const bool transports_differ = first.transport != targets[*(end - 1)].transport;
        const bool names_differ = std::any_of(begin, end, [&](std::size_t i) {
            return sni_view(targets[i]) != sni_view(first);
        });
        std::size_t number = 0;
        for (auto it = begin; it != end; ++it) {
            number = it != begin && key(*it) == key(*(it - 1)) ? number + 1 : 1;
            auto& target = targets[*it];
            if (transports_differ && target.transport == Transport::udp) target.id_suffix = "#udp";
            if (names_differ) {
                const auto sni = sni_view(target);
                target.id_suffix += fmt::format("#sni={}", sni.empty() ? "none" : sni);
            }
            if (number > 1) target.id_suffix += fmt::format("#{}", number);
        }
        begin = end;
    }
}

} // namespace

Prepared prepare(std::vector<Target> targets, const std::vector<std::string>& inputs) {
    Prepared out;
    const auto kept = merge_equal(targets);
    out.warnings = warnings_of(targets, kept, inputs);
    out.targets.reserve(kept.size());
    for (const auto index : kept) {
        auto& target = out.targets.emplace_back(std::move(targets[index]));
        target.id_base = id_base(target);
        target.id_suffix.clear();
    }
    add_suffixes(out.targets);
    return out;
}

std::string endpoint_id(
    const Target& target, const std::optional<Address>& address, std::size_t addresses_of_name
) {
    if (!address || addresses_of_name <= 1) return target.id_base + target.id_suffix;
    return fmt::format("{}@{}{}", target.id_base, to_text(*address), target.id_suffix);
}

ProbeVariants variants_of(const RunSettings& settings, bool tls12, OperatingSystem as_os) {
    return {
        .versions = settings.versions.value_or(false),
        .mtls = settings.mtls_matrix.value_or(false),
        .sni = settings.sni_matrix.value_or(false),
        .inventory = settings.inventory.value_or(false),
        .tls12 = tls12,
        .as_os = as_os};
}

Attempt first_attempt(const Target& target, const ProbeVariants& variants) {
    const bool posing = target.peer_os != kNoRelease && !without_tcp_tls(target);
    if (variants.inventory && !posing && !without_tcp_tls(target))
        return {std::string(kRawHello), raw_hello(target, kTls12), target.probe};
    const auto identity = target.mutual == Mutual::none ? std::string() : target.identity;
    const bool one_of_two = wants_both(target, variants) && !identity.empty() &&
                            target.probe != Probe::av_edge; // nobody asks for one there
    HandshakeOptions options{server_name_sent(target), identity};
    std::string label(one_of_two ? kWithCertificate : std::string_view());
    if (posing) {
        options.as_os = target.peer_os;
        if (!one_of_two) label = fmt::format("as-{}", to_text(target.peer_os));
    }
    return {std::move(label), std::move(options), target.probe};
}

std::vector<Attempt> further_attempts(
    const Target& target, const std::vector<Observation>& observations,
    const ProbeVariants& variants
) {
    if (target.probe == Probe::av_edge) return av_edge_attempts(target, observations);
    if (observations.empty() || without_tcp_tls(target)) return {};
    const auto& first = first_of(observations);
    const bool cut_short =
        first.outcome == Outcome::skipped || first.outcome == Outcome::interrupted;
    // Where no handshake began any other way would end in the same place.
    if (first.stage < Stage::handshake || cut_short) return {};
    Further further(target, observations);
    const Posing posing(target, observations, variants);
    if (posing.wants_own_handshake()) {
        auto own = target;
        own.peer_os = kNoRelease;
        auto attempt = first_attempt(own, {.mtls = variants.mtls});
        if (attempt.label.empty()) attempt.label = kHandshake;
        return {std::move(attempt)};
    }
    if (wants_both(target, variants) && !target.identity.empty() && !variants.inventory)
        further.add(
            {std::string(kWithoutCertificate),
             {.server_name = server_name_sent(target),
              .identity = {},
              .as_os = first.attempt.handshake.as_os},
             // A partner is asked once; the handshake tells the rest.
             target.probe == Probe::federation ? Probe::tls : target.probe,
             AttemptRole::without_identity}
        );
    if (!speaks_tls(first)) return further.take();
    posing.add_to(further);
    if (variants.versions)
        further.add_versions();
    else if (variants.tls12 && first.tls.version == TlsVersion::tls1_3)
        further.add_version(kLabelTls12, kTls12);
    if (variants.sni) further.add_other_names();
    auto out = further.take();
    if (out.empty()) out = fallback(target, observations, variants);
    return out;
}

} // namespace lyncprobe::plan
