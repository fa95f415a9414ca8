// SPDX-License-Identifier: MIT
#include "model/importance.h"
#include "model/text/lists.h"
#include "report/certificate_request.h"
#include "report/certificates.h"
#include "report/page.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kLabel = 14; // columns: "  presented   "
constexpr std::size_t kEndpointsListed = 3;

void write_fact(Page& page, std::string_view label, const std::string& text, Style style = {}) {
    if (text.empty()) return;
    const auto padded = fmt::format("{:<{}}", label, kLabel - 3);
    page.paragraph(2, kLabel, {{padded, Style::dim, true}, {" "}, {text, style}});
}

std::string issuer_text(IssuerKind issuer) {
    switch (issuer) {
    case IssuerKind::private_ca: return "the organisation's own CA, which the other servers trust";
    case IssuerKind::public_ca: return "a public CA, which partners and their users trust";
    case IssuerKind::either: return "the organisation's own CA or a public one";
    }
    return "?";
}

std::string title_of(const WantedCertificate& wanted) {
    Texts uses;
    for (const auto& use : wanted.uses)
        if (const auto words = in_words(use.use); !words.empty()) uses.emplace_back(words);
    const auto holder = wanted.id.substr(0, wanted.id.rfind(':'));
    auto title = uses.empty() ? holder : fmt::format("{}: {}", holder, joined(uses));
    Texts where{std::string(to_text(wanted.role))};
    if (!wanted.pool.empty() && wanted.pool != holder) where.push_back("pool " + wanted.pool);
    if (!wanted.site.empty()) where.push_back("site " + wanted.site);
    return title + fmt::format(" ({})", joined(where));
}

void write_presented(Page& page, const PresentedCertificate& presented) {
    const auto& certificate = *presented.certificate;
    write_fact(
        page, "presented",
        fmt::format(
            "{}, issued by {}, serial {}, thumbprint {}, until {}; on {}", certificate.subject,
            certificate.issuer, certificate.serial, certificate.thumbprint,
            certificate.not_after ? to_rfc3339(*certificate.not_after) : "an unknown date",
            enumerate(presented.endpoints, kEndpointsListed)
        )
    );
}

void write_one(Page& page, const WantedCertificate& wanted, const CertificatePlan& plan) {
    page.heading(title_of(wanted));
    write_fact(page, "subject", wanted.subject.empty() ? "" : "CN=" + wanted.subject);
    write_fact(page, "names", joined(wanted.names));
    if (!wanted.refused.empty())
        write_fact(
            page, "left out",
            joined(wanted.refused) +
                ": no full DNS name of letters, digits and hyphens, which is all that a "
                "certificate may have",
            Style::yellow
        );
    write_fact(page, "purpose", fmt::format("server authentication ({})", kServerAuth));
    write_fact(
        page, "key",
        fmt::format("RSA, {} bits, {}exportable", kWantedKeyBits, wanted.exportable ? "" : "not ")
    );
    write_fact(page, "issuer", issuer_text(wanted.issuer));
    write_fact(
        page, "assigned on",
        has_use(wanted, CertificateUse::oauth_token_issuer)
            ? "one Front End Server, once for the deployment"
            : joined(wanted.servers)
    );
    for (const auto& presented : wanted.presented)
        write_presented(page, presented);
    if (!plan.result.empty() && wanted.presented.empty())
        write_fact(page, "presented", "nothing that the result shows");
    for (const auto& reason : wanted.due)
        write_fact(page, "request now", reason, Style::red);
    for (const auto& step : steps_for(wanted, plan.drawn_up_at)) {
        page.blank();
        page.paragraph(2, 2, {{step.task}});
        for (const auto& line : step.lines)
            page.verbatim(line);
    }
}

} // namespace

std::size_t due(const CertificatePlan& plan) {
    return static_cast<std::size_t>(std::ranges::count_if(plan.certificates, [](const auto& one) {
        return !one.due.empty();
    }));
}

void write_certificates_text(
    std::ostream& out, const CertificatePlan& plan, const TextOptions& options
) {
    Page page(out, options.width, options.colour);
    auto first = fmt::format(
        "{} for {}", counted(plan.certificates.size(), "certificate"), joined(plan.inputs)
    );
    if (!plan.result.empty()) first += fmt::format("; {} to request now", due(plan));
    page.paragraph(0, 2, {{first, Style::bold}});
    for (const auto& wanted : plan.certificates)
        if (!options.quiet || !wanted.due.empty()) write_one(page, wanted, plan);
}

} // namespace lyncprobe::report
