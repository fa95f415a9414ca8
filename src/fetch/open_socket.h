// SPDX-License-Identifier: MIT
// The last word of the address policy: what libcurl really connects to. POSIX is behind it.
#pragma once

#include "fetch/curl_handles.h"
#include "model/address_policy.h"
#include "model/revocation.h"

#include <string>

namespace lyncprobe::fetch {

// SocketGate is given to libcurl as CURLOPT_OPENSOCKETDATA.
struct SocketGate {
    AddressPolicy policy;
    std::string refusal; // why an address was refused; empty where none was
};

// CURLOPT_OPENSOCKETFUNCTION: no socket for an address that the policy refuses.
curl_socket_t open_socket(void* gate, curlsocktype purpose, curl_sockaddr* to);

// What an errno of connecting means; `unreachable` where it is none that is known.
FetchOutcome connect_outcome(long os_error);

} // namespace lyncprobe::fetch
