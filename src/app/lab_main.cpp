// SPDX-License-Identifier: MIT
// lyncprobe-lab: starts the demonstration deployment on loopback, runs a command against it if
// asked to, and checks whether a result file shows the faults that were planted.
#include "app/exit_code.h"
#include "lab/lab.h"
#include "lab/posix.h"
#include "model/escape.h"
#include "pki/certificate_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace lyncprobe {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using app::kExitInternal;
using app::kExitUsage;

constexpr int kGood = 0;
constexpr int kMissing = 1; // a planted fault that the scan did not report, or a false alarm

constexpr const char* kExamples = R"(
Examples:
  lyncprobe-lab                                   start; it says how to scan it
  lyncprobe-lab --directory demo -- lyncprobe scan demo/targets.yaml --output demo/result.json
                                                  start, scan, stop; the exit code is the scan's
  lyncprobe-lab --check demo/result.json          did that scan find what was planted?
  lyncprobe-lab --list                            what there is, and what is wrong with it)";

// Options is the command line.
struct Options {
    std::string directory, ports = "auto", check;
    bool list = false;
    std::vector<std::string> command;
};

// Expectation is one line of expect.txt.
struct Expectation {
    std::string target, what, planted;
};

int complain(const Problem& problem) {
    std::cerr << "lyncprobe-lab: " << to_text(problem) << '\n';
    return kExitUsage;
}

lab::Demo demo_with_ports(const std::string& ports) {
    lab::Demo demo = lab::make_demo(ports != "high");
    // Other programs of this machine may hold Lync's ports, and those below 1024 need a privilege.
    if (ports == "auto") lab::move_ports_that_cannot_be_bound(demo);
    return demo;
}

std::string listing(const lab::Demo& demo) {
    std::string text;
    for (const auto& [server, target, planted, expect] : demo.servers)
        text += fmt::format(
            "  {:<21} {:<40} {}\n", host_and_port(server.address, server.port), server.name,
            planted.empty() ? "good" : "planted: " + planted
        );
    const auto resolver = host_and_port(demo.name_server.address, demo.name_server.port);
    const auto line = [&](std::string_view where, std::string name, const std::string& planted) {
        text += fmt::format(
            "  {:<21} {:<40} {}\n", where, name, planted.empty() ? "good" : "planted: " + planted
        );
    };
    for (const auto& domain : demo.domains)
        line(resolver, "records of the SIP domain " + domain.name, domain.planted);
    for (const auto& file : demo.files)
        line(file.name, "PFX for a Front End", file.planted);
    return text;
}

int list(const Options& options) {
    std::cout << listing(demo_with_ports(options.ports));
    return kGood;
}

// Leaves out what cannot exist here (IPv6 on a machine without), starts everything else.
std::optional<Problem> start_servers(lab::Lab& lab, lab::Demo& demo) {
    std::erase_if(demo.servers, [](const lab::DemoServer& entry) {
        const std::string reason = lab::missing_address(entry.server);
        if (!reason.empty())
            std::cerr << fmt::format(
                "lyncprobe-lab: left out: {} on {}: {}\n", entry.server.name, entry.server.address,
                reason
            );
        return !reason.empty();
    });
    for (const auto& entry : demo.servers)
        if (auto started = lab.add(entry.server); started.has_error()) return started.error();
    if (auto started = lab.add(demo.name_server); started.has_error()) return started.error();
    return {};
}

// Folder is where the files go; a temporary one goes away with it.
class Folder {
  public:
    static Result<Folder> open(const std::string& wanted) {
        if (!wanted.empty()) return Folder(wanted, false);
        auto made = lab::make_temporary_folder();
        if (made.has_error()) return made.error();
        return Folder(*made, true);
    }
    Folder(Folder&& other) noexcept
        : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
    ~Folder() {
        std::error_code ignored;
        if (temporary_) fs::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

  private:
    Folder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
    std::string path_;
    bool temporary_;
};

int start(const Options& options) {
    lab::hold_interrupts();
    lab::Demo demo = demo_with_ports(options.ports);
    lab::Lab lab;
    if (const auto problem = start_servers(lab, demo)) return complain(*problem);
    const auto folder = Folder::open(options.directory);
    if (folder.has_error()) return complain(folder.error());
    if (auto written = lab::write_demo_files(demo, folder->path()); written.has_error())
        return complain(written.error());

    if (!options.command.empty()) {
        const auto code = lab::run_command(options.command, "LYNCPROBE_LAB=" + folder->path());
        return code.has_error() ? complain(code.error()) : *code;
    }
    const auto broken = std::ranges::count_if(demo.servers, [](const auto& entry) {
        return !entry.planted.empty();
    });
    std::cout << fmt::format(
                     "{} endpoints of a small Lync deployment are up, {} of them broken on "
                     "purpose:\n{}\nScan them from another terminal:\n"
                     "  lyncprobe scan {}/targets.yaml\n"
                     "Ask its name server about its SIP domains:\n"
                     "  lyncprobe discover contoso.example wingtip.example --resolver {}\n"
                     "Check the PFX files before they are imported:\n"
                     "  lyncprobe check {}/*.pfx --role front-end --ca-file {}/root.pem\n"
                     "Stop with Ctrl-C.\n",
                     demo.servers.size(), broken, listing(demo), folder->path(),
                     host_and_port(demo.name_server.address, demo.name_server.port), folder->path(),
                     folder->path()
                 )
              << std::flush;
    lab::wait_for_interrupt();
    return kGood;
}

// --- checking a result ---

Result<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) return Problem{"cannot be read", {path.string()}};
    return Result<std::string>(boost::system::in_place_value, std::move(text));
}

std::vector<Expectation> read_expectations(const std::string& text) {
    std::vector<Expectation> expectations;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        Expectation expectation;
        std::getline(fields, expectation.target, '\t');
        std::getline(fields, expectation.what, '\t');
        std::getline(fields, expectation.planted);
        if (!expectation.what.empty()) expectations.push_back(std::move(expectation));
    }
    return expectations;
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

// What an endpoint of the result says, as the words of the expectations: "outcome=ok",
// "server-eku=fail", "fail=none".
std::set<std::string> statements(const json::object& endpoint) {
    std::set<std::string> said{"outcome=" + text_of(endpoint, "outcome")};
    bool failed = false;
    for (const auto& finding : endpoint.at("findings").as_array()) {
        const auto verdict = text_of(finding.as_object(), "verdict");
        failed = failed || verdict == "fail";
        said.insert(text_of(finding.as_object(), "rule") + "=" + verdict);
    }
    if (!failed) said.insert("fail=none");
    return said;
}

// What the targets of expect.txt begin with that this kind of result is about; empty for a scan.
std::string_view kind_of(const json::value& result) {
    if (result.as_object().contains("domains")) return "domain ";
    const auto* files = result.as_object().if_contains("files");
    return files != nullptr && !files->as_array().empty() ? "file " : "";
}

std::map<std::string, std::set<std::string>> statements_by_target(const json::value& result) {
    std::map<std::string, std::set<std::string>> by_target;
    if (kind_of(result) == "file ") { // of check
        for (const auto& entry : result.at("files").as_array()) {
            const fs::path path(text_of(entry.as_object(), "path"));
            by_target["file " + path.filename().string()] = statements(entry.as_object());
        }
        return by_target;
    }
    if (const auto* domains = result.as_object().if_contains("domains")) { // of discover
        for (const auto& entry : domains->as_array())
            by_target["domain " + text_of(entry.as_object(), "domain")] =
                statements(entry.as_object());
        return by_target;
    }
    for (const auto& entry : result.at("endpoints").as_array()) {
        const auto& endpoint = entry.as_object();
        by_target[text_of(endpoint.at("target").as_object(), "name")].merge(statements(endpoint));
    }
    // Findings about several endpoints are said of each.
    std::map<std::string, std::string> targets;
    for (const auto& entry : result.at("endpoints").as_array())
        targets[text_of(entry.as_object(), "id")] = text_of(entry.at("target").as_object(), "name");
    if (const auto* rows = result.as_object().if_contains("topology_findings"))
        for (const auto& entry : rows->as_array())
            for (const auto& id : entry.at("endpoints").as_array())
                by_target[targets[std::string(id.as_string())]].insert(
                    text_of(entry.as_object(), "rule") + "=" + text_of(entry.as_object(), "verdict")
                );
    if (const auto* ours = result.as_object().if_contains("identities"))
        for (const auto& entry : ours->as_array())
            by_target["identity " + text_of(entry.as_object(), "id")] =
                statements(entry.as_object());
    return by_target;
}

// "outcome=reset; fails: host-name, validity": why an expectation was not met.
std::string instead(const std::set<std::string>& said) {
    std::string fails;
    std::string outcome = "not in the result";
    for (const auto& statement : said) {
        if (statement.starts_with("outcome=")) outcome = statement;
        if (statement.ends_with("=fail")) fails += " " + statement;
    }
    return for_terminal(fmt::format("{}{}", outcome, fails));
}

int check(const Options& options) {
    const fs::path result_path(options.check);
    const fs::path folder =
        options.directory.empty() ? result_path.parent_path() : fs::path(options.directory);
    const auto expected = read_file(folder / "expect.txt");
    if (expected.has_error()) return complain(expected.error());
    const auto text = read_file(result_path);
    if (text.has_error()) return complain(text.error());
    std::map<std::string, std::set<std::string>> found;
    std::string_view kind;
    try {
        const auto result = json::parse(*text);
        kind = kind_of(result);
        found = statements_by_target(result);
    } catch (const std::exception& error) {
        return complain(
            {fmt::format("is no result of lyncprobe: {}", error.what()), {options.check}}
        );
    }

    const auto is_of = [&](std::string_view target) {
        if (!kind.empty()) return target.starts_with(kind);
        return !target.starts_with("domain ") && !target.starts_with("file ");
    };
    std::size_t planted = 0, seen = 0, good = 0, clean = 0;
    for (const auto& [target, what, fault] : read_expectations(*expected)) {
        if (!is_of(target)) continue;
        const auto& said = found[target];
        const bool met = said.contains(what);
        // That a broken server still answers is no fault; the line about what is wrong with it is.
        const bool is_fault = !fault.empty() && what != "outcome=ok";
        (is_fault ? planted : good) += 1;
        if (met) (is_fault ? seen : clean) += 1;
        if (is_fault)
            std::cout << fmt::format("  {}  {}: {}\n", met ? "found  " : "MISSING", target, what);
        if (!met)
            std::cout << fmt::format(
                "           expected {} of {}, got {}\n", what, target, instead(said)
            );
    }
    std::cout << fmt::format(
        "{} of {} planted faults found; {} of {} other expectations met\n", seen, planted, clean,
        good
    );
    const bool all = planted > 0 && seen == planted && clean == good;
    return all ? kGood : kMissing;
}

} // namespace

} // namespace lyncprobe

int main(int argc, char** argv) {
    using namespace lyncprobe;
    Options options;
    CLI::App line{
        "A small Lync Server 2013 deployment on loopback, a third of it deliberately broken, to "
        "try lyncprobe on.",
        "lyncprobe-lab"};
    line.set_version_flag("--version", "lyncprobe-lab " LYNCPROBE_VERSION);
    line.footer(kExamples);
    line.add_option(
            "--directory", options.directory,
            "folder for targets.yaml, roots and identity; else a temporary one"
    )
        ->type_name("DIR");
    line.add_option(
            "--ports", options.ports, "Lync's own ports, 10,000 higher, or whichever can be bound"
    )
        ->check(CLI::IsMember({"auto", "real", "high"}))
        ->capture_default_str();
    line.add_flag(
        "--list", options.list, "print the servers and what is wrong with them; start nothing"
    );
    line.add_option(
            "--check", options.check,
            "compare a JSON result of scan, discover or check with expect.txt in DIR, or beside "
            "the result"
    )
        ->type_name("RESULT.json");
    line.add_option("command", options.command, "after --: a command to run while the lab is up")
        ->type_name("COMMAND");
    try {
        line.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.exit(error) == 0 ? kGood : kExitUsage;
    }
    pki::initialise_openssl();
    try {
        if (!options.check.empty()) return check(options);
        return options.list ? list(options) : start(options);
    } catch (const std::exception& error) {
        std::cerr << "lyncprobe-lab: " << for_terminal(error.what()) << '\n';
        return kExitInternal;
    }
}
