// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include "app/command_list.h"
#include "app/command_options.h"
#include "app/exit_code.h"
#include "model/escape.h"

#include <iostream>

namespace lyncprobe::app {

namespace {

// HelpText shows an option's kind of value and nothing else behind its name.
class HelpText : public CLI::Formatter {
  public:
    // CLI11 2.4 refuses a name with a colon in it, so the form of the argument is a label.
    HelpText() { label("HOST", "HOST[:PORT]"); }

    std::string make_option_name(const CLI::Option* option, bool positional) const override {
        return get_label(CLI::Formatter::make_option_name(option, positional));
    }
    std::string make_option_opts(const CLI::Option* option) const override {
        const auto type = option->get_type_name();
        return option->get_positional() || type.empty() ? "" : " " + type;
    }
};

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
    const auto of = command.get_parent() ? " of " + command.get_name() : std::string();
    return with_suggestion(
        fmt::format("'{}' is no option{}", written, of), nearest(written, known)
    );
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
    app.set_version_flag("-V,--version", "lyncprobe " LYNCPROBE_VERSION);
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
    const auto commands = add_commands(app, options);

    try {
        app.parse(argc, argv);
        for (const auto& [command, run] : commands)
            if (command->parsed()) options.run = run;
        check_options(options);
    } catch (const Refused& refused) {
        return usage_error(app, refused.what);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, what_is_wrong(app, error, argc > 1 ? argv[1] : nullptr));
    }
    if (!options.identity.certificate.empty() || !options.identity.pfx.empty())
        options.identity.id = "command-line";
    return options;
}

} // namespace lyncprobe::app
