// SPDX-License-Identifier: MIT
// The answers to a pseudo-TLS hello and to an Allocate: the bytes as one stream, as a datagram, and
// split in two.
#include "codec/ms_turn.h"

#include "codec/pseudo_tls.h"
#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    using namespace lyncprobe::codec;
    using State = MsTurnReader::State;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);

    const auto hello = classify_pseudo_answer(bytes);
    if (hello.size > size) std::abort();
    if (hello.kind == PseudoAnswer::Kind::need_more && size >= kPseudoAnswerSize) std::abort();

    if (const auto message = read_turn_message(bytes))
        if (message->realm.size() + message->reason.size() > limits::kTurnMessage) std::abort();

    MsTurnReader whole, halves;
    const auto once = whole.feed(bytes);
    auto twice = halves.feed(bytes.substr(0, size / 2));
    if (twice == State::need_more) twice = halves.feed(bytes.substr(size / 2));
    if (once != twice) std::abort();
    const bool failed = once == State::malformed || once == State::too_large;
    if (failed == whole.problem().empty()) std::abort();
    return 0;
}
