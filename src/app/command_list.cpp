// SPDX-License-Identifier: MIT
#include "app/command_list.h"

#include "app/command_options.h"
#include "app/commands.h"
#include "app/inputs.h"
#include "model/text/lists.h"
#include "probes/probe.h"

#include <utility>

namespace lyncprobe::app {

namespace {

// Named by the contract, refused until they are built, and absent from --help.
constexpr const char* kCommandsToCome[] = {"diff", "history", "serve", "merge"};

std::string probes_text() {
    std::vector<std::string_view> names;
    for (const auto& probe : probes::all())
        names.push_back(to_text(probe.id));
    return joined(names);
}

// Every file or host that a command takes one of.
CLI::Option* add_input(CLI::App& command, Options& options, const char* name, const char* help) {
    return command
        .add_option_function<std::string>(
            name, [&options](const std::string& input) { options.inputs = {input}; }, help
        )
        ->required();
}

// What a run needs that speaks with servers and judges them.
void add_run_options(CLI::App& command, Options& options) {
    add_probing_options(command, options);
    add_judging_options(command, options);
    add_output_options(command, options);
}

CLI::App* add_scan(CLI::App& app, Options& options) {
    auto* scan =
        app.add_subcommand("scan", "Probe every endpoint of the target lists, judge, report");
    scan->add_option("TARGETS", options.inputs, "target lists (YAML); '-' is stdin")->required();
    add_choosing_options(*scan, options);
    add_run_options(*scan, options);
    scan->footer(
        "Examples:\n"
        "  lyncprobe scan targets.yaml\n"
        "  lyncprobe scan targets.yaml --cert edge.pem --key edge.key --output result.json\n"
        "  lyncprobe scan internal.yaml edge.yaml --target 'fe*' --fail-on warn --format json\n"
        "Exit codes: 0 nothing found, 1 findings, 2 input error, 3 nothing found, and some "
        "endpoint "
        "does not answer or could not be asked, 4 internal error, 130 interrupted."
    );
    return scan;
}

CLI::App* add_probe(CLI::App& app, Options& options) {
    auto* probe = app.add_subcommand("probe", "Probe one endpoint, no file needed");
    add_input(
        *probe, options, "HOST", "DNS name or address; the port where it is not the probe's own"
    );
    const auto as = "how to speak to it: " + probes_text() + " [what the port is for]";
    const OptionRow how[] = {
        {"--as", "PROBE",
         [](Options& to, Text option, Text text) {
             word<&Target::probe>(to, option, text);
             to.probe_given = true;
             if (!probes::find(to.described.probe))
                 refuse(fmt::format("{}: probe '{}' is known, not built yet", option, text));
         },
         as.c_str()}};
    constexpr OptionRow kWhat[] = {
        {"--sip-domain", "DOMAIN", host_name<&Target::sip_domain>,
         "SIP domain to ask about: ours for sip, the partner's for federation and xmpp"},
        {"--product", "PRODUCT", word<&Target::product>,
         "what runs there: lync-server-2013, skype-for-business-2019 …"}};
    add_options(*probe, options, how);
    add_role_options(*probe, options);
    add_options(*probe, options, kWhat);
    add_choosing_options(*probe, options);
    add_run_options(*probe, options);
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
    // Without the options for probing: a file has no endpoint, and --fetch has the usual limits.
    auto* check =
        app.add_subcommand("check", "Judge certificate files, no network without --fetch");
    check->add_option("FILE", options.inputs, "PEM, DER, PKCS#7 or PFX; '-' is stdin")->required();
    add_role_options(*check, options);
    add_judging_options(*check, options);
    add_fetch_times(*check, options);
    add_password_options(*check, options);
    add_output_options(*check, options);
    check->footer(
        "Examples:\n"
        "  lyncprobe check edge.cer --role edge --use AccessEdgeExternal --name sip.contoso.com "
        "--enrollment offline\n"
        "  lyncprobe check pool.pfx --password-file pfx.password --ca-file contoso-root.pem\n"
        "  lyncprobe check *.pem --format json"
    );
    return check;
}

CLI::App* add_import(CLI::App& app, Options& options) {
    auto* command =
        app.add_subcommand("import", "Make a target list of a topology file (on stdout)");
    add_input(
        *command, options, "TOPOLOGY",
        "output of Get-CsTopology -AsXml, or a Topology Builder file; '-' is stdin"
    );
    // The list goes to stdout, so that it can be piped into a scan.
    command->footer(
        "What makes no endpoint is told on stderr, with the reason.\n"
        "Examples:\n"
        "  Get-CsTopology -AsXml | Out-File topology.xml        (on a Front End Server)\n"
        "  lyncprobe import topology.xml > targets.yaml\n"
        "  lyncprobe import topology.tbxml | lyncprobe scan - --plan"
    );
    return command;
}

constexpr const char* kWaivers = "target list whose `waivers:` hold; what they cover is said and "
                                 "does not count";

void add_sip_domains(CLI::App& command, Options& options) {
    command
        .add_option_function<std::vector<std::string>>(
            "SIP-DOMAIN",
            [&](const std::vector<std::string>& domains) {
                for (const auto& text : domains) {
                    if (parse_address(text))
                        refuse(fmt::format("'{}' is an address, no SIP domain", text));
                    // The address by which a user signs in is at hand more often than its domain is
                    // known.
                    if (const auto at = text.rfind('@'); at != std::string::npos)
                        refuse(with_suggestion(
                            fmt::format("'{}' is a sign-in address, no SIP domain", text),
                            text.substr(at + 1)
                        ));
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
    discover->add_option("--waivers", options.waivers, kWaivers)->option_text("LIST.yaml");
    discover->add_flag("--scan", options.scan_too, "go on and probe what was found");
    add_choosing_options(*discover, options);
    add_run_options(*discover, options);
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

// Who asks for what only a scan does would wait for it in vain while nothing is probed.
void check_discover(const Options& options) {
    if (options.scan_too && options.as_target_list) refuse("--yaml and --scan exclude each other");
    if (options.scan_too) return;
    const auto& settings = options.settings;
    const std::pair<bool, const char*> of_the_scan[] = {
        {options.plan_only, "--plan"},
        {!options.target_globs.empty(), "--target"},
        {options.shards > 1, "--shard"},
        {options.follow, "--follow"},
        {settings.allow_private.has_value(), "--allow-private"},
        {settings.fetch_private.has_value(), "--fetch-private"},
        {settings.fetch.has_value(), "--fetch"},
        {settings.ldap_server.has_value(), "--ldap-server"},
        {settings.versions.has_value(), "--versions"},
        {settings.mtls_matrix.has_value(), "--mtls-matrix"},
        {settings.sni_matrix.has_value(), "--sni-matrix"},
        {settings.inventory.has_value(), "--inventory"},
        {settings.as_os.has_value(), "--as-os"}};
    for (const auto& [given, name] : of_the_scan)
        if (given) refuse(fmt::format("{} needs --scan", name));
    // Known before anything is asked, so that no report is missing after minutes of waiting.
    const auto one_document = [](const report::Format& format) {
        if (!format.can_write(ResultKind::discovery))
            refuse("discover has one document and no lines: use text or json");
    };
    one_document(*options.format);
    for (const auto& path : options.outputs)
        one_document(*report::format_of_ending(path));
}

CLI::App* add_federation(CLI::App& app, Options& options) {
    auto* federation = app.add_subcommand(
        "federation", "Go or no-go: will federation with these SIP domains work?"
    );
    add_sip_domains(*federation, options);
    constexpr OptionRow kWhose[] = {
        {"--our-domain", "DOMAIN", host_name<&Options::our_domain>,
         "our own SIP domain, in whose name is asked [that of our certificate]"},
        {"--direct", "FQDN[:PORT]",
         [](Options& to, Text option, Text text) {
             const auto place = read_host_port(text);
             if (!place) refuse(fmt::format("{}: {}", option, to_text(place.error())));
             if (parse_address(place->host))
                 refuse(option + ": an Edge takes a name here, which its certificate carries");
             to.direct = place->host;
             to.direct_port = place->port.value_or(to.direct_port);
         },
         "the partner's Access Edge by name (-ProxyFqdn) instead of its SRV record"}};
    add_options(*federation, options, kWhose);
    federation->add_option("--waivers", options.waivers, kWaivers)->option_text("LIST.yaml");
    federation->add_flag(
        "--self", options.self, "these domains are our own: look at them as a partner would"
    );
    add_run_options(*federation, options);
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
        "and some cannot be told, 4 internal error, 130 interrupted."
    );
    return federation;
}

void check_federation(const Options& options) {
    if (!options.self) return;
    // A partner sees our Edge without our certificate, which is what --self is about.
    if (!options.identity.certificate.empty() || !options.identity.pfx.empty())
        refuse("--self looks as a stranger does, without a certificate of ours");
    if (!options.our_domain.empty()) refuse("--self and --our-domain exclude each other");
}

// `check` takes a password without an identity: that of the PFX files it reads.
void check_identity(const IdentityFiles& identity, bool password_alone) {
    // Each of these would be ignored or fail at the first handshake, long after the mistake.
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

CLI::App* add_report(CLI::App& app, Options& options) {
    auto* report = app.add_subcommand("report", "Render a saved result again, in any format");
    add_input(
        *report, options, "RESULT",
        "result of scan, probe, check, discover or federation (JSON, NDJSON); '-' is stdin"
    );
    add_report_options(*report, options);
    report->add_flag(
        "--redact", options.redact, "pseudonyms for names and addresses, to show it to a stranger"
    );
    report->footer(
        "Examples:\n"
        "  lyncprobe report result.json\n"
        "  lyncprobe report result.json --verbose --output details.txt\n"
        "  lyncprobe report result.json --redact --title 'Sign-in fails' --output ticket.md\n"
        "  lyncprobe scan targets.yaml --format json | lyncprobe report - --quiet\n"
        "Text and JSON are those of the run under the same options. Exit codes: that of "
        "the run; 2 the result cannot be read, 4 an output cannot be written."
    );
    return report;
}

CLI::App* add_certificates(CLI::App& app, Options& options) {
    auto* certificates = app.add_subcommand(
        "certificates", "What every certificate of a deployment must be, and the request to paste"
    );
    certificates->add_option("TARGETS", options.inputs, "target lists (YAML); '-' is stdin")
        ->required();
    constexpr OptionRow kWhich[] = {
        {"--result", "RESULT", text<&Options::result>,
         "result of a scan (JSON, NDJSON): what is presented, and what has to be requested now"},
        {"--target", "GLOB", text<&Options::target_globs>,
         "only certificates of servers, pools, hosts or targets of that name; may be repeated"}};
    add_options(*certificates, options, kWhich);
    add_report_options(*certificates, options);
    certificates->footer(
        "Examples:\n"
        "  lyncprobe certificates targets.yaml\n"
        "  lyncprobe certificates targets.yaml --target 'edgepool*' --output requests.txt\n"
        "  lyncprobe certificates targets.yaml --result result.json --quiet\n"
        "Formats are text and json; --quiet shows only what has to be requested now. Nothing that "
        "a server presented is part of a command. Exit codes: 0, with --result 1 where something "
        "has to be requested now, 2 input error, 4 an output cannot be written."
    );
    return certificates;
}

void check_certificates(const Options& options) {
    const auto known = [](const report::Format& format) {
        if (format.name != "text" && format.name != "json")
            refuse(fmt::format("certificates is no {}: use text or json", format.name));
    };
    known(*options.format);
    for (const auto& path : options.outputs)
        known(*report::format_of_ending(path));
}

CLI::App* add_rules(CLI::App& app, Options& options) {
    auto* rules = app.add_subcommand("rules", "List the rules, or explain one");
    rules->add_option("ID", options.inputs, "rule to explain")->expected(0, 1);
    rules->footer("Examples:\n  lyncprobe rules\n  lyncprobe rules no-rsassa-pss");
    return rules;
}

CLI::App* add_docs(CLI::App& app, Options& options) {
    auto* docs = app.add_subcommand("docs", "Documents that come out of the program")->group("");
    docs->add_option("KIND", options.docs_kind, "rules, services, endings, windows-tls")
        ->required();
    return docs;
}

void add_commands_to_come(CLI::App& app) {
    for (const auto* name : kCommandsToCome) {
        auto* command = app.add_subcommand(name, "")->group("");
        // Whatever else is on the line, the answer is that the command is still to come.
        command->allow_extras();
        command->set_help_flag();
        command->callback([name] { refuse(fmt::format("'{}' is known, not built yet", name)); });
    }
}

} // namespace

std::vector<std::pair<CLI::App*, int (*)(const Options&)>> add_commands(
    CLI::App& app, Options& options
) {
    // In this order in --help.
    std::vector<std::pair<CLI::App*, int (*)(const Options&)>> commands{
        {add_scan(app, options), run_scan},
        {add_probe(app, options), run_probe},
        {add_check(app, options), run_check},
        {add_discover(app, options), run_discover},
        {add_federation(app, options), run_federation},
        {add_import(app, options), run_import},
        {add_certificates(app, options), run_certificates},
        {add_report(app, options), run_report},
        {add_rules(app, options), run_rules},
        {add_docs(app, options), run_docs}};
    add_commands_to_come(app);
    return commands;
}

void check_options(const Options& options) {
    check_identity(options.identity, options.run == run_check);
    if (options.run == run_discover) check_discover(options);
    if (options.run == run_federation) check_federation(options);
    if (options.run == run_certificates) check_certificates(options);
    // Of scan's lists the policy may say `fetch: yes`.
    if (options.settings.ldap_server && !options.settings.fetch && options.run != run_scan)
        refuse("--ldap-server needs --fetch");
    // A raw hello ends before the server could see a certificate of ours.
    if (options.settings.inventory && options.settings.mtls_matrix)
        refuse("--inventory shakes no hands, so there is nothing for --mtls-matrix to try");
    if (options.settings.inventory && options.settings.as_os)
        refuse("--inventory makes no handshake, and --as-os asks for one: give one of them");
    if (options.quiet && options.verbose) refuse("--quiet and --verbose exclude each other");
}

} // namespace lyncprobe::app
