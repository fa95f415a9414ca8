// SPDX-License-Identifier: MIT
// `lyncprobe check FILE…`: certificate files by the rules of a scan.
#include "scan/check.h"

#include "app/commands.h"
#include "app/output.h"
#include "app/process.h"
#include "app/session.h"
#include "model/limits.h"
#include "model/text/utf8.h"

#include <utility>

namespace lyncprobe::app {

int run_check(const Options& options) {
    Session session(options);
    const auto warn = [&](const std::string& sentence) { session.warning(sentence); };
    auto password = read_password(options.identity, warn);
    if (!password) return session.stop(password.error());
    auto inputs = session.read_inputs({}, {});
    if (!inputs) return session.stop(inputs.error());
    end_at_first_interrupt(); // there is nothing to report half-way
    if (const auto problem = session.open_outputs()) return session.stop(*problem);
    std::vector<scan::FileInput> files;
    for (const auto& path : options.inputs)
        files.push_back({valid_utf8(path), read_file(path, limits::kCertificateFile)});
    const scan::CheckOptions check{
        .settings = options.settings,
        .resolvers = options.resolvers,
        .password = std::move(*password),
        .described = options.described};
    return session.finish(
        scan::check(files, check, {.at = options.at}, std::move(inputs->anchors), session),
        options.settings.fail_on
    );
}

} // namespace lyncprobe::app
