// SPDX-License-Identifier: MIT
// The answers of an XMPP server to another server, as far as a look at its TLS goes: RFC 6120 and
// XEP-0220. Pure text.
#pragma once

#include "lab/answers.h"
#include "lab/behaviour.h"

#include <string>
#include <string_view>

namespace lyncprobe::lab {

// Takes the first complete tag out of `unread` and answers it; empty text where none is complete or
// none needs an answer. `secured`: TLS is up.
Reply xmpp_answer(std::string& unread, Xmpp, std::string_view domain, bool secured);

// How a stream opens: its header, which answers the peer's.
std::string xmpp_stream_header(std::string_view their_header);

} // namespace lyncprobe::lab
