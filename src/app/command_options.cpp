// SPDX-License-Identifier: MIT
#include "app/command_options.h"

#include "model/text/ascii.h"
#include "report/report.h"
#include "schannel/releases.h"

namespace lyncprobe::app {

namespace {

Milliseconds duration_of(Text option, Text value) {
    if (const auto duration = parse_duration(value)) return *duration;
    refuse(fmt::format("{}: '{}' is no duration; write 500ms, 10s, 5m, 2h or 30d", option, value));
}

template <auto Member>
void duration(Options& options, Text option, Text value) {
    member(options, Member) = duration_of(option, value);
}

// A time limit of nothing would fail every endpoint.
template <auto Member>
void limit(Options& options, Text option, Text value) {
    const auto duration = duration_of(option, value);
    if (duration.count() == 0) refuse(fmt::format("{}: '{}' leaves no time at all", option, value));
    member(options, Member) = duration;
}

std::uint32_t number_of(Text option, std::string_view value, std::uint32_t smallest) {
    constexpr std::uint32_t kLargest = 1'000'000;
    const auto number = to_number<std::uint32_t>(value);
    if (number && *number >= smallest && *number <= kLargest) return *number;
    refuse(fmt::format("{}: '{}' is no number from {} to {}", option, value, smallest, kLargest));
}

template <auto Member, std::uint32_t Smallest>
void number(Options& options, Text option, Text value) {
    member(options, Member) = number_of(option, value, Smallest);
}

template <class T>
T choice_of(Text option, Text value, const std::pair<const char*, T> (&known)[3]) {
    for (const auto& [name, choice] : known)
        if (value == name) return choice;
    refuse(fmt::format(
        "{}: '{}' is not known; use {}, {} or {}", option, value, known[0].first, known[1].first,
        known[2].first
    ));
}

template <bool Anchor>
void ca_file(Options& options, Text, Text path) {
    options.ca_files.push_back({.path = path, .anchor = Anchor});
}

void take_colour(Options& options, Text option, Text value) {
    options.colour = choice_of<Colour>(
        option, value,
        {{"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}}
    );
}

void take_fail_on(Options& options, Text option, Text value) {
    options.settings.fail_on = choice_of<const char*>(
        option, value, {{"warn", "warn"}, {"fail", "fail"}, {"never", "never"}}
    );
}

void take_address_family(Options& options, Text option, Text value) {
    options.settings.address_family =
        choice_of<int>(option, value, {{"4", 4}, {"6", 6}, {"any", 0}});
}

// A format of the contract that is not written yet is no spelling mistake.
[[noreturn]] void refuse_format(Text option, std::string_view what, Text value, Text otherwise) {
    if (!report::known_format(value)) refuse(otherwise);
    refuse(fmt::format("{}: {}'{}' is known, not built yet", option, what, value));
}

void take_output(Options& options, Text option, Text path) {
    if (!report::format_of_ending(path))
        refuse_format(
            option, "the format of ", path,
            fmt::format(
                "{}: the ending of '{}' names no format; use .json, .ndjson, .html, .md, .csv, "
                ".ics, .xml or .txt",
                option, path
            )
        );
    options.outputs.push_back(path);
}

void take_format(Options& options, Text option, Text name) {
    options.format = report::format_of_name(name);
    if (!options.format)
        refuse_format(
            option, "", name,
            fmt::format(
                "{}: '{}' is not known; use text, json, ndjson, html, markdown, csv, csv-findings, "
                "csv-certificates, ics or junit",
                option, name
            )
        );
}

void take_time(Options& options, Text option, Text value) {
    // Whether a certificate will be good after the holidays is asked before them.
    options.at = parse_time(value);
    if (!options.at)
        refuse(fmt::format(
            "{}: '{}' is no time; write 2026-12-31 or 2026-12-31T08:00:00Z", option, value
        ));
}

void take_fetch_private(Options& options, Text, Text) {
    options.settings.fetch = options.settings.fetch_private = true;
}

void take_ldap_server(Options& options, Text option, Text value) {
    // Here, since a wrong one would show only when the first directory is asked.
    if (const auto reason = host_and_port_problem(value); !reason.empty())
        refuse(fmt::format("{}: '{}': {}", option, value, reason));
    options.settings.ldap_server = value;
}

void take_role(Options& options, Text option, Text value) {
    word<&Target::role>(options, option, value);
    options.described.role_given = true;
}

void take_as_os(Options& options, Text option, Text value) {
    options.settings.as_os = schannel::from_name(value);
    if (!options.settings.as_os)
        refuse(fmt::format(
            "{}: '{}' is no Windows release ({})", option, value, schannel::suggestion(value)
        ));
}

void take_enrollment(Options& options, Text option, Text value) {
    options.described.enrollment.method = word_of<EnrollmentMethod>(option, value);
}

void take_shard(Options& options, Text option, Text value) {
    const auto slash = value.find('/');
    if (slash == std::string::npos)
        refuse(fmt::format("{}: '{}' is not I/N, such as 0/4", option, value));
    options.shard = number_of(option, value.substr(0, slash), 0);
    options.shards = number_of(option, value.substr(slash + 1), 1);
    if (options.shard >= options.shards)
        refuse(fmt::format("{}: in '{}' I must be less than N (it counts from 0)", option, value));
}

// Named by the contract, refused until it is built, and absent from --help.
void to_come(Options&, Text option, Text) {
    refuse(fmt::format("{} is known, not built yet", option));
}

constexpr const char* kFlag = nullptr;
using I = IdentityFiles;
using O = Options;
using R = RunSettings;

constexpr OptionRow kReport[] = {
    {"--output", "PATH", take_output,
     "write the result to PATH; its ending chooses the format: .json .ndjson .html .md .csv "
     ".findings.csv .certificates.csv .ics .xml .txt",
     'o'},
    {"--format", "FORMAT", take_format,
     "format of stdout: text, json, ndjson, html, markdown, csv, csv-findings, csv-certificates, "
     "ics, junit [text]"},
    {"--color", "WHEN", take_colour, "colours on stdout: auto, always, never [auto]"},
    {"--quiet", kFlag, flag<&O::quiet>, "the summary and the problems only", 'q'},
    {"--verbose", kFlag, flag<&O::verbose>, "passes and evidence too", 'v'},
    {"--title", "TEXT", text<&O::title>, "heading of the report [what the run is about]"},
    {"--brief", kFlag, flag<&O::brief>,
     "a line for each thing to do, with every name, never folded"},
};
constexpr OptionRow kBeforeReport[] = {
    {"--nagios", kFlag, to_come, ""},
    {"--no-progress", kFlag, flag<&O::no_progress>, "no progress line on stderr"},
};
constexpr OptionRow kBehindReport[] = {
    {"--fail-on", "VERDICT", take_fail_on,
     "verdict that makes exit code 1: warn, fail, never [fail]"},
};

constexpr OptionRow kJudging[] = {
    {"--ca-file", "FILE", ca_file<false>,
     "CA certificates (PEM, DER or PKCS#7): roots are trust anchors, others help to build the "
     "path; may be repeated"},
    {"--anchor-file", "FILE", ca_file<true>,
     "the same, every certificate a trust anchor; may be repeated"},
    {"--no-system-trust", kFlag, flag<&O::no_system_trust>,
     "do not look up anchors of this machine"},
    {"--at", "TIME", take_time,
     "judge dates as of this time, such as 2026-12-31 or 2026-12-31T08:00:00Z"},
    {"--expires-within", "DURATION", duration<&R::expires_within>,
     "warn this long before a certificate expires [30d]"},
    {"--only", "RULE", text<&R::only>, "judge by this rule only (id or glob); may be repeated"},
    {"--skip", "RULE", text<&R::skip>, "leave this rule out (id or glob); may be repeated"},
    {"--fetch", kFlag, flag<&R::fetch>,
     "ask the CRL, OCSP and CA certificate locations that certificates name [off]"},
    {"--fetch-private", kFlag, take_fetch_private,
     "the same, from private and loopback addresses too"},
    {"--ldap-server", "HOST[:PORT]", take_ldap_server,
     "directory server for LDAP locations without a host"},
};

constexpr OptionRow kPassword[] = {
    {"--password-env", "NAME", text<&I::password_env>,
     "environment variable that holds the password of the key or PFX"},
    {"--password-file", "FILE", text<&I::password_file>, "file whose first line is that password"},
};

constexpr OptionRow kRole[] = {
    {"--role", "ROLE", take_role, "role of the server: front-end, edge, director, reverse-proxy …"},
    {"--use", "USE", word<&Target::use>,
     "certificate use: Default, WebServicesExternal, AccessEdgeExternal …"},
    {"--name", "NAME", host_name<&Target::names>,
     "name that the certificate must cover; may be repeated"},
    {"--enrollment", "METHOD", take_enrollment,
     "how the certificate was requested: auto, web, mmc, certreq, offline"},
};

constexpr OptionRow kFetchTimes[] = {
    {"--timeout", "DURATION", limit<&R::timeout>, "limit of one location that is fetched [15s]"},
    {"--connect-timeout", "DURATION", limit<&R::connect_timeout>,
     "limit for connecting to its host [5s]"},
    {"--deadline", "DURATION", limit<&R::deadline>,
     "limit of all fetching; what was not reached is left out [10m]"},
};
constexpr OptionRow kProbing[] = {
    {"--timeout", "DURATION", limit<&R::timeout>,
     "deadline of one endpoint, look-up to close [10s]"},
    {"--connect-timeout", "DURATION", limit<&R::connect_timeout>, "limit for connecting [5s]"},
    {"--deadline", "DURATION", limit<&R::deadline>,
     "limit of the whole run; what was not reached is skipped [none]"},
    {"--concurrency", "N", number<&R::concurrency, 1>, "endpoints at a time [100]"},
    {"--per-address", "N", number<&R::per_address, 1>,
     "conversations at a time with one address [1]"},
    {"--retries", "N", number<&R::retries, 0>,
     "extra tries after a connect time-out or a reset [0]"},
    {"--versions", kFlag, flag<&R::versions>,
     "try SSL 2.0 to TLS 1.3 too, each by one connection more"},
    {"--mtls-matrix", kFlag, flag<&R::mtls_matrix>, "try with and without our certificate"},
    {"--sni-matrix", kFlag, flag<&R::sni_matrix>,
     "try without a server name and with a foreign one too"},
    {"--inventory", kFlag, flag<&R::inventory>,
     "read certificates without a handshake where that is possible"},
    {"--as-os", "WINDOWS", take_as_os,
     "send the ClientHello of that release's Schannel: windows-server-2008-r2, "
     "windows-server-2008-r2-tls12, windows-server-2012, windows-server-2012-r2, "
     "windows-server-2016, windows-server-2019, windows-server-2022, windows-7, windows-8, "
     "windows-11 [our own]"},
    {"--address-family", "FAMILY", take_address_family, "4, 6 or any [any]"},
    {"--allow-private", kFlag, flag<&R::allow_private>,
     "probe names that others told (SRV records, Autodiscover) at private addresses too"},
    {"--resolver", "ADDR[:PORT]", text<&O::resolvers>,
     "DNS server to ask instead of the system's; may be repeated"},
    {"--cert", "FILE", text<&I::certificate>, "our own certificate with its chain (PEM or DER)"},
    {"--key", "FILE", text<&I::key>, "its private key"},
    {"--pfx", "FILE", text<&I::pfx>, "our own certificate and key in one PFX file"},
};
constexpr OptionRow kBehindPassword[] = {
    {"--vantage", "NAME", text<&O::vantage>,
     "where this machine stands; internal or external: the other side need not answer"},
    {"--changes", kFlag, to_come, ""},
    {"--state", "", to_come, ""},
};

constexpr OptionRow kChoosing[] = {
    {"--target", "GLOB", text<&O::target_globs>,
     "only targets whose name, host, server or pool matches this glob; may be repeated"},
    {"--follow", kFlag, flag<&O::follow>,
     "probe the names that autodiscover answers tell, too [off: nothing that was not named]"},
    {"--plan", kFlag, flag<&O::plan_only>, "print what would be probed and stop"},
    {"--shard", "I/N", take_shard, "only part I of N of the targets, I from 0"},
};

} // namespace

void refuse(std::string what) { throw Refused{std::move(what)}; }

std::string with_suggestion(std::string what, std::string_view nearest) {
    if (!nearest.empty()) what += fmt::format(" (did you mean '{}'?)", nearest);
    return what;
}

void add_options(CLI::App& app, Options& options, std::span<const OptionRow> rows) {
    for (const auto& row : rows) {
        // As text, so that our own messages tell what is wrong. The row is kept by value: that of
        // --as is local to its command.
        const auto each = [&options, row](const std::vector<std::string>& values) {
            for (const auto& value : values)
                row.take(options, row.name, value);
        };
        // A vector also for a single value: CLI11 would refuse a repetition with words of its own.
        const auto name = row.letter == 0 ? row.name : fmt::format("-{},{}", row.letter, row.name);
        auto* option = row.type == kFlag
                           ? app.add_flag_callback(
                                 name, [each] { each({""}); }, row.help
                             )
                           : app.add_option_function<std::vector<std::string>>(name, each, row.help)
                                 ->type_name(row.type)
                                 ->allow_extra_args(false);
        if (row.take == to_come) option->group("");
    }
}

void add_report_options(CLI::App& app, Options& options) { add_options(app, options, kReport); }

void add_output_options(CLI::App& app, Options& options) {
    add_options(app, options, kBeforeReport);
    add_options(app, options, kReport);
    add_options(app, options, kBehindReport);
}

void add_judging_options(CLI::App& app, Options& options) { add_options(app, options, kJudging); }

void add_fetch_times(CLI::App& app, Options& options) { add_options(app, options, kFetchTimes); }

void add_password_options(CLI::App& app, Options& options) { add_options(app, options, kPassword); }

void add_role_options(CLI::App& app, Options& options) { add_options(app, options, kRole); }

void add_probing_options(CLI::App& app, Options& options) {
    add_options(app, options, kProbing);
    add_options(app, options, kPassword);
    add_options(app, options, kBehindPassword);
}

void add_choosing_options(CLI::App& app, Options& options) { add_options(app, options, kChoosing); }

} // namespace lyncprobe::app
