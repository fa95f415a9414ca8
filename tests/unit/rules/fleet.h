// SPDX-License-Identifier: MIT
// A run of several endpoints built by hand, for the rules that look at all of them.
#pragma once

#include "unit/rules/subjects.h"

#include <string>
#include <utility>
#include <vector>

namespace lyncprobe::rules::testing {

// A server certificate with its number as fingerprint and key, from the CA that is named.
Certificate issued(std::uint8_t number, std::string_view from = "2025-01-01");
Certificate by(Certificate, const std::string& ca); // the same from another CA

// A target of a role on one server, under that server's name.
Target on(std::string server, std::uint16_t port, Role role, CertificateUse use);
Target in_pool(Target, std::string pool);

struct Fleet {
    ScanResult run;
    FindingPool pool;

    Fleet() { run.judged_at = at("2026-01-01"); }
    // Presents the certificate, and a path to the root `root` where one is named.
    EndpointRow& add(Target, const Certificate& leaf, const std::string& root = {});
    EndpointRow& add_unseen(Target); // showed nothing
    std::vector<TopologyRow> judge(const std::string& rule);
    // Of the only finding there is.
    const Finding& only(const std::string& rule);
    Verdict verdict(const std::string& rule) { return only(rule).verdict; }
};

bool says(const Finding&, const std::string& text);

} // namespace lyncprobe::rules::testing
