// SPDX-License-Identifier: MIT
// Answers of name servers, read as answers to one SRV and one address question. The first byte says
// which; the messages of the corpus are about these names.
#include "codec/dns.h"
#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    if (size == 0) return 0;
    static const DnsQuestion questions[] = {
        {"_sip._tls.contoso.com", RecordType::srv},
        {"sip.contoso.com", RecordType::a},
        {"sip.contoso.com", RecordType::aaaa}};
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto answer = codec::read_dns_answer(questions[data[0] % 3], bytes);
    const bool has = !answer.targets.empty() || !answer.addresses.empty();
    if (has != (answer.status == DnsStatus::found)) std::abort();
    if (answer.targets.size() > limits::kSrvTargets ||
        answer.addresses.size() > limits::kAddressesOfName ||
        answer.aliases.size() > limits::kAliases)
        std::abort();
    for (const auto& target : answer.targets)
        for (const char c : target.host)
            if (c < 0x21 || c > 0x7e) std::abort(); // safe to show as it is
    return 0;
}
