// SPDX-License-Identifier: MIT
// The autodiscover conversation: whatever may be answered; every line that is learnt reads back.
#include "probes/autodiscover.h"

#include "fuzz/http_peer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    static const Target target = [] {
        Target made;
        made.host = "lyncdiscover.contoso.com";
        return made;
    }();
    const auto answer =
        play_fuzzed_web(probes::autodiscover, target, {reinterpret_cast<const char*>(data), size});
    const auto* value = answer.facts.find(probes::autodiscover_answer::kEndpoints);
    if (value == nullptr) return 0;
    for (const auto& line : std::get<std::vector<std::string>>(*value)) {
        const auto read = probes::read_learnt_endpoint(line);
        if (!read || probes::to_text(*read) != line) std::abort();
    }
    return 0;
}
