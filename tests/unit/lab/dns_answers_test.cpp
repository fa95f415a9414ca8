// SPDX-License-Identifier: MIT
// The lab's name server, read by the decoder that reads real ones.
#include "codec/dns.h"
#include "lab/dns_answers.h"

#include <array>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::lab;

namespace {

const std::array<ZoneRecord, 3> kZone{
    {{"sip.contoso.example", "192.0.2.41"},
     {"_sip._tls.contoso.example", "sip.contoso.example", 443, 5},
     {"_sip._tls.contoso.example", "b.contoso.example", 443, 10}}};

std::string query(const std::string& name, RecordType type) {
    std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
    for (std::size_t at = 0; at < name.size();) {
        const auto dot = std::min(name.find('.', at), name.size());
        out += static_cast<char>(dot - at);
        out += name.substr(at, dot - at);
        at = dot + 1;
    }
    const char number = type == RecordType::srv ? 33 : type == RecordType::aaaa ? 28 : 1;
    return out + std::string("\0\0", 2) + number + std::string("\0\1", 2);
}

DnsAnswer ask(const std::string& name, RecordType type) {
    return codec::read_dns_answer({name, type}, dns_answer(query(name, type), kZone));
}

} // namespace

TEST_CASE("the lab's name server: its records, a name without such a record, and no such name") {
    const auto address = ask("sip.contoso.example", RecordType::a);
    CHECK(address.status == DnsStatus::found);
    REQUIRE(address.addresses.size() == 1);
    CHECK(to_text(address.addresses.front()) == "192.0.2.41");
    const auto service = ask("_sip._tls.contoso.example", RecordType::srv);
    REQUIRE(service.targets.size() == 2);
    CHECK(service.targets.front() == SrvTarget{"sip.contoso.example", 443, 5, 0});
    CHECK(service.targets.back().priority == 10);
    CHECK(ask("sip.contoso.example", RecordType::aaaa).status == DnsStatus::no_such_record);
    CHECK(ask("meet.contoso.example", RecordType::a).status == DnsStatus::no_such_name);
    CHECK(dns_answer(query("SIP.contoso.example", RecordType::a), kZone).size() > 40);
}

TEST_CASE("the lab's name server: a question that is cut gets no answer") {
    const auto whole = query("sip.contoso.example", RecordType::a);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(dns_answer(whole.substr(0, size), kZone).empty());
}
