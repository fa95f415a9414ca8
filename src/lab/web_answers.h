// SPDX-License-Identifier: MIT
// The answers of the web sites of a deployment to one request. Pure text.
#pragma once

#include "lab/answers.h"
#include "lab/behaviour.h"

#include <ctime>
#include <string_view>

namespace lyncprobe::lab {

// WebClient is what a web server knows of who asks.
struct WebClient {
    enum class Certificate { none, foreign, accepted };
    Certificate certificate = Certificate::none;
    bool certificate_demanded = false; // by this page: without one it is refused
    bool tls = true;
    std::time_t now = 0;
};

// Empty text where it is no HTTP request.
Reply web_answer(std::string_view request, const WebBehaviour&, const WebClient&);

// True for the pages for which IIS asks for a client certificate only when they are wanted.
bool wants_client_certificate(std::string_view request);

} // namespace lyncprobe::lab
