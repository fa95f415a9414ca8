// SPDX-License-Identifier: MIT
// What an administrator pastes: read back as PowerShell and certreq read it.
#include "model/escape.h"
#include "model/text/ascii.h"
#include "report/certificate_request.h"
#include "report/certificates.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using Texts = std::vector<std::string>;
using Use = CertificateUse;
namespace json = boost::json;

namespace {

const Time kToday{std::chrono::sys_days(std::chrono::year(2026) / 12 / 1)};

// Names that somebody may have given a site or a gateway.
const Texts kHostile{
    "Redmond'; Remove-Item C:\\ -Recurse; '",
    "O\u2018Brien\u2019s \u201Asite\u201B",
    "\"; & calc.exe & \"",
    "%windir%\\system32",
    "line\r\nbreak = \"x\"",
    "\u2028separator\u0085next",
    "$(Get-Date) `n ${env:PATH}",
    "bidi \u202E txt.exe",
    "escape \x1b[2J",
    "back\\",
    "[NewRequest]",
    std::string("nul\0byte", 8),
    "bad \xff byte"};

WantedCertificate wanted(Role role, std::string site) {
    WantedCertificate out;
    out.id = "fe01.contoso.com:Default";
    out.site = std::move(site);
    out.servers = {"fe01.contoso.com"};
    out.role = role;
    out.uses = {{role == Role::front_end ? Use::default_ : Use::other, {}}};
    out.subject = "fe01.contoso.com";
    out.names = {"fe01.contoso.com", "meet.contoso.com"};
    if (role == Role::front_end) out.automatic = {"fe01.contoso.com"};
    return out;
}

bool is_single_quote(std::string_view text) {
    return text.starts_with('\'') || (text.size() >= 3 && text.starts_with("\xE2\x80") &&
                                      text[2] >= '\x98' && text[2] <= '\x9B');
}

// The arguments of a command as PowerShell splits them; nothing where a literal does not end, or
// where something stands outside of literals that would be run or replaced.
std::optional<Texts> arguments_of(std::string_view line) {
    Texts out(1);
    for (std::size_t i = 0; i < line.size();) {
        if (line[i] == ' ') {
            if (!out.back().empty()) out.emplace_back();
            ++i;
            continue;
        }
        if (!is_single_quote(line.substr(i))) {
            if (std::string_view(";&|`\"(){}@#<>\n\r").find(line[i]) != std::string_view::npos)
                return std::nullopt;
            out.back() += line[i++];
            continue;
        }
        const auto size = [&](std::size_t at) -> std::size_t { return line[at] == '\'' ? 1 : 3; };
        for (i += size(i);;) {
            if (i >= line.size()) return std::nullopt;
            if (!is_single_quote(line.substr(i))) {
                out.back() += line[i++];
                continue;
            }
            const auto quote = line.substr(i, size(i));
            i += size(i);
            if (!is_single_quote(line.substr(i))) break;
            out.back() += quote;
            i += size(i);
        }
    }
    return out;
}

std::string line_that_begins(const std::vector<report::Step>& steps, std::string_view prefix) {
    for (const auto& step : steps)
        for (const auto& line : step.lines)
            if (line.starts_with(prefix)) return line;
    FAIL(prefix);
    return {};
}

std::string text_of(const report::CertificatePlan& plan, const report::TextOptions& options = {}) {
    std::ostringstream out;
    report::write_certificates_text(out, plan, options);
    return out.str();
}

} // namespace

TEST_CASE("request: a hostile site is one argument of the cmdlet, on one line") {
    for (const auto& site : kHostile) {
        INFO(site);
        const auto steps = report::steps_for(wanted(Role::front_end, site), kToday);
        const auto line = line_that_begins(steps, "Request-CsCertificate");
        CHECK(for_terminal(line, std::string::npos) == line);
        const auto arguments = arguments_of(line);
        REQUIRE(arguments);
        const Texts expected{
            "Request-CsCertificate",
            "-New",
            "-Type",
            "Default",
            "-DomainName",
            "meet.contoso.com",
            "-KeySize",
            "2048",
            "-FriendlyName",
            for_terminal(site) + " fe01.contoso.com Default 2026-12-01",
            "-Output",
            "C:\\certificates\\fe01.contoso.com-Default.req"};
        CHECK(*arguments == expected);
    }
}

TEST_CASE("request: a hostile site stays one value of the INF file, and one argument behind it") {
    for (const auto& site : kHostile)
        for (const auto role : {Role::gateway, Role::office_web_apps}) {
            INFO(site);
            const auto steps = report::steps_for(wanted(role, site), kToday);
            for (const auto& line : steps.front().lines) {
                INFO(line);
                CHECK(line.find_first_of("\r\n%") == std::string::npos);
                CHECK(line.find('\\') == std::string::npos);
                CHECK(is_ascii(line));
                const auto quotes = std::ranges::count(line, '"');
                CHECK((quotes == 0 || (quotes == 2 && line.ends_with('"'))));
                CHECK(
                    (line.find('&') == std::string::npos || line.starts_with("_continue_ = \"dns="))
                );
            }
            const auto sections = std::ranges::count_if(steps.front().lines, [](const auto& line) {
                return line.starts_with('[');
            });
            CHECK(sections == 4);
            if (role != Role::office_web_apps) continue;
            // The cmdlet looks for the name that the INF file gave.
            const auto arguments = arguments_of(line_that_begins(steps, "Set-OfficeWebAppsFarm"));
            REQUIRE(arguments);
            CHECK(
                line_that_begins(steps, "FriendlyName = ") ==
                "FriendlyName = \"" + arguments->back() + "\""
            );
        }
}

TEST_CASE("request: A/V and OAuth certificates are rolled over, others are not") {
    auto av = wanted(Role::edge, "");
    av.uses = {{Use::audio_video_authentication, {}}};
    av.servers = {"edge01.contoso.com", "edge02.contoso.com"};
    av.exportable = true;
    const auto steps = report::steps_for(av, kToday);
    CHECK(
        line_that_begins(steps, "Set-CsCertificate").find("-Roll -EffectiveDate") !=
        std::string::npos
    );
    CHECK(
        line_that_begins(steps, "Request-Cs").find("-PrivateKeyExportable $true") !=
        std::string::npos
    );
    CHECK(line_that_begins(steps, "certutil -exportPFX").ends_with(".pfx'"));
    CHECK(line_that_begins(steps, "Remove-CsCertificate").ends_with("-Previous"));

    auto oauth = wanted(Role::front_end, "");
    oauth.uses = {{Use::oauth_token_issuer, {}}};
    const auto assigned = line_that_begins(report::steps_for(oauth, kToday), "Set-CsCertificate");
    CHECK(assigned.starts_with("Set-CsCertificate -Identity Global -Type OAuthTokenIssuer"));
    CHECK(assigned.find("-Roll") != std::string::npos);

    const auto plain = report::steps_for(wanted(Role::front_end, ""), kToday);
    CHECK(line_that_begins(plain, "Set-CsCertificate").ends_with("-Thumbprint $thumbprint"));
    CHECK(line_that_begins(plain, "Stop-CsWindowsService") == "Stop-CsWindowsService");
}

TEST_CASE("request: without a name there is a sentence and nothing to paste") {
    auto nameless = wanted(Role::gateway, "");
    nameless.subject.clear();
    nameless.names.clear();
    const auto steps = report::steps_for(nameless, kToday);
    REQUIRE(steps.size() == 1);
    CHECK(steps.front().lines.empty());
}

TEST_CASE("certificates: nothing that a peer presented stands outside of what is said about it") {
    auto certificate = std::make_shared<Certificate>();
    certificate->subject = std::string("CN=evil'; calc; \n") + sample::kNasty;
    certificate->issuer = "issuer \x1b[2J\nSet-CsCertificate";
    auto one = wanted(Role::front_end, "Redmond\x1b[2J");
    one.presented = {{certificate, {"fe01:5061/sip"}, {}}};
    one.due = {"reissue \x1b[2J"};
    report::CertificatePlan plan{{"t.yaml"}, "r.json", kToday, {one, wanted(Role::gateway, "")}};
    const auto text = text_of(plan);
    for (const auto& line : sample::lines_of(text)) {
        CHECK(for_terminal(line, std::string::npos) == line);
        if (line.find("evil") != std::string::npos) CHECK(line.starts_with("  presented"));
    }
    const auto commands = report::steps_for(one, kToday);
    one.presented.clear();
    one.due.clear();
    const auto without = report::steps_for(one, kToday);
    REQUIRE(commands.size() == without.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
        CHECK(commands[i].lines == without[i].lines);

    CHECK(report::due(plan) == 1);
    CHECK(text.starts_with("2 certificates for t.yaml; 1 to request now\n"));
    const auto quiet = text_of(plan, {.quiet = true});
    CHECK(quiet.find("certreq") != std::string::npos);
    CHECK(quiet.find("[NewRequest]") == std::string::npos);

    std::ostringstream out;
    report::write_certificates_json(out, plan);
    const auto document = json::parse(out.str());
    CHECK(document.at("due") == 1);
    const auto& first = document.at("wanted").at(0);
    CHECK(first.at("issuer_kind") == "private");
    CHECK(
        first.at("presented").at(0).at("subject").as_string().size() >= certificate->subject.size()
    );
    CHECK(first.at("steps").at(0).at("lines").at(1).as_string().starts_with("Request-CsCertificate")
    );
}

} // namespace lyncprobe
