// SPDX-License-Identifier: MIT
#include "app/reporting.h"

#include "app/exit_code.h"
#include "app/process.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace lyncprobe::app {

namespace {

// The report fits this many columns even on a wider terminal.
constexpr std::size_t kWidest = 100;

bool coloured(Colour wanted) {
    // What was asked for wins over what the terminal or the environment suggest.
    if (wanted != Colour::automatic) return wanted == Colour::always;
    const char* no_color = std::getenv("NO_COLOR"); // https://no-color.org: set and not empty
    return stdout_is_terminal() && (!no_color || *no_color == '\0');
}

} // namespace

std::optional<Verdict> fail_on(const std::optional<std::string>& setting) {
    if (setting == "never") return std::nullopt;
    return setting == "warn" ? Verdict::warn : Verdict::fail;
}

report::TextOptions text_options(const Options& options, bool standard) {
    return {
        .colour = standard && coloured(options.colour),
        .width = standard ? std::min(terminal_width(), kWidest) : kWidest,
        .verbose = options.verbose,
        .quiet = options.quiet};
}

void say(const std::string& sentence) { std::cerr << "lyncprobe: " << sentence << '\n'; }

int stop(const Problem& problem) {
    say(to_text(problem));
    return kExitUsage;
}

int print(const std::string& text) {
    auto out = Output::standard();
    out.stream() << text;
    const auto failure = out.commit();
    if (failure.empty()) return 0;
    say(failure);
    return kExitInternal;
}

Result<Outputs> Outputs::open(const Options& options, bool standard) {
    Outputs out;
    out.text_ = text_options(options, true);
    out.plain_ = text_options(options, false);
    if (standard) out.add(Output::standard(), *options.format, true);
    for (const auto& path : options.outputs) {
        auto file = Output::file(path);
        if (!file) return file.error();
        out.add(std::move(*file), *report::format_of_ending(path), false);
    }
    return out;
}

void Outputs::add(Output output, const report::Format& format, bool standard) {
    sinks_.push_back({std::move(output), &format, standard, nullptr});
    auto& sink = sinks_.back();
    if (format.open) sink.rows = format.open(sink.output.stream());
}

void Outputs::identities(const std::vector<IdentityRow>& rows) {
    for (auto& sink : sinks_)
        if (sink.rows) sink.rows->identities(rows);
}

void Outputs::endpoint(const EndpointRow& row, const Target& target) {
    for (auto& sink : sinks_) {
        // A format with one document waits for the end of the run.
        if (!sink.rows) continue;
        sink.rows->endpoint(row, target);
        // Who reads a pipe sees each endpoint when it is done; files are read afterwards.
        if (sink.standard) sink.output.stream().flush();
    }
}

int Outputs::write(const ScanResult& result, const Warn& warn) {
    int exit_code = result.summary.exit_code;
    for (auto& sink : sinks_) {
        if (sink.rows)
            sink.rows->finish(result);
        else
            sink.format->write(sink.output.stream(), result, sink.standard ? text_ : plain_);
        const auto failure = sink.output.commit();
        if (failure.empty()) continue;
        // The other outputs are still written: one full disk must not cost every report.
        warn(failure);
        exit_code = kExitInternal;
    }
    return exit_code;
}

} // namespace lyncprobe::app
