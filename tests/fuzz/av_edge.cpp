// SPDX-License-Identifier: MIT
// What may answer the av-edge probe: the first byte says how, the rest comes in two parts.
#include "probes/av_edge.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    using namespace lyncprobe::probes;
    if (size == 0) return 0;
    Target target;
    target.host = "av.contoso.com";
    target.transport = (data[0] & 1) != 0 ? Transport::udp : Transport::tcp;
    const bool constant_hello = (data[0] & 2) != 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    // The transaction ids of this seed stand in the seeds of the corpus.
    auto talk = av_edge.converse(Peer{
        .target = &target,
        .local_host = "127.0.0.1",
        .seed = "0123456789abcdef",
        .constant_hello = constant_hello});
    auto want = talk->start();
    const auto half = bytes.size() / 2;
    for (auto part : {bytes.substr(0, half), bytes.substr(half)}) {
        if (want.kind == Want::Kind::send) want = talk->on({.kind = Received::Kind::sent});
        if (want.kind == Want::Kind::receive && !part.empty())
            want = talk->on({.kind = Received::Kind::bytes, .bytes = part});
    }
    if (want.kind == Want::Kind::send) want = talk->on({.kind = Received::Kind::sent});
    if (want.kind == Want::Kind::receive) want = talk->on({.kind = Received::Kind::end_of_stream});
    if (want.kind != Want::Kind::done) std::abort();
    const auto answer = talk->answer();
    if (answer.detail.empty()) std::abort(); // every end has its sentence
    if (answer.conclusion == Conclusion::finished && !answer.pseudo_tls) std::abort();
    return 0;
}
