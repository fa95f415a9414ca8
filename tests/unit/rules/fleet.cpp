// SPDX-License-Identifier: MIT
#include "unit/rules/fleet.h"

#include <stdexcept>

namespace lyncprobe::rules::testing {

Certificate issued(std::uint8_t number, std::string_view from) {
    auto out = by(server(), "Contoso Issuing CA");
    out.sha256[0] = out.key.spki_sha256[0] = number;
    out.not_before = at(from);
    return out;
}

Certificate by(Certificate certificate, const std::string& ca) {
    certificate.issuer = certificate.issuer_der = "CN=" + ca;
    return certificate;
}

Target on(std::string server, std::uint16_t port, Role role, CertificateUse use) {
    Target target;
    target.host = target.server = std::move(server);
    target.port = port;
    target.role = role;
    target.role_given = true;
    target.use = use;
    return target;
}

Target in_pool(Target target, std::string pool) {
    target.pool = std::move(pool);
    return target;
}

EndpointRow& Fleet::add_unseen(Target target) {
    auto& row = run.endpoints.emplace_back();
    row.id = host_and_port(target.host, target.port);
    row.address = parse_address("192.0.2." + std::to_string(run.endpoints.size()));
    row.target = run.targets.size();
    run.targets.push_back(std::move(target));
    return row;
}

EndpointRow& Fleet::add(Target target, const Certificate& leaf, const std::string& root) {
    auto& row = add_unseen(std::move(target));
    auto chain = Bench({leaf}).chain;
    chain.path.path = chain.presented;
    if (!root.empty()) {
        Certificate anchor;
        anchor.subject = anchor.subject_der = "CN=" + root;
        chain.path.path.push_back(std::make_shared<const Certificate>(std::move(anchor)));
        chain.path.trust = TrustPath::Trust::trusted;
    }
    row.main.chain = std::make_shared<const Chain>(std::move(chain));
    return row;
}

std::vector<TopologyRow> Fleet::judge(const std::string& rule) {
    return judge_run(run, {}, *Selection::make({rule}, {}), pool);
}

const Finding& Fleet::only(const std::string& rule) {
    const auto rows = judge(rule);
    if (rows.size() != 1)
        throw std::logic_error(rule + ": " + std::to_string(rows.size()) + " findings");
    return *rows.front().finding;
}

bool says(const Finding& finding, const std::string& text) {
    return finding.message.find(text) != std::string::npos;
}

} // namespace lyncprobe::rules::testing
