// SPDX-License-Identifier: MIT
// Plays scripted answers to the SIP conversations.
#pragma once

#include "probes/probe.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lyncprobe::test {

// Turn is one request, by its beginning, and the parts in which its answer comes.
struct Turn {
    std::string request;
    std::vector<std::string> answer;
};

// Returns what the conversation concluded after all turns, and after a close where `then_close`.
inline probes::Answer play_sip(
    const probes::ProbeInfo& probe, probes::Peer peer, const std::vector<Turn>& turns,
    bool then_close = false
) {
    using probes::Received;
    using probes::Want;
    peer.local_host = "127.0.0.1";
    peer.seed = "5eed";
    const auto conversation = probe.converse(peer);
    auto want = conversation->start();
    for (const auto& turn : turns) {
        REQUIRE(want.kind == Want::Kind::send);
        REQUIRE(want.bytes.starts_with(turn.request));
        want = conversation->on({.kind = Received::Kind::sent});
        for (const auto& part : turn.answer) {
            if (want.kind != Want::Kind::receive) break;
            want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
        }
    }
    CHECK(want.kind != Want::Kind::send); // no more than the script has
    if (then_close && want.kind == Want::Kind::receive) {
        want = conversation->on({.kind = Received::Kind::end_of_stream});
        CHECK(want.kind == Want::Kind::done);
    }
    return conversation->answer();
}

inline std::int64_t number(const probes::Answer& answer, std::string_view key) {
    const auto* value = answer.facts.find(key);
    REQUIRE_MESSAGE(value != nullptr, std::string(key));
    return std::get<std::int64_t>(*value);
}

inline std::vector<std::string> list(const probes::Answer& answer, std::string_view key) {
    const auto* value = answer.facts.find(key);
    REQUIRE_MESSAGE(value != nullptr, std::string(key));
    return std::get<std::vector<std::string>>(*value);
}

} // namespace lyncprobe::test
