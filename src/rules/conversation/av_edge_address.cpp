// SPDX-License-Identifier: MIT
// Rule av-edge-address: an A/V Edge knows itself by the address under which it was reached.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// "192.0.2.7:443", "[2001:db8::7]:443" → the address.
std::optional<Address> address_of(std::string_view text) {
    return parse_address(text.substr(0, text.rfind(':')));
}

std::string applies_av_edge_address(const Subject& s) {
    if (s.target().probe != Probe::av_edge) return "no A/V Edge";
    if (s.seen().answer->text("alternate_server").empty())
        return "its answer names no address of its own";
    return {};
}

Ruling check_av_edge_address(const Subject& s) {
    const std::string told(s.seen().answer->text("alternate_server"));
    const auto own = address_of(told);
    const auto evidence = [&](Ruling ruling) {
        return std::move(ruling).with("alternate_server", told);
    };
    if (!own || !s.seen().address)
        return evidence(inconclusive(
            "the address that it gives itself cannot be read",
            "compare the public address of the A/V Edge in Topology Builder with the address that "
            "its name has in DNS"
        ));
    if (*own == *s.seen().address) return evidence(pass());
    return evidence(warn(fmt::format(
        "it was reached as {} and gives its own address as {}",
        lyncprobe::to_text(*s.seen().address), told
    )));
}

} // namespace

constinit const Rule av_edge_address{
    .id = "av-edge-address",
    .title = "The A/V Edge is reached under the address it knows as its own",
    .scope = Scope::conversation,
    .source = {.document = "[MS-TURN]", .section = "3.3.5.1 Alternate Server attribute"},
    .demands = "The Alternate Server address in the answer of an A/V Edge is the address under "
               "which it was probed.",
    .why =
        "Clients go on to the address that the Edge gives itself. Behind NAT it must be the public "
        "one (the NAT-enabled address in Topology Builder), behind a load balancer the server's "
        "own; where it is wrong, media of external users is cut after the call is answered.",
    .fix = "set the NAT-enabled public IP address of the A/V Edge in Topology Builder and publish; "
           "where the probe stands inside and the difference is the NAT's, waive the finding",
    .evidence = "alternate_server: address and port as the Edge sent them",
    .applies = applies_av_edge_address,
    .check = check_av_edge_address,
};

} // namespace lyncprobe::rules
