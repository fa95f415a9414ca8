// SPDX-License-Identifier: MIT
#include "probes/conversation.h"

#include "model/text/ascii.h"

namespace lyncprobe::probes {

bool asks_own_edge(const Peer& peer, std::string_view domain) {
    return peer.own_domain_asked || equal_ignoring_case(peer.our_domain, domain);
}

} // namespace lyncprobe::probes
