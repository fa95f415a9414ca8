// SPDX-License-Identifier: MIT
// Certificate files judged by the rules of a scan. No network but for `settings.fetch`.
#pragma once

#include "scan/scan.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::scan {

// FileInput is one file as it was read.
struct FileInput {
    std::string path;
    Result<std::string> bytes; // PEM, DER or PFX
};

struct CheckOptions {
    RunSettings settings;
    std::vector<std::string> resolvers = {};  // for what is fetched; empty = the system's
    std::optional<std::string> password = {}; // of PFX files
    Target described = {}; // the server that is to have the certificates: role, use, names
};

// A file that cannot be read has a row with the reason, which is a warning, too. A Problem only
// where a glob of `settings.only` or `settings.skip` matches no rule. The summary is not filled in.
Result<ScanResult>
check(const std::vector<FileInput>&, const CheckOptions&, const ScanOptions&, pki::Anchors, Observer&);

} // namespace lyncprobe::scan
