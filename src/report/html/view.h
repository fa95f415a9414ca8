// SPDX-License-Identifier: MIT
// How the sections of an HTML page draw a verdict and link to each other.
#pragma once

#include "report/html/markup.h"
#include "report/view.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report::html {

// The class of an element by verdict, by which the style sheet gives it colour and shape.
std::string_view verdict_class(std::optional<Verdict>);
void write_verdict(Markup&, std::optional<Verdict>);

std::string endpoint_anchor(std::size_t endpoint); // "e12", without "#"
std::string server_anchor(std::size_t server);
std::string certificate_anchor(std::size_t number);

void link_endpoint(Markup&, const View&, std::size_t endpoint);
// Those of a list, separated by commas.
void link_endpoints(Markup&, const View&, const std::vector<std::size_t>&);
// "sip.contoso.com (thumbprint 9F3A12BC…)", to its row in the table of certificates.
void link_certificate(Markup&, const View&, const Fingerprint&);

} // namespace lyncprobe::report::html
