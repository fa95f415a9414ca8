// SPDX-License-Identifier: MIT
// Plays a web server for a conversation: one answer for each request.
#pragma once

#include "probes/probe.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

struct Played {
    probes::Answer answer;
    std::vector<std::string> asked; // the request lines, without version
    std::string requests;           // everything that was sent
    probes::Want::Kind last = probes::Want::Kind::done;

    std::string text(std::string_view key) const { return std::string(answer.facts.text(key)); }
    std::int64_t number(std::string_view key) const {
        const auto* value = answer.facts.find(key);
        REQUIRE(value != nullptr);
        return std::get<std::int64_t>(*value);
    }
    std::vector<std::string> list(std::string_view key) const {
        const auto* value = answer.facts.find(key);
        return value == nullptr ? std::vector<std::string>()
                                : std::get<std::vector<std::string>>(*value);
    }
    bool has(std::string_view key) const { return answer.facts.find(key) != nullptr; }
};

inline std::string http(
    const std::string& status, const std::string& body = {}, const std::string& headers = {}
) {
    return fmt::format(
        "HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body
    );
}

// Gives `answers` in pieces of `piece` bytes; when they are used up the server closes.
inline Played play(
    const probes::ProbeInfo& probe, const Target& target, const std::vector<std::string>& answers,
    std::size_t piece = std::string::npos, bool identity_offered = false
) {
    using probes::Received;
    using probes::Want;
    Played out;
    auto conversation = probe.converse(probes::Peer{
        .target = &target,
        .local_host = "127.0.0.1",
        .seed = "5eed",
        .identity_offered = identity_offered});
    auto want = conversation->start();
    std::size_t next = 0;
    std::string pending;
    for (int steps = 0; want.kind != Want::Kind::done; ++steps) {
        REQUIRE(steps < 3'000'000);
        if (want.kind == Want::Kind::send) {
            out.requests += want.bytes;
            out.asked.push_back(want.bytes.substr(0, want.bytes.find(" HTTP/1.1\r\n")));
            if (next < answers.size()) pending += answers[next++];
            want = conversation->on({.kind = Received::Kind::sent});
        } else if (!pending.empty()) {
            const auto part = pending.substr(0, piece);
            pending.erase(0, part.size());
            want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
        } else {
            want = conversation->on({.kind = Received::Kind::end_of_stream});
            CHECK(want.kind == Want::Kind::done);
            break;
        }
    }
    out.answer = conversation->answer();
    return out;
}

} // namespace lyncprobe::test
