// SPDX-License-Identifier: MIT
#include "rules/verdicts/go_live.h"

#include "model/address_policy.h"
#include "plan/discovery_naming.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"
#include "rules/engine/judge.h"
#include "rules/verdicts/go_live_reasons.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// A server without recursion knows nothing of what is behind an alias into another zone.
bool surely_absent(const DnsAnswer& answer) {
    return (answer.status == DnsStatus::no_such_name || answer.status == DnsStatus::no_such_record
           ) &&
           (answer.recursion || answer.aliases.empty());
}

// Assessment goes through one domain in the order of a connection.
class Assessment {
  public:
    Assessment(
        const FederationRow& asked, const ScanResult& run, const Waivers& waivers,
        bool allow_private
    )
        : asked_(asked), run_(run), waivers_(waivers), allow_private_(allow_private) {
        for (const auto& target : record().answer.targets)
            first_ = std::min(first_, target.priority);
        if (!asked.direct.empty()) first_ = 0;
    }

    GoLiveAnswer take() {
        asked_.direct.empty() ? records() : direct_host();
        endpoints();
        if (!asked_.self && !reached_.empty()) ourselves();
        return conclusion();
    }

  private:
    void add(GoLiveReason reason) { reasons_.push_back({std::move(reason), false, first_}); }

    void records();
    void record_finding(const Finding&);
    void direct_host();
    void endpoints();
    void ourselves();
    void our_name(const Certificate&);
    void weigh(Weighed&) const;
    void waive(GoLiveReason&) const;
    GoLiveAnswer conclusion();

    const DiscoveryRow& record() const { return plan::row_of(asked_.records, kFederationRecord); }
    std::uint16_t priority_of(std::string_view host, std::uint16_t port) const;
    bool is_proof(const EndpointRow&) const;

    const FederationRow& asked_;
    const ScanResult& run_;
    const Waivers& waivers_;
    const bool allow_private_;
    std::uint16_t first_ = std::numeric_limits<std::uint16_t>::max(); // priority that counts
    std::vector<Weighed> reasons_;
    std::set<std::uint16_t> reached_; // priorities of which an endpoint showed its certificate
    bool accepted_ = false;
};

void Assessment::records() {
    const auto& answer = record().answer;
    const auto publish = fmt::format(
        "publish the SRV record {}.{}: port 5061, and as its target the name of the Access Edge "
        "directly in {}{}",
        kFederationRecord, asked_.domain, asked_.domain,
        asked_.self ? "; where it is published outside only, ask an outside resolver (--resolver)"
                    : "; or we enter their Access Edge by name (New-CsAllowedDomain -ProxyFqdn) "
                      "and check that with --direct"
    );
    if (surely_absent(answer))
        return add(reason_of(
            "srv-record", Weight::fails, Party::theirs,
            fmt::format(
                "there is no SRV record {}.{}: partners cannot find the Edge of this domain",
                kFederationRecord, asked_.domain
            ),
            publish
        ));
    if (answer.status != DnsStatus::found)
        return add(reason_of(
            "srv-record", Weight::open, Party::either,
            fmt::format(
                "no answer about the SRV record {}.{}: {}{}", kFederationRecord, asked_.domain,
                in_words(answer.status), answer.detail.empty() ? "" : ", " + answer.detail
            ),
            "ask a resolver that knows the domain (--resolver)"
        ));
    for (const auto& finding : judge_srv_records(asked_.records))
        record_finding(finding);
}

void Assessment::record_finding(const Finding& finding) {
    if (finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable) return;
    const bool none = finding.rule == "dns-srv-none"; // says that there is no such service
    Weighed out;
    const auto weight = finding.verdict == Verdict::fail || none   ? Weight::fails
                        : finding.verdict == Verdict::inconclusive ? Weight::open
                                                                   : Weight::note;
    out.reason = reason_by(finding, weight, Party::theirs);
    const auto* port = finding.evidence.find("port");
    const auto* number = port ? std::get_if<std::int64_t>(port) : nullptr;
    out.priority =
        number ? priority_of(finding.evidence.text("target"), static_cast<std::uint16_t>(*number))
               : first_;
    const bool strict = finding.rule == dns_strict_naming.id;
    const bool address = finding.rule == dns_srv_address.id;
    const auto* all = finding.evidence.find("all");
    const bool nowhere = address && all && std::get<bool>(*all);
    if (address && allow_private_) out.reason.weight = Weight::note;
    // A wrong domain is refused whichever record is taken, and a host with no address but private
    // ones is found by nobody outside; a target that leads nowhere is passed over.
    out.reach = !strict && !nowhere;
    if (strict && !asked_.self)
        out.reason.fix += "; or we enter their Access Edge by name (New-CsAllowedDomain "
                          "-ProxyFqdn) and check that with --direct";
    reasons_.push_back(std::move(out));
}

void Assessment::direct_host() {
    const auto found = asked_.records.hosts.find(asked_.direct);
    if (found == asked_.records.hosts.end() || found->second.status == DnsStatus::found) return;
    const auto& host = found->second;
    const bool gone = surely_absent(host);
    add(reason_of(
        "direct-host", gone ? Weight::fails : Weight::open, gone ? Party::theirs : Party::either,
        fmt::format(
            "{}: {}{}", asked_.direct, in_words(host.status),
            host.detail.empty() ? "" : ", " + host.detail
        ),
        gone ? std::nullopt
             : std::optional<std::string>("ask a resolver that knows the name (--resolver)")
    ));
}

std::uint16_t Assessment::priority_of(std::string_view host, std::uint16_t port) const {
    auto out = std::numeric_limits<std::uint16_t>::max();
    for (const auto& target : record().answer.targets)
        if (target.host == host && target.port == port) out = std::min(out, target.priority);
    return asked_.direct.empty() ? out : first_;
}

void Assessment::endpoints() {
    const auto skipped_only = [](const EndpointRow& row) {
        return row.main.outcome == Outcome::skipped && row.main.stage == Stage::connect;
    };
    std::set<std::size_t> judged_targets;
    for (const auto index : asked_.endpoints)
        if (judged(run_.endpoints[index])) judged_targets.insert(run_.endpoints[index].target);
    for (const auto index : asked_.endpoints) {
        const auto& row = run_.endpoints[index];
        const auto& target = run_.targets[row.target];
        // No route to its family from here, and seen on another address.
        if (skipped_only(row) && judged_targets.contains(row.target)) continue;
        const auto* ours = run_.identities.empty() ? nullptr : run_.identities.front().chain.get();
        auto standing = standing_of(row, asked_, ours);
        const auto priority = priority_of(target.host, target.port);
        if (standing.shown && is_proof(row)) reached_.insert(priority);
        accepted_ = accepted_ || (standing.accepted && is_proof(row) && priority == first_);
        for (auto& weighed : standing.reasons) {
            weighed.reason.endpoint = index;
            weighed.priority = priority;
            reasons_.push_back(std::move(weighed));
        }
        if (row.addresses_skipped > 0)
            add(reason_of(
                "not-tested", Weight::note, Party::ours,
                fmt::format(
                    "{} more addresses of {} were left out", row.addresses_skipped, target.host
                ),
                ""
            ));
    }
}

// What answers at a private address of the record is not what partners reach.
bool Assessment::is_proof(const EndpointRow& row) const {
    return allow_private_ || !asked_.direct.empty() || !row.address ||
           class_of(*row.address) == AddressClass::global;
}

// What our certificate and our name must be for the other side.
void Assessment::ourselves() {
    if (run_.identities.empty())
        return add(reason_of(
            "no-identity", Weight::open, Party::ours,
            "no certificate of ours was given, so mutual TLS and the answer to us cannot be judged"
        ));
    const auto& identity = run_.identities.front();
    for (const auto* finding : refusing(identity.findings)) {
        auto reason = reason_of(
            "our-certificate", Weight::fails, Party::ours,
            fmt::format("our own certificate, {}: {}", finding->rule, finding->message),
            std::string(finding->fix)
        );
        reason.source = finding->source;
        add(std::move(reason));
    }
    if (asked_.our_domain.empty())
        return add(reason_of(
            "our-domain", Weight::open, Party::ours,
            "no SIP domain of ours is known, so OPTIONS was sent in the name of no domain"
        ));
    if (identity.chain && !identity.chain->presented.empty())
        our_name(*identity.chain->presented.front());
}

// A partner that finds us by SRV record wants the record's target directly in our domain, and in
// our certificate. What our own record says is `--self`'s to see, from outside.
void Assessment::our_name(const Certificate& certificate) {
    const auto& names = certificate.san && !certificate.san->dns.empty() ? certificate.san->dns
                                                                         : certificate.common_names;
    const bool named = std::ranges::any_of(names, [&](const std::string& name) {
        const auto checked = check_host_name(name);
        return plan::place_of(checked.name, asked_.our_domain) == plan::Place::in_domain;
    });
    if (named) return;
    add(reason_of(
        "our-name", accepted_ ? Weight::note : Weight::fails, Party::ours,
        fmt::format(
            "our certificate has no name directly in {}, as a partner demands who finds us by SRV "
            "record",
            asked_.our_domain
        ),
        fmt::format(
            "reissue it with the name of our Access Edge in {}, or ask in the name of another "
            "domain (--our-domain)",
            asked_.our_domain
        )
    ));
}

// RFC 2782: records of a higher number are for when none of the first answers.
void Assessment::weigh(Weighed& weighed) const {
    auto& weight = weighed.reason.weight;
    const bool first = weighed.priority == first_;
    if (reached_.contains(first_)) {
        if (!first || weighed.reach) weight = Weight::note;
    } else if (!reached_.empty() && first && weight == Weight::fails && weighed.reach) {
        weight = Weight::open; // not every Edge goes on to the next record
    }
}

// A waiver's target may be the domain, or the id, name or host of the endpoint.
void Assessment::waive(GoLiveReason& reason) const {
    if (reason.weight == Weight::note) return;
    std::vector<std::string> names{asked_.domain};
    if (reason.endpoint) {
        const auto& row = run_.endpoints[*reason.endpoint];
        const auto& target = run_.targets[row.target];
        names.insert(names.end(), {row.id, display_name(target), target.host});
    }
    if (const auto* waiver = waivers_.covering(reason.code, std::nullopt, names))
        reason.waived = waiver->reason;
}

GoLiveAnswer Assessment::conclusion() {
    GoLiveAnswer out;
    for (auto& weighed : reasons_) {
        weigh(weighed);
        if (asked_.self) weighed.reason.side = Party::ours;
        waive(weighed.reason);
        out.reasons.push_back(std::move(weighed.reason));
    }
    const auto any = [&](Weight weight) {
        return std::ranges::any_of(out.reasons, [&](const GoLiveReason& reason) {
            return reason.weight == weight && !reason.waived;
        });
    };
    const bool waived = std::ranges::any_of(out.reasons, [](const GoLiveReason& reason) {
        return reason.waived.has_value();
    });
    const bool proven = waived || (asked_.self ? !reached_.empty() : accepted_);
    if (!proven && !any(Weight::fails) && !any(Weight::open))
        out.reasons.push_back(reason_of(
            "not-tested", Weight::open, Party::ours, "nothing was seen that shows it would work",
            "run it again with --verbose"
        ));
    std::ranges::stable_sort(out.reasons, {}, &GoLiveReason::weight);
    out.verdict = any(Weight::fails)  ? GoLive::will_fail
                  : any(Weight::open) ? GoLive::cannot_tell
                                      : GoLive::ready;
    return out;
}

} // namespace

GoLiveAnswer go_live(
    const FederationRow& asked, const ScanResult& run, const Waivers& waivers, bool allow_private
) {
    return Assessment(asked, run, waivers, allow_private).take();
}

} // namespace lyncprobe::rules
