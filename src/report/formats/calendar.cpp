// SPDX-License-Identifier: MIT
// The ends of certificates as a calendar (RFC 5545): an all-day event for each one in use.
#include "model/escape.h"
#include "model/text/lists.h"
#include "model/text/utf8.h"
#include "report/format.h"
#include "report/view.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kLineOctets = 75; // RFC 5545 3.1, without the line break
constexpr std::size_t kNamed = 40;      // places in a description

// A long line goes on behind a space; no character is cut in two.
void write_line(std::ostream& out, std::string_view line) {
    auto room = kLineOctets;
    while (line.size() > room) {
        const auto part = first_bytes(line, room);
        out << part << "\r\n ";
        line.remove_prefix(part.size());
        room = kLineOctets - 1;
    }
    out << line << "\r\n";
}

void write_text(std::ostream& out, std::string_view property, std::string_view foreign) {
    write_line(out, fmt::format("{}:{}", property, for_calendar(foreign)));
}

std::string stamp(Time time) { // "20261201T081500Z"
    auto text = to_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

std::string date(Time time) { return stamp(time).substr(0, 8); }

// InUse is who shows a certificate, itself or above its own in a chain.
struct InUse {
    std::set<std::string_view> servers, uses;
    std::vector<std::string> places;
    bool server_certificate = false;
};

class Collector {
  public:
    explicit Collector(const View& view) : view_(view) {
        const auto& run = view.run;
        for (std::size_t i = 0; i < run.endpoints.size(); ++i)
            add(run.endpoints[i].main.chain, run.endpoints[i].id, i);
        for (const auto& row : run.identities)
            add(row.chain, "our identity " + row.id);
        for (const auto& row : run.files)
            add(row.chain, row.path);
    }
    const std::map<Fingerprint, InUse>& all() const { return in_use_; }

  private:
    void add(const ChainPtr& chain, const std::string& place, std::optional<std::size_t> at = {}) {
        if (!chain) return;
        std::set<Fingerprint> done; // the path repeats most of what was presented
        for (const auto* list : {&chain->presented, &chain->path.path})
            for (const auto& certificate : *list) {
                if (!done.insert(certificate->sha256).second) continue;
                auto& it = in_use_[certificate->sha256];
                it.places.push_back(place);
                if (certificate == chain->presented.front()) it.server_certificate = true;
                if (!at) continue;
                it.servers.insert(view_.servers[view_.server_of[*at]].name);
                if (view_.target(*at).use != CertificateUse::other)
                    it.uses.insert(in_words(view_.target(*at).use));
            }
    }
    const View& view_;
    std::map<Fingerprint, InUse> in_use_;
};

std::string listed(const std::set<std::string_view>& words) {
    return enumerate(std::vector<std::string_view>(words.begin(), words.end()), kNamed);
}

// Each line escaped by itself: the line breaks between them are ours.
std::string description(const Certificate& certificate, const InUse& it) {
    std::string out;
    const auto add = [&](std::string_view name, std::string_view foreign) {
        if (foreign.empty()) return;
        out += fmt::format("{}{}: {}", out.empty() ? "" : "\\n", name, for_calendar(foreign));
    };
    add("Subject", certificate.subject);
    add("Issuer", certificate.issuer);
    add("Serial number", serial_number(certificate));
    add("Thumbprint (SHA-1)", certificate.thumbprint);
    add("Valid until", to_rfc3339(*certificate.not_after));
    add("Servers", listed(it.servers));
    add("Uses", listed(it.uses));
    add(it.server_certificate ? "Presented at" : "In the chains of", enumerate(it.places, kNamed));
    return out;
}

void write_event(
    std::ostream& out, const View& view, const Certificate& certificate, const InUse& it
) {
    const auto expires = *certificate.not_after;
    const auto summary = fmt::format(
        "{} expires: {}{}", it.server_certificate ? "Certificate" : "CA certificate",
        common_name(certificate), it.servers.empty() ? "" : " (" + listed(it.servers) + ")"
    );
    write_line(out, "BEGIN:VEVENT");
    // The same certificate is the same entry in every run, so that importing again adds nothing.
    write_line(out, fmt::format("UID:{}@lyncprobe", to_hex(certificate.sha256)));
    write_line(out, "DTSTAMP:" + stamp(view.run.started_at));
    write_line(out, "DTSTART;VALUE=DATE:" + date(expires));
    write_line(out, "DTEND;VALUE=DATE:" + date(expires + std::chrono::days(1)));
    write_line(out, "SUMMARY:" + for_calendar(summary, 200));
    write_line(out, "DESCRIPTION:" + description(certificate, it));
    write_line(out, "CATEGORIES:Certificates");
    write_line(out, "TRANSP:TRANSPARENT");
    write_line(out, "BEGIN:VALARM");
    write_line(out, "ACTION:DISPLAY");
    write_line(out, fmt::format("TRIGGER:-PT{}M", view.run.expires_within.count() / 60));
    write_line(out, "DESCRIPTION:" + for_calendar(summary, 200));
    write_line(out, "END:VALARM");
    write_line(out, "END:VEVENT");
}

// A calendar has at least one component (RFC 5545 3.6); this one notes the run and blocks no time.
void write_nothing(std::ostream& out, const View& view) {
    write_line(out, "BEGIN:VJOURNAL");
    write_line(out, fmt::format("UID:none-{}@lyncprobe", stamp(view.run.started_at)));
    write_line(out, "DTSTAMP:" + stamp(view.run.started_at));
    write_line(out, "SUMMARY:No certificate was seen");
    write_line(out, "END:VJOURNAL");
}

} // namespace

void write_calendar(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    const View view(run, options.title);
    write_line(out, "BEGIN:VCALENDAR");
    write_line(out, "VERSION:2.0");
    write_line(out, "PRODID:-//lyncprobe//lyncprobe " LYNCPROBE_VERSION "//EN");
    write_text(out, "X-WR-CALNAME", view.title);
    std::size_t events = 0;
    const Collector collector(view);
    for (const auto& [sha256, in_use] : collector.all()) {
        const auto& certificate = *view.certificates.at(sha256);
        // RFC 5280 4.1.2.5: the last day of year 9999 means that there is no end.
        if (!certificate.not_after || to_rfc3339(*certificate.not_after).starts_with("9999"))
            continue;
        write_event(out, view, certificate, in_use);
        ++events;
    }
    if (events == 0) write_nothing(out, view);
    write_line(out, "END:VCALENDAR");
}

} // namespace lyncprobe::report
