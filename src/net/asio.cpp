// SPDX-License-Identifier: MIT
// Asio compiled once for the whole program instead of in every file that uses it.
#include <boost/asio/impl/src.hpp>
