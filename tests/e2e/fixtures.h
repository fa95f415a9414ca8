// SPDX-License-Identifier: MIT
// What the tests of the program share: a PKI made at run time, servers with their target list, and
// readers of results.
#pragma once

#include "lab/lab.h"
#include "support/process.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace lyncprobe::test {

inline constexpr std::string_view kServerName = "server.contoso.example";

// Pki is a root, an issuing CA, and the chain of a good server called kServerName; made once per
// process.
struct Pki {
    lab::Authority root, issuing;
    lab::Issued server;
    std::vector<std::string> chain(const lab::Issued& leaf) const; // as a server presents it
    std::string chain_text(const lab::Issued& leaf) const;
};
const Pki& pki();
lab::CertificateSpec server_spec(
    std::string name = std::string(kServerName)
); // a good certificate for one name

lab::ServerSpec good_server();                            // TLS alone
lab::ServerSpec server_with(const lab::CertificateSpec&); // its certificate is issued by the
                                                          // issuing CA
lab::ServerSpec server_with(const lab::Faults&);

// Site is a number of servers, each on an address of its own since a scan holds one conversation at
// a time with an address, and a folder with the root certificate and the target list that names
// them.
class Site {
  public:
    explicit Site(int first_address = 1); // 127.78.0.N

    // Starts a server. `more` goes into its entry of the list: "probe: sip, role: edge".
    void add(const std::string& name, lab::ServerSpec, const std::string& more = {});
    // Names an address and port in the list without starting anything.
    void name(
        const std::string& name, const std::string& address, std::uint16_t port,
        const std::string& more = {}
    );
    // Writes the list, with `more` above it, and gives its path. It trusts the root unless
    // `trusted` is false.
    std::string list(
        const std::string& more = {}, const std::string& file_name = "targets.yaml",
        bool trusted = true
    ) const;

    std::string file(const std::string& name) const { return folder_.file(name); }
    const TemporaryFolder& folder() const { return folder_; }
    std::string address_of(const std::string& name) const; // "127.78.0.1:40000"

  private:
    TemporaryFolder folder_;
    int next_address_;
    std::vector<std::pair<std::string, std::string>> entries_; // name, line of the list
    std::vector<std::pair<std::string, std::string>> addresses_;
    lab::Lab lab_;
};

// Trap listens and must never be called.
class Trap {
  public:
    Trap();
    ~Trap();
    Trap(const Trap&) = delete;
    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    bool was_called() const;

  private:
    int descriptor_;
    std::uint16_t port_;
};

// Results.
boost::json::value parse_json(const std::string& text); // fails the test where it is none
boost::json::value json_file(const std::string& path);
const boost::json::object& endpoint_named(
    const boost::json::value& result, std::string_view target_name
);
std::string outcome_of(const boost::json::value& result, std::string_view target_name);
std::string text_of(const boost::json::object&, std::string_view key); // empty where it is null
// Verdict of the rule for the server certificate (the first finding of the rule); empty where there
// is none.
std::string verdict_of(const boost::json::object& judged, std::string_view rule);
std::string verdict_of(
    const boost::json::value& result, std::string_view target_name, std::string_view rule
);
std::set<std::string> target_names(const boost::json::value& result
); // fails the test where one stands twice
int count_of(
    const boost::json::value& result, std::string_view part, std::string_view key
); // of the summary
// Result files by docs/result.schema.json; fails the test with the mistakes.
void require_valid(const std::vector<std::string>& paths);

// Text.
bool has(std::string_view text, std::string_view part);
std::vector<std::string> lines_of(const std::string& text);
std::size_t widest_line(const std::string& text); // in code points
// No control bytes but newlines, no C1 and no bidi control characters.
bool harmless_on_a_terminal(const std::string& text);

// Files.
std::string der_of(const std::string& pem);
// What the openssl program makes of `input` (a PEM text), in a file that kInput stands for among
// the arguments; fails the test where it complains.
inline constexpr const char* kInput = "INPUT";
std::string openssl(
    std::vector<std::string> arguments, const std::string& input,
    const std::vector<std::string>& environment = {}
);
// A PFX with the key of the certificate; the password is "Secret123!".
inline constexpr std::string_view kPassword = "Secret123!";
std::string pfx_of(const lab::Issued&);
std::vector<std::string> temporary_files_in(const std::string& folder
); // that an output left behind

} // namespace lyncprobe::test
