// SPDX-License-Identifier: MIT
// Has libcrypto really found no memory? Its error code for that also stands for other failures,
// among them some that a peer can cause: an OCSP response of no bytes, for one.
#pragma once

namespace lyncprobe::pki {

// From now on libcrypto's allocations that fail are counted; it takes its memory from malloc as
// before. Call before any other use of OpenSSL; where it was used before, nothing is counted.
void count_failed_allocations();

// Allocations of this thread that failed so far.
long failed_allocations();

// AllocationWatch tells an allocation failure from any other failure of libcrypto's.
class AllocationWatch {
  public:
    // Throws std::bad_alloc where an allocation of this thread failed since the watch began.
    void check() const;

  private:
    long before_ = failed_allocations();
};

} // namespace lyncprobe::pki
