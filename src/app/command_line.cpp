// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include "app/exit_code.h"
#include "app/inputs.h"
#include "model/escape.h"
#include "probes/probe.h"

#include <charconv>
#include <functional>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

// Named by the contract, refused until they are built, and absent from --help.
constexpr const char* kCommandsToCome[] = {"diff", "report", "history", "serve", "merge"};
constexpr const char* kFlagsToCome[] = {"--changes"};
constexpr const char* kOptionsToCome[] = {"--state"};

// HelpText shows an option's kind of value and nothing else behind its name.
class HelpText : public CLI::Formatter {
  public:
    std::string make_option_opts(const CLI::Option* option) const override {
        const auto type = option->get_type_name();
        return option->get_positional() || type.empty() ? "" : " " + type;
    }
};

// Refused ends parsing with a sentence for stderr.
struct Refused {
    std::string what;
};

[[noreturn]] void refuse(std::string what) { throw Refused{std::move(what)}; }

std::string with_suggestion(std::string what, std::string_view nearest) {
    if (!nearest.empty()) what += fmt::format(" (did you mean '{}'?)", nearest);
    return what;
}

template <class E>
E word_of(const std::string& option, const std::string& text) {
    if (const auto value = from_text<E>(text)) return *value;
    refuse(
        with_suggestion(fmt::format("{}: '{}' is not known", option, text), nearest_word<E>(text))
    );
}

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

// An option that takes one value each time and hands it on as text, so that our own messages tell
// what is wrong.
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

void add_flag_to_come(CLI::App& app, const std::string& name) {
    app.add_flag_callback(
           name, [name] { refuse(fmt::format("{} is known, not built yet", name)); }
    )->group("");
}

void add_output_options(CLI::App& app, Options& options) {
    add_flag_to_come(app, "--nagios");
    app.add_flag("--no-progress", options.no_progress, "no progress line on stderr");
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
            options.format = *format;
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
    value_option(
        app, "--fail-on", "verdict that makes exit code 1: warn, fail, never [fail]", "VERDICT",
        [&](const std::string& text) {
            if (text != "warn" && text != "fail" && text != "never")
                refuse(fmt::format("--fail-on: '{}' is not known; use warn, fail or never", text));
            options.settings.fail_on = text;
        }
    );
    app.add_flag("--quiet", options.quiet, "the summary and the problems only");
    app.add_flag("--verbose", options.verbose, "passes and evidence too");
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
    const auto breadth = [&](const char* name, std::optional<bool>& wanted, const char* help) {
        app.add_flag_callback(
            name, [&wanted] { wanted = true; }, help
        );
    };
    breadth(
        "--versions", settings.versions, "try SSL 2.0 to TLS 1.3 too, each by one connection more"
    );
    breadth("--mtls-matrix", settings.mtls_matrix, "try with and without our certificate");
    breadth(
        "--sni-matrix", settings.sni_matrix, "try without a server name and with a foreign one too"
    );
    breadth(
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

std::string probes_text() {
    std::string out;
    for (const auto& probe : probes::all())
        out += fmt::format("{}{}", out.empty() ? "" : ", ", to_text(probe.id));
    return out;
}

CLI::App* add_scan(CLI::App& app, Options& options) {
    auto* scan =
        app.add_subcommand("scan", "Probe every endpoint of the target lists, judge, report");
    scan->add_option("TARGETS", options.inputs, "target lists (YAML); '-' is stdin")->required();
    add_choosing_options(*scan, options);
    add_probing_options(*scan, options);
    add_judging_options(*scan, options);
    add_output_options(*scan, options);
    scan->footer(
        "Examples:\n"
        "  lyncprobe scan targets.yaml\n"
        "  lyncprobe scan targets.yaml --cert edge.pem --key edge.key --output result.json\n"
        "  lyncprobe scan internal.yaml edge.yaml --target 'fe*' --fail-on warn --format json\n"
        "Exit codes: 0 nothing found, 1 findings, 2 input error, 3 some endpoint not judged, 4 "
        "internal error, 130 interrupted."
    );
    return scan;
}

CLI::App* add_probe(CLI::App& app, Options& options) {
    auto* probe = app.add_subcommand("probe", "Probe one endpoint, no file needed");
    probe
        ->add_option_function<std::string>(
            "HOST[:PORT]", [&](const std::string& host) { options.inputs = {host}; },
            "DNS name or address; the port where it is not the probe's own"
        )
        ->required();
    value_option(
        *probe, "--as", "how to speak to it: " + probes_text() + " [tls]", "PROBE",
        [&](const std::string& text) {
            options.probe = word_of<Probe>("--as", text);
            if (!probes::find(options.probe))
                refuse(fmt::format("--as: probe '{}' is known, not built yet", text));
        }
    );
    add_role_options(*probe, options);
    value_option(
        *probe, "--sip-domain",
        "SIP domain to ask about: ours for sip, the partner's for federation and xmpp", "DOMAIN",
        [&](const std::string& text) {
            const auto domain = read_host_name(text);
            if (!domain) refuse("--sip-domain: " + to_text(domain.error()));
            options.sip_domain = *domain;
        }
    );
    value_option(
        *probe, "--product", "what runs there: lync-server-2013, skype-for-business-2019 …",
        "PRODUCT",
        [&](const std::string& text) { options.product = word_of<Product>("--product", text); }
    );
    add_choosing_options(*probe, options);
    add_probing_options(*probe, options);
    add_judging_options(*probe, options);
    add_output_options(*probe, options);
    probe->footer(
        "Examples:\n"
        "  lyncprobe probe sip.contoso.com\n"
        "  lyncprobe probe fe01.contoso.local --as sip --role front-end --ca-file "
        "contoso-root.pem\n"
        "  lyncprobe probe [2001:db8::5]:5061 --pfx edge.pfx --password-env PFX_PASSWORD --verbose"
    );
    return probe;
}

CLI::App* add_check(CLI::App& app, Options& options) {
    auto* check =
        app.add_subcommand("check", "Judge certificate files, no network without --fetch");
    check->add_option("FILE", options.inputs, "PEM, DER, PKCS#7 or PFX; '-' is stdin")->required();
    add_role_options(*check, options);
    add_judging_options(*check, options);
    add_password_options(*check, options);
    add_output_options(*check, options);
    check->footer(
        "Examples:\n"
        "  lyncprobe check edge.cer --role edge --use AccessEdgeExternal --name sip.contoso.com\n"
        "  lyncprobe check pool.pfx --password-file pfx.password --ca-file contoso-root.pem\n"
        "  lyncprobe check *.pem --format json"
    );
    return check;
}

CLI::App* add_import(CLI::App& app, Options& options) {
    auto* command =
        app.add_subcommand("import", "Make a target list of a topology file (on stdout)");
    command
        ->add_option_function<std::string>(
            "TOPOLOGY", [&](const std::string& path) { options.inputs = {path}; },
            "output of Get-CsTopology -AsXml, or a Topology Builder file; '-' is stdin"
        )
        ->required();
    command->footer(
        "What makes no endpoint is told on stderr, with the reason.\n"
        "Examples:\n"
        "  Get-CsTopology -AsXml | Out-File topology.xml        (on a Front End Server)\n"
        "  lyncprobe import topology.xml > targets.yaml\n"
        "  lyncprobe import topology.tbxml | lyncprobe scan - --plan"
    );
    return command;
}

void add_sip_domains(CLI::App& command, Options& options) {
    command
        .add_option_function<std::vector<std::string>>(
            "SIP-DOMAIN",
            [&](const std::vector<std::string>& domains) {
                for (const auto& text : domains) {
                    if (parse_address(text))
                        refuse(fmt::format("'{}' is an address, no SIP domain", text));
                    const auto domain = read_host_name(text);
                    if (!domain) refuse(to_text(domain.error()));
                    options.inputs.push_back(*domain);
                }
            },
            "the part of a sign-in address behind the @"
        )
        ->required();
}

CLI::App* add_discover(CLI::App& app, Options& options) {
    auto* discover = app.add_subcommand(
        "discover", "Ask DNS for the servers of SIP domains as clients and partners do"
    );
    add_sip_domains(*discover, options);
    discover->add_flag(
        "--yaml", options.as_target_list, "print a target list for scan instead of the report"
    );
    discover->add_flag("--scan", options.scan_too, "go on and probe what was found");
    add_choosing_options(*discover, options);
    add_probing_options(*discover, options);
    add_judging_options(*discover, options);
    add_output_options(*discover, options);
    discover->footer(
        "Examples:\n"
        "  lyncprobe discover contoso.com\n"
        "  lyncprobe discover contoso.com fabrikam.com --resolver 192.0.2.53 --format json\n"
        "  lyncprobe discover contoso.com --yaml > targets.yaml\n"
        "  lyncprobe discover contoso.com --scan --ca-file contoso-root.pem\n"
        "--timeout is the limit of one question. With --scan, --format and --output are those of "
        "the scan.\n"
        "Exit codes: 0 nothing found, 1 findings, 2 input error, 3 some question not answered, 4 "
        "internal error, 130 interrupted."
    );
    return discover;
}

// Options that choose targets have nothing to choose from while nothing is probed.
void check_discover(const Options& options) {
    if (options.scan_too && options.as_target_list) refuse("--yaml and --scan exclude each other");
    if (!options.scan_too && options.plan_only) refuse("--plan needs --scan");
    if (!options.scan_too && !options.target_globs.empty()) refuse("--target needs --scan");
    if (!options.scan_too && options.shards > 1) refuse("--shard needs --scan");
    if (options.scan_too) return;
    const auto one_document = [](report::Format format) {
        if (format == report::Format::ndjson)
            refuse("discover has one document and no lines: use text or json");
    };
    one_document(options.format);
    for (const auto& path : options.outputs)
        one_document(*report::format_of_ending(path));
}

CLI::App* add_federation(CLI::App& app, Options& options) {
    auto* federation = app.add_subcommand(
        "federation", "Go or no-go: will federation with these SIP domains work?"
    );
    add_sip_domains(*federation, options);
    value_option(
        *federation, "--our-domain",
        "our own SIP domain, in whose name is asked [that of our certificate]", "DOMAIN",
        [&](const std::string& text) {
            const auto domain = read_host_name(text);
            if (!domain) refuse("--our-domain: " + to_text(domain.error()));
            options.our_domain = *domain;
        }
    );
    value_option(
        *federation, "--direct",
        "the partner's Access Edge by name (-ProxyFqdn) instead of its SRV record", "FQDN[:PORT]",
        [&](const std::string& text) {
            const auto place = read_host_port(text);
            if (!place) refuse("--direct: " + to_text(place.error()));
            if (parse_address(place->host))
                refuse("--direct: an Edge takes a name here, which its certificate carries");
            options.direct = place->host;
            options.direct_port = place->port.value_or(options.direct_port);
        }
    );
    federation->add_flag(
        "--self", options.self, "these domains are our own: look at them as a partner would"
    );
    add_probing_options(*federation, options);
    add_judging_options(*federation, options);
    add_output_options(*federation, options);
    // The verdict rests on every rule that an Edge applies, and on whole handshakes.
    for (const auto* name : {"--fail-on", "--only", "--skip", "--mtls-matrix", "--inventory"})
        federation->remove_option(federation->get_option(name));
    federation->footer(
        "Examples:\n"
        "  lyncprobe federation fabrikam.com --pfx edge.pfx --password-env PFX_PASSWORD\n"
        "  lyncprobe federation fabrikam.com litware.com --cert edge.pem --key edge.key --ca-file "
        "our-roots.pem\n"
        "  lyncprobe federation fabrikam.com --direct accessproxy.fabrikam.com --cert edge.pem "
        "--key edge.key\n"
        "  lyncprobe federation contoso.com --self --resolver 192.0.2.53\n"
        "Exit codes: 0 every domain is ready, 1 some will fail, 2 input error, 3 none will fail "
        "and "
        "some cannot be told, 4 internal error, 130 interrupted."
    );
    return federation;
}

void check_federation(const Options& options) {
    if (!options.self) return;
    if (!options.identity.certificate.empty() || !options.identity.pfx.empty())
        refuse("--self looks as a stranger does, without a certificate of ours");
    if (!options.our_domain.empty()) refuse("--self and --our-domain exclude each other");
}

CLI::App* add_rules(CLI::App& app, Options& options) {
    auto* rules = app.add_subcommand("rules", "List the rules, or explain one");
    rules->add_option("ID", options.inputs, "rule to explain")->expected(0, 1);
    rules->footer("Examples:\n  lyncprobe rules\n  lyncprobe rules no-rsassa-pss");
    return rules;
}

CLI::App* add_docs(CLI::App& app, Options& options) {
    auto* docs = app.add_subcommand("docs", "Documents that come out of the program")->group("");
    docs->add_option("KIND", options.docs_kind, "rules, services")->required();
    return docs;
}

void add_commands_to_come(CLI::App& app) {
    for (const auto* name : kCommandsToCome) {
        auto* command = app.add_subcommand(name, "")->group("");
        command->allow_extras();
        command->set_help_flag();
        command->callback([name] { refuse(fmt::format("'{}' is known, not built yet", name)); });
    }
}

// `check` takes a password without an identity: that of the PFX files it reads.
void check_identity(const IdentityFiles& identity, bool password_alone) {
    const bool pair = !identity.certificate.empty() || !identity.key.empty();
    if (pair && !identity.pfx.empty())
        refuse("--pfx and --cert/--key are two ways to say the same; give one");
    if (!identity.certificate.empty() && identity.key.empty())
        refuse("--cert needs its private key: --key FILE");
    if (identity.certificate.empty() && !identity.key.empty())
        refuse("--key needs its certificate: --cert FILE");
    if (!identity.password_env.empty() && !identity.password_file.empty())
        refuse("--password-env and --password-file are two ways to say the same; give one");
    const bool password = !identity.password_env.empty() || !identity.password_file.empty();
    if (password && !password_alone && !pair && identity.pfx.empty())
        refuse("--password-env and --password-file belong to --cert/--key or --pfx");
}

int usage_error(const CLI::App& app, const std::string& what) {
    std::cerr << "lyncprobe: " << for_terminal(what, 2000) << '\n';
    std::string command;
    for (const auto* chosen : app.get_subcommands())
        if (!chosen->get_group().empty()) command = chosen->get_name() + " ";
    std::cerr << "try 'lyncprobe " << command << "--help'\n";
    return kExitUsage;
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string_view> names;
    const auto commands =
        app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
    for (const auto* command : commands)
        names.push_back(command->get_name());
    return with_suggestion(fmt::format("'{}' is no command", word), nearest(word, names));
}

std::string unknown_option(const CLI::App& command, const std::string& word) {
    std::vector<std::string> names;
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames())
            if (!option->get_group().empty()) names.push_back("--" + name);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto written = word.substr(0, word.find('='));
    return with_suggestion(fmt::format("'{}' is no option", written), nearest(written, known));
}

// CLI11 complains of a missing file name before it does of an option that it does not know.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& error, const char* first) {
    const auto chosen = app.get_subcommands();
    const auto& command = chosen.empty() ? app : *chosen.front();
    for (const auto& word : command.remaining())
        if (word.size() > 1 && word.front() == '-') return unknown_option(command, word);
    if (chosen.empty() && first && *first != '-') return unknown_command(app, first);
    return error.what();
}

} // namespace

std::variant<Options, int> read_command_line(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Probes the TLS and mutual-TLS endpoints of Lync Server 2013 and Skype for Business Server "
        "and\n"
        "judges their certificates by Microsoft's requirements.",
        "lyncprobe"};
    app.set_version_flag("--version", "lyncprobe " LYNCPROBE_VERSION);
    app.require_subcommand(1);
    const auto help = std::make_shared<HelpText>();
    help->column_width(30);
    app.formatter(help);
    app.footer("Examples:\n"
               "  lyncprobe scan targets.yaml\n"
               "  lyncprobe probe sip.contoso.com:443\n"
               "  lyncprobe check edge.pfx --role edge\n"
               "  lyncprobe discover contoso.com\n"
               "  lyncprobe federation fabrikam.com --pfx edge.pfx\n"
               "'lyncprobe COMMAND --help' tells more.");
    const std::pair<CLI::App*, Command> commands[] = {
        {add_scan(app, options), Command::scan},
        {add_probe(app, options), Command::probe},
        {add_check(app, options), Command::check},
        {add_discover(app, options), Command::discover},
        {add_federation(app, options), Command::federation},
        {add_import(app, options), Command::import_topology},
        {add_rules(app, options), Command::rules},
        {add_docs(app, options), Command::docs}};
    add_commands_to_come(app);

    try {
        app.parse(argc, argv);
        check_identity(options.identity, app.got_subcommand("check"));
        if (app.got_subcommand("discover")) check_discover(options);
        if (app.got_subcommand("federation")) check_federation(options);
        if (options.settings.inventory && options.settings.mtls_matrix)
            refuse("--inventory shakes no hands, so there is nothing for --mtls-matrix to try");
        if (options.quiet && options.verbose) refuse("--quiet and --verbose exclude each other");
    } catch (const Refused& refused) {
        return usage_error(app, refused.what);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, what_is_wrong(app, error, argc > 1 ? argv[1] : nullptr));
    }
    for (const auto& [command, name] : commands)
        if (command->parsed()) options.command = name;
    if (!options.identity.certificate.empty() || !options.identity.pfx.empty())
        options.identity.id = "command-line";
    return options;
}

} // namespace lyncprobe::app
