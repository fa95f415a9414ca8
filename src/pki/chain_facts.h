// SPDX-License-Identifier: MIT
// What the order of a presented chain says: gaps, duplicates, extras, a root that was sent along.
#pragma once

#include "model/certificate.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

namespace lyncprobe::pki {

// Fills everything of `chain` but `unreadable` and `path` from chain.presented.
void read_chain_facts(Chain& chain, Anchors::Impl& anchors, SignatureCache& signatures);

} // namespace lyncprobe::pki
