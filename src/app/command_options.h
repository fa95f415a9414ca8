// SPDX-License-Identifier: MIT
// Options that several commands share, and how a command line refuses what it cannot take.
#pragma once

#include "app/inputs.h"
#include "app/options.h"
#include "model/vocabulary.h"

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace lyncprobe::app {

// Refused ends parsing with a sentence for stderr.
struct Refused {
    std::string what;
};

[[noreturn]] void refuse(std::string what);
std::string with_suggestion(std::string what, std::string_view nearest);

template <class E>
E word_of(const std::string& option, const std::string& text) {
    if (const auto value = from_text<E>(text)) return *value;
    refuse(
        with_suggestion(fmt::format("{}: '{}' is not known", option, text), nearest_word<E>(text))
    );
}

// OptionRow is one option of a command: its kind of value (null: a flag), what each value does to
// the options, and its line of --help.
struct OptionRow {
    const char* name;
    const char* type;
    void (*take)(Options&, const std::string& option, const std::string& value);
    const char* help;
    char letter = 0; // of its short form, such as -o
};
// In this order in --help. `options` outlives the app.
void add_options(CLI::App&, Options& options, std::span<const OptionRow>);

// An option writes into one member, which may be of a part of the options.
template <class T>
T& member(Options& options, T Options::*it) {
    return options.*it;
}
template <class T>
T& member(Options& options, T RunSettings::*it) {
    return options.settings.*it;
}
template <class T>
T& member(Options& options, T IdentityFiles::*it) {
    return options.identity.*it;
}
template <class T>
T& member(Options& options, T Target::*it) {
    return options.described.*it;
}

using Text = const std::string&;

// What may be repeated is kept in full; of the rest the last one counts.
template <auto Member>
void text(Options& options, Text, Text value) {
    auto& out = member(options, Member);
    if constexpr (requires { out.push_back(value); })
        out.push_back(value);
    else
        out = value;
}

template <auto Member>
void flag(Options& options, Text, Text) {
    member(options, Member) = true;
}

// A DNS name, in lower case.
template <auto Member>
void host_name(Options& options, Text option, Text value) {
    const auto name = read_host_name(value);
    if (!name) refuse(fmt::format("{}: {}", option, to_text(name.error())));
    text<Member>(options, option, *name);
}

template <auto Member>
void word(Options& options, Text option, Text value) {
    auto& out = member(options, Member);
    out = word_of<std::remove_reference_t<decltype(out)>>(option, value);
}

void add_report_options(CLI::App&, Options&);  // how a result is written
void add_output_options(CLI::App&, Options&);  // these, and what makes the exit code
void add_judging_options(CLI::App&, Options&); // and what decides about trust, dates and fetching
void add_password_options(CLI::App&, Options&);
void add_role_options(CLI::App&, Options&); // who presents the certificate
void add_probing_options(CLI::App&, Options&);
void add_fetch_times(CLI::App&, Options&);      // for a command that probes nothing
void add_choosing_options(CLI::App&, Options&); // of targets

} // namespace lyncprobe::app
