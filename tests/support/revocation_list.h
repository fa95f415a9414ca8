// SPDX-License-Identifier: MIT
// Revocation lists of the lab's CAs, as AD CS publishes them, flaws included.
#pragma once

#include "lab/lab.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::lab {

struct RevokedSpec {
    std::string certificate_pem;
    std::string reason = "keyCompromise"; // as in RFC 5280 5.3.1; empty = none is written
};

struct CrlSpec {
    long number = 1;
    int this_update_days = -1; // from now
    std::optional<int> next_update_days = 7;
    std::optional<int> next_publish_days; // Microsoft's Next CRL Publish; absent = no extension
    std::optional<long> base_number;      // set = a delta CRL on this base
    std::vector<std::string> delta_urls;  // of the Freshest CRL extension
    std::vector<RevokedSpec> revoked;
    std::size_t strangers = 0; // further entries, with serial numbers from 1 on
    std::string digest = "SHA256";
    bool pss_signature = false;
    std::string scope_url; // of an issuing distribution point; empty = no extension
};

// DER, signed by the CA.
std::string make_crl(const Issued& authority, const CrlSpec&);

} // namespace lyncprobe::lab
