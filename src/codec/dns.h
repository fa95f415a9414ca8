// SPDX-License-Identifier: MIT
// Answers of name servers (RFC 1035 4), read defensively: what c-ares' own parsers leave out are
// the aliases of an SRV record, the time to live, and how many records there were beyond a limit.
#pragma once

#include "model/dns.h"

#include <string_view>

namespace lyncprobe::codec {

// What a message says about this question; any bytes give an answer, if only `malformed`.
DnsAnswer read_dns_answer(const DnsQuestion&, std::string_view message);

} // namespace lyncprobe::codec
