// SPDX-License-Identifier: MIT
// The deployment of contoso.yaml as Microsoft's pages describe it: who listens where, with which
// certificate. Written down a second time and without plan/, so that a wrong expansion is seen.
#pragma once

#include "lab/demo_pki.h"
#include "lab/lab.h"

#include <string>
#include <vector>

namespace lyncprobe::test {

enum class Issuer { inside, public_ca };

// Endpoint is one target that leads to a listener; most listeners have one.
struct Endpoint {
    std::string name; // of the target, as the result has it
    std::string host; // that is asked for
};

// Listener is one port of one server.
struct Listener {
    std::string server;  // the machine: "fe01.contoso.example"
    std::string service; // as docs/services.md calls it
    std::string use;     // of its certificate
    std::vector<Endpoint> endpoints;
    lab::CertificateSpec certificate; // equal ones are one certificate; no common name = none
    Issuer issuer = Issuer::inside;
    lab::ServerSpec lab; // chain and key come with present()
};

// Every listener in health; `net` is the first two numbers of every address: "127.90".
std::vector<Listener> healthy_deployment(const std::string& net);

// Issues the certificates and gives each listener its chain.
void present(std::vector<Listener>&, const lab::DemoPki&);

} // namespace lyncprobe::test
