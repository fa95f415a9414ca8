// SPDX-License-Identifier: MIT
#include "probes/sip_answer.h"

#include "codec/header_parameters.h"
#include "codec/ms_diagnostics.h"
#include "model/limits.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

using codec::SipResponse;

// What has to be changed where a server gives this id.
struct Remedy {
    std::uint32_t id;
    std::string_view text;
};
constexpr std::string_view kDnsRemedy =
    "in DNS: the SRV record _sipfederationtls._tcp of the domain must lead to its Edge, with a "
    "target in exactly that domain";
constexpr std::string_view kTlsRemedy =
    "between the two servers: port 5061 has to be open, and each must trust the root of the "
    "other's certificate and find the other's name in it";
constexpr std::string_view kOtherLogRemedy =
    "the log of the server before this one says why; from here it cannot be seen";
constexpr std::array kRemedies{
    Remedy{1008, kDnsRemedy},
    Remedy{1009, kDnsRemedy},
    Remedy{
        1010, "on the peer: a certificate with the name it is reached by, valid and from a root "
              "that the server which complains trusts"},
    Remedy{1011, kOtherLogRemedy},
    Remedy{1013, "on both sides: set the clocks"},
    Remedy{1014, "in DNS: the host that the SRV record names must have an address"},
    Remedy{1015, "on their side: allow our SIP domain as a federated one"},
    Remedy{1017, "on their side: allow federation between the two domains; check which are theirs"},
    Remedy{1027, "on their side: allow federation for this kind of request"},
    Remedy{1033, kOtherLogRemedy},
    Remedy{1034, kOtherLogRemedy},
    Remedy{1035, kOtherLogRemedy},
    Remedy{1036, kOtherLogRemedy},
    Remedy{1038, kTlsRemedy},
    Remedy{1045, kTlsRemedy},
    Remedy{1046, kTlsRemedy},
    Remedy{1047, kTlsRemedy},
    Remedy{17002, "on their side: let the client version filter pass our client"},
};

// What has to be changed for the error that a server met on its connection to `peer`; empty where
// the id says it as well. Names of the codes: codec/ms_diagnostics.
std::string remedy_of_error(std::uint32_t code, std::string_view peer) {
    switch (code) {
    case 0x80090322:
    case 0x800B010F:
        return fmt::format(
            "on {0}: a certificate that has {0} among its subject alternative names", peer
        );
    case 0x80090325:
    case 0x800B0109:
        return fmt::format(
            "on the server that complains: import the root of the certificate of {} into its "
            "Trusted Root Certification Authorities",
            peer
        );
    case 0x80090328:
    case 0x800B0101: return fmt::format("on {}: renew the certificate; set the clocks", peer);
    case 0x80092012:
    case 0x80092013:
        return fmt::format(
            "make the CRL locations in the certificate of {} reachable for the server that "
            "complains",
            peer
        );
    case 10060: return fmt::format("let TCP 5061 through to {}, which does not answer", peer);
    case 10061: return fmt::format("start the Access Edge of {}, or correct its port", peer);
    case 11001: return fmt::format("in DNS: publish an address for {}", peer);
    default: return {};
    }
}

// These only say that another hop would know.
bool says_nothing(std::uint32_t id) {
    constexpr std::array<std::uint32_t, 5> kIds{1011, 1033, 1034, 1035, 1036};
    return std::find(kIds.begin(), kIds.end(), id) != kIds.end();
}

// The diagnostics that tell most: each hop may have added its own.
std::optional<codec::MsDiagnostics> telling_diagnostics(const SipResponse& response) {
    std::optional<codec::MsDiagnostics> out;
    for (const auto& line : ms_diagnostics(response)) {
        auto read = codec::read_ms_diagnostics(line);
        // A hop that writes no id says nothing that could be looked up.
        if (!read) continue;
        if (!out || (says_nothing(out->id) && !says_nothing(read->id))) out = std::move(read);
    }
    return out;
}

std::string_view remedy_of(std::uint32_t id) {
    for (const auto& remedy : kRemedies)
        if (remedy.id == id) return remedy.text;
    return {};
}

// RFC 3261 21, for servers that send no phrase.
std::string_view usual_phrase(int status) {
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 480: return "Temporarily Unavailable";
    case 483: return "Too Many Hops";
    case 488: return "Not Acceptable Here";
    case 500: return "Server Internal Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Server Time-out";
    case 603: return "Decline";
    default: return "without a phrase";
    }
}

// "1 REGISTER" → "REGISTER"
std::string_view method_of(const SipResponse& response) {
    const auto sequence = response.header("CSeq");
    const auto space = sequence.find_last_of(" \t");
    return space == std::string_view::npos ? std::string_view() : sequence.substr(space + 1);
}

void set_once(std::string_view key, std::string_view text, Facts& facts) {
    if (!text.empty() && facts.find(key) == nullptr) facts.set(key, std::string(text));
}

} // namespace

Product product_of(std::string_view server_header) {
    // As seen in captured answers of each product.
    static constexpr std::array<std::pair<std::string_view, Product>, 6> kProducts{{
        {"RTC/3.0", Product::ocs_2007},
        {"RTC/3.5", Product::ocs_2007_r2},
        {"RTC/4.0", Product::lync_2010},
        {"RTC/5.0", Product::lync_2013},
        {"RTC/6.0", Product::skype_2015},
        {"RTC/7.0", Product::skype_2019},
    }};
    for (const auto& [prefix, product] : kProducts) {
        if (!server_header.starts_with(prefix)) continue;
        const auto next = server_header.substr(prefix.size(), 1);
        // "RTC/4.0" must not match "RTC/4.01".
        if (next.empty() || next < "0" || next > "9") return product;
    }
    return Product::unknown;
}

std::string_view product_of_server_header(std::string_view server_header) {
    if (server_header.starts_with("RTCC/"))
        return "an application on Microsoft's UCMA, such as a Mediation Server";
    return product_name(product_of(server_header));
}

SipConversation::SipConversation(std::string_view method, std::string request)
    : asked_(method), request_(std::move(request)) {
    answer_.facts.set(sip_answer::kRequest, std::string(method));
    answer_.unanswered = method;
}

Want SipConversation::start() { return {Want::Kind::send, std::move(request_)}; }

Want SipConversation::on(const Received& received) {
    switch (received.kind) {
    case Received::Kind::sent: return read({}); // an answer may have come with the one before
    case Received::Kind::bytes: return read(received.bytes);
    default: return {Want::Kind::done}; // cut short: the conclusion stays as it is
    }
}

Want SipConversation::ask(std::string_view method, std::string request) {
    asked_ = method;
    answer_.unanswered = method;
    passed_over_ = 0;
    return {Want::Kind::send, std::move(request)};
}

Want SipConversation::finish(std::string detail) {
    answer_.unanswered.clear();
    return stop(Conclusion::finished, std::move(detail));
}

Want SipConversation::read(std::string_view bytes) {
    using State = codec::SipReader::State;
    for (auto state = reader_.feed(bytes);; state = reader_.feed({})) {
        if (state == State::need_more) return {Want::Kind::receive};
        if (state == State::malformed) return stop(Conclusion::protocol_error, reader_.problem());
        if (state == State::too_large) return stop(Conclusion::limit_exceeded, reader_.problem());
        // RFC 3261 17.1.3 would match the branch too; a server that leaves CSeq out is believed.
        const auto& response = reader_.response();
        const auto method = method_of(response);
        const bool ours = method.empty() || equal_ignoring_case(method, asked_);
        if (ours && response.status >= 200) return answered(response);
        // Provisional answers are free to send (RFC 3261 8.1.1): they are bounded, not trusted.
        if (++passed_over_ > limits::kSipProvisional)
            return stop(Conclusion::limit_exceeded, "it sent provisional answers without end");
    }
}

Want SipConversation::stop(Conclusion conclusion, std::string detail) {
    answer_.conclusion = conclusion;
    answer_.detail = std::move(detail);
    return {Want::Kind::done};
}

std::string status_text(const SipResponse& response) {
    return fmt::format(
        "{} {}", response.status,
        response.reason.empty() ? usual_phrase(response.status) : std::string_view(response.reason)
    );
}

void learn(const SipResponse& response, Facts& facts) {
    const auto server = response.header("Server");
    set_once(sip_answer::kServer, server, facts);
    set_once(sip_answer::kProduct, product_of_server_header(server), facts);
    set_once(sip_answer::kDate, response.header("Date"), facts);

    std::vector<std::string> lines;
    // The second request may be answered with further diagnostics.
    if (const auto* known = facts.find(sip_answer::kExplained))
        lines = std::get<std::vector<std::string>>(*known);
    for (const auto& header : ms_diagnostics(response))
        lines.push_back(codec::explain_ms_diagnostics(header));
    if (!lines.empty()) facts.set(sip_answer::kExplained, std::move(lines));
}

void learn_first(const SipResponse& response, Facts& facts) {
    facts.set(sip_answer::kStatus, std::int64_t{response.status});
    facts.set(sip_answer::kReason, response.reason);
    if (auto lines = ms_diagnostics(response); !lines.empty())
        facts.set(sip_answer::kDiagnostics, std::move(lines));
    learn(response, facts);
}

std::vector<std::string> ms_diagnostics(const SipResponse& response) {
    std::vector<std::string> out;
    for (const std::string_view name : {"ms-diagnostics", "ms-diagnostics-public"})
        for (auto& line : response.all(name))
            if (out.size() < limits::kLearntKept) out.push_back(std::move(line));
    return out;
}

bool says_no(int status) {
    // The challenges, and what RFC 3261 21.4 and 21.5 have for requests that are not understood or
    // not supported; 483 is what a proxy says to NEGOTIATE's Max-Forwards of 0.
    constexpr std::array kNotRefused{400, 401, 405, 406, 407, 415, 416, 420, 421,
                                     481, 482, 483, 488, 489, 493, 494, 501, 505};
    return status >= 400 &&
           std::find(kNotRefused.begin(), kNotRefused.end(), status) == kNotRefused.end();
}

void set_refusal(
    const SipResponse& response, std::string_view method, const Words& status_words, Facts& facts
) {
    auto refusal = fmt::format("refuses {} with {}", method, status_text(response));
    std::string remedy(status_words.remedy);
    const auto diagnostics = telling_diagnostics(response);
    const auto* known = diagnostics ? codec::find_diagnostic(diagnostics->id) : nullptr;
    if (known != nullptr) {
        refusal += fmt::format(
            " and ms-diagnostics {}: {}{}", known->id, known->remembered ? "probably " : "",
            known->meaning
        );
        // The id is more exact than the status.
        if (const auto better = remedy_of(known->id); !better.empty()) remedy = better;
    } else {
        refusal += fmt::format(": {}", status_words.meaning);
        // The documented list of ids is not complete; the server's own reason is for people.
        if (diagnostics)
            refusal += fmt::format(
                " (ms-diagnostics {}, {})", diagnostics->id, codec::reason_in_words(*diagnostics)
            );
    }
    if (diagnostics) {
        if (const auto cause = codec::cause_in_words(*diagnostics); !cause.empty())
            refusal += fmt::format(" ({})", cause);
        const auto peer = diagnostics->peer();
        const auto code = diagnostics->error_code();
        // And the error more exact than the id.
        if (auto better = remedy_of_error(code.value_or(0), peer.empty() ? "the peer" : peer);
            !better.empty())
            remedy = std::move(better);
    }
    facts.set(sip_answer::kRefusal, std::move(refusal));
    if (!remedy.empty()) facts.set(sip_answer::kRemedy, std::move(remedy));
}

} // namespace lyncprobe::probes
