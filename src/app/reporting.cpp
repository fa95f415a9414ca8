// SPDX-License-Identifier: MIT
#include "app/reporting.h"

#include "app/exit_code.h"
#include "app/process.h"
#include "report/read_json.h"
#include "rules/verdicts/importance.h"
#include "rules/verdicts/todo.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <system_error>

namespace lyncprobe::app {

namespace {

// Columns of a page that is no terminal's, and between which a terminal's are taken.
constexpr std::size_t kPiped = 100, kNarrowest = 60, kWidest = 200;

bool coloured(Colour wanted) {
    // What was asked for wins over what the terminal or the environment suggest.
    if (wanted != Colour::automatic) return wanted == Colour::always;
    const char* no_color = std::getenv("NO_COLOR"); // https://no-color.org: set and not empty
    return stdout_is_terminal() && !terminal_is_dumb() && (!no_color || *no_color == '\0');
}

} // namespace

std::optional<Verdict> fail_on(const std::optional<std::string>& setting) {
    if (setting == "never") return std::nullopt;
    return setting == "warn" ? Verdict::warn : Verdict::fail;
}

report::TextOptions text_options(const Options& options, bool standard) {
    return {
        .colour = standard && coloured(options.colour),
        .width = standard && stdout_is_terminal()
                     ? std::clamp(terminal_width(), kNarrowest, kWidest)
                     : kPiped,
        .verbose = options.verbose,
        .quiet = options.quiet,
        .brief = options.brief,
        .title = options.title};
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

namespace {

Result<ScanResult> stored_result(const std::string& path) {
    if (path == "-") return report::read_json(std::cin);
    std::ifstream file(path, std::ios::binary);
    file.peek(); // a folder can be opened, and not read
    if (file.bad() || !file.is_open())
        return Problem{.what = "cannot read it: " + std::generic_category().message(errno)};
    file.clear();
    return report::read_json(file);
}

} // namespace

Result<ScanResult> read_result(const std::string& path) {
    auto result = stored_result(path);
    if (!result) {
        auto problem = result.error();
        if (problem.where.file.empty()) problem.where.file = path;
        return problem;
    }
    // One of 0.1.0 has findings and no list of what is to be done.
    if (result->summary.problems.empty()) {
        rules::rate(*result);
        result->summary.problems = rules::todo(*result);
    }
    return result;
}

Result<Outputs> Outputs::open(const Options& options, bool standard) {
    Outputs out;
    out.text_ = text_options(options, true);
    out.plain_ = text_options(options, false);
    if (standard) out.add(Output::standard(), *options.format, "");
    for (const auto& path : options.outputs) {
        auto file = Output::file(path);
        if (!file) return file.error();
        out.add(std::move(*file), *report::format_of_ending(path), path);
    }
    return out;
}

void Outputs::add(Output output, const report::Format& format, std::string path) {
    sinks_.push_back({std::move(output), &format, std::move(path), nullptr});
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
        if (sink.standard()) sink.output.stream().flush();
    }
}

int Outputs::write(const ScanResult& result, const Warn& warn) {
    int exit_code = result.summary.exit_code;
    text_.files.clear();
    // Files first: what stdout says of them is then true.
    std::ranges::stable_partition(sinks_, [](const Sink& sink) { return !sink.standard(); });
    for (auto& sink : sinks_) {
        if (sink.rows)
            sink.rows->finish(result);
        else
            sink.format->write(sink.output.stream(), result, sink.standard() ? text_ : plain_);
        const auto failure = sink.output.commit();
        if (failure.empty()) {
            if (!sink.standard()) text_.files.push_back(sink.path);
            continue;
        }
        // The other outputs are still written: one full disk must not cost every report.
        warn(failure);
        exit_code = kExitInternal;
    }
    return exit_code;
}

} // namespace lyncprobe::app
