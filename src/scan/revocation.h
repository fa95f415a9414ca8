// SPDX-License-Identifier: MIT
// What the locations in certificates say: missing issuers, revocation lists, responders. Each
// location is asked once in a run, whatever number of certificates names it.
#pragma once

#include "fetch/fetch.h"
#include "model/deployment.h"
#include "model/revocation.h"
#include "pki/certificate_store.h"
#include "scan/observer.h"
#include "scan/world.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lyncprobe::scan {

// How a run fetches: within `settings`, its hosts looked up by these resolvers ("address[:port]"),
// ended where `interrupts` counts a Ctrl-C (null = that ends the process), not charged for what
// `stalls` counts.
fetch::Options fetch_options(
    const RunSettings& settings, std::vector<std::string> resolvers,
    const std::atomic<int>* interrupts, StallClock* stalls
);

// What an OCSP response says about a certificate; its facts and, where it cannot be used, the
// reason go into the location.
StatusSaid read_response(
    const std::shared_ptr<FetchedLocation>&, std::string_view der, const Certificate&,
    const CertificatePtr& issuer, Time now
);

// Revocation gathers the chains of a run, asks, and holds what was learnt.
class Revocation {
  public:
    // `now`: the time that dates are judged at.
    Revocation(
        pki::CertificateStore& store, const World& world, fetch::Options options, Time now,
        Observer& observer
    )
        : store_(store),
          world_(world),
          options_(std::move(options)),
          now_(now),
          observer_(observer) {}

    void add(ChainPtr chain); // null is none
    // Completes chains from their caIssuers locations, then asks for the status of every
    // certificate presented below its root.
    void run();
    // What takes the place of a chain after run(): the chain with the issuers that were fetched for
    // it, itself where there are none or it was not added.
    ChainPtr completed(const ChainPtr& chain) const;

    StatusMap take_statuses() { return std::move(statuses_); }
    std::vector<LocationPtr> take_locations() { return std::move(locations_); }

  private:
    using Location = std::shared_ptr<FetchedLocation>;

    // Asker is a certificate whose status is asked for.
    struct Asker {
        CertificatePtr certificate, issuer; // the latter null where it is not known
        std::vector<std::size_t> chains;    // that show it; indices into chains_
    };
    // Question is one request with the certificates that have it.
    struct Question {
        Location location;
        fetch::Request request;
        std::vector<std::size_t> askers; // indices into askers_; none for an issuer
        std::size_t payer = 0;           // the chain that it is charged to; index into chains_
    };

    void fetch_issuers();
    void collect_askers();
    void ask_for_lists(LocationKind kind);
    void read_list(const Question& question, std::string bytes);
    // `chains`: that want it. Where they have used up their shares it is limit_exceeded, and ask()
    // leaves it out. `limit`: bytes of the answer.
    Question new_question(
        LocationKind kind, const std::string& url, const std::vector<std::size_t>& chains,
        std::size_t limit
    );
    // Why nothing more is asked for this chain; empty while it may.
    std::string refusal(std::size_t chain) const;
    void ask_responders();
    void ask(
        const std::vector<Question>& questions,
        const std::function<void(const Question&, fetch::Answer&&)>& answered
    );
    void say(std::size_t asker, StatusSaid said);
    void put_in_order();
    void avoid_revoked();

    pki::CertificateStore& store_;
    const World& world_;
    fetch::Options options_;
    Time now_;
    std::map<ChainPtr, std::size_t> known_; // as added; indices into chains_
    std::vector<ChainPtr> chains_;          // in order of first sight, completed as far as possible
    std::vector<Asker> askers_;
    std::map<std::string, std::set<std::size_t>> deltas_; // URL → askers
    std::vector<LocationPtr> locations_;                  // in the order in which they were needed
    Observer& observer_;
    std::size_t asked_ = 0, answered_ = 0;
    // What is charged to a chain.
    struct Share {
        std::size_t locations = 0;
        double milliseconds = 0;
    };
    std::vector<Share> shares_; // by chain
    StatusMap statuses_;
};

} // namespace lyncprobe::scan
