// SPDX-License-Identifier: MIT
#include "rules/verdicts/todo.h"

#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "model/text/utf8.h"
#include "rules/verdicts/importance.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kServersNamed = 3;    // in the sentence; TodoItem::servers has all
constexpr std::size_t kLongestBrief = 1000; // bytes; names of strangers can be endless

// Place is where a finding was made.
struct Place {
    std::string server; // or the file, or our identity
    const Target* target = nullptr;
    const Chain* chain = nullptr;
    std::optional<std::size_t> endpoint = {};
};

// Key is what two findings of one item have in common.
struct Key {
    Remedy kind;
    std::string subject;
    auto operator<=>(const Key&) const = default;
};

std::string server_of(const Target& target) {
    return target.server.empty() ? target.host : target.server;
}

std::string shortened(std::string text) {
    if (text.size() <= kLongestBrief) return text;
    return std::string(first_bytes(text, kLongestBrief)) + "…";
}

std::string name_of(const Certificate& certificate) {
    return shortened(
        certificate.common_names.empty() ? certificate.subject : certificate.common_names.front()
    );
}

std::string list_text(const Finding& finding, std::string_view key) {
    const auto* value = finding.evidence.find(key);
    const auto* list = value ? std::get_if<std::vector<std::string>>(value) : nullptr;
    if (!list) return value ? std::string(finding.evidence.text(key)) : std::string();
    auto text = joined(*list);
    // Evidence keeps the first of a long list, and says how long it was.
    const auto* count = finding.evidence.find(std::string(key) + "_count");
    if (const auto* all = count ? std::get_if<std::int64_t>(count) : nullptr)
        text += fmt::format(" and {} more", *all - static_cast<std::int64_t>(list->size()));
    return text;
}

std::string validity_in_brief(const Finding& finding, Time now) {
    using std::chrono::days;
    using std::chrono::floor;
    const auto end = parse_time(finding.evidence.text("not_after"));
    const auto begin = parse_time(finding.evidence.text("not_before"));
    if (!end || !begin) return {};
    if (now > *end)
        return fmt::format(
            "expired {} ago", counted((floor<days>(now) - floor<days>(*end)).count(), "day")
        );
    if (now < *begin) return "not valid before " + to_rfc3339(*begin);
    return fmt::format(
        "expires in {}", counted((floor<days>(*end) - floor<days>(now)).count(), "day")
    );
}

// What the rule found in a few words that can follow others: "lacks sip.fabrikam.com".
std::string in_brief(const Finding& finding, Time now) {
    const auto& rule = finding.rule;
    std::string brief;
    if (finding.evidence.find("error") || finding.evidence.find("not_needed")) {
    } else if (rule == "validity") {
        brief = validity_in_brief(finding, now);
    } else if (rule == "host-name" || rule == "sip-domain-names") {
        if (const auto missing = list_text(finding, "missing"); !missing.empty())
            brief = "lacks " + missing;
    } else if (rule == "no-rsassa-pss" && finding.verdict == Verdict::fail) {
        brief = finding.evidence.text("where") == "key" ? "has an RSASSA-PSS key"
                                                        : "signed with RSASSA-PSS";
    } else if (rule == "server-eku" && finding.verdict == Verdict::fail) {
        brief = "not for server authentication";
    } else if (rule == "chain-complete") {
        if (const auto issuer = finding.evidence.text("missing_issuer"); !issuer.empty())
            brief = fmt::format("{} is not sent", issuer);
    }
    if (brief.empty()) brief = finding.message.substr(0, finding.message.find("; "));
    return brief.empty() ? rule : shortened(std::move(brief));
}

// Drawing collects findings into items.
class Drawing {
  public:
    explicit Drawing(const ScanResult& run) : run_(run) {
        for (const auto& row : run.endpoints) {
            const auto& target = run.targets[row.target];
            if (!target.pool.empty() && judged(row) && !broken(row))
                well_[{target.pool, target.port, target.probe}].insert(server_of(target));
        }
    }

    void add(const Finding& finding, const Place& place) {
        if (finding.waived) return;
        if (finding.verdict != Verdict::fail && finding.verdict != Verdict::warn) return;
        const auto key = key_of(finding, place);
        const auto [at, fresh] = index_.try_emplace(key, drafts_.size());
        if (fresh) drafts_.emplace_back().item.kind = key.kind;
        auto& draft = drafts_[at->second];
        add_place(draft, place);
        add_finding(draft, finding, place);
    }

    std::vector<TodoItem> take();

  private:
    struct Draft {
        TodoItem item;
        std::string task, subject; // Fault::task; the name of the certificate where it is a CA's
        std::vector<CertificateUse> uses;
        std::set<std::string, std::less<>> pools, servers;
        std::set<std::pair<std::string_view, std::string_view>> said; // rule, message
        std::set<std::size_t> endpoints;
    };

    static const Certificate* leaf(const Place& place) {
        if (!place.chain || place.chain->presented.empty()) return nullptr;
        return place.chain->presented.front().get();
    }

    static const Certificate* subject_of(const Finding& finding, const Place& place) {
        if (!finding.certificate || !place.chain) return nullptr;
        for (const auto* list : {&place.chain->presented, &place.chain->path.path})
            for (const auto& one : *list)
                if (one->sha256 == *finding.certificate) return one.get();
        return nullptr;
    }

    // The same leaf is one certificate to replace, however many servers have it.
    static std::string leaf_or_server(const Place& place) {
        const auto* certificate = leaf(place);
        return certificate ? to_hex(certificate->sha256) : place.server;
    }

    // What is said about an incomplete chain's trust goes with the chain.
    bool follows_missing_issuer(const Finding& finding, const Place& place) const {
        if (finding.rule != "chain-trusted" || !place.endpoint) return false;
        return std::ranges::any_of(run_.endpoints[*place.endpoint].findings, [](const Finding* it) {
            return it->rule == "chain-complete" && it->verdict == Verdict::fail && !it->waived;
        });
    }

    // Whom to trust: the issuers that are missing in a list, else the last of what is sent.
    static std::string trust_subject(const Finding& finding, const Place& place) {
        if (const auto issuers = list_text(finding, "issuers"); !issuers.empty()) return issuers;
        return place.chain && !place.chain->presented.empty()
                   ? shortened(place.chain->presented.back()->issuer)
                   : finding.message;
    }

    Key key_of(const Finding& finding, const Place& place) const {
        const auto& fault = fault_of(finding.rule);
        const auto* about = subject_of(finding, place);
        if (finding.evidence.find("not_needed"))
            return {Remedy::settings, "not needed " + to_hex(*finding.certificate)};
        if (follows_missing_issuer(finding, place))
            return {Remedy::complete_chain, leaf_or_server(place)};
        switch (fault.remedy) {
        case Remedy::reissue:
        case Remedy::renew_ca:
            if (about && about != leaf(place)) return {Remedy::renew_ca, to_hex(about->sha256)};
            if (fault.remedy == Remedy::renew_ca) return {Remedy::renew_ca, finding.message};
            return {Remedy::reissue, leaf_or_server(place)};
        case Remedy::complete_chain: return {fault.remedy, leaf_or_server(place)};
        // One root to install, whoever has certificates below it.
        case Remedy::trust_root: return {fault.remedy, trust_subject(finding, place)};
        case Remedy::make_reachable:
            return {
                fault.remedy,
                place.target && !place.target->pool.empty() ? place.target->pool : place.server};
        case Remedy::publish_crl: return {fault.remedy, about ? about->issuer : place.server};
        case Remedy::topology:
        case Remedy::assign: return {fault.remedy, finding.rule + finding.message};
        case Remedy::dns: return {fault.remedy, place.server + std::string(fault.task)};
        case Remedy::settings: break;
        }
        return {fault.remedy, finding.rule + finding.fix};
    }

    static void add_place(Draft& draft, const Place& place) {
        if (place.endpoint) draft.endpoints.insert(*place.endpoint);
        if (draft.servers.insert(place.server).second) draft.item.servers.push_back(place.server);
        if (!place.target) return;
        draft.pools.insert(place.target->pool);
        const auto use = place.target->use;
        if (use != CertificateUse::other && std::ranges::find(draft.uses, use) == draft.uses.end())
            draft.uses.push_back(use);
    }

    void add_finding(Draft& draft, const Finding& finding, const Place& place) const {
        auto& item = draft.item;
        const auto importance = finding.importance.value_or(Importance::none);
        item.importance = std::min(item.importance, importance);
        Impact all{item.importance, std::move(item.breaks)};
        all.add({importance, finding.breaks});
        item.breaks = std::move(all.breaks);
        if (item.kind == Remedy::renew_ca) {
            if (const auto* ca = subject_of(finding, place)) draft.subject = name_of(*ca);
            if (draft.subject.empty())
                draft.subject = shortened(std::string(finding.evidence.text("issuer")));
            item.certificate = finding.certificate;
        } else if (const auto* certificate = leaf(place); certificate && !item.certificate) {
            item.certificate = certificate->sha256;
        }
        if (item.kind == Remedy::trust_root) draft.subject = trust_subject(finding, place);
        if (item.kind == Remedy::publish_crl)
            if (const auto* about = subject_of(finding, place))
                draft.subject = shortened(about->issuer);
        if (draft.task.empty()) draft.task = fault_of(finding.rule).task;
        if (finding.evidence.find("not_needed"))
            draft.task = "remove the certificate that is not needed from what {} sends";
        if (!draft.said.emplace(finding.rule, finding.message).second) return;
        item.reasons.push_back(
            {finding.rule, finding.verdict, in_brief(finding, run_.judged_at), finding.message,
             finding.fix, finding.source, follows_missing_issuer(finding, place)}
        );
    }

    static bool broken(const EndpointRow& row) {
        return std::ranges::any_of(row.findings, [](const Finding* it) {
            return it->verdict == Verdict::fail && !it->waived && it->importance &&
                   *it->importance <= Importance::b;
        });
    }

    bool mates_are_well(const Draft&) const;
    void finish(Draft&) const;
    static std::string sentence(const Draft&);

    const ScanResult& run_;
    // Servers on whose port nothing was found that stops it.
    std::map<std::tuple<std::string_view, std::uint16_t, Probe>, std::set<std::string>> well_;
    std::map<Key, std::size_t> index_;
    std::vector<Draft> drafts_;
};

std::string where(const TodoItem& item) {
    if (!item.server.empty() && item.servers.size() > 1)
        return fmt::format(
            "{} ({})", item.server,
            item.servers.size() <= kServersNamed ? joined(item.servers)
                                                 : counted(item.servers.size(), "server")
        );
    if (item.servers.size() <= kServersNamed) return joined(item.servers);
    return counted(item.servers.size(), "server");
}

// Another server of the pool does the same work, and nothing that stops it was found there.
bool Drawing::mates_are_well(const Draft& draft) const {
    const bool one_server = draft.item.kind == Remedy::reissue ||
                            draft.item.kind == Remedy::complete_chain ||
                            draft.item.kind == Remedy::make_reachable;
    if (!one_server || draft.endpoints.empty()) return false;
    return std::ranges::all_of(draft.endpoints, [&](std::size_t index) {
        const auto& target = run_.targets[run_.endpoints[index].target];
        if (target.pool.empty()) return false;
        const auto mates = well_.find({target.pool, target.port, target.probe});
        return mates != well_.end() && std::ranges::any_of(mates->second, [&](const auto& server) {
                   return !draft.servers.contains(server);
               });
    });
}

std::string Drawing::sentence(const Draft& draft) {
    const auto& item = draft.item;
    std::vector<std::string_view> uses;
    for (const auto use : draft.uses)
        uses.push_back(in_words(use));
    const auto of_use = uses.empty() ? std::string() : fmt::format(" ({})", joined(uses));
    const bool dates_only = std::ranges::all_of(item.reasons, [](const TodoReason& reason) {
        return reason.rule == "validity";
    });
    switch (item.kind) {
    case Remedy::reissue:
        return fmt::format(
            "{} the certificate of {}{}", dates_only ? "renew" : "reissue", where(item), of_use
        );
    case Remedy::renew_ca: return fmt::format("renew the CA certificate {}", draft.subject);
    case Remedy::complete_chain:
        return fmt::format("complete the chain that {} sends{}", where(item), of_use);
    case Remedy::trust_root:
        return fmt::format("settle the trust in {} on {}", draft.subject, where(item));
    case Remedy::make_reachable: return fmt::format("make {} answer{}", where(item), of_use);
    case Remedy::publish_crl: return fmt::format("publish the CRL of {}", draft.subject);
    default: break;
    }
    const auto task =
        draft.task.empty() ? std::string_view("see to {}") : std::string_view(draft.task);
    const auto gap = task.find("{}");
    return std::string(task.substr(0, gap)) + where(item) + std::string(task.substr(gap + 2)) +
           (item.kind == Remedy::settings ? "" : of_use);
}

// Letters, digits, dots and hyphens of the text.
std::string slug(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (is_letter_or_digit(letter) || letter == '.')
            out += to_lower(letter);
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    if (!out.empty() && out.back() == '-') out.pop_back();
    return out;
}

// A name for the item that does not change while it is open: the certificate may be replaced by
// another with the same fault.
std::string id_of(const TodoItem& item, const std::string& subject) {
    std::string id(to_text(item.kind));
    const bool by_rule = item.kind == Remedy::settings || item.kind == Remedy::assign ||
                         item.kind == Remedy::topology || item.kind == Remedy::dns;
    if (by_rule) (id += ':') += item.reasons.front().rule;
    const auto& where = !subject.empty()      ? subject
                        : item.server.empty() ? item.servers.front()
                                              : item.server;
    (id += ':') += slug(where);
    if (item.kind == Remedy::reissue && item.use) (id += ':') += to_text(*item.use);
    return id;
}

void Drawing::finish(Draft& draft) const {
    auto& item = draft.item;
    item.endpoints.assign(draft.endpoints.begin(), draft.endpoints.end());
    if (item.servers.size() == 1)
        item.server = item.servers.front();
    else if (draft.pools.size() == 1)
        item.server = *draft.pools.begin();
    if (!draft.uses.empty()) item.use = draft.uses.front();
    std::ranges::stable_sort(item.reasons, {}, [](const TodoReason& reason) {
        return std::pair(reason.follows, -badness(reason.verdict));
    });
    // One member of a pool: the others carry on, with less in reserve.
    if (item.importance < Importance::c && mates_are_well(draft))
        item.importance = static_cast<Importance>(static_cast<int>(item.importance) + 1);
    item.remedy = sentence(draft);
    item.id = id_of(item, draft.subject);
}

std::vector<TodoItem> Drawing::take() {
    std::vector<TodoItem> items;
    for (auto& draft : drafts_) {
        finish(draft);
        items.push_back(std::move(draft.item));
    }
    std::ranges::stable_sort(items, {}, [](const TodoItem& item) {
        return std::tuple(
            item.importance, -static_cast<std::ptrdiff_t>(item.servers.size()),
            std::string_view(item.server), std::string_view(item.remedy)
        );
    });
    std::map<std::string, std::size_t> taken;
    for (auto& item : items)
        if (const auto nth = ++taken[item.id]; nth > 1) item.id += fmt::format("#{}", nth);
    return items;
}

// About several endpoints at once: it belongs to the certificate of each where that is to be
// replaced or completed, else it is a matter of its own.
void add(Drawing& drawing, const ScanResult& run, const TopologyRow& row) {
    const auto kind = fault_of(row.finding->rule).remedy;
    const bool of_certificate = kind == Remedy::reissue || kind == Remedy::complete_chain;
    for (const auto index : row.endpoints) {
        const auto& endpoint = run.endpoints[index];
        const auto& target = run.targets[endpoint.target];
        const auto* chain = of_certificate ? endpoint.main.chain.get() : nullptr;
        drawing.add(*row.finding, {server_of(target), &target, chain, index});
    }
    if (row.endpoints.empty()) drawing.add(*row.finding, {.server = "the deployment"});
}

} // namespace

std::vector<TodoItem> todo(const ScanResult& run) {
    Drawing drawing(run);
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        const auto& target = run.targets[row.target];
        for (const auto* finding : row.findings)
            drawing.add(*finding, {server_of(target), &target, row.main.chain.get(), i});
    }
    for (const auto& row : run.topology)
        add(drawing, run, row);
    for (const auto& identity : run.identities)
        for (const auto* finding : identity.findings)
            drawing.add(
                *finding, {.server = "our identity " + identity.id, .chain = identity.chain.get()}
            );
    for (const auto& file : run.files)
        for (const auto* finding : file.findings)
            drawing.add(*finding, {.server = file.path, .chain = file.chain.get()});
    for (const auto& domain : run.domains)
        for (const auto& finding : domain.findings)
            drawing.add(finding, {.server = domain.domain});
    return drawing.take();
}

} // namespace lyncprobe::rules
