// SPDX-License-Identifier: MIT
// The closed word lists of the product: what an endpoint, a verdict or a certificate use is called.
// The texts are a contract with other people's scripts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lyncprobe {

enum class Verdict : std::uint8_t { pass, warn, fail, inconclusive, not_applicable };

enum class Outcome : std::uint8_t {
    ok,
    dns_failure,
    refused,
    unreachable,
    connect_timeout,
    timeout,
    reset,
    closed,
    not_tls,
    starttls_refused,
    tls_alert,
    tls_failure,
    client_certificate_required,
    client_certificate_rejected,
    protocol_error,
    limit_exceeded,
    local_error,
    skipped,
    interrupted
};

// How far an endpoint came, in order.
enum class Stage : std::uint8_t {
    resolve,
    connect,
    preamble,
    handshake,
    client_auth,
    conversation,
    done
};

enum class Role : std::uint8_t {
    front_end,
    standard_edition,
    director,
    mediation,
    persistent_chat,
    edge,
    reverse_proxy,
    office_web_apps,
    exchange_um,
    trusted_application,
    sba,
    gateway,
    partner,
    other
};

enum class CertificateUse : std::uint8_t {
    default_,
    web_services_internal,
    web_services_external,
    oauth_token_issuer,
    internal,
    access_edge_external,
    data_edge_external,
    audio_video_authentication,
    xmpp_server,
    other
};

enum class Side : std::uint8_t { unknown, internal, external };

// A probe is named here and spoken in probes/; not every name has a conversation yet.
enum class Probe : std::uint8_t {
    tls,
    sip,
    federation,
    https,
    autodiscover,
    web_conferencing,
    av_edge,
    xmpp,
    replication
};

enum class Transport : std::uint8_t { tcp, udp };

enum class Mutual : std::uint8_t { automatic, none, both };

// How a target came to be expected: named in the list, by a service without which its role would
// be none, or by one that the role usually has.
enum class Listing : std::uint8_t { listed, core, usual };

// What must not work from where the run is made.
enum class Expectation : std::uint8_t {
    none,
    unreachable,
    client_certificate_refused,
    protocol_refused
};

enum class EnrollmentMethod : std::uint8_t { unknown, automatic, web, mmc, certreq, offline };

enum class OperatingSystem : std::uint8_t {
    unknown,
    windows_xp,
    windows_vista,
    windows_7,
    windows_8,
    windows_10,
    windows_11, // from 22H2 on
    windows_2000_server,
    windows_server_2003,
    windows_server_2003_sp1,
    windows_server_2003_sp2,
    windows_server_2003_r2,
    windows_server_2003_r2_sp2,
    windows_server_2008,
    windows_server_2008_r2,
    windows_server_2008_r2_tls12, // with TLS 1.1 and 1.2 turned on
    windows_server_2012,
    windows_server_2012_r2,
    windows_server_2016,
    windows_server_2019,
    windows_server_2022,
    linux,
    other,
    public_ca
};

// The server products whose versions a protocol answer can tell; in order of age.
enum class Product : std::uint8_t {
    unknown,
    ocs_2007,
    ocs_2007_r2,
    lync_2010,
    lync_2013,
    skype_2015,
    skype_2019
};

template <class E>
struct Word {
    E value;
    std::string_view text;
};

// The whole list of one vocabulary, in the order of the contract.
template <class E>
std::span<const Word<E>> words();

// Defined for every enumeration above.
template <class E>
std::string_view to_text(E value) {
    for (const auto& word : words<E>())
        if (word.value == value) return word.text;
    return "?";
}
template <class E>
std::optional<E> from_text(std::string_view text) {
    for (const auto& word : words<E>())
        if (word.text == text) return word.value;
    return std::nullopt;
}

template <>
std::span<const Word<Verdict>> words();
template <>
std::span<const Word<Outcome>> words();
template <>
std::span<const Word<Stage>> words();
template <>
std::span<const Word<Role>> words();
template <>
std::span<const Word<CertificateUse>> words();
template <>
std::span<const Word<Side>> words();
template <>
std::span<const Word<Probe>> words();
template <>
std::span<const Word<Transport>> words();
template <>
std::span<const Word<Product>> words();
template <>
std::span<const Word<Mutual>> words();
template <>
std::span<const Word<Listing>> words();
template <>
std::span<const Word<Expectation>> words();
template <>
std::span<const Word<EnrollmentMethod>> words();
template <>
std::span<const Word<OperatingSystem>> words();

// The port a probe uses where none is given: sip and federation 5061, xmpp 5269, replication 4443,
// else 443.
std::uint16_t default_port(Probe);

// The transport a probe uses where none is given: udp for av-edge on 3478, else tcp.
Transport default_transport(Probe, std::uint16_t port);

// True for the ports on which autodiscover is served without TLS: 80 and, behind it, 8080.
bool is_plain_http_port(std::uint16_t port);

// The product's name for people: "Lync Server 2013"; empty for unknown.
std::string_view product_name(Product);

// The known word nearest to a misspelt one (edit distance), empty where none is near.
std::string_view nearest(std::string_view text, std::span<const std::string_view> known);
template <class E>
std::string_view nearest_word(std::string_view text);

// Order of badness for summaries: fail, warn, inconclusive, pass, not_applicable.
int badness(Verdict);

bool is_lync_internal(Role); // a Lync server inside: not an Edge, not a neighbour product

} // namespace lyncprobe
