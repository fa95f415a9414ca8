// SPDX-License-Identifier: MIT
#include "servers/certificates.h"

namespace lyncprobe::test {

namespace {

// OpenSSL and GnuTLS take a client certificate for client authentication (1.3.6.1.5.5.7.3.2) only.
lab::CertificateSpec identity_spec(const std::string& name) {
    auto spec = server_spec(name);
    spec.eku->emplace_back("1.3.6.1.5.5.7.3.2");
    return spec;
}

} // namespace

const Contoso& contoso() {
    static const Contoso made = [] {
        lab::Authority root(authority_spec("Contoso Root CA"));
        lab::Authority issuing(authority_spec("Contoso Issuing CA"), root);
        lab::Authority stranger_root(authority_spec("Fabrikam Root CA"));
        const auto server = issuing.issue(server_spec());
        const auto identity = issuing.issue(identity_spec("fe01.contoso.example"));
        const auto stranger = stranger_root.issue(identity_spec("fe01.fabrikam.example"));
        return Contoso{std::move(root), std::move(issuing),       server,
                       identity,        std::move(stranger_root), stranger};
    }();
    return made;
}

lab::CertificateSpec server_spec(const std::string& name) {
    return {.common_name = name, .dns = {name}};
}

lab::CertificateSpec authority_spec(const std::string& name) {
    return {.common_name = name, .ca = true, .eku = std::nullopt};
}

Credentials write_credentials(
    const TemporaryFolder& folder, const std::string& name, const lab::Issued& leaf,
    const std::vector<std::string>& intermediates_pem
) {
    Credentials out;
    std::string behind;
    for (const auto& pem : intermediates_pem)
        behind += pem;
    out.certificate = folder.write(name + ".pem", leaf.certificate_pem);
    if (!behind.empty()) out.intermediates = folder.write(name + "-intermediates.pem", behind);
    out.bundle = folder.write(name + "-bundle.pem", leaf.certificate_pem + behind);
    out.key = folder.write(name + ".key", leaf.key_pem);
    return out;
}

Credentials good_credentials(const TemporaryFolder& folder) {
    return write_credentials(
        folder, "good", contoso().server, {contoso().issuing.self().certificate_pem}
    );
}

} // namespace lyncprobe::test
