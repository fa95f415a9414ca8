// SPDX-License-Identifier: MIT
// What a command line asked for, free of CLI11. Absent = not said.
#pragma once

#include "model/deployment.h"
#include "report/format.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::app {

enum class Colour { automatic, always, never };

struct Options {
    int (*run)(const Options&) = nullptr; // the command, of app/commands.h
    std::vector<std::string> inputs;      // target lists, certificate files, HOST[:PORT], a rule id

    // Output.
    std::vector<std::string> outputs;
    const report::Format* format = report::format_of_name("text"); // never null
    Colour colour = Colour::automatic;
    bool quiet = false, verbose = false, brief = false, no_progress = false;
    std::string title;   // --title; empty = what the run is about
    bool redact = false; // `report`: --redact
    std::string vantage;

    // Probing; the command line wins over the target list.
    RunSettings settings;
    std::vector<std::string> resolvers;
    bool probe_given = false; // --as
    std::vector<std::string> target_globs;
    bool plan_only = false;
    bool follow = false; // probe what autodiscover names, too
    std::uint32_t shard = 0, shards = 1;

    // `discover`.
    bool as_target_list = false; // --yaml
    bool scan_too = false;       // --scan

    // `federation`.
    bool self = false;  // --self
    std::string direct; // --direct; empty = by SRV record
    std::uint16_t direct_port = 5061;
    std::string our_domain; // --our-domain; empty = as our certificate says

    std::string result; // of `certificates`: a result file to compare with; empty = none

    Target described; // what `probe` and `check` are told of the server; the rest is as by default

    // Trust, identity, time.
    IdentityFiles identity; // id empty = none
    std::vector<CaFile> ca_files;
    std::string waivers; // --waivers; empty = none
    bool no_system_trust = false;
    std::optional<Time> at;
    std::string docs_kind; // of the hidden `docs`
};

} // namespace lyncprobe::app
