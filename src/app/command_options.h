// SPDX-License-Identifier: MIT
// Options that several commands share, and how a command line refuses what it cannot take.
#pragma once

#include "app/options.h"
#include "model/vocabulary.h"

#include <functional>
#include <string>
#include <string_view>

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

// An option that takes one value each time and hands it on as text, so that our own messages tell
// what is wrong.
CLI::Option* value_option(
    CLI::App& app, const std::string& name, const std::string& help, const std::string& type,
    std::function<void(const std::string&)> take
);

void add_report_options(CLI::App&, Options&);  // how a result is written
void add_output_options(CLI::App&, Options&);  // these, and what makes the exit code
void add_judging_options(CLI::App&, Options&); // and what decides about trust, dates and fetching
void add_password_options(CLI::App&, Options&);
void add_role_options(CLI::App&, Options&); // who presents the certificate
void add_probing_options(CLI::App&, Options&);
void add_choosing_options(CLI::App&, Options&); // of targets

} // namespace lyncprobe::app
