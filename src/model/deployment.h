// SPDX-License-Identifier: MIT
// What the operator declares: targets, identities, trust, policy, waivers. The result of reading
// target lists.
#pragma once

#include "model/host.h"
#include "model/policy.h"
#include "model/result.h"
#include "model/time.h"
#include "model/topology.h"
#include "model/vocabulary.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// Target is one entry of `targets:` with its defaults filled in, or one endpoint of the topology.
struct Target {
    std::string name;              // as written, empty where it is to be "host:port"
    std::vector<std::string> also; // other names of the same target (filled by plan::prepare)
    std::string
        host; // DNS name in lower case without trailing dot, or an address as RFC 5952 writes it
    std::vector<Address> addresses; // given addresses; then the host is not resolved
    std::string pool, server, site;
    std::optional<std::string>
        sni; // empty text = send none; absent = the host where it is a DNS name
    std::vector<std::string>
        names; // the certificate must cover these; empty = the host where it is a DNS name
    std::string identity; // id of Deployment::identities; empty = none
    std::string
        sip_domain; // the SIP domain that is asked about; empty = plan::prepare finds it, or none
    Enrollment enrollment;
    std::optional<Milliseconds> timeout, connect_timeout;
    std::uint16_t port = 443;
    Probe probe = Probe::tls;
    Role role = Role::other;
    CertificateUse use = CertificateUse::other;
    Side side = Side::unknown;
    Mutual mutual = Mutual::automatic;
    OperatingSystem os = OperatingSystem::unknown;
    // Whose Schannel our hello is of; unknown = everything that we can offer.
    OperatingSystem peer_os = OperatingSystem::unknown;
    Product product = Product::unknown; // what the operator says runs there
    Transport transport = Transport::tcp;
    bool plain = false;      // without TLS by design: autodiscover over HTTP
    bool role_given = false; // false: the role was not declared
    // The name was told by others (an SRV record, an Autodiscover document) and lies outside the
    // domain that was asked about and our own: AddressPolicy holds for its addresses.
    bool learnt = false;
    Listing listing = Listing::listed;      // how it is known that it is there
    Expectation expect = Expectation::none; // what must not work from here
    std::string service; // id of the row of plan/services.h that it comes from; empty = none
    Place place;
    // Filled by plan::prepare: an endpoint's id is the base, "@address" where the name has several,
    // and the suffix.
    std::string id_base;   // "sip.contoso.com:5061/sip"
    std::string id_suffix; // "#sni=…" or "#2" where two targets would otherwise share an id
    bool operator==(const Target&) const = default;
};

bool host_is_name(const Target&);                       // false where the host is an address
std::string display_name(const Target&);                // name, else "host:port"
std::string server_name_sent(const Target&);            // SNI; empty = none. Never an address
std::vector<std::string> expected_names(const Target&); // names, else the host where it is a DNS
                                                        // name, else none

// IdentityFiles says where one of our own certificates is; the files are read by pki/.
struct IdentityFiles {
    std::string id;
    std::string certificate, key, pfx; // paths, already relative to the working directory
    std::string password_env, password_file;
    Where where;
};

// CaFile holds CA certificates: self-signed ones are trust anchors, the others help to build paths.
struct CaFile {
    std::string path;    // already relative to the working directory
    bool anchor = false; // marked: all of them are trust anchors
    Where where = {};    // in a target list; no file: of the command line
    bool operator==(const CaFile& other) const {
        return path == other.path && anchor == other.anchor;
    }
};

struct Trust {
    std::vector<CaFile> ca_files;
    std::optional<bool> system; // absent: yes
};

struct Waiver {
    std::string rule;        // id or glob
    std::string target;      // target name, id or glob; empty = any
    std::string certificate; // SHA-256 or SHA-1, lower-case hex; empty = any
    std::string reason;
    std::optional<Time> until;
    Where where;
};

// RunSettings are the run options that a target list's `policy:` may set; absent = not said.
struct RunSettings {
    std::optional<Milliseconds> timeout, connect_timeout, deadline, expires_within;
    std::optional<std::uint32_t> concurrency, per_address, retries;
    std::optional<int> address_family; // 0 any, 4, 6
    // Further attempts of every endpoint; `inventory`: raw hellos in place of handshakes.
    std::optional<bool> versions, mtls_matrix, sni_matrix, inventory;
    // Asking the locations that certificates name; `ldap_server`: "HOST[:PORT]" for those without
    // a host.
    std::optional<bool> fetch, fetch_private;
    std::optional<OperatingSystem> as_os; // of targets without `peer_os`
    std::optional<bool> allow_private;    // private addresses of learnt names
    std::optional<std::string> ldap_server;
    std::optional<std::string> fail_on;
    std::vector<std::string> only, skip;
};

// What is said in `over` wins: the command line over a list.
RunSettings merged(const RunSettings& over, const RunSettings& under);

struct Deployment {
    std::vector<std::string> inputs;
    std::vector<std::string> sip_domains;
    std::vector<std::string> resolvers; // "address[:port]"
    std::vector<IdentityFiles> identities;
    Trust trust;
    Policy policy;
    RunSettings settings;
    std::vector<Site> sites;
    SimpleUrls simple_urls;
    std::vector<Target> targets; // those of `targets:`, then those of the sites
    std::vector<Waiver> waivers;
    std::vector<Problem> warnings; // for stderr; nothing that stops the run
};

} // namespace lyncprobe
