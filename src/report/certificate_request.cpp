// SPDX-License-Identifier: MIT
#include "report/certificate_request.h"

#include "model/escape.h"
#include "model/importance.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

using Texts = std::vector<std::string>;
using Use = CertificateUse;

constexpr std::string_view kFolder = "C:\\certificates\\";
// Template of an enterprise CA for web servers; its name, not what is displayed of it.
constexpr std::string_view kTemplate = "CertificateTemplate:WebServer";
constexpr std::string_view kRoll = " -Roll -EffectiveDate ((Get-Date).Date.AddDays(1).AddHours(6))";

// Request is a wanted certificate and what its steps share.
struct Request {
    const WantedCertificate& wanted;
    std::string friendly;
    std::string where; // the server on which it is requested, and later has its key
    bool rolls;        // the next certificate stands beside the present one for a while

    std::string file(std::string_view ending) const {
        std::string stem;
        for (const char letter : wanted.id)
            stem += is_letter_or_digit(letter) || letter == '.' ? letter : '-';
        return powershell_literal(fmt::format("{}{}.{}", kFolder, stem, ending));
    }
    std::string others() const { return joined(std::span(wanted.servers).subspan(1)); }
};

std::string types_text(const WantedCertificate& wanted) {
    Texts types;
    for (const auto& use : wanted.uses)
        types.emplace_back(to_text(use.use));
    return joined(types, ",");
}

std::string boolean(bool value) { return value ? "$true" : "$false"; }

std::string make_folder() {
    return fmt::format(
        "New-Item -ItemType Directory -Force -Path {} | Out-Null",
        powershell_literal(kFolder.substr(0, kFolder.size() - 1))
    );
}

// The cmdlet takes the subject from the topology, so only what it does not add is said.
std::string request_command(const Request& request) {
    const auto& wanted = request.wanted;
    Texts names;
    for (const auto& name : wanted.names)
        if (std::ranges::find(wanted.automatic, name) == wanted.automatic.end())
            names.push_back(name);
    auto command = fmt::format("Request-CsCertificate -New -Type {}", types_text(wanted));
    if (!names.empty()) command += " -DomainName " + powershell_literal(joined(names, ","));
    command += fmt::format(" -KeySize {}", kWantedKeyBits);
    if (wanted.exportable) command += " -PrivateKeyExportable $true";
    return command + fmt::format(
                         " -FriendlyName {} -Output {}", powershell_literal(request.friendly),
                         request.file("req")
                     );
}

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

Texts inf_file(const Request& request) {
    const auto& wanted = request.wanted;
    Texts lines{
        "[Version]", "Signature=\"$Windows NT$\"", "[NewRequest]",
        fmt::format("Subject = {}", in_quotes("CN=" + wanted.subject)),
        fmt::format("FriendlyName = {}", in_quotes(request.friendly)),
        fmt::format("KeyLength = {}", kWantedKeyBits),
        "KeySpec = 1",     // for exchange: one for signatures alone serves no TLS
        "KeyUsage = 0xA0", // digital signature, key encipherment
        "HashAlgorithm = SHA256",
        fmt::format("Exportable = {}", wanted.exportable ? "TRUE" : "FALSE"),
        "MachineKeySet = TRUE",
        // A CryptoAPI provider: Lync does not take keys of CNG.
        "ProviderName = \"Microsoft RSA SChannel Cryptographic Provider\"", "ProviderType = 12",
        "RequestType = PKCS10",
        "AlternateSignatureAlgorithm = false", // RSASSA-PSS otherwise
        "[EnhancedKeyUsageExtension]", fmt::format("OID = {}", kServerAuth), "[Extensions]",
        "2.5.29.17 = \"{text}\""};
    // Without the '&' the lines would join to one name.
    for (const auto& name : wanted.names)
        lines.push_back(fmt::format("_continue_ = \"dns={}&\"", name));
    return lines;
}

void add_signing(std::vector<Step>& steps, const Request& request) {
    const auto submit = fmt::format(
        "certreq -submit -attrib {} {} {}", powershell_literal(kTemplate), request.file("req"),
        request.file("cer")
    );
    switch (request.wanted.issuer) {
    case IssuerKind::private_ca:
        steps.push_back(
            {"Have the organisation's own CA sign it (a window asks which CA):", {submit}}
        );
        break;
    case IssuerKind::public_ca:
        steps.push_back(
            {fmt::format(
                 "Have a public CA sign {} and save its answer as {} beside it.",
                 request.file("req"), request.file("cer")
             ),
             {}}
        );
        break;
    case IssuerKind::either:
        steps.push_back(
            {"Have it signed. By the organisation's own CA, from a computer of the domain to which "
             "the request was carried:",
             {submit}}
        );
        break;
    }
}

std::string thumbprint_of(const Request& request, std::string_view ending) {
    return fmt::format(
        "$thumbprint = (Get-PfxCertificate -FilePath {}).Thumbprint", request.file(ending)
    );
}

// A call for each type: with different certificates at present one call for several is refused.
void add_assignments(Texts& lines, const Request& request) {
    for (const auto& use : request.wanted.uses)
        lines.push_back(fmt::format(
            "Set-CsCertificate {}-Type {} -Thumbprint $thumbprint{}",
            use.use == Use::oauth_token_issuer ? "-Identity Global " : "", to_text(use.use),
            request.rolls ? kRoll : ""
        ));
}

std::string when_it_takes_effect(const WantedCertificate& wanted) {
    if (has_use(wanted, Use::oauth_token_issuer))
        return " From tomorrow 06:00 on it signs, and replication brings it to every server. That "
               "must be 24 hours or more before the present one ends; where that has ended, leave "
               "out -Roll and -EffectiveDate.";
    if (has_use(wanted, Use::audio_video_authentication))
        return " From tomorrow 06:00 on it is used. That must be 8 hours or more before the "
               "present one ends, and the same time on every server of the pool; where that has "
               "ended, leave out -Roll and -EffectiveDate.";
    return {};
}

void add_lync_assignment(std::vector<Step>& steps, const Request& request) {
    const auto& wanted = request.wanted;
    Step here{
        fmt::format(
            "On {}, with the root and the intermediate certificates of that CA in the computer's "
            "stores: import the answer and assign it.{}",
            request.where, when_it_takes_effect(wanted)
        ),
        {fmt::format(
             "Import-CsCertificate -Path {} -PrivateKeyExportable {}", request.file("cer"),
             boolean(wanted.exportable)
         ),
         thumbprint_of(request, "cer")}};
    add_assignments(here.lines, request);
    const bool copies = wanted.servers.size() > 1 && !has_use(wanted, Use::oauth_token_issuer);
    if (copies)
        here.lines.push_back(
            fmt::format("certutil -exportPFX My $thumbprint {}", request.file("pfx"))
        );
    steps.push_back(std::move(here));
    if (!copies) return;
    Step there{
        fmt::format("Carry the PFX file to {} and do there, with its password:", request.others()),
        {fmt::format(
             "Import-CsCertificate -Path {} -Password (Read-Host 'Password') "
             "-PrivateKeyExportable $true",
             request.file("pfx")
         ),
         thumbprint_of(request, "pfx")}};
    add_assignments(there.lines, request);
    steps.push_back(std::move(there));
}

// What serves the old certificate until it is started again.
void add_lync_restart(std::vector<Step>& steps, const Request& request) {
    const auto& wanted = request.wanted;
    if (has_use(wanted, Use::oauth_token_issuer)) {
        steps.push_back(
            {"In the Exchange Management Shell, for each partner application that is Lync, once "
             "the new certificate signs:",
             {"Get-PartnerApplication | Set-PartnerApplication -RefreshAuthMetadata"}}
        );
    } else if (!request.rolls) {
        steps.push_back(
            {wanted.role == Role::edge
                 ? "Restart the services, one server after the other:"
                 : "Restart the services, unless nothing but the dates is new; web sites take a "
                   "certificate without it:",
             {"Stop-CsWindowsService", "Start-CsWindowsService"}}
        );
    }
    if (request.rolls)
        for (const auto& use : wanted.uses)
            steps.push_back(
                {"When the old certificate has ended:",
                 {fmt::format(
                     "Remove-CsCertificate {}-Type {} -Previous",
                     use.use == Use::oauth_token_issuer ? "-Identity Global " : "", to_text(use.use)
                 )}}
            );
}

// What takes the certificate into use on machines that know nothing of Lync's cmdlets.
void add_use_elsewhere(std::vector<Step>& steps, const Request& request) {
    switch (request.wanted.role) {
    case Role::office_web_apps:
        steps.push_back(
            {"On one server of the farm:",
             {fmt::format(
                 "Set-OfficeWebAppsFarm -CertificateName {}", powershell_literal(request.friendly)
             )}}
        );
        steps.push_back({"On every server of the farm:", {"Restart-Service WACSM"}});
        steps.push_back({"On every Front End Server:", {"Restart-Service rtcdatamcu"}});
        break;
    case Role::exchange_um:
        steps.push_back(
            {"In the Exchange Management Shell of this server (a Client Access server has "
             "UMCallRouter and the service MSExchangeUMCR in place of these):",
             {"Enable-ExchangeCertificate -Thumbprint $thumbprint -Services UM",
              "Restart-Service MSExchangeUM"}}
        );
        break;
    case Role::reverse_proxy:
        steps.push_back(
            {"Choose it in the listener of the reverse proxy, together with its intermediate "
             "certificates.",
             {}}
        );
        break;
    case Role::gateway:
        steps.push_back(
            {"Import the PFX file into the gateway by its own means, choose it for TLS towards the "
             "Mediation Server, and restart the gateway.",
             {}}
        );
        break;
    default: steps.push_back({"Choose it in the program that listens there.", {}});
    }
}

void add_certreq(std::vector<Step>& steps, const Request& request) {
    const auto& wanted = request.wanted;
    const bool device = wanted.role == Role::gateway;
    const auto where = device ? std::string("a Windows computer") : request.where;
    steps.push_back(
        {fmt::format("On {}, save this as {}:", where, request.file("inf")), inf_file(request)}
    );
    steps.push_back(
        {"There, in a PowerShell of an administrator:",
         {make_folder(),
          fmt::format("certreq -new -machine {} {}", request.file("inf"), request.file("req"))}}
    );
    add_signing(steps, request);
    Step accept{
        "On the same computer, which has the key:",
        {fmt::format("certreq -accept -machine {}", request.file("cer")),
         thumbprint_of(request, "cer")}};
    if (wanted.exportable)
        accept.lines.push_back(
            fmt::format("certutil -exportPFX My $thumbprint {}", request.file("pfx"))
        );
    steps.push_back(std::move(accept));
    if (wanted.servers.size() > 1)
        steps.push_back(
            {fmt::format("Carry the PFX file to {} and do there:", request.others()),
             {fmt::format("certutil -importPFX {}", request.file("pfx"))}}
        );
    add_use_elsewhere(steps, request);
}

std::string friendly_name(const WantedCertificate& wanted, Time today) {
    std::string out = wanted.site;
    if (!out.empty()) out += ' ';
    // The id's holder: what there is one certificate for.
    out += wanted.id.substr(0, wanted.id.rfind(':'));
    for (const auto& use : wanted.uses)
        if (const auto words = in_words(use.use); !words.empty()) (out += ' ') += words;
    out += ' ' + to_rfc3339(today).substr(0, 10);
    // As an INF file has it, so that a cmdlet finds the certificate by the same name.
    return is_of_lync(wanted.role) ? out : inf_text(out);
}

} // namespace

std::string powershell_literal(std::string_view text) {
    std::string out = "'";
    const auto safe = for_terminal(text, 4000);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        // U+2018 to U+201B in UTF-8.
        const bool curly = safe.compare(i, 2, "\xE2\x80") == 0 && i + 2 < safe.size() &&
                           safe[i + 2] >= '\x98' && safe[i + 2] <= '\x9B';
        if (curly) {
            out.append(safe, i, 3).append(safe, i, 3);
            i += 2;
        } else {
            out += safe[i];
            if (safe[i] == '\'') out += '\'';
        }
    }
    return out + "'";
}

std::string inf_text(std::string_view text) {
    constexpr std::string_view kSpecial = "\"&%\\;";
    std::string out;
    for (const char letter : text) {
        const bool plain = is_ascii({&letter, 1}) && !is_control(letter) &&
                           kSpecial.find(letter) == std::string_view::npos;
        out += plain ? letter : '-';
    }
    return out;
}

std::vector<Step> steps_for(const WantedCertificate& wanted, Time today) {
    if (wanted.subject.empty())
        return {
            {"It cannot be requested: no DNS name is known for it. Give the server or its `names:` "
             "in the target list; an address is in no certificate of Lync's, and a gateway with "
             "TLS "
             "is defined by its FQDN.",
             {}}};
    const Request request{
        wanted, friendly_name(wanted, today),
        wanted.servers.empty() ? wanted.subject : wanted.servers.front(),
        has_use(wanted, Use::oauth_token_issuer) ||
            has_use(wanted, Use::audio_video_authentication)};
    std::vector<Step> steps;
    if (!is_of_lync(wanted.role)) {
        add_certreq(steps, request);
        return steps;
    }
    steps.push_back(
        {fmt::format("On {}, in the Lync Server Management Shell:", request.where),
         {make_folder(), request_command(request)}}
    );
    add_signing(steps, request);
    add_lync_assignment(steps, request);
    add_lync_restart(steps, request);
    return steps;
}

} // namespace lyncprobe::report
