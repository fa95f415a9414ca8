// SPDX-License-Identifier: MIT
// `lyncprobe rules [ID]`, and the documents that come out of the program.
#include "app/commands.h"
#include "app/reporting.h"
#include "model/escape.h"
#include "plan/services.h"
#include "rules/connection/endings.h"
#include "rules/engine/explain.h"
#include "rules/engine/judge.h"
#include "schannel/table.h"

#include <fmt/format.h>

namespace lyncprobe::app {

int run_rules(const Options& options) {
    if (options.inputs.empty()) return print(rules::list());
    const auto& id = options.inputs.front();
    if (const auto* rule = rules::find(id)) return print(rules::explain(*rule));
    std::vector<std::string_view> ids;
    for (const auto* rule : rules::catalogue())
        ids.push_back(rule->id);
    const auto near = nearest(id, ids);
    return stop(
        {.what = fmt::format("there is no rule '{}'", id),
         .hint =
             near.empty() ? "lyncprobe rules lists them" : fmt::format("did you mean '{}'?", near)}
    );
}

int run_docs(const Options& options) {
    if (options.docs_kind == "rules") return print(rules::markdown());
    if (options.docs_kind == "endings") return print(rules::endings_markdown());
    if (options.docs_kind == "services") return print(plan::services_markdown());
    if (options.docs_kind == "windows-tls") return print(schannel::markdown());
    for (const std::string_view kind : {"man", "bash", "zsh", "fish", "powershell"})
        if (options.docs_kind == kind)
            return stop({.what = fmt::format("docs {} is known, not built yet", kind)});
    return stop({.what = "docs knows: rules, services, endings, windows-tls"});
}

} // namespace lyncprobe::app
