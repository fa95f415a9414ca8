// SPDX-License-Identifier: MIT
// Whether libcrypto has really found no memory. Its error code for that also stands for other
// failures, among them some that a peer can cause: an OCSP response of no bytes, for one.
#pragma once

namespace lyncprobe::pki {

// Counts libcrypto's allocations that fail from now on. Call before any other use of OpenSSL, once;
// where it was used before, nothing is counted.
void count_failed_allocations();

// Of this thread so far.
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
