// SPDX-License-Identifier: MIT
// The https conversation: whatever a web server may answer, in two parts, then its close.
#include "probes/https.h"

#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    using namespace lyncprobe::probes;
    static const Target target = [] {
        Target made;
        made.host = "web.contoso.com";
        made.role = Role::front_end;
        return made;
    }();
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    auto conversation = https.converse(Peer{.target = &target});
    auto want = conversation->start();
    std::size_t requests = 0;
    while (want.kind != Want::Kind::done) {
        if (want.kind == Want::Kind::send) {
            if (++requests > 5) std::abort(); // it asks a few times, whatever is answered
            want = conversation->on({.kind = Received::Kind::sent});
        } else if (!rest.empty()) {
            const auto part =
                rest.substr(0, rest.size() > size / 2 ? size - size / 2 : rest.size());
            rest.remove_prefix(part.size());
            want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
        } else {
            want = conversation->on({.kind = Received::Kind::end_of_stream});
            if (want.kind != Want::Kind::done) std::abort();
        }
    }
    const auto answer = conversation->answer();
    for (const auto& [key, value] : answer.facts) {
        const auto* lines = std::get_if<std::vector<std::string>>(&value);
        if (lines == nullptr) continue;
        if (lines->size() > limits::kLearntKept) std::abort();
    }
    return 0;
}
