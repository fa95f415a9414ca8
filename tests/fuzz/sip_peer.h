// SPDX-License-Identifier: MIT
// Plays fuzzed bytes as the peer of a SIP conversation.
#pragma once

#include "probes/probe.h"

#include <cstdint>

namespace lyncprobe {

// A 0x01 byte ends one read, so that the fuzzer chooses where the answers are cut; whatever is left
// when the conversation sends another request comes after it.
inline void play_fuzzed(
    const probes::ProbeInfo& probe, const probes::Peer& peer, std::string_view bytes
) {
    using probes::Received;
    using probes::Want;
    const auto conversation = probe.converse(peer);
    auto want = conversation->start();
    while (want.kind != Want::Kind::done) {
        if (want.kind == Want::Kind::send) {
            want = conversation->on({.kind = Received::Kind::sent});
            continue;
        }
        if (bytes.empty()) {
            want = conversation->on({.kind = Received::Kind::end_of_stream});
            continue;
        }
        const auto part = bytes.substr(0, bytes.find('\x01'));
        bytes.remove_prefix(part.size() + (part.size() < bytes.size() ? 1 : 0));
        if (!part.empty()) want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
    }
    (void)conversation->answer();
}

} // namespace lyncprobe
