// SPDX-License-Identifier: MIT
#include "scan/check.h"

#include "pki/certificate_file.h"
#include "scan/judging.h"
#include "scan/revocation.h"

#include <chrono>
#include <utility>

namespace lyncprobe::scan {

namespace {

FileRow read_row(const FileInput& input, const std::optional<std::string>& password, Judge& judge) {
    const auto failed = [&](const Problem& problem) {
        FileRow row;
        row.path = input.path;
        row.error = problem.what + (problem.hint.empty() ? "" : " (" + problem.hint + ")");
        return row;
    };
    if (!input.bytes) return failed(input.bytes.error());
    auto file = pki::read_certificate_file(*input.bytes, password);
    if (!file) return failed(file.error());
    auto row = judge.file(input.path, file->certificates);
    row.key = std::move(file->key);
    row.notes = std::move(file->notes);
    if (!row.chain || row.chain->presented.empty()) row.error = "no certificate in it can be read";
    return row;
}

} // namespace

Result<ScanResult> check(
    const std::vector<FileInput>& files, const CheckOptions& wanted, const ScanOptions& options,
    pki::Anchors anchors, Observer& observer
) {
    const auto& settings = wanted.settings;
    auto selection = rules::Selection::make(settings.only, settings.skip);
    if (!selection) return selection.error();

    const auto started = std::chrono::steady_clock::now();
    ScanResult result;
    result.kind = ResultKind::check;
    result.started_at = options.world.now();
    result.judged_at = options.at.value_or(result.started_at);
    pki::CertificateStore store(std::move(anchors), preference_at(result.judged_at));
    const Policy policy;
    const auto soon = settings.expires_within.value_or(std::chrono::days{30});
    Judge judge(
        store, *result.findings, std::move(*selection), policy, {}, result.judged_at,
        std::chrono::duration_cast<std::chrono::seconds>(soon)
    );
    for (const auto& file : files) {
        result.inputs.push_back(file.path);
        const auto& row = result.files.emplace_back(read_row(file, wanted.password, judge));
        if (!row.error.empty())
            observer.warning(to_text(Problem{.what = row.error, .where = {row.path}}));
    }
    result.fetched = settings.fetch.value_or(false);
    StatusMap statuses;
    StallClock stalls;
    if (result.fetched) {
        auto from = fetch_options(settings, wanted.resolvers, options.interrupts, &stalls);
        if (settings.deadline) from.deadline = started + *settings.deadline;
        Revocation revocation(store, options.world, std::move(from), result.judged_at, observer);
        for (const auto& row : result.files)
            revocation.add(row.chain);
        revocation.run();
        for (auto& row : result.files)
            row.chain = revocation.completed(row.chain);
        statuses = revocation.take_statuses();
        judge.use(statuses);
        result.locations = revocation.take_locations();
    }
    auto context = judge.context();
    context.described = &wanted.described;
    context.bundle = true;
    for (auto& row : result.files)
        judge.judge(row, context);
    result.finished_at = options.world.now();
    result.stalled = std::chrono::duration_cast<Milliseconds>(stalls.total());
    return result;
}

} // namespace lyncprobe::scan
