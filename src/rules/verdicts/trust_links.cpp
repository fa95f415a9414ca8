// SPDX-License-Identifier: MIT
#include "rules/verdicts/trust_links.h"

#include "model/limits.h"
#include "plan/links.h"
#include "rules/deployment/ca_lists.h"
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace lyncprobe::rules {

namespace {

using Texts = std::vector<std::string>;
using Numbers = std::set<std::size_t>;

// Views, not servers, are compared: the servers of a pool mostly have the same chains and lists,
// and are judged once. Names are numbers, which compare fast.

// ChainView is what of a chain decides whether a list accepts it.
struct ChainView {
    Numbers issuers;        // names of every issuer on a way up
    Numbers presented;      // of these, what is reached over presented certificates alone
    bool settled = false;   // every way up ends in a root that was seen
    bool public_ca = false; // Windows fetches such roots when it needs them
    Texts tops;             // where the ways end
    auto operator<=>(const ChainView&) const = default;
};

// ListView is a list of issuers without the names that no chain of the run has.
struct ListView {
    LinkReason unknown = LinkReason::accepted; // why there is none, unless `accepted`
    Numbers names;
    bool whole = true;         // all of it was kept
    bool cut = false;          // about as long as Windows lets one become
    bool intermediate = false; // an intermediate CA in it may make the server refuse everybody
    auto operator<=>(const ListView&) const = default;
};

struct ListenerView {
    ListView list;
    std::optional<ChainView> chain;
    auto operator<=>(const ListenerView&) const = default;
};

struct ClientView {
    std::set<ChainView> chains; // of the use that it shows outwards
    std::optional<Numbers> own; // names of the lists that it sends itself, where these are whole
    auto operator<=>(const ClientView&) const = default;
};

// Server is one machine, seen from both sides.
struct Server {
    TrustServer shown;
    std::map<CertificateUse, std::set<ChainView>> chains; // of every use that was asked about
    Numbers own;
    bool sends_list = false, sends_whole_lists = true;
};

struct Listener {
    std::size_t endpoint, server;
    ListenerView view;
};

// Links is one pass over a run.
class Links {
  public:
    Links(const ScanResult&, const IssuerClosures&);
    MutualTrust judged();

  private:
    struct Kind { // of links to one service
        Numbers from, to, endpoints;
    };
    using Kinds = std::map<std::pair<ClientView, ListenerView>, Kind>;

    std::size_t number_of(const std::string& name) {
        return numbers_.try_emplace(name, numbers_.size()).first->second;
    }
    void read_chain(const Chain&);
    Numbers over_presented(const Chain&);
    void read_endpoint(std::size_t endpoint);
    std::size_t server_of(const Target&);
    ListView list_of(const EndpointRow&, const Target&);
    const ListView& named(const ClientCertificateFacts&);
    void add_links(const plan::ServerLink&, MutualTrust&) const;
    Kinds kinds_of(const plan::ServerLink&, MutualTrust&) const;

    const ScanResult& run_;
    const IssuerClosures& closures_;
    const std::set<std::string> intermediates_;
    std::unordered_map<std::string, std::size_t> numbers_; // of names that chains have
    std::map<const Chain*, ChainView> chains_;
    std::map<const Texts*, ListView> lists_; // interned: one object a list
    std::vector<Server> servers_;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> server_index_;
    std::map<std::string_view, std::vector<Listener>> listeners_; // by service
};

TrustLink judge(const ClientView&, const ListenerView&);
std::optional<ClientView> client_view(const Server&, const plan::Service&);
void keep_servers(const std::vector<Server>&, MutualTrust&);

Links::Links(const ScanResult& run, const IssuerClosures& issuer_closures)
    : run_(run), closures_(issuer_closures), intermediates_(intermediate_names(issuer_closures)) {
    // All names first, and in the order of the endpoints: they give the order of the links.
    for (const auto& row : run.endpoints)
        if (server_certificate_of(row)) read_chain(*row.main.chain);
    for (std::size_t endpoint = 0; endpoint < run.endpoints.size(); ++endpoint)
        read_endpoint(endpoint);
}

void Links::read_chain(const Chain& chain) {
    const auto [known, fresh] = chains_.try_emplace(&chain);
    const auto found = closures_.find(&chain);
    if (!fresh || found == closures_.end()) return;
    const auto& closure = found->second;
    auto& view = known->second;
    view.settled = closure.open.empty() && !closure.gave_up;
    view.public_ca = publicly_trusted(chain);
    const auto add = [&](const std::string& name) {
        const auto key = name_key(name);
        if (key.empty())
            view.settled = false; // it might be any name
        else
            view.issuers.insert(number_of(key));
    };
    const auto& leaf = *chain.presented.front();
    add(leaf.issuer);
    view.presented = over_presented(chain);
    std::set<std::string> tops(closure.open.begin(), closure.open.end());
    if (leaf.root_like) tops.insert(leaf.subject);
    for (const auto& issuer : closure.above) {
        add(issuer->issuer);
        if (issuer->root_like) tops.insert(issuer->subject);
    }
    view.tops.assign(tops.begin(), tops.end());
}

// The names that are reached from the server certificate without one that others showed.
Numbers Links::over_presented(const Chain& chain) {
    // A cross-signed CA is presented with two certificates of one name, so that ways branch.
    std::multimap<std::string, std::string> issuers; // of each subject
    for (const auto& certificate : chain.presented)
        issuers.emplace(name_key(certificate->subject), name_key(certificate->issuer));
    std::set<std::string> reached;
    std::vector<std::string> next{name_key(chain.presented.front()->issuer)};
    while (!next.empty()) {
        const auto name = std::move(next.back());
        next.pop_back();
        if (name.empty() || !reached.insert(name).second) continue;
        const auto [from, to] = issuers.equal_range(name);
        for (auto issuer = from; issuer != to; ++issuer)
            next.push_back(issuer->second);
    }
    Numbers numbers;
    for (const auto& key : reached)
        numbers.insert(number_of(key));
    return numbers;
}

void Links::read_endpoint(std::size_t endpoint) {
    const auto& row = run_.endpoints[endpoint];
    const auto& target = run_.targets[row.target];
    const auto* service = plan::service_of(target);
    // Who connects to whom follows from the roles that the operator gives.
    if (!service || !target.role_given) return;
    const auto index = server_of(target);
    auto& server = servers_[index];
    Listener listener{.endpoint = endpoint, .server = index, .view = {}};
    // Where the list does not say the use, the port does.
    const bool said = target.use != CertificateUse::other;
    auto& of_this_use = server.chains[said ? target.use : service->listener.use];
    if (const auto seen = chains_.find(row.main.chain.get()); seen != chains_.end()) {
        of_this_use.insert(seen->second);
        listener.view.chain = seen->second;
    }
    auto& list = listener.view.list = list_of(row, target);
    if (list.unknown == LinkReason::accepted && lists_its_roots(target)) {
        server.sends_list = true;
        server.own.insert(list.names.begin(), list.names.end());
        server.sends_whole_lists = server.sends_whole_lists && list.whole && !list.cut;
    }
    if (plan::link_to(service->id)) listeners_[service->id].push_back(std::move(listener));
}

std::size_t Links::server_of(const Target& target) {
    const auto& machine = machine_of(target);
    const auto& host = machine.empty() ? target.host : machine;
    // A Standard Edition Server is a pool of its own name.
    const auto& pool = target.pool.empty() ? host : target.pool;
    const auto& name = machine.empty() ? pool : machine;
    const auto [known, fresh] = server_index_.try_emplace({pool, name}, servers_.size());
    if (fresh)
        servers_.push_back({.shown = {name, pool, target.role, {}}, .chains = {}, .own = {}});
    auto& os = servers_[known->second].shown.os;
    if (os == OperatingSystem::unknown) os = target.os;
    return known->second;
}

ListView Links::list_of(const EndpointRow& row, const Target& target) {
    ListView list;
    const auto* request = request_of(row);
    if (!request) {
        const bool shook = row.main.stage > Stage::handshake && row.main.chain;
        list.unknown = shook ? LinkReason::not_asked : LinkReason::not_reached;
        return list;
    }
    // Windows sends none by default from 2012 on; RFC 5246 7.4.4 then lets the client send any.
    if (!request->ca_names || request->ca_names->empty()) {
        list.unknown = LinkReason::no_list;
        return list;
    }
    list = named(*request);
    list.whole = list.whole && request->ca_names_count <= request->ca_names->size();
    list.cut = about_cut(*request);
    // Who accepted our certificate accepts others, too.
    if (request->accepted == true || before_windows_2012(target.os) || !lists_its_roots(target))
        list.intermediate = false;
    return list;
}

const ListView& Links::named(const ClientCertificateFacts& request) {
    const auto [known, fresh] = lists_.try_emplace(request.ca_names.get());
    if (!fresh) return known->second;
    for (const auto& text : *request.ca_names) {
        const auto key = name_key(text);
        if (key.empty()) known->second.whole = false; // a name that cannot be read
        if (const auto number = numbers_.find(key); number != numbers_.end())
            known->second.names.insert(number->second);
        // KB 2795828: one such certificate makes Schannel refuse every client.
        if (intermediates_.contains(key)) known->second.intermediate = true;
    }
    return known->second;
}

MutualTrust Links::judged() {
    MutualTrust trust;
    for (const auto& link : plan::server_links())
        if (listeners_.contains(link.service)) add_links(link, trust);
    keep_servers(servers_, trust);
    return trust;
}

void Links::add_links(const plan::ServerLink& link, MutualTrust& trust) const {
    for (const auto& [views, kind] : kinds_of(link, trust)) {
        auto& judged = trust.links.emplace_back(judge(views.first, views.second));
        judged.service = link.service;
        judged.same_pool = link.same_pool;
        judged.from.assign(kind.from.begin(), kind.from.end());
        judged.to.assign(kind.to.begin(), kind.to.end());
        judged.endpoints.assign(kind.endpoints.begin(), kind.endpoints.end());
    }
}

// Those who connect and those who are connected to, alike with alike; for a service of a pool's own
// pool by pool.
Links::Kinds Links::kinds_of(const plan::ServerLink& link, MutualTrust& trust) const {
    const auto room = limits::kTrustLinks - trust.links.size();
    const auto& service = *plan::find_service(link.service);
    using Clients = std::map<ClientView, std::vector<std::size_t>>;
    std::map<std::string_view, Clients> clients;
    for (std::size_t index = 0; index < servers_.size(); ++index) {
        const auto& server = servers_[index];
        if (!plan::has(link.from, server.shown.role)) continue;
        const std::string_view pool = link.same_pool ? server.shown.pool : std::string_view();
        if (const auto view = client_view(server, service)) clients[pool][*view].push_back(index);
    }
    std::map<std::string_view, std::map<ListenerView, std::vector<const Listener*>>> listeners;
    for (const auto& listener : listeners_.at(link.service)) {
        const auto& shown = servers_[listener.server].shown;
        listeners[link.same_pool ? std::string_view(shown.pool) : std::string_view()][listener.view]
            .push_back(&listener);
    }
    Kinds kinds;
    for (const auto& [pool, by_view] : listeners)
        for (const auto& [listener_view, list] : by_view) {
            const auto& those = clients[pool];
            // A hostile or odd deployment in which no two are alike must not fill the memory.
            if (kinds.size() + those.size() > room) {
                trust.left_out += those.size();
                continue;
            }
            for (const auto& [client, from] : those) {
                auto& kind = kinds[{client, listener_view}];
                kind.from.insert(from.begin(), from.end());
                for (const auto* listener : list) {
                    kind.to.insert(listener->server);
                    kind.endpoints.insert(listener->endpoint);
                }
            }
        }
    return kinds;
}

// Nothing where no port with the certificate that it shows outwards was among the targets: then it
// is the outside of an Edge, say, and connects to no inside server.
std::optional<ClientView> client_view(const Server& server, const plan::Service& service) {
    const auto shown = server.chains.find(plan::outward_use(server.shown.role, service));
    if (shown == server.chains.end()) return std::nullopt;
    ClientView view{.chains = shown->second, .own = {}};
    if (server.sends_list && server.sends_whole_lists) view.own = server.own;
    return view;
}

bool meet(const Numbers& left, const Numbers& right) {
    return std::ranges::any_of(left, [&](std::size_t number) { return right.contains(number); });
}

// A server's own list are the roots that it trusts, so that it also shows which servers it connects
// to.
bool distrusts(const ClientView& client, const ListenerView& listener) {
    return client.own && listener.chain && listener.chain->settled && !listener.chain->public_ca &&
           !meet(*client.own, listener.chain->issuers);
}

TrustLink judge(const ClientView& client, const ListenerView& listener) {
    using enum LinkReason;
    const auto link = [](LinkVerdict verdict, LinkReason reason, Texts issuers) {
        TrustLink out;
        out.verdict = verdict;
        out.reason = reason;
        out.issuers = std::move(issuers);
        return out;
    };
    const auto open = [&](LinkReason reason, Texts issuers = {}) {
        return link(LinkVerdict::cannot_tell, reason, std::move(issuers));
    };
    if (distrusts(client, listener))
        return link(LinkVerdict::cannot_work, server_issuer_not_listed, listener.chain->tops);
    const auto& list = listener.list;
    if (list.unknown != accepted) return open(list.unknown);
    if (client.chains.empty()) return open(client_not_seen);
    std::size_t good = 0;
    bool settled = true, presented = false;
    std::set<std::string> tops;
    for (const auto& chain : client.chains) {
        if (meet(chain.issuers, list.names)) {
            ++good;
            presented = presented || meet(chain.presented, list.names);
            continue;
        }
        settled = settled && chain.settled;
        tops.insert(chain.tops.begin(), chain.tops.end());
    }
    const Texts issuers(tops.begin(), tops.end());
    // Windows finds the CA certificates in between in its store, if somebody put them there.
    if (good == client.chains.size() && !presented) return open(way_not_presented);
    if (good == client.chains.size())
        return list.intermediate ? open(intermediate_listed)
                                 : link(LinkVerdict::works, accepted, {});
    if (good > 0) return open(client_chains_differ, issuers);
    if (!list.whole) return open(list_not_read, issuers);
    if (!settled) return open(client_chain_open, issuers);
    return link(LinkVerdict::cannot_work, list.cut ? list_cut : issuer_not_listed, issuers);
}

// Only the servers that some link concerns, under new numbers.
void keep_servers(const std::vector<Server>& servers, MutualTrust& trust) {
    std::map<std::size_t, std::size_t> renumbered;
    for (const auto& link : trust.links)
        for (const auto* list : {&link.from, &link.to})
            for (const auto server : *list)
                renumbered[server];
    for (auto& [old, fresh] : renumbered) {
        fresh = trust.servers.size();
        trust.servers.push_back(servers[old].shown);
    }
    for (auto& link : trust.links)
        for (auto* list : {&link.from, &link.to})
            for (auto& server : *list)
                server = renumbered[server];
}

} // namespace

MutualTrust trust_links(const ScanResult& run, const IssuerClosures& issuer_closures) {
    return Links(run, issuer_closures).judged();
}

} // namespace lyncprobe::rules
