// SPDX-License-Identifier: MIT
// A SIP domain whose answers a test writes by hand; everything else does not exist.
#pragma once

#include "model/discovery.h"

#include <string>
#include <vector>

namespace lyncprobe::discovery_test {

// Domain is contoso.com as some name servers tell it.
class Domain {
  public:
    explicit Domain(const std::string& name = "contoso.com");

    Domain& address(std::string_view record, const std::string& address);
    Domain& alias(std::string_view record, const std::string& of, const std::string& address = {});
    // An SRV record whose host has the address, unless that is empty: then it is not asked for.
    Domain& srv(
        std::string_view record, const std::string& host, std::uint16_t port,
        const std::string& address = "192.0.2.1"
    );
    Domain& host(const std::string& name, DnsStatus status);
    Domain& status(std::string_view record, DnsStatus status);

    DiscoveryRow& row(std::string_view record);
    DomainDiscovery& get() { return domain_; }
    std::vector<Finding> findings() const;
    // "fail: message" of every finding of the check that is not pass or not_applicable.
    std::vector<std::string> problems(std::string_view check) const;
    // All verdicts of the check, in order, such as "pass warn".
    std::string verdicts(std::string_view check) const;

  private:
    DomainDiscovery domain_;
};

} // namespace lyncprobe::discovery_test
