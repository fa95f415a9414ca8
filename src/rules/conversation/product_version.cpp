// SPDX-License-Identifier: MIT
// Rule product-version: what runs there is not older than what the target list says.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Product product_seen(const Subject& s) {
    const auto text = s.seen().answer->text("product");
    for (const auto& word : words<Product>())
        if (!text.empty() && product_name(word.value) == text) return word.value;
    return Product::unknown;
}

std::string applies_product_version(const Subject& s) {
    if (s.target().product == Product::unknown)
        return "the target list does not say which product runs there (product:)";
    if (product_seen(s) == Product::unknown) return "its answer does not name the product";
    return {};
}

Ruling check_product_version(const Subject& s) {
    const auto seen = product_seen(s), said = s.target().product;
    auto ruling = seen < said ? warn(fmt::format(
                                    "answers as {}, and {} is said to run there",
                                    product_name(seen), product_name(said)
                                ))
                              : pass();
    return std::move(ruling)
        .with("seen", std::string(product_name(seen)))
        .with("expected", std::string(product_name(said)));
}

} // namespace

constinit const Rule product_version{
    .id = "product-version",
    .title = "The product is as new as the target list says",
    .scope = Scope::conversation,
    .source =
        {.document =
             "docs/probes.md of lyncprobe (from captured answers; no Microsoft text lists them)",
         .section = "sip, https"},
    .demands = "Where a target says which product runs there, the version that its answer shows "
               "(Server header, build of the join page) is that product or a newer one.",
    .why =
        "An older answer means that another server stands behind the name: a load balancer or DNS "
        "record that still points to the old pool, with the old pool's certificates and protocols.",
    .fix = "point the name at the new server, or correct `product:` in the target list",
    .evidence = "seen: the product that its answer shows; expected: what the target list says",
    .applies = applies_product_version,
    .check = check_product_version,
};

} // namespace lyncprobe::rules
