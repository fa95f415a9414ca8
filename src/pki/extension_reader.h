// SPDX-License-Identifier: MIT
// The extensions of a certificate, decoded by hand so that none can hide or refuse another.
#pragma once

#include "model/certificate.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// `extensions` is the content of the Extensions SEQUENCE. Of an extension that stands twice the
// first is read; what could be read of a broken one is kept, and both are listed in the
// certificate.
void read_extensions(std::string_view extensions, Certificate& certificate);

// CRLDistributionPoints (RFC 5280 4.2.1.13), also of a CRL's Freshest CRL extension. False where
// not all of it was understood; `dropped`: locations beyond the limit.
bool read_distribution_point_list(
    std::string_view value, std::vector<DistributionPoint>& points, std::size_t& dropped
);
// The content of a [0] DistributionPointName; `urls` counts those of the whole extension.
bool read_distribution_point_name(
    std::string_view content, DistributionPoint& point, std::size_t& urls, std::size_t& dropped
);
// AuthorityKeyIdentifier (RFC 5280 4.2.1.1), also of a CRL; `key_id`: in hex, empty where only the
// issuer's name and serial number are given. False where not all of it was understood.
bool read_authority_key_id(std::string_view value, std::string& key_id);

} // namespace lyncprobe::pki
