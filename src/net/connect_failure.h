// SPDX-License-Identifier: MIT
// What a failed connect(), or a datagram that came back, means: one table from the system's error
// to outcome and words.
#pragma once

#include "model/observation.h"

#include <string>

#include <boost/system/error_code.hpp>

namespace lyncprobe::net {

// ConnectFailure is why there is no connection. A shortage is ours and may pass; it says nothing of
// the server.
struct ConnectFailure {
    Outcome outcome = Outcome::unreachable;
    std::string detail;
    bool shortage = false;
    Cause cause = Cause::none;
};

// What this machine knows of the way to the address.
struct Way {
    bool route = true;        // to the address itself
    bool family_route = true; // to anything of its family
    bool v6 = false;
    bool udp = false; // the error is of a datagram
};

// True where the table needs to know the Way.
bool depends_on_way(const boost::system::error_code& error);

ConnectFailure classify(const boost::system::error_code& error, const Way& way);

} // namespace lyncprobe::net
