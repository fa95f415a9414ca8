// SPDX-License-Identifier: MIT
// Every certificate of the run with what Windows shows of it, and the chains that servers present.
#include "model/text/lists.h"
#include "report/html/sections.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

std::string_view dates_class(const View& view, const Certificate& certificate) {
    if (!certificate.not_after) return "open";
    if (*certificate.not_after < view.run.judged_at) return "fail";
    return *certificate.not_after < view.run.judged_at + view.run.expires_within ? "warn" : "ok";
}

void write_certificate(
    Markup& page, const View& view, const Certificate& certificate, const CertificatePlaces* uses
) {
    const auto row = page.open(
        "tr", {{"id", certificate_anchor(view.number(certificate.sha256))}, {"data-f", "row"}}
    );
    {
        const auto cell = page.open("th", {{"scope", "row"}});
        page.text(certificate.subject.empty() ? "(no subject)" : certificate.subject);
        page.leaf("small", "issued by " + certificate.issuer);
    }
    page.leaf("td", names_text(certificate));
    {
        const auto cell = page.open("td", {{"class", "hex"}});
        page.text(certificate.thumbprint);
        page.leaf("small", "serial " + serial_number(certificate));
    }
    {
        const auto cell = page.open("td");
        page.text(key_text(certificate.key));
        page.leaf("small", certificate.signature.name);
    }
    {
        const auto cell = page.open("td");
        page.text(day(certificate.not_before) + " to ");
        page.leaf(
            "span", day(certificate.not_after),
            {{"class", fmt::format("v {}", dates_class(view, certificate))}}
        );
    }
    const auto cell = page.open("td");
    if (!uses) return;
    link_endpoints(page, view, uses->endpoints);
    if (!uses->others.empty())
        page.text((uses->endpoints.empty() ? "" : ", ") + joined(uses->others));
}

void write_table(Markup& page, const View& view) {
    const auto uses = places_of(view.run);
    std::vector<const Certificate*> list;
    for (const auto& [sha256, certificate] : view.certificates)
        list.push_back(certificate);
    // Server certificates first, then by what runs out first.
    std::ranges::stable_sort(list, {}, [&](const Certificate* it) {
        return std::pair(!uses.contains(it->sha256), it->not_after.value_or(Time::max()));
    });
    const Table table(page, "Certificates, those of servers first, by the end of their validity");
    write_head(
        page, {"Subject and issuer", "Alternative names", "Thumbprint and serial number",
               "Key and signature", "Valid", "Presented by"}
    );
    const auto body = page.open("tbody");
    for (const auto* certificate : list) {
        const auto found = uses.find(certificate->sha256);
        write_certificate(page, view, *certificate, found == uses.end() ? nullptr : &found->second);
        page.line();
    }
}

// Link is one certificate of a drawn chain.
void write_link(
    Markup& page, const View& view, const Certificate& certificate, Literal kind, Literal words
) {
    const auto entry = page.open("li", {{"class", kind.view}});
    link_certificate(page, view, certificate.sha256);
    page.leaf("small", words.view);
}

// What was presented, in its order, then what the path needs besides.
void write_chain(Markup& page, const View& view, const Chain& chain) {
    const auto list = page.open("ol", {{"class", "chain"}});
    const auto& path = chain.path.path;
    const auto on_path = [&](const Certificate& it) {
        return std::ranges::any_of(path, [&](const auto& one) { return one->sha256 == it.sha256; });
    };
    for (const auto& certificate : chain.presented)
        if (path.empty() || on_path(*certificate))
            write_link(page, view, *certificate, "sent", "presented");
        else
            write_link(page, view, *certificate, "extra", "presented, not needed");
    for (const auto& certificate : path) {
        if (std::ranges::any_of(chain.presented, [&](const auto& it) {
                return it->sha256 == certificate->sha256;
            }))
            continue;
        const bool anchor = chain.path.anchored() && certificate == path.back();
        if (anchor)
            write_link(page, view, *certificate, "anchor", "trust anchor");
        else
            write_link(page, view, *certificate, "missing", "needed, not presented");
    }
    if (chain.missing_issuer.empty()) return;
    const auto entry = page.open("li", {{"class", "missing"}});
    page.text(chain.missing_issuer);
    page.leaf("small", "not presented, not known here");
}

void write_chains(Markup& page, const View& view) {
    std::vector<const Chain*> drawn;
    std::set<std::vector<Fingerprint>> seen;
    const auto collect = [&](const ChainPtr& chain) {
        if (!chain || chain->presented.empty()) return;
        std::vector<Fingerprint> key;
        for (const auto* list : {&chain->presented, &chain->path.path})
            for (const auto& certificate : *list)
                key.push_back(certificate->sha256);
        if (seen.insert(std::move(key)).second) drawn.push_back(chain.get());
    };
    for (const auto& row : view.run.endpoints)
        collect(row.main.chain);
    for (const auto& identity : view.run.identities)
        collect(identity.chain);
    for (const auto& file : view.run.files)
        collect(file.chain);
    page.leaf("h3", fmt::format("Chains ({})", drawn.size()));
    page.leaf(
        "p",
        "From the server certificate to the trust anchor; a dashed frame is what no server sent.",
        {{"class", "note"}}
    );
    for (const auto* chain : drawn) {
        write_chain(page, view, *chain);
        page.line();
    }
}

} // namespace

void write_certificates(Markup& page, const View& view) {
    write_table(page, view);
    write_chains(page, view);
}

} // namespace lyncprobe::report::html
