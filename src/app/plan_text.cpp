// SPDX-License-Identifier: MIT
#include "app/plan_text.h"

#include "model/escape.h"
#include "model/text/lists.h"
#include "plan/services.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::app {

namespace {

// What the product's documentation says the server wants of whoever connects.
std::string wanted_text(const Target& target) {
    const auto* service = plan::service_of(target);
    return std::string(service ? to_text(service->listener.peer) : "unknown");
}

std::string plan_line(const Target& target) {
    const auto sni = server_name_sent(target);
    auto line = fmt::format(
        "{}  {}  role {}  use {}  sni {}  {}  certificate wanted {}",
        for_terminal(target.id_base + target.id_suffix),
        for_terminal(host_and_port(target.host, target.port)), to_text(target.role),
        to_text(target.use), for_terminal(sni.empty() ? "none" : sni),
        target.identity.empty() || target.mutual == Mutual::none
            ? "no client certificate"
            : "identity " + for_terminal(target.identity),
        wanted_text(target)
    );
    const auto append = [&line](std::string_view title, std::string_view text) {
        if (!text.empty()) line += fmt::format("  {} {}", title, for_terminal(text));
    };
    std::vector<std::string> addresses;
    for (const auto& address : target.addresses)
        addresses.push_back(to_text(address));
    append("names", joined(expected_names(target)));
    append("addresses", joined(addresses));
    append("sip domain", target.sip_domain);
    if (target.transport == Transport::udp) append("transport", to_text(target.transport));
    append("pool", target.pool);
    append("site", target.site);
    return line + "\n";
}

} // namespace

std::string plan_text(const std::vector<Target>& targets) {
    std::string text;
    for (const auto& target : targets)
        text += plan_line(target);
    return text;
}

} // namespace lyncprobe::app
