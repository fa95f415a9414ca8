// SPDX-License-Identifier: MIT
// A SIP domain whose answers a test writes by hand; everything else does not exist.
#pragma once

#include "plan/discovery.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace lyncprobe::discovery_test {

// DomainBuilder is contoso.com as some name servers tell it. `Self`: the class derived from it.
template <class Self>
class DomainBuilder {
  public:
    explicit DomainBuilder(const std::string& name = "contoso.com")
        : domain_(plan::discovery_of(name)) {
        for (auto& row : domain_.rows)
            row.answer.status = DnsStatus::no_such_name;
    }

    Self& address(std::string_view record, const std::string& address) {
        auto& answer = row(record).answer;
        answer.status = DnsStatus::found;
        answer.addresses.push_back(parse_address(address).value());
        return self();
    }

    Self& alias(
        std::string_view record, const std::string& of, const std::string& its_address = {}
    ) {
        row(record).answer.aliases.push_back(of);
        row(record).answer.status = DnsStatus::no_such_record;
        return its_address.empty() ? self() : address(record, its_address);
    }

    // An SRV record whose host has the address, unless that is empty: then it is not asked for.
    Self& srv(
        std::string_view record, const std::string& host_name, std::uint16_t port,
        const std::string& its_address = "192.0.2.1"
    ) {
        auto& answer = row(record).answer;
        answer.status = DnsStatus::found;
        answer.targets.push_back({host_name, port, 0, 0});
        if (its_address.empty()) return self();
        auto& host = domain_.hosts[host_name];
        host.status = DnsStatus::found;
        host.addresses = {parse_address(its_address).value()};
        return self();
    }

    Self& host(const std::string& name, DnsStatus status) {
        domain_.hosts[name].addresses.clear();
        domain_.hosts[name].status = status;
        return self();
    }

    Self& status(std::string_view record, DnsStatus status) {
        row(record).answer.status = status;
        return self();
    }

    DiscoveryRow& row(std::string_view record) {
        return *std::ranges::find(domain_.rows, record, &DiscoveryRow::record);
    }
    DomainDiscovery& get() { return domain_; }
    const DomainDiscovery& get() const { return domain_; }

  private:
    Self& self() { return static_cast<Self&>(*this); }

    DomainDiscovery domain_;
};

} // namespace lyncprobe::discovery_test
