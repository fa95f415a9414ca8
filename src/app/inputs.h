// SPDX-License-Identifier: MIT
// Files that a run needs besides the target list: trust anchors, our identities, passwords.
#pragma once

#include "model/deployment.h"
#include "pki/certificate_store.h"
#include "pki/identity.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::app {

using Warn = std::function<void(const std::string&)>; // one sentence for stderr

// A DNS name of the command line, in lower case; where it has other letters than ASCII's, the hint
// is the A-label.
Result<std::string> read_host_name(const std::string& text);

struct HostPort {
    std::string host; // a DNS name in lower case, or an address as RFC 5952 writes it
    std::optional<std::uint16_t> port;
};
// "host", "host:port", "192.0.2.1:5061", "2001:db8::1", "[2001:db8::1]:5061"
Result<HostPort> read_host_port(std::string_view text);

// The password that the files name: of the environment, or the first line of a file; absent where
// none is named.
Result<std::optional<std::string>> read_password(const IdentityFiles&, const Warn&);

Result<pki::IdentityPtr> load_identity(const IdentityFiles&, const Warn&);

// `ca_files` of the operator, and the system's directory where `system`. Warns where none of the
// files holds a trust anchor; a Problem where one that is not marked holds a server certificate.
Result<pki::Anchors> load_anchors(
    const std::vector<CaFile>& ca_files, bool system, const Warn& warn
);

} // namespace lyncprobe::app
