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

} // namespace lyncprobe::pki
