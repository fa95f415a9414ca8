// SPDX-License-Identifier: MIT
// Three tables for a spreadsheet: what was judged by which rule, every finding, every certificate.
#include "model/escape.h"
#include "model/text/lists.h"
#include "report/endpoint_table.h"
#include "report/format.h"
#include "report/view.h"

#include <map>
#include <ostream>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

// Without it Excel reads the file as of the machine's code page.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Lines end as RFC 4180 wants.
void write_line(std::ostream& out, const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
        out << (i == 0 ? "" : ",") << for_csv(cells[i]);
    out << "\r\n";
}

// Subject is one row of the first table and what the rules say of it.
struct Subject {
    std::string_view kind, id;              // owned by the run
    const EndpointRow* endpoint = nullptr;  // null: of another kind
    const Target* target = nullptr;         // of the endpoint
    const Certificate* presented = nullptr; // the server certificate; null: none
    std::vector<const Finding*> findings;
    std::string detail; // where it is no endpoint
};

const Certificate* first_of(const ChainPtr& chain) {
    return chain && !chain->presented.empty() ? chain->presented.front().get() : nullptr;
}

std::vector<const Finding*> pointers(const std::vector<Finding>& findings) {
    std::vector<const Finding*> out;
    for (const auto& finding : findings)
        out.push_back(&finding);
    return out;
}

// In the order of the run. A finding about several endpoints is repeated for each of them.
std::vector<Subject> subjects(const View& view) {
    const auto& run = view.run;
    std::vector<Subject> out;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        auto findings = row.findings;
        findings.insert(findings.end(), view.about_several[i].begin(), view.about_several[i].end());
        out.push_back(
            {"endpoint",
             row.id,
             &row,
             &view.target(i),
             first_of(row.main.chain),
             std::move(findings),
             {}}
        );
    }
    for (const auto& it : run.identities)
        out.push_back({"identity", it.id, nullptr, nullptr, first_of(it.chain), it.findings, {}});
    for (const auto& it : run.files)
        out.push_back({"file", it.path, nullptr, nullptr, first_of(it.chain), it.findings, it.error}
        );
    for (const auto& it : run.domains)
        out.push_back({"domain", it.domain, nullptr, nullptr, nullptr, pointers(it.findings), {}});
    for (const auto& it : run.federation)
        out.push_back(
            {"federation", it.domain, nullptr, nullptr, nullptr, pointers(it.records.findings),
             std::string(in_words(it.verdict))}
        );
    return out;
}

std::string text_of(std::optional<Verdict> verdict) {
    return verdict ? std::string(to_text(*verdict)) : "";
}

// The worst of each rule; "waived" where nothing else is left.
std::map<std::string_view, std::string> verdicts_by_rule(const std::vector<const Finding*>& list) {
    std::map<std::string_view, std::vector<const Finding*>> by_rule;
    for (const auto* finding : list)
        by_rule[finding->rule].push_back(finding);
    std::map<std::string_view, std::string> out;
    for (const auto& [rule, findings] : by_rule) {
        const auto worst = worst_verdict(findings);
        out[rule] = worst ? text_of(worst) : "waived";
    }
    return out;
}

void add_certificate(std::vector<std::string>& cells, const Certificate* certificate) {
    if (!certificate) return cells.resize(cells.size() + 4);
    cells.push_back(certificate->subject);
    cells.push_back(certificate->issuer);
    cells.push_back(certificate->thumbprint);
    cells.push_back(certificate->not_after ? to_rfc3339(*certificate->not_after) : "");
}

std::string host_text(const EndpointRow& row) { return row.address ? to_text(*row.address) : ""; }

std::string_view known(Side side) { return side == Side::unknown ? "" : to_text(side); }

void write_subject(
    std::ostream& out, const Subject& subject, const std::set<std::string_view>& rules
) {
    std::vector<std::string> cells{std::string(subject.kind), std::string(subject.id)};
    if (subject.endpoint) {
        const auto& target = *subject.target;
        const auto& row = *subject.endpoint;
        for (const std::string_view text :
             {std::string_view(target.server), std::string_view(target.pool),
              std::string_view(target.site), std::string_view(target.name),
              std::string_view(target.host)})
            cells.emplace_back(text);
        cells.push_back(host_text(row));
        cells.push_back(std::to_string(target.port));
        for (const auto text :
             {to_text(target.probe), to_text(target.role), to_text(target.use), known(target.side),
              to_text(row.main.outcome), to_text(row.main.stage)})
            cells.emplace_back(text);
        cells.push_back(row.main.detail);
        cells.push_back(tls_text(row));
    } else {
        cells.resize(cells.size() + 13);
        cells.push_back(subject.detail);
        cells.emplace_back();
    }
    cells.push_back(text_of(worst_verdict(subject.findings)));
    add_certificate(cells, subject.presented);
    const auto verdicts = verdicts_by_rule(subject.findings);
    for (const auto rule : rules) {
        const auto found = verdicts.find(rule);
        cells.push_back(found == verdicts.end() ? "" : found->second);
    }
    write_line(out, cells);
}

void write_finding(
    std::ostream& out, const View& view, std::string_view kind, std::string_view where,
    std::string_view server, const Finding& finding
) {
    const auto certificate = finding.certificate ? view.certificates.find(*finding.certificate)
                                                 : view.certificates.end();
    const bool seen = certificate != view.certificates.end();
    write_line(
        out, {std::string(kind), std::string(where), std::string(server), finding.rule,
              std::string(to_text(finding.verdict)),
              finding.importance ? std::string(to_text(*finding.importance)) : "",
              in_words(finding.breaks), seen ? certificate->second->subject : "",
              seen ? certificate->second->thumbprint : "", finding.message, finding.fix,
              finding.source, finding.waived.value_or("")}
    );
}

void write_reason(
    std::ostream& out, const ScanResult& run, const FederationRow& row, const GoLiveReason& reason
) {
    const auto verdict = reason.weight == Weight::fails  ? Verdict::fail
                         : reason.weight == Weight::open ? Verdict::inconclusive
                                                         : Verdict::warn;
    write_line(
        out, {"federation", row.domain, reason.endpoint ? run.endpoints[*reason.endpoint].id : "",
              reason.code, std::string(to_text(verdict)), "", "", "", "", reason.message,
              reason.fix, reason.source, reason.waived.value_or("")}
    );
}

void add(
    std::map<Fingerprint, std::vector<std::string>>& where, const Chain* chain,
    const std::string& name
) {
    if (!chain) return;
    for (const auto* list : {&chain->presented, &chain->path.path})
        for (const auto& certificate : *list) {
            auto& names = where[certificate->sha256];
            // A certificate of the path is most often a presented one.
            if (names.empty() || names.back() != name) names.push_back(name);
        }
}

} // namespace

void write_csv(std::ostream& out, const ScanResult& run, const TextOptions&) {
    const View view(run);
    const auto rows = subjects(view);
    std::set<std::string_view> rules;
    for (const auto& row : rows)
        for (const auto* finding : row.findings)
            rules.insert(finding->rule);
    out << kByteOrderMark;
    std::vector<std::string> head{"kind",    "id",      "server",     "pool",     "site", "name",
                                  "host",    "address", "port",       "probe",    "role", "use",
                                  "side",    "outcome", "stage",      "detail",   "tls",  "verdict",
                                  "subject", "issuer",  "thumbprint", "not_after"};
    head.insert(head.end(), rules.begin(), rules.end());
    write_line(out, head);
    for (const auto& row : rows)
        write_subject(out, row, rules);
}

void write_findings_csv(std::ostream& out, const ScanResult& run, const TextOptions&) {
    const View view(run);
    out << kByteOrderMark;
    write_line(
        out, {"kind", "id", "server", "rule", "verdict", "importance", "breaks", "subject",
              "thumbprint", "message", "fix", "source", "waived"}
    );
    for (std::size_t i = 0; i < run.endpoints.size(); ++i)
        for (const auto* finding : run.endpoints[i].findings)
            write_finding(
                out, view, "endpoint", run.endpoints[i].id, view.servers[view.server_of[i]].name,
                *finding
            );
    for (const auto& row : run.topology)
        for (const auto endpoint : row.endpoints)
            write_finding(
                out, view, "deployment", run.endpoints[endpoint].id,
                view.servers[view.server_of[endpoint]].name, *row.finding
            );
    for (const auto& row : run.identities)
        for (const auto* finding : row.findings)
            write_finding(out, view, "identity", row.id, "", *finding);
    for (const auto& row : run.files)
        for (const auto* finding : row.findings)
            write_finding(out, view, "file", row.path, "", *finding);
    for (const auto& row : run.domains)
        for (const auto& finding : row.findings)
            write_finding(out, view, "domain", row.domain, "", finding);
    for (const auto& row : run.federation)
        for (const auto& reason : row.reasons)
            write_reason(out, run, row, reason);
}

void write_certificates_csv(std::ostream& out, const ScanResult& run, const TextOptions&) {
    const View view(run);
    std::map<Fingerprint, std::vector<std::string>> where;
    std::map<Fingerprint, std::set<std::string_view>> servers, uses;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto* chain = run.endpoints[i].main.chain.get();
        add(where, chain, run.endpoints[i].id);
        if (!chain || chain->presented.empty()) continue;
        const auto& sha256 = chain->presented.front()->sha256;
        servers[sha256].insert(view.servers[view.server_of[i]].name);
        if (view.target(i).use != CertificateUse::other)
            uses[sha256].insert(to_text(view.target(i).use));
    }
    for (const auto& row : run.identities)
        add(where, row.chain.get(), "identity " + row.id);
    for (const auto& row : run.files)
        add(where, row.chain.get(), row.path);
    const auto list = [](const std::set<std::string_view>& words) {
        return joined(std::vector<std::string_view>(words.begin(), words.end()));
    };
    out << kByteOrderMark;
    write_line(
        out, {"subject", "issuer", "serial", "thumbprint", "sha256", "not_before", "not_after",
              "key", "signature", "names", "servers", "uses", "used_at"}
    );
    for (const auto& [sha256, certificate] : view.certificates)
        write_line(
            out, {certificate->subject, certificate->issuer, serial_number(*certificate),
                  certificate->thumbprint, to_hex(sha256),
                  certificate->not_before ? to_rfc3339(*certificate->not_before) : "",
                  certificate->not_after ? to_rfc3339(*certificate->not_after) : "",
                  key_text(certificate->key), certificate->signature.name, names_text(*certificate),
                  list(servers[sha256]), list(uses[sha256]), joined(where[sha256])}
        );
}

} // namespace lyncprobe::report
