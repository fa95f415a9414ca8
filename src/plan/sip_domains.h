// SPDX-License-Identifier: MIT
// Which SIP domain each target is asked about.
#pragma once

#include "model/deployment.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::plan {

// True for the SIP ports on which clients sign in: a registrar (Front End, Standard Edition,
// Director, branch appliance) or an Access Edge, and none of the ports that Lync's servers keep for
// each other. Only these are asked to REGISTER.
bool clients_sign_in(const Target&);

// Fills in Target::sip_domain where the target list leaves it out. `own`: our SIP domains. For a
// sip probe it stays empty unless clients sign in there and a domain of our own is known: no other
// domain is ever asked to register anybody.
void fill_in_sip_domains(std::vector<Target>&, const std::vector<std::string>& own);

} // namespace lyncprobe::plan
