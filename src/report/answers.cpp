// SPDX-License-Identifier: MIT
#include "report/answers.h"

#include "model/text/lists.h"
#include "report/statements.h"

#include <map>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kIdsListed = 4;
constexpr std::size_t kValuesListed = 8;

std::string value_text(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
    if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "yes" : "no";
    return enumerate(std::get<std::vector<std::string>>(value), kValuesListed);
}

} // namespace

void write_answers(Page& page, const ScanResult& run, const TextOptions& options) {
    std::map<std::string_view, std::vector<const EndpointRow*>> by_detail;
    std::size_t answers = 0;
    for (const auto& row : run.endpoints) {
        // Where the exchange failed, the detail of its outcome says what was answered.
        if (row.main.answer.empty() || row.main.outcome != Outcome::ok) continue;
        by_detail[row.main.detail].push_back(&row);
        ++answers;
    }
    if (answers == 0) return;
    page.heading(fmt::format("What the protocols answered ({})", answers));
    for (const auto& [detail, rows] : by_detail) {
        std::vector<std::string_view> ids;
        for (const auto* row : rows)
            ids.push_back(row->id);
        page.paragraph(
            2, 4, {{enumerate(ids, kIdsListed), Style::bold}, {": "}, {std::string(detail)}}
        );
        if (!options.verbose) continue;
        for (const auto* row : rows) {
            if (rows.size() > 1) page.paragraph(4, 6, {{row->id}});
            for (const auto& [key, value] : row->main.answer)
                page.paragraph(6, 10, {{key + ": ", Style::dim}, {value_text(value)}});
        }
    }
}

} // namespace lyncprobe::report
