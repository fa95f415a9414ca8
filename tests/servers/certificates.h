// SPDX-License-Identifier: MIT
// The certificates of these tests, made once per run: Contoso's root and issuing CA, and a
// stranger's.
#pragma once

#include "lab/lab.h"
#include "support/process.h"

#include <string>
#include <vector>

namespace lyncprobe::test {

inline constexpr const char* kHost =
    "sip.contoso.example"; // the name in the certificates, and the SNI that is sent

struct Contoso {
    lab::Authority root, issuing;
    lab::Issued server;   // of kHost, RSA 2048
    lab::Issued identity; // for mutual TLS, issued by `issuing`
    lab::Authority stranger_root;
    lab::Issued stranger; // the identity of somebody whose root nobody here trusts
};
const Contoso& contoso();

// What a good server certificate of kHost has.
lab::CertificateSpec server_spec(const std::string& name = kHost);
lab::CertificateSpec authority_spec(const std::string& name);

// Credentials are the files a server is started with.
struct Credentials {
    std::string certificate;   // the server certificate alone
    std::string intermediates; // what is presented behind it; empty where there is nothing
    std::string bundle;        // both in one file, as nginx wants it
    std::string key;
};
Credentials write_credentials(
    const TemporaryFolder&, const std::string& name, const lab::Issued&,
    const std::vector<std::string>& intermediates_pem
);
// The good ones: kHost with the issuing CA behind it.
Credentials good_credentials(const TemporaryFolder&);

} // namespace lyncprobe::test
