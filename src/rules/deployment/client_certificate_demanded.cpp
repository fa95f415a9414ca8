// SPDX-License-Identifier: MIT
// Rule client-certificate-demanded: a port between servers asks for the peer's certificate.
#include "plan/services.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// HTTP.SYS asks when a path of its site calls for a certificate, which need not be the one we read;
// XMPP is decided partner by partner.
bool asks_in_handshake(Probe probe) {
    return probe == Probe::sip || probe == Probe::federation || probe == Probe::tls ||
           probe == Probe::web_conferencing;
}

// Only servers connect there, as the product's documentation says.
const plan::Service* mutual_service(const Target& target) {
    const auto* service = plan::service_of(target);
    const bool mutual = service && service->listener.peer == plan::PeerCertificate::required;
    return mutual && asks_in_handshake(target.probe) ? service : nullptr;
}

// Did a handshake of our TLS library come to its end? A raw hello sees no more than the first
// flight of old versions.
bool shook_hands(const AttemptRow& attempt) {
    return attempt.outcome == Outcome::ok && attempt.tls && attempt.raw_version == 0;
}

bool was_asked(const EndpointRow& row) {
    bool asked = row.main.client_certificate != nullptr;
    for (const auto& variant : row.variants)
        asked = asked || variant.client_certificate;
    return asked;
}

// A server of Lync refuses peers that it cannot ask; a gateway only does not know who calls.
Verdict how_bad(const Target& target) {
    return target.role == Role::gateway ? Verdict::warn : Verdict::fail;
}

RunRuling rule_on(
    const std::string& pool, Verdict bad, const std::map<std::size_t, std::string>& services
) {
    RunRuling out;
    std::vector<std::string> names;
    for (const auto& [endpoint, service] : services) {
        out.endpoints.push_back(endpoint);
        if (!contains(names, service)) names.push_back(service);
    }
    out.ruling = verdict(
                     bad, fmt::format(
                              "{} asks for no client certificate on {}, where only servers may "
                              "connect: whoever does so is not asked who he is",
                              pool, some_of(names)
                          )
    )
                     .with("pool", pool)
                     .with("services", std::move(names));
    return out;
}

std::vector<RunRuling>
check_client_certificate_demanded(const ScanResult& run, const IssuerClosures&) {
    std::vector<std::size_t> asking;
    std::map<std::pair<std::string, Verdict>, std::map<std::size_t, std::string>> silent; // by pool
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        const auto& target = run.targets[row.target];
        const auto* service = mutual_service(target);
        if (!service) continue;
        if (was_asked(row))
            asking.push_back(i);
        else if (shook_hands(row.main))
            silent[{target.pool.empty() ? target.host : target.pool, how_bad(target)}].emplace(
                i, service->id
            );
    }
    std::vector<RunRuling> rulings;
    for (const auto& [pool, services] : silent)
        rulings.push_back(rule_on(pool.first, pool.second, services));
    if (!asking.empty())
        rulings.push_back({pass("these servers ask for the certificate of who connects"), asking});
    return rulings;
}

} // namespace

constinit const Rule client_certificate_demanded{
    .id = "client-certificate-demanded",
    .title = "Ports between servers ask for a client certificate",
    .scope = Scope::deployment,
    .source = kMutualTls,
    .demands =
        "A port on which only servers connect (docs/services.md: certificate wanted, required) "
        "asks for a certificate in the handshake. Judged where the role says what listens, for "
        "SIP, PSOM and bare MTLS; not for HTTPS, which may ask later, nor where clients sign in. "
        "On a gateway it warns: Mediation Servers connect all the same.",
    .why = "Without the question no peer can show a certificate: a Lync server refuses its own "
           "peers, or a load balancer that ends TLS or another service answers in its place.",
    .fix = "let the load balancer pass TLS through untouched, see which process listens on the "
           "port (netstat -abn), and restart the service; on an Exchange server or a gateway turn "
           "mutual TLS on",
    .evidence = "pool: or the host if none is known; services: as docs/services.md calls them",
    .check_run = check_client_certificate_demanded,
};

} // namespace lyncprobe::rules
