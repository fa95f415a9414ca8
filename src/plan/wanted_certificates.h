// SPDX-License-Identifier: MIT
// A deployment → the certificates that its servers need. The names are those that the rules look
// for: what the targets of plan/expand.h must cover, and sip.<SIP domain> where clients look for
// it.
#pragma once

#include "model/deployment.h"
#include "model/scan_result.h"
#include "model/wanted_certificate.h"

#include <string>
#include <vector>

namespace lyncprobe::plan {

// In the order of the targets; last that of the OAuth tokens, where there is a Front End. `globs`
// of --target, without regard to case: of the id, or of a target's name, host, server or pool;
// empty = all.
std::vector<WantedCertificate> wanted_certificates(
    const Deployment&, const std::vector<std::string>& globs = {}
);

// The id of the certificate that a target presents; empty where none of ours does: plain HTTP, a
// partner's server.
std::string certificate_id(const Target&);

// Fills in what the result saw of each, and why it has to be requested now: things to do that ask
// for it (`problems`), and names that this deployment wants and the certificate lacks.
void compare(
    std::vector<WantedCertificate>&, const ScanResult&, const std::vector<TodoItem>& problems
);

} // namespace lyncprobe::plan
