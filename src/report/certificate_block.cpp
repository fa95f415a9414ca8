// SPDX-License-Identifier: MIT
#include "report/certificate_block.h"

#include "model/text/lists.h"
#include "report/certificate_index.h"

#include <fmt/format.h>

namespace lyncprobe::report {

namespace {

constexpr std::size_t kIndent = 5; // columns
constexpr std::size_t kLabel = 13; // columns
constexpr std::size_t kDate = 10;  // of "2026-12-01T…"
constexpr std::size_t kNamesShown = 50;
constexpr std::size_t kIssuersShown = 8; // of those that a server says it accepts

void write_fact(Page& page, std::string_view label, std::string text) {
    if (text.empty()) return;
    // The label is padded by a piece of its own, since spaces between words are one.
    page.paragraph(
        kIndent, kIndent + kLabel + 1,
        {{fmt::format("{:<{}}", label, kLabel), Style::dim, true}, {" "}, {std::move(text)}}
    );
}

std::string names_of(const Certificate& it) {
    if (!it.san) return "no subject alternative name";
    auto text = enumerate(it.san->dns, kNamesShown);
    for (const auto& address : it.san->ip)
        (text += text.empty() ? "" : ", ") += address;
    return text;
}

std::string key_of(const Certificate& it) {
    return it.key.curve.empty() ? fmt::format("{} {}", it.key.algorithm, it.key.bits)
                                : fmt::format("{} {}", it.key.algorithm, it.key.curve);
}

std::string day(const std::optional<Time>& time) {
    return time ? to_rfc3339(*time).substr(0, kDate) : "?";
}

std::string path_of(const Chain& chain) {
    std::vector<std::string> names;
    for (const auto& one : chain.path.path)
        names.push_back(common_name(*one));
    auto text = joined(names, " < ");
    switch (chain.path.trust) {
    case TrustPath::Trust::trusted: return text + " (trust anchor)";
    case TrustPath::Trust::invalid: return text + " (trust anchor), and a certificate of it is bad";
    case TrustPath::Trust::gave_up: return text + " (given up at a limit)";
    default: return text.empty() ? text : text + " (no trust anchor)";
    }
}

std::string wanted_of_us(const ClientCertificateFacts* it) {
    if (!it || !it->requested) return "no certificate asked of us";
    if (it->ca_names_count == 0) return "asks for a certificate, of any CA";
    return fmt::format(
        "asks for a certificate of {}: {}", counted(it->ca_names_count, "CA"),
        it->ca_names ? enumerate(*it->ca_names, kIssuersShown) : "?"
    );
}

} // namespace

void write_certificate(Page& page, std::size_t number, const Certificate& it) {
    page.paragraph(2, kIndent, {{fmt::format("{}. ", number)}, {common_name(it), Style::bold}});
    write_fact(page, "subject", it.subject);
    write_fact(page, "issuer", it.issuer);
    write_fact(page, "serial number", serial_number(it));
    write_fact(page, "thumbprint", it.thumbprint);
    write_fact(page, "names", names_of(it));
    write_fact(page, "key", key_of(it));
    write_fact(page, "signature", it.signature.name);
    write_fact(page, "valid", fmt::format("{} to {}", day(it.not_before), day(it.not_after)));
}

void write_presented(Page& page, const EndpointRow& row) {
    const auto& seen = row.main;
    if (!seen.chain || seen.chain->presented.empty()) return;
    page.heading("Presented by " + row.id);
    for (std::size_t i = 0; i < seen.chain->presented.size(); ++i)
        write_certificate(page, i + 1, *seen.chain->presented[i]);
    page.blank();
    write_fact(page, "path", path_of(*seen.chain));
    if (seen.tls) {
        std::vector<std::string> facts{to_text(seen.tls->version), seen.tls->cipher};
        if (!seen.tls->group.empty()) facts.push_back(seen.tls->group);
        write_fact(page, "TLS", joined(facts));
    }
    write_fact(page, "mutual TLS", wanted_of_us(seen.client_certificate.get()));
}

} // namespace lyncprobe::report
