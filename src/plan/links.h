// SPDX-License-Identifier: MIT
// Which servers connect to which service by mutual TLS, and with which of their certificates.
#pragma once

#include "model/vocabulary.h"
#include "plan/services.h"

#include <span>
#include <string_view>

namespace lyncprobe::plan {

// ServerLink is a service that other servers connect to.
struct ServerLink {
    std::string_view service; // id of a row of plan/services.h
    Roles from = 0;           // roles of those that connect
    bool same_pool = false;   // only servers of the pool itself do
};

std::span<const ServerLink> server_links();
// Null where no server connects there, or where it is not documented which.
const ServerLink* link_to(std::string_view service);

// The certificate that a server of this role shows to the service it connects to.
CertificateUse outward_use(Role client, const Service&);

} // namespace lyncprobe::plan
