// SPDX-License-Identifier: MIT
// A probe is the way to talk to one kind of port. probes/all.cpp lists them.
#pragma once

#include "probes/conversation.h"

#include <chrono>
#include <memory>
#include <span>

namespace lyncprobe::probes {

struct ProbeInfo {
    Probe id;
    std::string_view summary; // one line for --help and the manual
    bool plain_first = false; // speaks before TLS (STARTTLS, pseudo-TLS)
    // May be asked for its certificate after the handshake, as IIS does for some URLs.
    bool late_certificate = false;
    // How long to listen after a handshake that is all there is: some refuse late.
    std::chrono::milliseconds listen{0};
    // Null where the handshake alone is the probe.
    std::unique_ptr<Conversation> (*converse)(const Peer&) = nullptr;
};

std::span<const ProbeInfo> all();
const ProbeInfo* find(Probe); // null: known to the contract, not built yet

} // namespace lyncprobe::probes
