// SPDX-License-Identifier: MIT
// What the tests of --fetch share: a web server that publishes files, certificates that name it,
// and the answer of `lyncprobe check`.
#pragma once

#include "servers/scan.h"
#include "servers/server_programs.h"
#include "support/revocation_list.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace lyncprobe::test {

// Publisher is an nginx that serves the files put into /pki/ over plain HTTP.
class Publisher {
  public:
    explicit Publisher(const std::string& more_locations = "");
    std::string url(const std::string& path) const; // "http://127.0.0.1:PORT/path"
    void put(const std::string& name, const std::string& bytes) const; // as /pki/name
    const TemporaryFolder& folder() const { return folder_; }          // www/ is what is served

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    Nginx nginx_;
};

// An issuing CA that names no location of its own, so that all findings are about the leaf.
const lab::Authority& publishing_ca();
// A server certificate with these CRL locations and no other; `ocsp`, `issuers`: of its AIA.
lab::Issued leaf_with(
    const lab::Authority& issuer, std::vector<std::string> crl_urls,
    std::vector<std::string> ocsp = {}, std::vector<std::string> issuers = {}
);

// Checked is the JSON of `lyncprobe check` on one file; everything is asked for as text.
struct Checked {
    int exit_code;
    boost::json::value document;

    std::string verdict(std::string_view rule
    ) const; // on the leaf or the chain; "none" = no finding
    std::string message(std::string_view rule) const;
    std::string outcome(std::size_t location = 0) const; // of a location
    std::string chain_fact(std::string_view name) const;

  private:
    const boost::json::object* finding(std::string_view rule) const;
};

// The leaf with `others_pem` behind it, under Contoso's root alone.
Checked check_chain(
    const lab::Issued& leaf, const std::string& others_pem,
    const std::vector<std::string>& options = {"--fetch-private"}
);
// The leaf of publishing_ca() with it behind.
Checked check_leaf(
    const lab::Issued& leaf, const std::vector<std::string>& options = {"--fetch-private"}
);

} // namespace lyncprobe::test
