// SPDX-License-Identifier: MIT
// Runs the real program over a target list that the test writes, and reads its JSON.
#pragma once

#include "servers/certificates.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace lyncprobe::test {

// Question is one target of the list.
struct Question {
    std::string name;
    std::uint16_t port = 0;
    std::string identity;        // "ours", "stranger" or empty for none
    std::string mutual = "auto"; // as in the target list
    std::string host = kHost;    // looked up nowhere: the address is 127.0.0.1
    std::string probe = "tls";
    std::string more = {}; // further keys of the target: "role: edge, side: external"
};

// Endpoint is one row of the result; everything is asked for as text, so that a failed check shows
// what was there: strings as they are, all else as JSON ("null", "true", "[…]").
class Endpoint {
  public:
    Endpoint(boost::json::value row, boost::json::value certificates)
        : row_(std::move(row)), certificates_(std::move(certificates)) {}
    // By JSON pointer: get("/tls/version"). Fails the test where there is no such field.
    std::string get(std::string_view pointer) const;
    std::vector<std::string> list(std::string_view pointer) const;
    // By JSON pointer in the variant with this offer, which has to be there.
    std::string variant(std::string_view offer, std::string_view pointer) const;
    std::vector<std::string> offers() const; // of the variants, in order
    // Verdict of a rule on the whole endpoint, or on the certificate at this position of the chain.
    std::string verdict(std::string_view rule, std::size_t position = 0) const;
    std::string message(std::string_view rule, std::size_t position = 0) const;
    // Of certificates[chain[position]]: certificate(0, "/key/bits").
    std::string certificate(std::size_t position, std::string_view pointer) const;
    std::vector<std::string> presented_pem() const;

  private:
    const boost::json::object& finding(std::string_view rule, std::size_t position) const;

    boost::json::value row_, certificates_;
};

struct ScanResult {
    int exit_code = -1;
    std::string json; // the file, as it was written
    boost::json::value document;

    Endpoint endpoint(std::string_view name) const;
};

// Contoso's root is the only trust anchor. `options`: of the command line besides. `sections` go on
// top of the list, a line each: "sip_domains: [a.b]\n".
ScanResult scan(
    const std::vector<Question>& questions, const std::vector<std::string>& options = {},
    const std::string& sections = ""
);
// The only endpoint of a result, as `lyncprobe probe` prints it.
Endpoint only_endpoint(const std::string& result_json);
// The only endpoint of a scan with one question.
Endpoint scan_one(const Question& question, const std::vector<std::string>& options = {});

} // namespace lyncprobe::test
