// SPDX-License-Identifier: MIT
#include "plan/discovery.h"

#include "model/limits.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::plan {

namespace {

struct RecordInfo {
    std::string_view record;
    RecordType type;
    std::uint16_t usual_port;
    std::string_view purpose;
};

// Names, ports and purposes: "Determine DNS requirements for Lync Server 2013" and the DNS
// summaries beside it; "Advanced Edge Server DNS planning for Skype for Business Server".
enum Row : std::size_t {
    discover_internal,
    discover,
    sip_internal_tls,
    sip_internal_tcp,
    sip_tls,
    host_sip_internal,
    host_sip,
    host_sip_external,
    federation,
    xmpp,
    device_updates,
    meet,
    dial_in,
    admin,
    row_count
};
constexpr std::array<RecordInfo, row_count> kRecords{{
    {"lyncdiscoverinternal", RecordType::a, 443, "autodiscover inside"},
    {"lyncdiscover", RecordType::a, 443, "autodiscover outside"},
    {"_sipinternaltls._tcp", RecordType::srv, 5061, "sign-in inside"},
    {"_sipinternal._tcp", RecordType::srv, 5060, "sign-in inside, without TLS"},
    {"_sip._tls", RecordType::srv, 443, "sign-in outside"},
    {"sipinternal", RecordType::a, 5061, "sign-in inside, where no SRV record helps"},
    {"sip", RecordType::a, 443, "sign-in, where no SRV record helps"},
    {"sipexternal", RecordType::a, 443, "sign-in outside, where no SRV record helps"},
    {"_sipfederationtls._tcp", RecordType::srv, 5061, "federation, and push for mobile clients"},
    {"_xmpp-server._tcp", RecordType::srv, 5269, "XMPP federation"},
    {"ucupdates-r2", RecordType::a, 443, "updates of telephones"},
    {"meet", RecordType::a, 443, "meetings"},
    {"dialin", RecordType::a, 443, "dial-in conferencing"},
    {"admin", RecordType::a, 443, "the control panel, inside"},
}};

struct ClientInfo {
    std::string_view id, who;
    std::initializer_list<Row> rows;
};

// The order of Lync 2013 is documented; that older clients begin with the SRV records follows from
// the remark that updates have changed the order. Skype for Business leaves out SIP without TLS.
const std::array<ClientInfo, 8> kClients{{
    {"lync-2013",
     "Lync 2013, Lync 2010 with later updates, Lync mobile",
     {discover_internal, discover, sip_internal_tls, sip_internal_tcp, sip_tls, host_sip_internal,
      host_sip, host_sip_external}},
    {"lync-store-app", "Lync Windows Store app", {discover_internal, discover}},
    {"lync-2010-early",
     "Communicator and Lync 2010 without updates",
     {sip_internal_tls, sip_internal_tcp, sip_tls, host_sip_internal, host_sip, host_sip_external}},
    {"skype-for-business",
     "Skype for Business",
     {discover_internal, discover, sip_internal_tls, sip_tls, host_sip_internal, host_sip,
      host_sip_external}},
    {"partners", "Federation partners, and push for mobile clients", {federation}},
    {"xmpp-partners", "XMPP partners", {xmpp}},
    {"phones", "Lync Phone Edition, for updates", {device_updates}},
    {"browsers", "Browsers: meetings, dial-in, control panel", {meet, dial_in, admin}},
}};

void ask_addresses(std::set<DnsQuestion>& questions, const std::string& name, int family) {
    const auto more = address_questions(name, family);
    questions.insert(more.begin(), more.end());
}

// A host that can be looked up: no ".", no address, no odd bytes.
bool can_be_asked(const std::string& host) {
    return check_host_name(host).reason.empty() && !parse_address(host);
}

DnsAnswer answer_to(const DnsQuestion& question, const Answers& answers) {
    const auto found = answers.find(question);
    if (found != answers.end()) return found->second;
    DnsAnswer nothing;
    nothing.question = question;
    return nothing;
}

// Without an address the name's absence says most, then what is open, then that there is no record.
int rank(DnsStatus status) {
    switch (status) {
    case DnsStatus::found: return 0;
    case DnsStatus::no_such_name: return 1;
    case DnsStatus::no_such_record: return 3;
    default: return 2;
    }
}

} // namespace

DomainDiscovery discovery_of(const std::string& domain) {
    DomainDiscovery out;
    out.domain = domain;
    for (const auto& info : kRecords) {
        DiscoveryRow row;
        row.record = info.record;
        row.purpose = info.purpose;
        row.name = fmt::format("{}.{}", info.record, domain);
        row.type = info.type;
        row.usual_port = info.usual_port;
        row.answer.question = {row.name, row.type};
        out.rows.push_back(std::move(row));
    }
    for (const auto& client : kClients)
        out.clients.push_back(
            {std::string(client.id),
             std::string(client.who),
             {client.rows.begin(), client.rows.end()}}
        );
    return out;
}

std::vector<DnsQuestion> address_questions(const std::string& name, int family) {
    std::vector<DnsQuestion> questions;
    if (family != 6) questions.push_back({name, RecordType::a});
    if (family != 4) questions.push_back({name, RecordType::aaaa});
    return questions;
}

std::vector<DnsQuestion> record_questions(const std::vector<DomainDiscovery>& domains, int family) {
    std::set<DnsQuestion> questions;
    for (const auto& domain : domains)
        for (const auto& row : domain.rows) {
            if (row.type == RecordType::srv)
                questions.insert({row.name, RecordType::srv});
            else
                ask_addresses(questions, row.name, family);
        }
    return {questions.begin(), questions.end()};
}

std::vector<DnsQuestion> host_questions(const std::vector<DomainDiscovery>& domains, int family) {
    std::set<DnsQuestion> questions;
    for (const auto& domain : domains)
        for (const auto& row : domain.rows)
            for (const auto& target : row.answer.targets)
                if (can_be_asked(target.host)) ask_addresses(questions, target.host, family);
    return {questions.begin(), questions.end()};
}

void take_records(DomainDiscovery& domain, const Answers& answers) {
    for (auto& row : domain.rows)
        row.answer = row.type == RecordType::srv ? answer_to({row.name, RecordType::srv}, answers)
                                                 : combine_families(row.name, answers);
}

void take_hosts(DomainDiscovery& domain, const Answers& answers) {
    for (const auto& row : domain.rows)
        for (const auto& target : row.answer.targets)
            if (can_be_asked(target.host))
                domain.hosts.try_emplace(target.host, combine_families(target.host, answers));
}

DnsAnswer combine_families(const std::string& name, const Answers& answers) {
    const auto a = answers.find({name, RecordType::a});
    const auto aaaa = answers.find({name, RecordType::aaaa});
    if (a == answers.end() || aaaa == answers.end()) {
        auto only = a == answers.end() ? answer_to({name, RecordType::aaaa}, answers) : a->second;
        only.question.type = RecordType::a;
        return only;
    }
    // The answer that says more is the one kept; a host with one family is no fault.
    const bool a_first = rank(a->second.status) <= rank(aaaa->second.status);
    auto out = a_first ? a->second : aaaa->second;
    const auto& other = a_first ? aaaa->second : a->second;
    out.question.type = RecordType::a;
    if (out.status != DnsStatus::found) return out;
    out.addresses.insert(out.addresses.end(), other.addresses.begin(), other.addresses.end());
    // Resolvers rotate their answers, and a report must not change with them.
    std::ranges::sort(out.addresses);
    out.addresses_skipped += other.addresses_skipped;
    if (out.addresses.size() > limits::kAddressesOfName) {
        out.addresses_skipped += out.addresses.size() - limits::kAddressesOfName;
        out.addresses.resize(limits::kAddressesOfName);
    }
    // The union is good only as long as both of its halves.
    if (other.ttl) out.ttl = std::min(out.ttl.value_or(*other.ttl), *other.ttl);
    if (!certain(other.status))
        out.detail = fmt::format(
            "its {} records are left out: {}", to_text(other.question.type), in_words(other.status)
        );
    return out;
}

} // namespace lyncprobe::plan
