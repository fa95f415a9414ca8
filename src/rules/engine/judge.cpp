// SPDX-License-Identifier: MIT
#include "rules/engine/judge.h"

#include "model/glob.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

#define LYNCPROBE_LIST(rule) &(rule),
constexpr const Rule* kRules[] = {LYNCPROBE_RULES(LYNCPROBE_LIST)};
#undef LYNCPROBE_LIST

Ruling ruling_of(const Rule&, const Subject&);
Ruling not_needed(Ruling);
Ruling could_not_judge(const std::string& error);
Finding finding_of(const Rule&, Ruling);
Finding unreadable_entry(const Rule&, std::size_t position);
bool in_set(const Rule&, RuleSet);
Problem unknown_glob(std::string_view option, const std::string& glob, RuleSet);
bool any_matches(const std::vector<std::string>& globs, std::string_view id);
bool is_open(Verdict);

template <class Predicate>
bool any_rule(std::span<const Rule* const> rules, Predicate predicate) {
    return std::any_of(rules.begin(), rules.end(), [&](const Rule* rule) {
        return predicate(*rule);
    });
}

// What a rule over a run or a domain says; one that throws fails alone under its own id.
template <class Said, class Check>
std::vector<Said> said_by(Check check) {
    try {
        return check();
    } catch (const std::bad_alloc&) {
        throw; // no fault of what is judged
    } catch (const std::exception& thrown) {
        return {{.ruling = could_not_judge(thrown.what())}};
    }
}

// What is said of one target of a record is kept together, whichever rule says it.
std::vector<Finding> findings_on(
    const DomainDiscovery& domain, const Selection& selection, bool records_only,
    bool allow_private = false
) {
    using Place = std::pair<std::optional<std::size_t>, std::size_t>; // row, place in it
    std::multimap<Place, Finding> found;
    for (const auto* rule : all()) {
        if (rule->scope != Scope::dns || !selection.chosen(*rule)) continue;
        for (auto& said : said_by<DomainRuling>([&] { return rule->check_domain(domain); })) {
            if (!said.row && records_only) continue;
            // What is meant to be so is said, and no fault.
            if (allow_private && rule->passes_where_private_is_meant &&
                is_open(said.ruling.verdict))
                said.ruling.verdict = Verdict::pass;
            found.emplace(Place(said.row, said.place), finding_of(*rule, std::move(said.ruling)));
        }
    }
    std::vector<Finding> out;
    for (auto& [place, finding] : found)
        out.push_back(std::move(finding));
    return out;
}

// Judging is one run of judge(): the rules, what they look at, and the findings so far.
class Judging {
  public:
    Judging(
        std::span<const Rule* const> rules, const Chain& chain, const Context& context,
        const Selection& selection, FindingPool& pool
    )
        : rules_(rules), chain_(chain), context_(context), selection_(selection), pool_(pool) {}

    std::vector<const Finding*> findings() {
        // What cannot be parsed keeps its place: positions in findings are those on the wire.
        const auto entries = chain_.presented.size() + chain_.unreadable.size();
        findings_.reserve((entries + 1) * rules_.size());
        if (context_.seen().row) judge_connection();
        std::size_t readable = 0; // index into chain_.presented
        for (std::size_t position = 0; position < entries; ++position) {
            const bool broken =
                std::find(chain_.unreadable.begin(), chain_.unreadable.end(), position) !=
                chain_.unreadable.end();
            if (broken || readable == chain_.presented.size())
                judge_unreadable(position);
            else
                judge_certificate(position, readable++);
        }
        judge_unsent();
        if (context_.revocation) judge_revocation();
        if (entries > 0) judge_chain();
        if (context_.key && !chain_.presented.empty()) judge_file();
        if (context_.seen().answer && !context_.seen().answer->empty()) judge_conversation();
        return {findings_.begin(), findings_.end()}; // kept for the whole run: no byte too many
    }

  private:
    void judge_connection() {
        for (const auto* rule : rules_)
            if (rule->scope == Scope::connection)
                keep_said(*rule, judge_one(*rule, {chain_, 0, context_}));
    }

    void judge_unreadable(std::size_t position) {
        for (const auto* rule : rules_)
            if (rule->scope == Scope::certificate ||
                (rule->scope == Scope::leaf && position == 0 && !rule->only_where_it_applies))
                keep(unreadable_entry(*rule, position));
    }

    void judge_certificate(std::size_t position, std::size_t index) {
        for (const auto* rule : rules_) {
            const bool leaf_rule = rule->scope == Scope::leaf;
            if (rule->scope == Scope::certificate || (leaf_rule && position == 0))
                keep_said(*rule, judge_one(*rule, {chain_, index, context_}));
            // Said rather than left out, so that nobody takes silence for a pass.
            else if (leaf_rule && !rule->only_where_it_applies)
                keep(not_the_server_certificate(*rule, index));
        }
    }

    void judge_unsent() {
        const auto& path = chain_.path.path;
        for (std::size_t i = 1; i < path.size(); ++i) {
            const bool sent = std::ranges::any_of(chain_.presented, [&](const auto& one) {
                return one->sha256 == path[i]->sha256;
            });
            for (const auto* rule : rules_) {
                if (sent || !rule->unsent_too) continue;
                auto finding = judge_one(*rule, {chain_, 0, context_, path[i].get()});
                if (is_open(finding.verdict)) keep(std::move(finding));
            }
        }
    }

    void judge_revocation() {
        for (std::size_t index = 0; index < chain_.presented.size(); ++index)
            for (const auto* rule : rules_) {
                if (rule->scope != Scope::revocation) continue;
                const Subject subject{chain_, index, context_};
                // Without --fetch only the stapled certificate is there: the others get no row.
                const bool known = context_.revocation->contains(subject.certificate().sha256);
                if (known && (!rule->applies || rule->applies(subject).empty()))
                    keep(judge_one(*rule, subject));
            }
    }

    // After the certificates, since these findings belong to none.
    void judge_chain() {
        for (const auto* rule : rules_) {
            if (rule->scope != Scope::chain && rule->scope != Scope::endpoint) continue;
            // Where no entry could be read the rules fail: no pass for what was not looked at.
            if (!chain_.presented.empty())
                keep_said(*rule, judge_one(*rule, {chain_, 0, context_}));
            else if (!rule->only_where_it_applies)
                keep(unreadable_entry(*rule, 0));
        }
    }

    void judge_file() {
        for (const auto* rule : rules_)
            if (rule->scope == Scope::file)
                keep_said(*rule, judge_one(*rule, {chain_, 0, context_}));
    }

    void judge_conversation() {
        for (const auto* rule : rules_)
            if (rule->scope == Scope::conversation) keep(judge_one(*rule, {chain_, 0, context_}));
    }

    Finding not_the_server_certificate(const Rule& rule, std::size_t index) const {
        auto finding = finding_of(rule, not_applicable("judges the server certificate only"));
        finding.certificate = chain_.presented[index]->sha256;
        return finding;
    }

    void keep_said(const Rule& rule, Finding finding) {
        const bool silent = rule.only_where_it_applies &&
                            finding.verdict == Verdict::not_applicable && !selection_.named(rule);
        if (!silent) keep(std::move(finding));
    }

    void keep(Finding finding) { findings_.push_back(pool_.keep(std::move(finding))); }

    std::span<const Rule* const> rules_;
    const Chain& chain_;
    const Context& context_;
    const Selection& selection_;
    FindingPool& pool_;
    std::vector<const Finding*> findings_;
};

} // namespace

std::span<const Rule* const> all() { return kRules; }

const Rule* find(std::string_view id) {
    for (const auto* rule : all())
        if (rule->id == id) return rule;
    for (const auto& conclusion : conclusions())
        if (conclusion.id == id) return &conclusion;
    return nullptr;
}

std::vector<const Rule*> catalogue() {
    std::vector<const Rule*> out(all().begin(), all().end());
    for (const auto& conclusion : conclusions())
        out.push_back(&conclusion);
    return out;
}

Result<Selection> Selection::make(
    const std::vector<std::string>& only, const std::vector<std::string>& skip, RuleSet set
) {
    // A slip of the keyboard in --only would judge nothing and pass.
    for (const auto& [option, globs] : {std::pair("--only", &only), std::pair("--skip", &skip)})
        for (const auto& glob : *globs)
            if (!any_rule(all(), [&](const Rule& rule) {
                    return in_set(rule, set) && glob_matches(glob, rule.id);
                }))
                return unknown_glob(option, glob, set);
    Selection selection;
    selection.everything_ = false;
    selection.only_ = only;
    for (const auto* rule : all()) {
        if (!in_set(*rule, set)) continue;
        if ((only.empty() || any_matches(only, rule->id)) && !any_matches(skip, rule->id))
            selection.rules_.push_back(rule);
    }
    if (selection.rules_.empty() && set == RuleSet::scan)
        return Problem{.what = "--only and --skip leave no rule to judge by"};
    return selection;
}

std::vector<std::string> not_about_dns(std::vector<std::string> globs) {
    std::erase_if(globs, [](const std::string& glob) {
        return any_rule(all(), [&](const Rule& rule) {
            return rule.scope == Scope::dns && glob_matches(glob, rule.id);
        });
    });
    return globs;
}

bool Selection::chosen(const Rule& rule) const {
    return everything_ || std::find(rules_.begin(), rules_.end(), &rule) != rules_.end();
}

bool Selection::named(const Rule& rule) const {
    return std::find(only_.begin(), only_.end(), rule.id) != only_.end();
}

std::vector<const Finding*> judge(
    const Chain& chain, const Context& context, const Selection& selection, FindingPool& pool
) {
    std::vector<const Rule*> chosen;
    for (const auto* rule : all())
        if (selection.chosen(*rule) || rule->scope == Scope::connection) chosen.push_back(rule);
    return Judging(chosen, chain, context, selection, pool).findings();
}

std::vector<const Finding*> judge_by(
    std::span<const Rule* const> rules, const Chain& chain, const Context& context,
    FindingPool& pool
) {
    return Judging(rules, chain, context, {}, pool).findings();
}

std::vector<TopologyRow> judge_run(
    const ScanResult& run, const IssuerClosures& issuer_closures, const Selection& selection,
    FindingPool& pool
) {
    std::vector<TopologyRow> rows;
    for (const auto* rule : all()) {
        if (rule->check_run == nullptr || !selection.chosen(*rule)) continue;
        const auto keep = [&](RunRuling said) {
            rows.push_back(
                {pool.keep(finding_of(*rule, std::move(said.ruling))), std::move(said.endpoints)}
            );
        };
        try {
            for (auto& said :
                 said_by<RunRuling>([&] { return rule->check_run(run, issuer_closures); }))
                keep(std::move(said));
        } catch (const std::bad_alloc&) { // the other rules may need less
            keep(
                {inconclusive(
                     "this machine had no memory left to judge it",
                     "run it again where more memory is free, or for a part of the list (--target)"
                 ),
                 {}}
            );
        }
    }
    return rows;
}

std::vector<Finding> judge_domain(
    const DomainDiscovery& domain, const Selection& selection, bool allow_private
) {
    return findings_on(domain, selection, false, allow_private);
}

std::vector<Finding> judge_srv_records(const DomainDiscovery& domain) {
    return findings_on(domain, {}, true);
}

int fails_as_issuer(const Certificate& issuer) {
    const auto one = std::make_shared<const Certificate>(issuer);
    Chain chain;
    chain.presented = {one, one};
    const Policy policy;
    Context context;
    context.policy = &policy;
    int fails = 0;
    for (const auto* rule : all())
        if (rule->scope == Scope::certificate && !rule->unsent_too &&
            ruling_of(*rule, {chain, 1, context}).verdict == Verdict::fail)
            ++fails;
    return fails;
}

Finding judge_one(const Rule& rule, const Subject& subject) {
    auto ruling = ruling_of(rule, subject);
    if (ruling.fix.empty() && (subject.unsent || !subject.is_leaf())) ruling.fix = rule.ca_fix;
    const bool about_one = rule.scope == Scope::certificate || rule.scope == Scope::revocation;
    if (about_one && is_open(ruling.verdict)) {
        if (subject.unsent)
            ruling.message =
                fmt::format("{}, which is not sent: {}", subject.unsent->subject, ruling.message);
        else if (!rule.every_certificate && !subject.needed())
            ruling = not_needed(std::move(ruling));
    }
    auto finding = finding_of(rule, std::move(ruling));
    if (rule.scope == Scope::certificate || rule.scope == Scope::leaf ||
        rule.scope == Scope::revocation || rule.scope == Scope::file) {
        finding.certificate = subject.certificate().sha256;
        if (is_open(finding.verdict) && !finding.evidence.find("error") && !subject.unsent)
            finding.evidence.set("position", static_cast<std::int64_t>(subject.position));
    }
    return finding;
}

namespace {

// What the rule says; a rule that throws fails alone under its own id.
Ruling ruling_of(const Rule& rule, const Subject& subject) {
    std::string error;
    try {
        if (rule.applies)
            if (auto reason = rule.applies(subject); !reason.empty())
                return not_applicable(std::move(reason));
        return rule.check(subject);
    } catch (const std::bad_alloc&) {
        throw; // no fault of the certificate's: the endpoint is not judged at all
    } catch (const std::exception& thrown) {
        error = thrown.what();
    } catch (...) {
        error = "an exception without a text";
    }
    return could_not_judge(error);
}

Ruling could_not_judge(const std::string& error) {
    return fail(fmt::format("the rule could not judge this: {}", error)).with("error", error);
}

// A certificate that no peer needs does no harm, and leads those astray that build other paths.
Ruling not_needed(Ruling ruling) {
    ruling.verdict = at_most_warn(ruling.verdict);
    ruling.message += "; the path does not need this certificate: remove it";
    return std::move(ruling)
        .with("not_needed", true)
        .fixed_by("remove the certificate from what the server sends: from its Intermediate "
                  "Certification Authorities and Trusted Root stores (computer account), or from "
                  "the PEM file; then restart the services");
}

// The finding without its certificate; only what is open is worth a source and a fix.
Finding finding_of(const Rule& rule, Ruling ruling) {
    Finding finding;
    finding.rule = rule.id;
    finding.verdict = ruling.verdict;
    finding.message = std::move(ruling.message);
    finding.evidence = std::move(ruling.evidence);
    if (is_open(finding.verdict)) {
        finding.source = to_text(rule.source);
        finding.fix = ruling.fix.empty() ? std::string(rule.fix) : std::move(ruling.fix);
    }
    return finding;
}

Finding unreadable_entry(const Rule& rule, std::size_t position) {
    const auto error =
        fmt::format("entry {} of the presented chain is no readable certificate", position);
    return finding_of(rule, fail(error).with("error", error));
}

bool in_set(const Rule& rule, RuleSet set) {
    return set == RuleSet::both || (set == RuleSet::dns) == (rule.scope == Scope::dns);
}

Problem unknown_glob(std::string_view option, const std::string& glob, RuleSet set) {
    std::vector<std::string_view> ids;
    for (const auto* rule : all())
        if (in_set(*rule, set)) ids.push_back(rule->id);
    const auto near = nearest(glob, ids);
    return {
        .what = set == RuleSet::dns ? fmt::format("discover has no check '{}'", glob)
                                    : fmt::format("{} {}: no rule has this id", option, glob),
        .hint =
            near.empty() ? "lyncprobe rules lists them" : fmt::format("did you mean '{}'?", near)};
}

bool any_matches(const std::vector<std::string>& globs, std::string_view id) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
        return glob_matches(glob, id);
    });
}

bool is_open(Verdict verdict) {
    return verdict != Verdict::pass && verdict != Verdict::not_applicable;
}

} // namespace

} // namespace lyncprobe::rules
