// SPDX-License-Identifier: MIT
// What a run is made of before anything is probed: its settings, files and choice of targets.
#pragma once

#include "app/inputs.h"
#include "app/options.h"
#include "net/engine.h"
#include "plan/plan.h"
#include "tls/tls_context.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::app {

// The command line wins over `policy:`.
RunSettings merged(const RunSettings& line, const RunSettings& list);

net::EngineOptions engine_options(const RunSettings&, const Options&, const Deployment&);

// An identity of the command line is offered to every target.
void use_command_line_identity(Deployment&, const IdentityFiles&);
// Only those that some target offers are read.
Result<std::vector<pki::IdentityPtr>> load_identities(const Deployment&, const Warn&);
// An identity that libssl cannot use is a mistake of the input, not of every endpoint.
std::optional<Problem> refusal_of(tls::ContextPool&, const pki::Identity&);
Result<pki::Anchors> load_trust(const Deployment&, const Options&);

// --target: keeps the targets whose name matches one of the globs; all without globs.
void keep_named(std::vector<Target>&, const std::vector<std::string>& globs);
void keep_shard(std::vector<Target>&, std::uint32_t shard, std::uint32_t shards);
// A topology may have endpoints whose probe this build does not speak; they can be planned only.
std::optional<Problem> unspoken(const std::vector<Target>&);

} // namespace lyncprobe::app
