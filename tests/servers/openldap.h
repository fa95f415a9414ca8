// SPDX-License-Identifier: MIT
// OpenLDAP's server on a free port of loopback, with a directory that the test fills.
#pragma once

#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lyncprobe::test {

// OpenLdap is one slapd under "dc=contoso,dc=example"; it writes into its own folder only.
class OpenLdap {
  public:
    // `ldif`: the entries below the suffix; `access`: what its rules are besides reading for all.
    explicit OpenLdap(const std::string& ldif, const std::string& access = "");
    std::uint16_t port() const { return port_; }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

// An entry "cn=NAME,dc=contoso,dc=example" as AD CS publishes a CA's CRL (DER).
std::string crl_entry(const std::string& name, const std::string& crl_der);

} // namespace lyncprobe::test
