// SPDX-License-Identifier: MIT
#include "plan/wanted_certificates.h"

#include "model/add_once.h"
#include "model/glob.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "plan/discovery_naming.h"
#include "plan/expand.h"
#include "plan/services.h"
#include "plan/sip_domains.h"
#include "plan/subject.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::plan {

namespace {

using Texts = std::vector<std::string>;
using Use = CertificateUse;

constexpr std::string_view kOAuthId = "deployment:OAuthTokenIssuer";

bool is_web(Use use) {
    return use == Use::web_services_internal || use == Use::web_services_external;
}

// As the target says, else as the product has it on such a port.
Use use_of(const Target& target) {
    if (target.use != Use::other) return target.use;
    if (const auto* service = service_of(target)) return service->listener.use;
    if (target.role == Role::edge)
        return target.side == Side::external ? Use::access_edge_external : Use::internal;
    return is_of_lync(target.role) ? Use::default_ : Use::other;
}

// The first of the uses that share one certificate. Inside one with every name serves all; on an
// Edge Server inside, outside and A/V authentication stay apart ("Plan for Edge Server
// certificates"; the last so that it can be rolled over).
Use leading(const Target& target) {
    const auto use = use_of(target);
    if (target.role == Role::edge)
        return use == Use::data_edge_external || use == Use::xmpp_server ? Use::access_edge_external
                                                                         : use;
    return is_of_lync(target.role) && is_web(use) ? Use::default_ : use;
}

// The whole pool has one certificate, with one key.
bool shared_by_pool(Role role) {
    return role == Role::edge || role == Role::reverse_proxy || role == Role::office_web_apps;
}

std::string server_of(const Target& target) {
    return target.server.empty() ? target.host : target.server;
}

// Letters, digits and hyphens in at least two labels ("Determine DNS requirements"); a wildcard
// where only web clients look.
bool may_be_requested(std::string_view name, bool wildcard) {
    if (wildcard && name.starts_with("*.")) name.remove_prefix(2);
    return check_host_name(name).reason.empty() && name.find('.') != std::string_view::npos &&
           name.find('_') == std::string_view::npos && !parse_address(name);
}

// Draft is a certificate while its targets are being collected.
struct Draft {
    WantedCertificate wanted;
    std::map<Use, Target> examples; // the first target of each use
    bool signs_in = false;          // clients sign in there
    bool chosen = false;            // by a glob
};

Texts& names_of(WantedCertificate& wanted, Use use) {
    const auto found = std::ranges::find(wanted.uses, use, &UseNames::use);
    if (found != wanted.uses.end()) return found->names;
    return wanted.uses.emplace_back(UseNames{use, {}}).names;
}

bool is_chosen(const Target& target, const std::string& id, const Texts& globs) {
    return std::ranges::any_of(globs, [&](const auto& glob) {
        const auto folded = to_lower(glob);
        for (const auto& text : {id, display_name(target), target.host, target.server, target.pool})
            if (glob_matches(folded, to_lower(text))) return true;
        return false;
    });
}

class Collection {
  public:
    Collection(const Deployment& deployment, const Texts& globs)
        : deployment_(deployment), globs_(globs) {
        for (const auto& target : deployment.targets)
            add(target);
        for (auto& draft : drafts_)
            add_access_names(draft);
        add_registrar_names();
        for (auto& draft : drafts_) {
            add_members(draft.wanted);
            finish(draft);
        }
        add_oauth();
    }

    std::vector<WantedCertificate> take() {
        std::vector<WantedCertificate> out;
        for (auto& draft : drafts_)
            if (globs_.empty() || draft.chosen) out.push_back(std::move(draft.wanted));
        return out;
    }

  private:
    void add(const Target& target) {
        const auto id = certificate_id(target);
        if (id.empty()) return;
        const auto [at, is_new] = index_.try_emplace(id, drafts_.size());
        if (is_new) {
            auto& wanted = drafts_.emplace_back().wanted;
            wanted.id = id;
            wanted.site = target.site;
            wanted.pool = target.pool;
            wanted.role = target.role;
        }
        auto& draft = drafts_[at->second];
        // Outside, of a pool whose addresses are not known, only the name is.
        if (!target.server.empty() || draft.wanted.pool.empty())
            add_once(draft.wanted.servers, server_of(target));
        const auto use = use_of(target);
        auto& names = names_of(draft.wanted, use);
        // Neither the name nor the alternative names of this one are ever looked at.
        if (use != Use::audio_video_authentication)
            for (const auto& name : expected_names(target))
                add_once(names, name);
        if (target.probe != Probe::xmpp) draft.examples.try_emplace(use, target);
        draft.signs_in = draft.signs_in || clients_sign_in(target);
        draft.chosen = draft.chosen || is_chosen(target, id, globs_);
    }

    // What sip-domain-names looks for outside.
    void add_access_names(Draft& draft) const {
        auto& wanted = draft.wanted;
        if (wanted.role != Role::edge || !draft.examples.contains(Use::access_edge_external))
            return;
        auto& names = names_of(wanted, Use::access_edge_external);
        for (const auto& domain : deployment_.sip_domains)
            add_once(names, "sip." + domain);
    }

    // Also those that no target tells apart, since all share one external name.
    void add_members(WantedCertificate& wanted) const {
        if (!shared_by_pool(wanted.role)) return;
        for (const auto& site : deployment_.sites)
            for (const auto& pool : site.pools)
                if (pool.fqdn == wanted.pool)
                    for (const auto& server : servers_of(pool))
                        add_once(wanted.servers, server.host);
    }

    // And inside: of a domain in which no registrar has a name its clients find sip.<domain>.
    void add_registrar_names() {
        std::vector<Texts*> registrars;
        for (auto& draft : drafts_)
            if (draft.signs_in && has(kWeb, draft.wanted.role))
                registrars.push_back(&names_of(draft.wanted, Use::default_));
        for (const auto& domain : deployment_.sip_domains) {
            const bool known = std::ranges::any_of(registrars, [&](const Texts* names) {
                return std::ranges::any_of(*names, [&](const auto& name) {
                    return name != domain && is_below(name, domain);
                });
            });
            if (known) continue;
            for (auto* names : registrars)
                add_once(*names, "sip." + domain);
        }
    }

    static std::string subject_of(const Draft& draft) {
        const auto& wanted = draft.wanted;
        for (const auto& [use, target] : draft.examples) {
            const auto asked = subject_name(target, expected_names(target));
            if (!asked) continue;
            for (const auto& name : asked->names)
                if (may_be_requested(name, false)) return name;
        }
        // Of the others no table asks for one: the first name, and where there is none the pool's.
        for (const auto& use : wanted.uses)
            for (const auto& name : use.names)
                if (may_be_requested(name, false)) return name;
        const auto& holder =
            wanted.pool.empty() && !wanted.servers.empty() ? wanted.servers.front() : wanted.pool;
        return may_be_requested(holder, false) ? holder : std::string();
    }

    static void finish(Draft& draft) {
        auto& wanted = draft.wanted;
        const bool web_only = std::ranges::all_of(wanted.uses, [](const UseNames& use) {
            return is_web(use.use) || use.use == Use::other;
        });
        wanted.subject = subject_of(draft);
        if (!wanted.subject.empty()) wanted.names.push_back(wanted.subject);
        for (const auto& use : wanted.uses)
            for (const auto& name : use.names)
                add_once(may_be_requested(name, web_only) ? wanted.names : wanted.refused, name);
        const bool outside =
            has_use(wanted, Use::access_edge_external) || has_use(wanted, Use::data_edge_external);
        const bool edge = wanted.role == Role::edge;
        // Topology Builder knows them; outside on an Edge Server every name is said.
        if (is_of_lync(wanted.role) && !outside)
            for (const auto& name : wanted.names)
                if (name == wanted.subject || name == wanted.pool ||
                    std::ranges::find(wanted.servers, name) != wanted.servers.end())
                    wanted.automatic.push_back(name);
        wanted.issuer = (edge && outside) || wanted.role == Role::reverse_proxy
                            ? IssuerKind::public_ca
                        : edge ? IssuerKind::either
                               : IssuerKind::private_ca;
        // "Certificate requirements for internal servers": nowhere else.
        wanted.exportable = wanted.servers.size() > 1 || wanted.role == Role::gateway ||
                            has_use(wanted, Use::audio_video_authentication);
    }

    // One for the whole deployment; replication brings it to every server.
    void add_oauth() {
        const auto front_end = std::ranges::find_if(drafts_, [](const Draft& draft) {
            return has(kPools, draft.wanted.role) && has_use(draft.wanted, Use::default_);
        });
        if (front_end == drafts_.end()) return;
        Draft draft;
        auto& wanted = draft.wanted;
        wanted.id = kOAuthId;
        wanted.servers = front_end->wanted.servers;
        wanted.role = front_end->wanted.role;
        wanted.exportable = true;
        if (!deployment_.sip_domains.empty()) wanted.subject = deployment_.sip_domains.front();
        wanted.uses = {{Use::oauth_token_issuer, {}}};
        if (!wanted.subject.empty()) wanted.names = wanted.automatic = {wanted.subject};
        draft.chosen = is_chosen({}, wanted.id, globs_);
        drafts_.push_back(std::move(draft));
    }

    const Deployment& deployment_;
    const Texts& globs_;
    std::map<std::string, std::size_t> index_;
    std::vector<Draft> drafts_;
};

// Without alternative names the common name counts (RFC 6125 6.4.4), as host-name has it.
bool covers(const Certificate& certificate, const std::string& name) {
    const bool by_subject = !certificate.san || certificate.san->dns.empty();
    const auto& have = by_subject ? certificate.common_names : certificate.san->dns;
    return std::ranges::any_of(have, [&](const auto& pattern) {
        return dns_name_matches(pattern, name);
    });
}

PresentedCertificate& add_presented(
    WantedCertificate& wanted, const CertificatePtr& certificate, const std::string& endpoint
) {
    auto at = std::ranges::find_if(wanted.presented, [&](const auto& known) {
        return *known.certificate == *certificate;
    });
    if (at == wanted.presented.end())
        at = wanted.presented.insert(at, PresentedCertificate{certificate, {}, {}});
    at->endpoints.push_back(endpoint);
    return *at;
}

void add_endpoint(WantedCertificate& wanted, const EndpointRow& row, Use use) {
    const auto& chain = row.main.chain;
    if (!chain || chain->presented.empty()) return;
    auto& presented = add_presented(wanted, chain->presented.front(), row.id);
    // A reverse proxy may have one for each name.
    if (wanted.role == Role::reverse_proxy) return;
    // What a list that was cut lacks is unknown; host-name says so.
    const auto& san = presented.certificate->san;
    if (san && san->beyond > 0) return;
    for (const auto& name : names_of(wanted, use))
        if (!covers(*presented.certificate, name)) add_once(presented.lacks, name);
}

void finish_proxy(WantedCertificate& wanted) {
    if (wanted.role != Role::reverse_proxy || wanted.presented.empty()) return;
    for (const auto& name : wanted.names) {
        const bool covered = std::ranges::any_of(wanted.presented, [&](const auto& one) {
            return covers(*one.certificate, name);
        });
        if (!covered) wanted.presented.front().lacks.push_back(name);
    }
}

// The dates and the key of that certificate; its names are not judged.
void judge_oauth(WantedCertificate& wanted, Time now) {
    for (const auto& [certificate, endpoints, lacks] : wanted.presented) {
        if (certificate->not_after && *certificate->not_after < now)
            wanted.due.push_back(fmt::format(
                "the OAuth certificate ended on {}", to_rfc3339(*certificate->not_after)
            ));
        else if (certificate->key.algorithm == "RSA" && certificate->key.bits < kWantedKeyBits)
            wanted.due.push_back(
                fmt::format("the key of the OAuth certificate has {} bits", certificate->key.bits)
            );
    }
}

} // namespace

std::string certificate_id(const Target& target) {
    if (target.plain || target.role == Role::partner || target.learnt) return {};
    const auto pool = pool_fqdn(target);
    const auto holder =
        shared_by_pool(target.role) && !pool.empty() ? pool : to_lower(server_of(target));
    return fmt::format("{}:{}", holder, to_text(leading(target)));
}

std::vector<WantedCertificate> wanted_certificates(
    const Deployment& deployment, const std::vector<std::string>& globs
) {
    return Collection(deployment, globs).take();
}

void compare(
    std::vector<WantedCertificate>& wanted, const ScanResult& result,
    const std::vector<TodoItem>& problems
) {
    std::map<std::string_view, WantedCertificate*> by_id;
    for (auto& one : wanted)
        by_id[one.id] = &one;
    const auto find = [&](const std::string& id) {
        const auto at = by_id.find(id);
        return at == by_id.end() ? nullptr : at->second;
    };
    auto* oauth = find(std::string(kOAuthId));
    for (const auto& row : result.endpoints) {
        const auto& target = result.targets[row.target];
        if (auto* one = find(certificate_id(target))) add_endpoint(*one, row, use_of(target));
        if (oauth)
            for (const auto& given : row.main.given)
                add_presented(*oauth, given.certificate, row.id);
    }
    std::map<const WantedCertificate*, std::set<std::string>> rules;
    for (const auto& item : problems) {
        if (item.kind != Remedy::reissue) continue;
        for (const auto index : item.endpoints)
            if (auto* one = find(certificate_id(result.targets[result.endpoints[index].target]))) {
                add_once(one->due, headline(item));
                for (const auto& rule : rules_of(item))
                    rules[one].insert(rule);
            }
    }
    for (auto& one : wanted) {
        finish_proxy(one);
        // Where a rule says so the item names them already.
        if (rules[&one].contains("host-name") || rules[&one].contains("sip-domain-names")) continue;
        for (const auto& presented : one.presented)
            if (!presented.lacks.empty())
                add_once(
                    one.due, fmt::format(
                                 "the certificate with thumbprint {} lacks {}, which this target "
                                 "list wants",
                                 presented.certificate->thumbprint, joined(presented.lacks)
                             )
                );
    }
    if (oauth) judge_oauth(*oauth, result.judged_at);
}

} // namespace lyncprobe::plan
