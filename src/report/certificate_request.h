// SPDX-License-Identifier: MIT
// A wanted certificate → what an administrator pastes: Request-CsCertificate or an INF file for
// certreq, and what comes after. Sources: Request-, Import- and Set-CsCertificate; certreq;
// "Staging AV and OAuth certificates in Skype for Business Server using -Roll in
// Set-CsCertificate".
#pragma once

#include "model/time.h"
#include "model/wanted_certificate.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// Step is one thing to do.
struct Step {
    std::string task;               // one sentence; foreign text in it still raw
    std::vector<std::string> lines; // to paste or to save; safe for a shell and a terminal
};

// The first step holds the request itself. `today` becomes part of the friendly name, which has to
// be unique in a certificate store. One step without lines where no name can be requested.
std::vector<Step> steps_for(const WantedCertificate&, Time today);

// 'text', so that PowerShell takes it as it is: every kind of single quote doubled (it ends a
// literal, U+2018 to U+201B too), control characters and line breaks written out.
std::string powershell_literal(std::string_view text);

// What may stand between the quotes of an INF file: printable ASCII without what ends a value,
// joins lines or names a string (" & % \ ;); other bytes become '-'.
std::string inf_text(std::string_view text);

} // namespace lyncprobe::report
