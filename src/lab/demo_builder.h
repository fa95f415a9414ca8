// SPDX-License-Identifier: MIT
// The demonstration's servers are added part by part of the deployment; this is what the parts
// share.
#pragma once

#include "lab/demo_pki.h"
#include "lab/lab.h"

#include <cstdint>
#include <string>

namespace lyncprobe::lab {

// Machine is one server or interface of the deployment; it has an address of its own.
struct Machine {
    std::string address, host, pool;
    Role role;
    Side side;
    std::string site = "Redmond";
};

// Service is how a port behaves when nothing is broken.
struct Service {
    CertificateUse use;
    ClientCertificates client_certificates;
    Probe probe;
    WebBehaviour::Site site = WebBehaviour::Site::start_page; // of a web listener
};

using Site = WebBehaviour::Site;

inline constexpr Service kRegistrar{
    CertificateUse::default_, ClientCertificates::optional, Probe::sip};
inline constexpr const char* kRenewed = "renewed"; // id of our identity of Demo::renewed
inline constexpr Service kSipBetweenServers{
    CertificateUse::default_, ClientCertificates::required, Probe::sip};
inline constexpr Service kWebBetweenServers{
    CertificateUse::default_, ClientCertificates::required, Probe::https, Site::conference_control};
inline constexpr Service kWebInternal{
    CertificateUse::web_services_internal, ClientCertificates::not_asked, Probe::https, Site::lync};
inline constexpr Service kWebExternal{
    CertificateUse::web_services_external, ClientCertificates::not_asked, Probe::https, Site::lync};
inline constexpr Service kAutodiscoverInternal{
    CertificateUse::web_services_internal, ClientCertificates::not_asked, Probe::autodiscover,
    Site::lync};
inline constexpr Service kAutodiscoverExternal{
    CertificateUse::web_services_external, ClientCertificates::not_asked, Probe::autodiscover,
    Site::lync};
inline constexpr Service kWebConferencing{
    CertificateUse::default_, ClientCertificates::not_asked, Probe::web_conferencing};
inline constexpr Service kPublished{
    CertificateUse::other, ClientCertificates::not_asked, Probe::https};
inline constexpr Service kPublishedLync{
    CertificateUse::other, ClientCertificates::not_asked, Probe::https, Site::lync};
inline constexpr Service kPublishedAutodiscover{
    CertificateUse::other, ClientCertificates::not_asked, Probe::autodiscover, Site::lync};

// Builder makes the PKI, then adds server after server.
class Builder {
  public:
    explicit Builder(std::uint16_t port_offset) : offset_(port_offset) {}
    Demo build();

  private:
    // demo_inside.cpp
    void front_end_1();
    void front_end_2();
    void front_end_3();
    void pool_web();
    void directors();
    // demo_edge.cpp
    void edge_internal();
    void edge_external();
    void edge_external_3();
    void av_edge();
    void reverse_proxy();
    void autodiscover();
    void partner();
    // demo_neighbours.cpp
    void office_web_apps();
    void persistent_chat();
    void mediation();
    void gateways();
    void trusted_application();
    void branches();
    void name_server();
    void files();

    // A server without a fault; what it returns may then be broken.
    DemoServer& add(
        std::string name, const Machine&, std::uint16_t port, const Service&, Presented
    );
    WebBehaviour web_of(const Machine&, const Service&) const;

    DemoPki pki_;
    std::string oauth_;    // DemoPki::oauth() of the deployment
    Presented outer_edge_; // of all Edge Servers; the first of them sets it
    Presented proxy_;      // of the reverse proxies under Contoso's names
    std::uint16_t offset_;
    Demo demo_;
};

// Says what is wrong with the server and what a scan must report about it.
void plant(DemoServer& server, std::string planted, Names expect);

CertificateSpec front_end_spec(const Machine&); // of its SIP listeners
CertificateSpec web_spec(const Machine&);       // of its web sites

} // namespace lyncprobe::lab
