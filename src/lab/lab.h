// SPDX-License-Identifier: MIT
// A small Lync-like deployment on loopback: its own PKI, its servers, and a list of faults to play.
// Used by lyncprobe-lab and by the integration tests.
#pragma once

#include "lab/answers.h"
#include "lab/behaviour.h"
#include "lab/dns_answers.h"
#include "model/deployment.h"
#include "model/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::lab {

// KeySpec and CertificateSpec say what a lab CA issues. Everything else is what a good Lync
// certificate has.
struct KeySpec {
    // rsa_public: a modulus of random bits, whose private key does not exist; made in no time.
    enum class Kind { rsa, rsa_pss, ec, dsa, ed25519, rsa_public } kind = Kind::rsa;
    int bits = 2048;
    std::string curve = "P-256";
    bool explicit_parameters = false; // EC parameters written out instead of the curve's name
    auto operator<=>(const KeySpec&) const = default;
};

struct CertificateSpec {
    std::string common_name;
    std::vector<std::string> dns;
    std::vector<std::string> ip;
    KeySpec key;
    std::string digest = "SHA256";
    bool pss_signature = false;
    bool ca = false;
    bool self_signed = false;
    std::optional<std::vector<std::string>> eku =
        std::vector<std::string>{"1.3.6.1.5.5.7.3.1"}; // absent = no extension
    std::optional<std::vector<std::string>> crl_urls =
        std::vector<std::string>{"http://crl.contoso.example/ca.crl"};
    int not_before_days = -30, not_after_days = 365; // from now
    std::string template_v1;                         // 1.3.6.1.4.1.311.20.2
    std::string template_v2;                         // OID of 1.3.6.1.4.1.311.21.7
    std::string organization = "Contoso";            // empty = none
    std::vector<std::string> ca_issuer_urls = {
        "http://crl.contoso.example/ca.crt"}; // with ocsp_urls empty = no AIA extension
    std::vector<std::string> ocsp_urls = {};
    // Certificates with equal `key` and `key_name` share one key pair. Empty: a CA has its own, all
    // others share one.
    std::string key_name;
    auto operator<=>(const CertificateSpec&) const = default;
};

// Certificate and key as PEM; made at run time, never stored by the project.
struct Issued {
    std::string certificate_pem, key_pem;
    std::string certificate_der;
};

// A CA of the lab. Keys are made once per process and kind, so that a lab starts fast.
class Authority {
  public:
    explicit Authority(const CertificateSpec& root);
    Authority(const CertificateSpec& intermediate, const Authority& issuer);
    ~Authority();
    Authority(Authority&&) noexcept;
    Issued issue(const CertificateSpec&) const;
    const Issued& self() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Flood is what a listener sends without end once the handshake is complete.
enum class Flood : std::uint8_t {
    none,
    data,                // application data
    one_byte_records,    // application data, a byte in each record
    tickets,             // session tickets; TLS 1.3
    key_updates,         // KeyUpdate; TLS 1.3
    key_update_requests, // KeyUpdate that wants one in return; TLS 1.3
    hello_requests       // HelloRequest; TLS 1.2
};

// Faults: what a server of the lab does wrong on purpose; one sentence each. All false and empty =
// a good server.
struct Faults {
    bool silent = false;                  // accepts and never says a word
    bool refuse = false;                  // does not listen: connections are refused
    bool reset_on_accept = false;         // RST as soon as a connection is there
    bool close_on_accept = false;         // FIN as soon as a connection is there
    bool close_after_hello = false;       // reads the ClientHello, then FIN
    bool reset_after_hello = false;       // reads the ClientHello, then RST
    bool plain_http = false;              // answers HTTP/1.1 400 in clear text
    bool plain_sip = false;               // answers SIP/2.0 400 in clear text
    bool banner_with_escapes = false;     // greets in clear text with terminal escape sequences
    std::uint32_t byte_every_ms = 0;      // sends its flight one byte at a time with this pause
    bool padded_records = false;          // pads each record to 16 KB; TLS 1.3
    bool close_after_certificate = false; // FIN after the TLS 1.2 Certificate message
    bool reset_after_client_finished =
        false; // asks for a certificate and resets when the client has sent its Finished
    std::uint8_t alert = 0;              // answers the ClientHello with this fatal alert
    bool demands_its_name = false;       // ends each handshake that does not name it (SNI)
    bool silent_after_handshake = false; // shakes hands, then never answers
    bool close_after_handshake = false;  // completes the handshake, then closes silently
    bool only_constant_hello =
        false; // an A/V Edge that hangs up on every hello but the one old clients always send
    Flood flood = Flood::none; // sends this without end as soon as the handshake is complete

    // Hostile peers, which no deployment has, are the tests' (tests/support); empty = a good
    // server. Answers every record of the client in place of a handshake; `chain_der`: the
    // certificates.
    std::function<Reply(std::string_view record, const std::vector<std::string>& chain_der)>
        answer_hello;
    // What is sent instead of a piece of the handshake. `finished`: its last record holds the
    // server's Finished.
    std::function<Reply(std::string flight, bool finished)> spoil;
    // Answers a request of the listener's own protocol, in TLS or without; for XMPP it gets all
    // that the peer has said so far. Nothing = as a good server does.
    std::function<std::optional<Reply>(std::string_view request)> answer;
};

enum class ClientCertificates { not_asked, optional, required };

// ServerSpec is one listener of the lab.
struct ServerSpec {
    std::string name; // of the target list
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;             // 0 = any free one
    std::vector<std::string> chain_pem; // as presented, the server certificate first
    std::string key_pem;
    ClientCertificates client_certificates = ClientCertificates::not_asked;
    std::vector<std::string> client_ca_pem; // accepted issuers; their names are sent
    bool send_ca_names = true;
    bool wants_client_purpose = false; // as OpenSSL does by itself; Lync does not look
    int min_version = 0x0303, max_version = 0x0304;
    // Up to TLS 1.2, as OpenSSL lists them. Anonymous suites stay out: a certificate is the point.
    std::string ciphers = "ALL:!aNULL:!eNULL";
    bool late_client_certificate = false; // asks only when /CertProv is wanted, as IIS does
    bool plain = false;                   // no TLS at all
    bool speaks_sip = false;              // as `sip` says
    bool speaks_http = false;             // as `web` says
    Xmpp xmpp = Xmpp::none;               // none = speaks no XMPP
    std::string xmpp_domain;              // the only domain it serves; empty = any
    SipBehaviour sip;
    WebBehaviour web;
    // An A/V Edge's media port; it needs no certificate. Over TCP it begins with pseudo-TLS; with
    // `speaks_turn_udp` alone there is no TCP listener.
    bool speaks_turn = false, speaks_turn_udp = false;
    std::vector<ZoneRecord> zone; // of a name server, on UDP alone; empty = it is none
    std::string turn_address;     // that it says it has (Alternate Server, IPv4); empty = its own
    Faults faults;
};

// Lab runs servers on one background thread until it is destroyed.
class Lab {
  public:
    Lab();
    ~Lab();
    Lab(const Lab&) = delete;
    // Starts the listener; the port it really listens on, or a problem (address in use).
    Result<std::uint16_t> add(const ServerSpec&);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Deployment of the demonstration: Front End pool of two, Director, Edge pool of two, reverse
// proxy.
struct DemoServer {
    ServerSpec server;
    Target target;                   // how the target list names it
    std::string planted;             // the fault in words, empty where all is well
    std::vector<std::string> expect; // "rule=verdict" and "outcome=…" that a scan must report
};
// DemoDomain is a SIP domain that the name server knows, with what `discover` must say of it.
struct DemoDomain {
    std::string name, planted;
    std::vector<std::string> expect;
};
// DemoFile is a PFX as an administrator would import it, with what `check --role front-end` must
// say of it.
struct DemoFile {
    std::string name, planted;
    std::vector<std::string> expect;
    std::string bytes;
};
struct Demo {
    std::vector<DemoServer> servers;
    ServerSpec name_server;
    std::vector<DemoDomain> domains;
    std::vector<DemoFile> files;
    Issued identity; // a server certificate of the deployment for MTLS
    Issued renewed;  // a later one, from which the CA left client authentication out
    std::string root_pem;
    std::string public_root_pem; // of the second CA, for what is published to the outside
    std::vector<std::string> identity_chain_pem; // without the identity itself and without the root
};
// `lync_ports`: real Lync ports; else 10,000 higher.
Demo make_demo(bool lync_ports);

// Moves every server whose port may not be bound here 10,000 higher (ports below 1024 without
// privilege, or taken).
void move_ports_that_cannot_be_bound(Demo&);

// Why the address of the server does not exist on this machine (no IPv6, say); empty where it does.
std::string missing_address(const ServerSpec&);

// Writes root.pem, public-root.pem, identity.pem, identity.key (0600), the PFX files (0600),
// targets.yaml, resolver.txt (address and port of the name server) and expect.txt into `folder`
// (made if missing).
Result<void> write_demo_files(const Demo&, const std::string& folder);

// The expectations as expect.txt has them: one line each, "target<TAB>expectation<TAB>planted
// fault".
std::string expectations_text(const Demo&);

} // namespace lyncprobe::lab
