// SPDX-License-Identifier: MIT
#include "unit/rules/trust.h"

#include "plan/services.h"

namespace lyncprobe::rules::testing {

CertificatePtr TrustBench::certificate(const std::string& subject, const std::string& issuer) {
    Certificate out = server();
    out.sha256 = {};
    out.sha256[1] = ++number_;
    out.subject = subject;
    out.issuer = issuer;
    out.self_issued = out.self_signed = out.root_like = subject == issuer;
    return std::make_shared<const Certificate>(std::move(out));
}

Pki TrustBench::pki(const std::string& name) {
    const auto root = "CN=" + name + " Root CA", issuing = "CN=" + name + " Issuing CA";
    return {certificate(root, root), certificate(issuing, root)};
}

ChainPtr TrustBench::chain_to(
    const std::vector<CertificatePtr>& leads, std::vector<std::string> open
) {
    auto out = std::make_shared<Chain>();
    const auto issuer = leads.empty() ? open.front() : leads.front()->subject;
    out->presented.push_back(certificate("CN=server", issuer));
    for (const auto& ca : leads)
        if (!ca->root_like) out->presented.push_back(ca);
    issuer_closures[out.get()] = {
        .above = leads, .anchors = {}, .open = std::move(open), .gave_up = false};
    kept_.push_back(out);
    return out;
}

EndpointRow& TrustBench::add(
    const std::string& pool_name, const std::string& server, Role role, const std::string& service,
    ChainPtr shown
) {
    const auto* row = plan::find_service(service);
    Target target;
    target.pool = pool_name;
    target.server = target.host = server;
    target.role = role;
    target.role_given = true;
    target.service = row->id;
    target.use = row->listener.use;
    auto& endpoint = run.endpoints.emplace_back();
    endpoint.id = server + " " + service;
    endpoint.target = run.targets.size();
    endpoint.main.outcome = Outcome::ok;
    endpoint.main.stage = Stage::done;
    endpoint.main.chain = std::move(shown);
    run.targets.push_back(std::move(target));
    return endpoint;
}

ClientCertificateFacts& TrustBench::asks(std::vector<std::string> names) {
    auto facts = std::make_shared<ClientCertificateFacts>();
    facts->requested = true;
    facts->ca_names_count = static_cast<std::uint32_t>(names.size());
    facts->ca_names_bytes = static_cast<std::uint32_t>(100 * names.size());
    facts->ca_names = std::make_shared<const std::vector<std::string>>(std::move(names));
    auto& row = run.endpoints.back();
    row.main.client_certificate = facts;
    return *facts;
}

std::vector<TopologyRow> TrustBench::judge(const std::string& rule) {
    links();
    auto selection = Selection::make({rule}, {});
    return judge_run(run, issuer_closures, *selection, pool);
}

} // namespace lyncprobe::rules::testing
