// SPDX-License-Identifier: MIT
// Rule chain-order: each certificate presented is issued by the next one, and nothing else is sent.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::vector<std::string> as_text(const std::vector<std::size_t>& positions) {
    std::vector<std::string> out;
    for (const auto position : positions)
        out.push_back(std::to_string(position));
    return out;
}

bool may_be_ca(const Certificate& certificate) {
    return certificate.root_like ||
           (certificate.basic_constraints && certificate.basic_constraints->ca);
}

Ruling rule_on_order(const Chain& chain) {
    if (!chain.unreadable.empty())
        return fail(fmt::format(
            "the chain holds something that is no readable certificate, at position {}",
            some_of(as_text(chain.unreadable))
        ));
    if (chain.reversed)
        return warn(
            !may_be_ca(*chain.presented.front())
                ? "the certificates behind the server certificate are sent in reverse order, the "
                  "highest first"
                : "the certificates are sent in reverse order: the server certificate has to be "
                  "the first, and each one issued by the next"
        );
    if (!chain.duplicates.empty())
        return warn(fmt::format(
            "the chain repeats a certificate at position {}", some_of(as_text(chain.duplicates))
        ));
    if (!chain.extra.empty())
        return warn(fmt::format(
            "the chain holds a certificate that does not belong to it, at position {}",
            some_of(as_text(chain.extra))
        ));
    if (!chain.ordered)
        return warn("the chain is out of order: a certificate is not issued by the next one");
    if (chain.root_included) return pass("the root is sent too, which is allowed and not needed");
    return pass();
}

Ruling check_chain_order(const Subject& s) {
    auto ruling = rule_on_order(s.chain);
    ruling.evidence.set("ordered", s.chain.ordered);
    if (!s.chain.duplicates.empty()) ruling.evidence.set("duplicates", as_text(s.chain.duplicates));
    if (!s.chain.extra.empty()) ruling.evidence.set("extra", as_text(s.chain.extra));
    if (!s.chain.unreadable.empty()) ruling.evidence.set("unreadable", as_text(s.chain.unreadable));
    ruling.evidence.set("root_included", s.chain.root_included);
    return ruling;
}

} // namespace

constinit const Rule chain_order{
    .id = "chain-order",
    .title = "The chain is sent in order and without extras",
    .scope = Scope::chain,
    .source = {.document = "RFC 5246", .section = "7.4.2 Server Certificate"},
    .demands = "Each certificate presented is issued by the next one; none is repeated and none is "
               "left over. A root at the end is allowed. An entry that is no certificate fails.",
    .why = "Windows sorts such a chain out by itself; telephones, gateways and partners with other "
           "TLS stacks may not, and report an unknown issuer.",
    .fix =
        "remove what does not belong there from the server's certificate stores (Windows composes "
        "the chain from them) or correct the order of the PEM file, then restart the service",
    .evidence = "ordered; duplicates, extra, unreadable: positions in the chain, counted from 0; "
                "root_included",
    .check = check_chain_order,
};

} // namespace lyncprobe::rules
