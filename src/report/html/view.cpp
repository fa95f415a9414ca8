// SPDX-License-Identifier: MIT
#include "report/html/view.h"

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

std::string anchor(char kind, std::size_t number) { return fmt::format("{}{}", kind, number); }

} // namespace

std::string_view verdict_class(std::optional<Verdict> verdict) {
    if (!verdict) return "none";
    switch (*verdict) {
    case Verdict::fail: return "fail";
    case Verdict::warn: return "warn";
    case Verdict::inconclusive: return "open";
    case Verdict::pass: return "pass";
    case Verdict::not_applicable: break;
    }
    return "none";
}

void write_verdict(Markup& page, std::optional<Verdict> verdict) {
    page.leaf(
        "span", verdict_word(verdict), {{"class", fmt::format("v {}", verdict_class(verdict))}}
    );
}

std::string endpoint_anchor(std::size_t endpoint) { return anchor('e', endpoint + 1); }
std::string server_anchor(std::size_t server) { return anchor('s', server + 1); }
std::string certificate_anchor(std::size_t number) { return anchor('c', number); }

void link_endpoint(Markup& page, const View& view, std::size_t endpoint) {
    page.leaf("a", view.run.endpoints[endpoint].id, {{"href", "#" + endpoint_anchor(endpoint)}});
}

void link_endpoints(Markup& page, const View& view, const std::vector<std::size_t>& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) page.text(", ");
        link_endpoint(page, view, list[i]);
    }
}

void link_certificate(Markup& page, const View& view, const Fingerprint& sha256) {
    const auto text = label(view.certificates, sha256);
    const auto number = view.number(sha256);
    if (number == 0) return page.text(text);
    page.leaf("a", text, {{"href", "#" + certificate_anchor(number)}});
}

} // namespace lyncprobe::report::html
