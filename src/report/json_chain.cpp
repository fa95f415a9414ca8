// SPDX-License-Identifier: MIT
// "chain" and "chain_facts": what was presented, by fingerprints, and what its order and the trust
// path say.
#include "report/json_fields.h"
#include "report/json_parts.h"

#include <boost/json/serialize.hpp>

namespace lyncprobe::report {

void fields(auto& json, Is<PathFlaw> auto& it) {
    json("kind", it.kind);
    json("position", it.position);
    json("text", it.text);
}

void fields(auto& json, Is<Chain> auto& it) {
    json("ordered", it.ordered);
    json("complete", it.complete);
    json("missing_issuer", or_null(it.missing_issuer));
    json("duplicates", it.duplicates);
    json("extra", it.extra);
    json("unreadable", it.unreadable);
    json("unrelated", it.unrelated);
    json("reversed", it.reversed);
    json("issuer_rekeyed", it.issuer_rekeyed);
    json("root_included", it.root_included);
    json("trust", it.path.trust);
    json("trust_detail", or_null(it.path.why));
    json("own_anchors", it.path.anchors_configured);
    json("used_unpresented", it.path.used_unpresented);
    json("path", it.path.path);
    json.unless_empty("flaws", it.path.flaws);
    json.unless_empty("fetched", it.fetched);
    if (kReading<decltype(json)> || !it.fetched.empty())
        json("completed_by_fetch", it.completed_by_fetch);
    json("roots", it.roots);
    json("system_anchor", it.path.system_anchor);
    json("used_fetched", it.path.used_fetched);
}

void chain_members(ToJson& json, const ChainPtr& chain) {
    auto& out = json.out();
    out.key("chain");
    if (chain)
        out.repeated(&chain->presented, [&] { json.put(chain->presented); });
    else
        json.put(std::vector<std::string>());
    out.key("chain_facts");
    if (chain)
        out.repeated(&chain->path, [&] { json.put_object(*chain); });
    else
        out.null();
}

void chain_members(FromJson& json, ChainPtr& chain) {
    const auto* presented = json.find("chain");
    const auto* facts = json.find("chain_facts");
    if (!facts || facts->is_null()) return;
    Chain read;
    const JsonPlace list{&json.place(), "chain"}, object{&json.place(), "chain_facts"};
    if (presented) json.get(*presented, list, read.presented);
    json.get(*facts, object, read);
    auto text = boost::json::serialize(*facts);
    for (const auto& certificate : read.presented)
        text += to_hex(certificate->sha256);
    chain = json.restored().shared(std::move(text), std::move(read));
}

} // namespace lyncprobe::report
