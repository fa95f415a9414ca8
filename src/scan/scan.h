// SPDX-License-Identifier: MIT
// A scan as one call: a deployment in, one result out. No files, no terminal, no exit code. Calls
// share nothing: several may run at once, each on a thread of its own.
#pragma once

#include "model/deployment.h"
#include "model/scan_result.h"
#include "pki/certificate_store.h"
#include "pki/identity.h"
#include "rules/engine/judge.h"
#include "scan/observer.h"
#include "scan/world.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::scan {

// TargetChoice is the part of a deployment's targets that is probed.
struct TargetChoice {
    std::vector<std::string> names = {}; // globs; empty = every target
    std::uint32_t shard = 0, shards = 1; // every `shards`-th target, beginning with `shard`
};

// Plan is a deployment ready to be scanned.
struct Plan {
    Deployment deployment; // its targets are those that are probed, with their ids
    Declared declared;     // what the whole deployment says
    rules::Selection selection;
};

// Fills in what targets leave open, merges equal ones and keeps the chosen; adds to
// `deployment.warnings`. A Problem where a glob of the choice or of `settings.only` and
// `settings.skip` matches nothing.
Result<Plan> prepare(Deployment, const TargetChoice& = {});

// The first target whose protocol this build does not speak.
std::optional<Problem> unspoken(const std::vector<Target>&);

struct ScanOptions {
    std::string vantage = {};    // where the scan runs, as the report says it; empty = not said
    std::optional<Time> at = {}; // that dates are judged at; absent = when the scan starts
    bool follow = false;         // probe what autodiscover answers name, too
    // A second handshake as this Windows release makes it.
    OperatingSystem also_as = OperatingSystem::unknown;
    bool beside_tls13 = false; // where a server chose TLS 1.3, ask what it says to TLS 1.2
    // Counts requests to stop: at 1 open attempts get one second more. Null = nobody asks.
    const std::atomic<int>* interrupts = nullptr;
    World world = {};
};

// Inputs is what has been read of files.
struct Inputs {
    pki::Anchors anchors;                     // what certificate paths may end in
    std::vector<pki::IdentityPtr> identities; // ours; those that no target offers are left out
};

// Probes and judges. A Problem only where nothing could be started: an identity that OpenSSL cannot
// use, a resolver that is no address. The summary is not filled in.
Result<ScanResult> scan(Plan, const ScanOptions&, Inputs, Observer&);

} // namespace lyncprobe::scan
