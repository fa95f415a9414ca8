// SPDX-License-Identifier: MIT
// Pseudonyms for names, addresses and identifiers of one result, in fields and inside sentences.
#pragma once

#include "model/certificate.h"
#include "model/host.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

class Pseudonyms {
  public:
    // A text that no pattern shows to be private, such as a site's name. Names of hosts and
    // addresses need not be learnt.
    void learn(std::string_view kind, std::string_view text);
    void learn_distinguished_name(std::string_view); // its values, not the whole
    void learn_certificate(const Certificate&);

    // Everything private in it replaced; a whole text and a part of a sentence get the same.
    std::string text(std::string_view);
    Address address(const Address&);
    Fingerprint fingerprint(const Fingerprint&);
    std::string thumbprint(const Certificate&);
    std::string serial(const Certificate&);

  private:
    std::string host_name(std::string_view);
    std::string hexadecimal(std::string_view);
    std::string user(std::string_view);
    void add_literal(std::string_view text, std::string_view pseudonym);
    bool find_literal(std::string_view text) const; // the whole text
    // The learnt text that begins here and ends with a word, the longest; null: none.
    const std::pair<std::string, std::string>* literal(std::string_view at) const;

    std::map<std::string, std::size_t> counts_; // of each kind
    std::map<std::string, std::string> hosts_, hex_;
    std::map<Address, Address> addresses_;
    std::map<Fingerprint, std::size_t> certificates_; // from 1
    // By their first three bytes in lower case, the longest first.
    std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> literals_;
};

} // namespace lyncprobe::report
