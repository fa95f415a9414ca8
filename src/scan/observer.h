// SPDX-License-Identifier: MIT
// What a caller of this room may hear while a call lasts.
#pragma once

#include "model/scan_result.h"
#include "net/engine.h"

#include <string>
#include <vector>

namespace lyncprobe::scan {

// Observer is called on the thread that scans; what it throws ends the scan.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void progress(const net::Progress&) {} // about ten times a second
    // With --fetch: how many of the locations that are known by now were asked.
    virtual void fetching(std::size_t /*done*/, std::size_t /*known*/) {}
    // Our own certificates, judged; once, before the first endpoint() call.
    virtual void identities(const std::vector<IdentityRow>&) {}
    // An endpoint that is judged; each once, in order of completion.
    virtual void endpoint(const EndpointRow&, const Target&) {}
    virtual void warning(const std::string&) {} // one sentence; foreign text in it made safe
};

} // namespace lyncprobe::scan
