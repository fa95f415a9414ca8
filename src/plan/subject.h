// SPDX-License-Identifier: MIT
// The common name that Microsoft's tables ask of the certificate of a role and use ("Certificate
// requirements for internal servers", "Certificate requirements for external user access").
#pragma once

#include "model/deployment.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::plan {

struct SubjectName {
    std::string_view whose;            // "the pool's FQDN"
    std::vector<std::string> names;    // one of these; the first is the one to request
    std::vector<std::string> bearable; // not asked for, and tolerated
    bool strict = false;               // with another name something does not work
};

// `expected`: the names that the certificate must cover. Nothing where no table asks for a name, or
// the name that it asks for is not known.
std::optional<SubjectName> subject_name(const Target&, std::span<const std::string> expected);

// The pool where it is called by its FQDN, in lower case; a target list may call it anything.
std::string pool_fqdn(const Target&);

} // namespace lyncprobe::plan
