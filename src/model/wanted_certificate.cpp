// SPDX-License-Identifier: MIT
#include "model/wanted_certificate.h"

#include <algorithm>
#include <array>

namespace lyncprobe {

namespace {

constexpr auto kIssuerKinds = std::to_array<Word<IssuerKind>>(
    {{IssuerKind::private_ca, "private"},
     {IssuerKind::public_ca, "public"},
     {IssuerKind::either, "either"}}
);

} // namespace

template <>
std::span<const Word<IssuerKind>> words() {
    return kIssuerKinds;
}

bool has_use(const WantedCertificate& wanted, CertificateUse use) {
    return std::ranges::find(wanted.uses, use, &UseNames::use) != wanted.uses.end();
}

bool is_of_lync(Role role) { return is_lync_internal(role) || role == Role::edge; }

} // namespace lyncprobe
