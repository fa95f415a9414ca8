// SPDX-License-Identifier: MIT
#include "config/target_list.h"

#include "config/document.h"
#include "config/encoding.h"
#include "config/shared_sections.h"
#include "config/target_entry.h"
#include "config/topology_entry.h"
#include "model/limits.h"
#include "model/text/utf8.h"
#include "plan/expand.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

// Merge is everything the lists of a run add to together.
class Merge {
  public:
    Merge(Deployment& deployment, Mistakes& mistakes)
        : shared(deployment), deployment_(deployment), mistakes_(mistakes) {}

    // Makes room for one target per "host": a vector that doubles would need the memory twice.
    void expect(std::string_view text) {
        constexpr std::string_view kHost = "host";
        std::size_t hosts = 0;
        for (auto at = text.find(kHost); at != std::string_view::npos;
             at = text.find(kHost, at + 1))
            ++hosts;
        targets().reserve(std::min(targets().size() + hosts, limits::kTargets));
    }

    void add(TargetDraft&& draft, const ListFile& file) {
        auto& target = draft.target;
        if (!target.name.empty())
            names_.push_back({static_cast<std::uint32_t>(targets().size()), file.place(draft.name)}
            );
        if (!target.identity.empty())
            refer_to_identity(target.identity, file.place(draft.identity));
        targets().push_back(std::move(target));
    }

    // A site may stand in several lists, a pool may not.
    void add(const std::string& site_name, Pool pool) {
        if (pool.fqdn.empty() || pool.role == Role::other) return; // its mistake is noted
        const auto [first, added] = pools_.emplace(std::pair{pool.fqdn, pool.role}, pool.place);
        if (!added) mistakes_.add_duplicate(pool.place, "pool", pool.fqdn, first->second);
        auto& sites = deployment_.sites;
        auto site = std::ranges::find(sites, site_name, &Site::name);
        if (site == sites.end()) site = sites.insert(site, {site_name, {}});
        site->pools.push_back(std::move(pool));
    }

    void refer_to_identity(const std::string& id, const Place& place) {
        // Declared further down, or in a list yet to come: looked at again in check_identities().
        if (!shared.knows_identity(id)) references_.push_back({id, place});
    }

    void note_too_many(const Place& place) {
        // Once: every target beyond the limit would say it again.
        if (!std::exchange(too_many_, true))
            mistakes_.add(
                place, fmt::format("more than {} targets", limits::kTargets),
                "split them over several runs"
            );
    }

    void finish() {
        check_names();
        check_identities();
        check_sip_domains();
        // Last, so that targets written by hand keep the places of the file.
        add_expanded();
    }

    std::vector<Target>& targets() { return deployment_.targets; }
    std::vector<Problem>& warnings() { return deployment_.warnings; }
    SimpleUrls& simple_urls() { return deployment_.simple_urls; }

    SharedSections shared;
    bool saw_target = false; // also one that is wrong, and a pool

  private:
    struct NamePlace {
        std::uint32_t target = 0;
        Place place;
    };
    struct Reference {
        std::string id;
        Place place;
    };

    void check_names() {
        const auto name_of = [this](const NamePlace& place) -> const std::string& {
            return targets()[place.target].name;
        };
        std::ranges::sort(names_, [&](const NamePlace& a, const NamePlace& b) {
            const int order = name_of(a).compare(name_of(b));
            // The first of two in the order of the lists is the one that the other duplicates.
            return order != 0 ? order < 0 : a.target < b.target;
        });
        const NamePlace* first = nullptr;
        for (const auto& here : names_) {
            if (first == nullptr || name_of(*first) != name_of(here))
                first = &here;
            else
                mistakes_.add_duplicate(here.place, "name", name_of(here), first->place);
        }
    }

    void check_identities() {
        const auto ids = shared.identity_ids();
        for (const auto& [id, place] : references_) {
            if (shared.knows_identity(id)) continue;
            const auto hint = ids.empty() ? "no list declares 'identities'" : suggestion(id, ids);
            mistakes_.add(place, "no identity has the id " + quoted(id), hint);
        }
    }

    // To register is asked of our own domains only, so they must be said to be ours.
    void check_sip_domains() {
        const auto& own = deployment_.sip_domains;
        for (const auto& target : targets())
            if (target.probe == Probe::sip && !target.sip_domain.empty() &&
                std::ranges::find(own, target.sip_domain) == own.end())
                mistakes_.add(
                    target.place,
                    fmt::format("'{}' is not one of our SIP domains", target.sip_domain),
                    "list it in 'sip_domains' if it is; a partner's is for the probe 'federation'"
                );
    }

    void add_expanded() {
        if (deployment_.sites.empty()) return;
        auto expanded = plan::expand(deployment_);
        if (expanded.size() > limits::kTargets - targets().size())
            return note_too_many(expanded.front().place);
        std::move(expanded.begin(), expanded.end(), std::back_inserter(targets()));
    }

    Deployment& deployment_;
    Mistakes& mistakes_;
    std::vector<NamePlace> names_;
    bool too_many_ = false;
    std::map<std::pair<std::string, Role>, Place> pools_;
    std::vector<Reference> references_; // to identities that no list has declared so far
};

// ListReader reads one list's sections into the merge.
class ListReader : public Sections {
  public:
    ListReader(ListFile& file, Merge& merge)
        : file_(file), merge_(merge), known_(kNames, file), first_target_(merge.targets().size()) {}

    Take section(const Node& key) override {
        const auto found = known_.find(key);
        if (!found) return Take::skip;
        section_ = &kSections[*found];
        key_ = key;
        return section_->by_entry ? Take::items : Take::whole;
    }

    void whole(const Node& value) override {
        // A section whose lines are all commented out says nothing.
        if (value.kind == Node::Kind::nothing) return;
        const Entry entry{key_, value, file_};
        if (section_->by_entry)
            read_list(entry, "{…}"); // notes that it is none
        else
            (this->*section_->read)(entry);
    }

    void item(const Node& value) override { (this->*section_->read)({key_, value, file_, true}); }

    // At the end of the list, since its defaults may stand below the targets.
    void finish() {
        for (std::size_t i = 0; i < given_.size(); ++i) {
            // Targets of this list only; each list has defaults of its own.
            auto& target = merge_.targets()[first_target_ + i];
            apply_defaults(target, given_[i], defaults_);
            check_target(target, file_);
        }
        for (auto& site : sites_)
            for (auto& draft : site.pools) {
                if (!draft.pool.identity.empty())
                    merge_.refer_to_identity(draft.pool.identity, file_.place(draft.identity));
                apply_defaults(draft.pool, draft.given, defaults_);
                merge_.add(site.name, std::move(draft.pool));
            }
        if (!defaults_.target.identity.empty())
            merge_.refer_to_identity(defaults_.target.identity, file_.place(defaults_.identity));
    }

  private:
    template <auto Read>
    void add_shared(const Entry& entry) {
        (merge_.shared.*Read)(entry);
    }

    void add_defaults(const Entry& entry) {
        if (expect_mapping(entry)) defaults_ = read_defaults(entry.value, file_);
    }

    void add_simple_urls(const Entry& entry) { read_simple_urls(entry, merge_.simple_urls()); }

    void add_target(const Entry& entry) {
        merge_.saw_target = true;
        if (!expect_mapping(entry)) return;
        auto draft = read_target(entry.value, file_);
        // The target is read first, so that the message has its place.
        if (merge_.targets().size() >= limits::kTargets)
            return merge_.note_too_many(draft.target.place);
        given_.push_back(draft.given);
        merge_.add(std::move(draft), file_);
    }

    void add_site(const Entry& entry) {
        if (!expect_mapping(entry)) return;
        sites_.push_back(read_site(entry.value, file_, merge_.warnings()));
        // Pools are kept until the end of the file, since defaults may follow.
        if (!sites_.back().pools.empty()) merge_.saw_target = true;
    }

    // Lists of entries, which may be long, are read one entry at a time.
    struct Section {
        std::string_view name;
        void (ListReader::*read)(const Entry&); // the whole section, or one entry of it
        bool by_entry;
    };
    using S = SharedSections;
    static constexpr std::array kSections{
        Section{"defaults", &ListReader::add_defaults, false},
        Section{"identities", &ListReader::add_shared<&S::identity>, true},
        Section{"trust", &ListReader::add_shared<&S::trust>, false},
        Section{"resolvers", &ListReader::add_shared<&S::resolvers>, false},
        Section{"policy", &ListReader::add_shared<&S::policy>, false},
        Section{"sip_domains", &ListReader::add_shared<&S::sip_domains>, false},
        Section{"targets", &ListReader::add_target, true},
        Section{"waivers", &ListReader::add_shared<&S::waiver>, true},
        Section{"simple_urls", &ListReader::add_simple_urls, false},
        Section{"topology", &ListReader::add_site, true},
    };
    static constexpr auto kNames = names_of(kSections);

    ListFile& file_;
    Merge& merge_;
    Node key_;
    const Section* section_ = nullptr; // the last one that is known
    KnownKeys known_;
    std::size_t first_target_;
    std::vector<std::uint64_t> given_; // for each target of this list
    std::vector<SiteDraft> sites_;
    TargetDraft defaults_;
};

void read_list_file(
    std::size_t list, const Source& source, const ReadOptions& options, Merge& merge,
    Mistakes& mistakes
) {
    if (source.text.size() > limits::kTargetFile) {
        const auto mebibytes = limits::kTargetFile >> 20;
        return mistakes.add(
            {static_cast<std::uint32_t>(list), 1, 1},
            fmt::format("the file is larger than {} MiB", mebibytes)
        );
    }
    // `file` looks into it and into source.text, which both outlive the reading.
    const auto decoded = decode(source.text);
    ListFile file(list, decoded.text(source.text), source, options, mistakes);
    if (!decoded.mistake.empty()) return file.mistake(decoded.spot, decoded.mistake, decoded.hint);
    merge.expect(file.text());
    ListReader reader(file, merge);
    read_document(file, reader);
    reader.finish();
}

} // namespace

ReadOutcome read_target_lists(const std::vector<Source>& sources, const ReadOptions& options) {
    ReadOutcome out;
    for (const auto& source : sources)
        out.deployment.inputs.push_back(valid_utf8(source.path));
    Mistakes mistakes(sources);
    Merge merge(out.deployment, mistakes);
    for (std::size_t i = 0; i < sources.size(); ++i)
        read_list_file(i, sources[i], options, merge, mistakes);
    merge.finish();
    out.problems = mistakes.take();
    // Only where nothing else is wrong: a list whose targets are all misspelt has had its messages.
    if (options.targets_needed && out.problems.empty() &&
        (!merge.saw_target || out.deployment.targets.empty()))
        out.problems.push_back(
            {.what = "no targets",
             .where = sources.empty() ? Where{} : Where{sources.front().path, 1, 1},
             .hint = merge.saw_target ? "no pool of the topology runs any service that is probed"
                                      : "write 'targets:' and below it '- host: sip.contoso.com'"}
        );
    return out;
}

} // namespace lyncprobe::config
