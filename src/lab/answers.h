// SPDX-License-Identifier: MIT
// What the lab's servers say to one request, whatever the protocol, and the text tools they share.
// Deliberately independent of codec/, so that a client is not tested against itself.
#pragma once

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// Reply is a server's answer to one request.
struct Reply {
    enum class Then {
        carry_on,
        close,    // say it, then FIN
        reset,    // say it, then RST
        start_tls // say it, then expect a ClientHello
    };
    std::string text = {};
    std::string endless = {};           // said after the text again and again; empty = nothing is
    std::chrono::milliseconds pause{0}; // before each time
    Then then = Then::carry_on;
};

// Size of the first complete message (head and Content-Length body) in `received`; 0 = not complete
// yet.
std::size_t complete_message(std::string_view received);

std::string_view first_line(std::string_view message);

// Value of the first header of that name; empty where absent.
std::string_view header_value(std::string_view message, std::string_view name);

// "403 Forbidden", for SIP and HTTP.
std::string status_text(int status);

// IMF-fixdate (RFC 9110 5.6.7), which is also SIP's Date (RFC 3261 20.17).
std::string fixdate(std::time_t);

// The text again and again, until it is at least so long.
std::string repeated(std::string_view text, std::size_t at_least);

} // namespace lyncprobe::lab
