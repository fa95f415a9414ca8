// SPDX-License-Identifier: MIT
// `lyncprobe certificates TARGETS.yaml…`: what every certificate of a deployment must be.
#include "report/certificates.h"

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/process.h"
#include "app/reporting.h"
#include "app/target_lists.h"
#include "plan/wanted_certificates.h"
#include "scan/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::app {

namespace {

constexpr int kExitDue = 1;

std::optional<Problem> compare_with(const std::string& path, report::CertificatePlan& plan) {
    const auto result = read_result(path);
    if (!result) return result.error();
    if (result->kind != ResultKind::scan)
        return Problem{
            .what = fmt::format("{}: it is the result of a {}", path, to_text(result->kind)),
            .hint = "give that of a scan of these target lists"};
    plan::compare(plan.certificates, *result, result->summary.problems);
    return std::nullopt;
}

// False, and said why, where it cannot be written.
bool write(
    Result<Output> output, const report::Format& format, const report::CertificatePlan& plan,
    const report::TextOptions& text
) {
    if (output) {
        if (format.name == "json")
            report::write_certificates_json(output->stream(), plan);
        else
            report::write_certificates_text(output->stream(), plan, text);
    }
    const auto failure = output ? output->commit() : to_text(output.error());
    if (!failure.empty()) say(failure);
    return failure.empty();
}

} // namespace

int run_certificates(const Options& options) {
    auto read = read_lists(options.inputs);
    for (const auto& problem : read.problems)
        say(to_text(problem));
    if (!read.problems.empty()) return kExitUsage;
    for (const auto& warning : read.deployment.warnings)
        say(to_text(warning));
    report::CertificatePlan plan{
        .inputs = options.inputs,
        .result = options.result,
        .drawn_up_at = scan::wall_clock(),
        .certificates = plan::wanted_certificates(read.deployment, options.target_globs)};
    if (plan.certificates.empty())
        return stop(
            options.target_globs.empty()
                ? Problem{.what = "no server of the list has a certificate of its own"}
                : Problem{
                      .what = fmt::format(
                          "--target: no server, pool or target is called '{}'",
                          fmt::join(options.target_globs, "' or '")
                      ),
                      .hint = "lyncprobe certificates without it lists them"}
        );
    if (!options.result.empty())
        if (const auto problem = compare_with(options.result, plan)) return stop(*problem);
    end_at_first_interrupt();
    bool written = write(Output::standard(), *options.format, plan, text_options(options, true));
    for (const auto& path : options.outputs)
        written = write(
                      Output::file(path), *report::format_of_ending(path), plan,
                      text_options(options, false)
                  ) &&
                  written;
    if (!written) return kExitInternal;
    return report::due(plan) > 0 ? kExitDue : 0;
}

} // namespace lyncprobe::app
