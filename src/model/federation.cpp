// SPDX-License-Identifier: MIT
#include "model/federation.h"

#include <array>

namespace lyncprobe {

namespace {

constexpr std::array<Word<GoLive>, 3> kGoLive{{
    {GoLive::ready, "ready"},
    {GoLive::will_fail, "will-fail"},
    {GoLive::cannot_tell, "cannot-tell"},
}};

constexpr std::array<Word<Party>, 3> kParties{{
    {Party::ours, "ours"},
    {Party::theirs, "theirs"},
    {Party::either, "either"},
}};

constexpr std::array<Word<Weight>, 3> kWeights{{
    {Weight::fails, "fails"},
    {Weight::open, "open"},
    {Weight::note, "note"},
}};

} // namespace

template <>
std::span<const Word<GoLive>> words() {
    return kGoLive;
}
template <>
std::span<const Word<Party>> words() {
    return kParties;
}
template <>
std::span<const Word<Weight>> words() {
    return kWeights;
}

} // namespace lyncprobe
