// SPDX-License-Identifier: MIT
// `lyncprobe check FILE…`: certificate files by the same rules, no network.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/output.h"
#include "app/process.h"
#include "app/reporting.h"
#include "model/limits.h"
#include "pki/certificate_file.h"
#include "scan/judging.h"
#include "scan/revocation.h"

#include <chrono>
#include <iostream>

namespace lyncprobe::app {

namespace {

FileRow read_row(
    const std::string& path, const std::optional<std::string>& password, scan::Judge& judge
) {
    const auto failed = [&](const Problem& problem) {
        FileRow row;
        row.path = path;
        row.error = problem.what + (problem.hint.empty() ? "" : " (" + problem.hint + ")");
        return row;
    };
    auto bytes = read_file(path, limits::kCertificateFile);
    if (!bytes) return failed(bytes.error());
    auto file = pki::read_certificate_file(*bytes, password);
    if (!file) return failed(file.error());
    auto row = judge.file(path, file->certificates);
    if (!row.chain || row.chain->presented.empty()) row.error = "no certificate in it can be read";
    return row;
}

} // namespace

int run_check(const Options& options) {
    const auto warn = [](const std::string& sentence) {
        std::cerr << "lyncprobe: " << sentence << '\n';
    };
    const auto stop = [&](const Problem& problem) {
        warn(to_text(problem));
        return kExitUsage;
    };
    auto selection = rules::Selection::make(options.settings.only, options.settings.skip);
    if (!selection) return stop(selection.error());
    const auto password = read_password(options.identity, warn);
    if (!password) return stop(password.error());
    auto anchors = load_anchors(options.ca_files, !options.no_system_trust);
    if (!anchors) return stop(anchors.error());
    end_at_first_interrupt();
    auto outputs = Outputs::open(options);
    if (!outputs) return stop(outputs.error());

    RunResult result;
    result.inputs = options.inputs;
    result.started_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    result.judged_at = options.at.value_or(result.started_at);

    pki::CertificateStore store(std::move(*anchors));
    FindingPool pool;
    const Policy policy;
    const auto soon = options.settings.expires_within.value_or(std::chrono::days{30});
    scan::Judge judge(
        store, pool, std::move(*selection), policy, {}, result.judged_at,
        std::chrono::duration_cast<std::chrono::seconds>(soon)
    );
    for (const auto& path : options.inputs) {
        result.files.push_back(read_row(path, *password, judge));
        if (const auto& row = result.files.back(); !row.error.empty())
            warn(to_text(Problem{.what = row.error, .where = {row.path}}));
    }
    result.fetched = options.settings.fetch.value_or(false);
    StatusMap statuses;
    if (result.fetched) {
        scan::Revocation revocation(
            store, scan::fetch_options(options.settings, options.resolvers, nullptr),
            result.judged_at
        );
        for (const auto& row : result.files)
            revocation.add(row.chain);
        revocation.run();
        statuses = revocation.take_statuses();
        judge.use(statuses);
        result.locations = revocation.take_locations();
    }
    Target described; // by the command line
    described.role = options.role;
    described.role_given = options.role_given;
    described.use = options.use;
    described.names = options.names;
    auto context = judge.context();
    context.described = &described;
    for (auto& row : result.files)
        judge.judge(row, context);
    result.finished_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    result.summary = report::summarise(result, fail_on(options.settings.fail_on));
    return outputs->write(result, warn);
}

} // namespace lyncprobe::app
