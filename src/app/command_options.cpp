// SPDX-License-Identifier: MIT
#include "app/command_options.h"

#include "app/inputs.h"
#include "report/report.h"

#include <charconv>

namespace lyncprobe::app {

namespace {

// Named by the contract, refused until they are built, and absent from --help.
constexpr const char* kFlagsToCome[] = {"--changes"};
constexpr const char* kOptionsToCome[] = {"--state"};

Milliseconds duration_of(const std::string& option, const std::string& text) {
    if (const auto value = parse_duration(text)) return *value;
    refuse(fmt::format("{}: '{}' is no duration; write 500ms, 10s, 5m, 2h or 30d", option, text));
}

// A time limit of nothing would fail every endpoint.
Milliseconds limit_of(const std::string& option, const std::string& text) {
    const auto limit = duration_of(option, text);
    if (limit.count() == 0) refuse(fmt::format("{}: '{}' leaves no time at all", option, text));
    return limit;
}

std::uint32_t number_of(
    const std::string& option, const std::string& text, std::uint32_t smallest
) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < smallest ||
        value > 1'000'000)
        refuse(fmt::format("{}: '{}' is no number from {} to 1000000", option, text, smallest));
    return value;
}

void add_flag_to_come(CLI::App& app, const std::string& name) {
    app.add_flag_callback(
           name, [name] { refuse(fmt::format("{} is known, not built yet", name)); }
    )->group("");
}

void add_fetch_options(CLI::App& app, Options& options) {
    auto& settings = options.settings;
    app.add_flag_callback(
        "--fetch", [&settings] { settings.fetch = true; },
        "ask the CRL, OCSP and CA certificate locations that certificates name [off]"
    );
    app.add_flag_callback(
        "--fetch-private", [&settings] { settings.fetch = settings.fetch_private = true; },
        "the same, from private and loopback addresses too"
    );
    value_option(
        app, "--ldap-server", "directory server for LDAP locations without a host", "HOST[:PORT]",
        [&settings](const std::string& text) {
            if (const auto reason = host_and_port_problem(text); !reason.empty())
                refuse(fmt::format("--ldap-server: '{}': {}", text, reason));
            settings.ldap_server = text;
        }
    );
}

} // namespace

void refuse(std::string what) { throw Refused{std::move(what)}; }

std::string with_suggestion(std::string what, std::string_view nearest) {
    if (!nearest.empty()) what += fmt::format(" (did you mean '{}'?)", nearest);
    return what;
}

CLI::Option* value_option(
    CLI::App& app, const std::string& name, const std::string& help, const std::string& type,
    std::function<void(const std::string&)> take
) {
    return app
        .add_option_function<std::vector<std::string>>(
            name,
            [take = std::move(take)](const std::vector<std::string>& values) {
                for (const auto& value : values)
                    take(value);
            },
            help
        )
        ->type_name(type)
        ->allow_extra_args(false);
}

void add_report_options(CLI::App& app, Options& options) {
    value_option(
        app, "--output",
        "write the result to PATH; its ending chooses the format: .json .ndjson .txt", "PATH",
        [&](const std::string& path) {
            if (!report::format_of_ending(path))
                refuse(
                    report::known_format(path)
                        ? fmt::format("--output: the format of '{}' is known, not built yet", path)
                        : fmt::format(
                              "--output: the ending of '{}' names no format; use .json, .ndjson or "
                              ".txt",
                              path
                          )
                );
            options.outputs.push_back(path);
        }
    );
    value_option(
        app, "--format", "format of stdout: text, json, ndjson [text]", "FORMAT",
        [&](const std::string& name) {
            const auto format = report::format_of_name(name);
            if (!format)
                refuse(
                    report::known_format(name)
                        ? fmt::format("--format: '{}' is known, not built yet", name)
                        : fmt::format("--format: '{}' is not known; use text, json or ndjson", name)
                );
            options.format = format;
        }
    );
    value_option(
        app, "--color", "colours on stdout: auto, always, never [auto]", "WHEN",
        [&](const std::string& when) {
            if (when == "auto")
                options.colour = Colour::automatic;
            else if (when == "always")
                options.colour = Colour::always;
            else if (when == "never")
                options.colour = Colour::never;
            else
                refuse(fmt::format("--color: '{}' is not known; use auto, always or never", when));
        }
    );
    app.add_flag("--quiet", options.quiet, "the summary and the problems only");
    app.add_flag("--verbose", options.verbose, "passes and evidence too");
}

void add_output_options(CLI::App& app, Options& options) {
    add_flag_to_come(app, "--nagios");
    app.add_flag("--no-progress", options.no_progress, "no progress line on stderr");
    add_report_options(app, options);
    value_option(
        app, "--fail-on", "verdict that makes exit code 1: warn, fail, never [fail]", "VERDICT",
        [&](const std::string& text) {
            if (text != "warn" && text != "fail" && text != "never")
                refuse(fmt::format("--fail-on: '{}' is not known; use warn, fail or never", text));
            options.settings.fail_on = text;
        }
    );
}

void add_judging_options(CLI::App& app, Options& options) {
    value_option(
        app, "--ca-file", "trust anchors (PEM, DER or PKCS#7); may be repeated", "FILE",
        [&](const std::string& path) { options.ca_files.push_back(path); }
    );
    app.add_flag(
        "--no-system-trust", options.no_system_trust, "do not look up anchors of this machine"
    );
    value_option(
        app, "--at", "judge dates as of this time, such as 2026-12-31 or 2026-12-31T08:00:00Z",
        "TIME",
        [&](const std::string& text) {
            options.at = parse_time(text);
            if (!options.at)
                refuse(fmt::format(
                    "--at: '{}' is no time; write 2026-12-31 or 2026-12-31T08:00:00Z", text
                ));
        }
    );
    value_option(
        app, "--expires-within", "warn this long before a certificate expires [30d]", "DURATION",
        [&](const std::string& text) {
            options.settings.expires_within = duration_of("--expires-within", text);
        }
    );
    value_option(
        app, "--only", "judge by this rule only (id or glob); may be repeated", "RULE",
        [&](const std::string& rule) { options.settings.only.push_back(rule); }
    );
    value_option(
        app, "--skip", "leave this rule out (id or glob); may be repeated", "RULE",
        [&](const std::string& rule) { options.settings.skip.push_back(rule); }
    );
    add_fetch_options(app, options);
}

void add_password_options(CLI::App& app, Options& options) {
    value_option(
        app, "--password-env", "environment variable that holds the password of the key or PFX",
        "NAME", [&](const std::string& name) { options.identity.password_env = name; }
    );
    value_option(
        app, "--password-file", "file whose first line is that password", "FILE",
        [&](const std::string& path) { options.identity.password_file = path; }
    );
}

void add_role_options(CLI::App& app, Options& options) {
    value_option(
        app, "--role", "role of the server: front-end, edge, director, reverse-proxy …", "ROLE",
        [&](const std::string& text) {
            options.role = word_of<Role>("--role", text);
            options.role_given = true;
        }
    );
    value_option(
        app, "--use", "certificate use: Default, WebServicesExternal, AccessEdgeExternal …", "USE",
        [&](const std::string& text) { options.use = word_of<CertificateUse>("--use", text); }
    );
    value_option(
        app, "--name", "name that the certificate must cover; may be repeated", "NAME",
        [&](const std::string& text) {
            const auto name = read_host_name(text);
            if (!name) refuse("--name: " + to_text(name.error()));
            options.names.push_back(*name);
        }
    );
}

void add_probing_options(CLI::App& app, Options& options) {
    auto& settings = options.settings;
    value_option(
        app, "--timeout", "deadline of one endpoint, look-up to close [10s]", "DURATION",
        [&](const std::string& text) { settings.timeout = limit_of("--timeout", text); }
    );
    value_option(
        app, "--connect-timeout", "limit for connecting [5s]", "DURATION",
        [&](const std::string& text) {
            settings.connect_timeout = limit_of("--connect-timeout", text);
        }
    );
    value_option(
        app, "--deadline", "limit of the whole run; what was not reached is skipped [none]",
        "DURATION",
        [&](const std::string& text) { settings.deadline = limit_of("--deadline", text); }
    );
    value_option(
        app, "--concurrency", "endpoints at a time [100]", "N",
        [&](const std::string& text) { settings.concurrency = number_of("--concurrency", text, 1); }
    );
    value_option(
        app, "--per-address", "conversations at a time with one address [1]", "N",
        [&](const std::string& text) { settings.per_address = number_of("--per-address", text, 1); }
    );
    value_option(
        app, "--retries", "extra tries after a connect time-out or a reset [0]", "N",
        [&](const std::string& text) { settings.retries = number_of("--retries", text, 0); }
    );
    const auto variants = [&](const char* name, std::optional<bool>& wanted, const char* help) {
        app.add_flag_callback(
            name, [&wanted] { wanted = true; }, help
        );
    };
    variants(
        "--versions", settings.versions, "try SSL 2.0 to TLS 1.3 too, each by one connection more"
    );
    variants("--mtls-matrix", settings.mtls_matrix, "try with and without our certificate");
    variants(
        "--sni-matrix", settings.sni_matrix, "try without a server name and with a foreign one too"
    );
    variants(
        "--inventory", settings.inventory,
        "read certificates without a handshake where that is possible"
    );
    value_option(
        app, "--address-family", "4, 6 or any [any]", "FAMILY",
        [&](const std::string& text) {
            if (text != "4" && text != "6" && text != "any")
                refuse(fmt::format("--address-family: '{}' is not known; use 4, 6 or any", text));
            settings.address_family = text == "any" ? 0 : text == "4" ? 4 : 6;
        }
    );
    value_option(
        app, "--resolver", "DNS server to ask instead of the system's; may be repeated",
        "ADDR[:PORT]", [&](const std::string& text) { options.resolvers.push_back(text); }
    );
    value_option(
        app, "--cert", "our own certificate with its chain (PEM or DER)", "FILE",
        [&](const std::string& path) { options.identity.certificate = path; }
    );
    value_option(app, "--key", "its private key", "FILE", [&](const std::string& path) {
        options.identity.key = path;
    });
    value_option(
        app, "--pfx", "our own certificate and key in one PFX file", "FILE",
        [&](const std::string& path) { options.identity.pfx = path; }
    );
    add_password_options(app, options);
    value_option(
        app, "--vantage", "where this machine stands, for the result file", "NAME",
        [&](const std::string& name) { options.vantage = name; }
    );
    for (const auto* name : kFlagsToCome)
        add_flag_to_come(app, name);
    for (const auto* name : kOptionsToCome)
        value_option(app, name, "", "", [name](const std::string&) {
            refuse(fmt::format("{} is known, not built yet", name));
        })->group("");
}

void add_choosing_options(CLI::App& app, Options& options) {
    value_option(
        app, "--target", "only targets whose name matches this glob; may be repeated", "GLOB",
        [&](const std::string& glob) { options.target_globs.push_back(glob); }
    );
    app.add_flag(
        "--follow", options.follow,
        "probe the names that autodiscover answers tell, too [off: nothing that was not named]"
    );
    app.add_flag("--plan", options.plan_only, "print what would be probed and stop");
    value_option(
        app, "--shard", "only part I of N of the targets, I from 0", "I/N",
        [&](const std::string& text) {
            const auto slash = text.find('/');
            if (slash == std::string::npos)
                refuse(fmt::format("--shard: '{}' is not I/N, such as 0/4", text));
            options.shard = number_of("--shard", text.substr(0, slash), 0);
            options.shards = number_of("--shard", text.substr(slash + 1), 1);
            if (options.shard >= options.shards)
                refuse(
                    fmt::format("--shard: in '{}' I must be less than N (it counts from 0)", text)
                );
        }
    );
}

} // namespace lyncprobe::app
