// SPDX-License-Identifier: MIT
// libcrypto's memory: from pools that suit it, and whether it has really found none. Its error code
// for that also stands for other failures, among them some that a peer can cause: an OCSP response
// of no bytes, for one.
#pragma once

namespace lyncprobe::pki {

// From now on libcrypto's memory comes from a BlockPool of each thread, which `new` may fall back
// on, and allocations that fail are counted. Call before any other use of OpenSSL; where it was
// used before, all stays as it was.
void take_over_memory();

// Allocations of this thread that failed so far.
long failed_allocations();

// MemoryWatch tells a failure of libcrypto's from our own want.
class MemoryWatch {
  public:
    // Throws std::bad_alloc where an allocation failed since the watch began.
    void check() const;

  private:
    long before_ = failed_allocations();
};

} // namespace lyncprobe::pki
