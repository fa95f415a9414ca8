// SPDX-License-Identifier: MIT
// What formats with more than one document part share: which servers there are, what is said where,
// and the words for it. Text is foreign until the format escapes it.
#pragma once

#include "model/scan_result.h"
#include "report/certificate_index.h"
#include "report/statements.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// Server is what an administrator would log on to, with its endpoints.
struct Server {
    std::string_view name, pool, site; // owned by the run
    Role role = Role::other;
    std::vector<std::size_t> endpoints;
    std::optional<Verdict> verdict; // the worst of them
};

// Said is one finding at one endpoint, be it about that alone or about several.
using Said = std::vector<const Finding*>;

// View is one result and its numbers; the result outlives it.
class View {
  public:
    // `heading`: of --title; empty = what the run is about.
    explicit View(const ScanResult&, std::string_view heading = {});

    const ScanResult& run;
    std::string title;
    CertificateIndex certificates;
    std::vector<Server> servers;        // in the order of the run
    std::vector<std::size_t> server_of; // endpoint → server
    std::vector<Said> about_several;    // endpoint → findings of the deployment that name it
    std::vector<std::optional<Verdict>> verdicts; // of endpoints
    std::set<const EndpointRow*> unjudged;
    std::vector<Statement> open, waived;
    std::vector<std::string_view> passed; // rules that found nothing wrong anywhere

    const Target& target(std::size_t endpoint) const;
    std::size_t number(const Fingerprint&) const; // of a certificate, from 1; 0 = not among them

  private:
    void group_servers();
    void group_statements();
    std::map<Fingerprint, std::size_t> numbers_;
};

std::string_view verdict_word(std::optional<Verdict>); // "warning"; "not judged" where absent
std::string spaced(std::string_view word);             // "client certificate required"
std::string capital(std::string_view text);  // with a large first letter where it is ASCII
std::string day(const std::optional<Time>&); // "2026-12-01"; "no date"

Verdict verdict_of(GoLive);
std::string_view in_words(GoLive); // "will fail"
std::string_view in_words(Party);  // "our side"

} // namespace lyncprobe::report
