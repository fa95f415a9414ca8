// SPDX-License-Identifier: MIT
// What all target lists of a run share: identities, trust, resolvers, policy, SIP domains and
// waivers.
#pragma once

#include "config/values.h"
#include "model/deployment.h"

#include <map>
#include <string>

namespace lyncprobe::config {

// SharedSections merges these sections of several lists; a contradiction is a mistake at its second
// place.
class SharedSections {
  public:
    explicit SharedSections(Deployment& deployment) : deployment_(deployment) {}

    // Whole sections; `section` is the top-level key with its value.
    void sip_domains(const Entry& section);
    void resolvers(const Entry& section);
    void trust(const Entry& section);
    void policy(const Entry& section);

    // One element of the list of this name.
    void identity(const Entry& element);
    void waiver(const Entry& element);

    bool knows_identity(const std::string& id) const { return identities_.count(id) != 0; }
    std::vector<std::string_view> identity_ids() const;

  private:
    struct Said {
        std::string value;
        Place place;
    };
    void agree(const Entry&, const std::string& value);

    Deployment& deployment_;
    std::map<std::string, Said> said_; // key → what the first list says
    std::map<std::string, Place> identities_;
};

} // namespace lyncprobe::config
