// SPDX-License-Identifier: MIT
// The document of `lyncprobe certificates`: what every certificate of a deployment must be, and how
// it is requested.
#pragma once

#include "model/wanted_certificate.h"
#include "report/report.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace lyncprobe::report {

struct CertificatePlan {
    std::vector<std::string> inputs; // target lists
    std::string result;              // the result file that was compared; empty = none
    Time drawn_up_at = {};
    std::vector<WantedCertificate> certificates;
};

std::size_t due(const CertificatePlan&); // how many have to be requested now

// `quiet`: nothing but those that have to be requested now, and only what a result was compared
// for.
void write_certificates_text(std::ostream&, const CertificatePlan&, const TextOptions&);
void write_certificates_json(std::ostream&, const CertificatePlan&);

} // namespace lyncprobe::report
