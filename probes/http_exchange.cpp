// SPDX-License-Identifier: MIT
#include "probes/http_exchange.h"

#include "model/limits.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

using State = codec::HttpReader::State;

std::string status_line(const codec::HttpResponse& response) {
    return fmt::format(
        "{}{}{}", response.status, response.reason.empty() ? "" : " ", response.reason
    );
}

// Words that servers write into the reason or the page of a refusal. IIS shows the sub-status to
// remote callers only where its detailed errors are on; the sentences are those of its pages.
struct Known {
    int status;
    std::array<std::string_view, 3> words; // any of them
    std::string_view why;
    std::string_view remedy;
    Refusal::Certificate certificate = Refusal::Certificate::other;
};

constexpr auto kRefused = Refusal::Certificate::refused, kMissing = Refusal::Certificate::missing;

constexpr std::string_view kGiveIdentity =
    "give the target an identity: a certificate with its private key, of a CA this server trusts";
constexpr std::string_view kTrustIssuer =
    "on the server, put the root certificate of our certificate's issuer into 'Trusted Root "
    "Certification Authorities', and take every certificate that is not self-signed out of that "
    "store: one of those makes Windows distrust all client certificates (Microsoft KB 2795828)";

constexpr std::array<Known, 10> kKnown{{
    {403,
     {"403.16", "client certificate is untrusted or invalid", "certificate is not trusted"},
     "it does not trust our certificate (IIS 403.16)",
     kTrustIssuer,
     kRefused},
    {403,
     {"403.13", "certificate has been revoked", "certificate was revoked"},
     "it holds our certificate for revoked, or cannot reach the CRL that says so (IIS 403.13)",
     "fetch the CRL our certificate names from the server itself; issue a new certificate if ours "
     "is on it",
     kRefused},
    {403,
     {"403.17", "certificate has expired or is not yet valid", "certificate has expired"},
     "it holds our certificate for expired or not yet valid (IIS 403.17)",
     "renew our certificate, and compare the server's clock with ours",
     kRefused},
    {403,
     {"403.12", "mapper denied", "mapper has denied"},
     "it maps our certificate to no account that may enter (IIS 403.12)",
     "use the certificate of an account or a server that this web site knows",
     kRefused},
    {403,
     {"403.7", "requires a client certificate", "client certificate is required"},
     "it wants a client certificate and got none (IIS 403.7)",
     kGiveIdentity,
     kMissing},
    {403,
     {"post-handshake authentication", "renegotiation"},
     "it wanted a client certificate for this path after the handshake and could not get it",
     kGiveIdentity,
     kMissing},
    {400,
     {"no required ssl certificate was sent"},
     "it wants a client certificate and got none",
     kGiveIdentity,
     kMissing},
    {400,
     {"the ssl certificate error"},
     "it asked for a client certificate and does not accept ours",
     "put the root certificate of our certificate's issuer into the proxy's list of trusted CAs, "
     "or use a certificate of a CA on that list",
     kRefused},
    {400,
     {"invalid hostname"},
     "no web site of this server has the name we asked for",
     "ask for it by a name of its bindings (host, or sni where the host is an address), or bind "
     "the site to all names"},
    {496, {}, "it wants a client certificate and got none", kGiveIdentity, kMissing},
}};

bool applies(const Known& known, const codec::HttpResponse& response) {
    if (known.status != response.status) return false;
    // A row without words is about the status alone.
    bool any_word = false;
    for (const auto word : known.words) {
        if (word.empty()) continue;
        any_word = true;
        if (contains_ignoring_case(response.reason, word) ||
            contains_ignoring_case(response.body, word))
            return true;
    }
    return !any_word;
}

void set_once(Facts& facts, std::string_view key, std::string_view value) {
    if (!value.empty() && facts.find(key) == nullptr) facts.set(key, std::string(value));
}

void add_new(std::vector<std::string>& list, std::vector<std::string> lines) {
    for (auto& line : lines)
        if (list.size() < limits::kLearntKept &&
            std::find(list.begin(), list.end(), line) == list.end())
            list.push_back(std::move(line));
}

} // namespace

std::optional<Refusal> read_refusal(
    std::string_view path, const codec::HttpResponse& response, bool identity_offered
) {
    for (const auto& known : kKnown) {
        if (!applies(known, response)) continue;
        // The advice to offer a certificate is wrong where one was offered.
        if (known.remedy == kGiveIdentity && identity_offered)
            return Refusal{
                std::string(known.why),
                "our certificate was ready but did not reach it: look for a proxy in between that "
                "ends TLS, and for a list of CAs the server asks for that ours is not on",
                true, false, known.certificate};
        return Refusal{
            std::string(known.why), std::string(known.remedy), true, false, known.certificate};
    }
    if (response.status != 403) return std::nullopt;
    return Refusal{
        fmt::format("it forbids {} to us and does not say why", path),
        identity_offered ? "see in its log whether our certificate is not trusted (IIS 403.16), "
                           "revoked (403.13), or of no user that it knows"
                         : "see in its log whether it wants a client certificate (IIS 403.7); if "
                           "so, give the target an identity",
        false};
}

HttpConversation::HttpConversation(const Peer& peer)
    : target_(peer.target),
      identity_offered_(peer.identity_offered),
      site_(server_name_sent(*peer.target)) {
    // The name that was sent in TLS picks the site; Host must agree with it.
    if (site_.empty() || peer.target->plain) site_ = peer.target->host;
}

Want HttpConversation::start() { return ask(first()); }

Want HttpConversation::on(const Received& received) {
    switch (received.kind) {
    case Received::Kind::sent: return read(reader_.feed({}));
    case Received::Kind::bytes: return read(reader_.feed(received.bytes));
    case Received::Kind::end_of_stream: return peer_closed();
    case Received::Kind::tls_up: break;
    }
    return {Want::Kind::done};
}

std::optional<Refusal> HttpConversation::refusal(
    const Get& asked, const codec::HttpResponse& response
) const {
    return read_refusal(asked.path, response, identity_offered_);
}

Want HttpConversation::ask(Get get) {
    asked_ = std::move(get);
    answer_.unanswered = "GET " + asked_.path;
    // Set before the answer: where none comes, the report says what was asked.
    if (answers_ == 0) facts().set(http_answer::kRequest, "GET " + asked_.path);
    return {
        Want::Kind::send, codec::encode(codec::HttpGet{
                              .host = site_,
                              .port = target_->port,
                              .path = asked_.path,
                              .accept = asked_.accept,
                              .close = asked_.last,
                              .plain = target_->plain})};
}

Want HttpConversation::read(State state) {
    if (state == State::need_more) return {Want::Kind::receive};
    if (state == State::have_response) return take_response();
    if (const auto* begun = reader_.begun()) learn(*begun);
    if (answers_ > 0 && !asked_.needed) {
        note_path(reader_.problem());
        return finish();
    }
    return stop(
        state == State::malformed ? Conclusion::protocol_error : Conclusion::limit_exceeded,
        reader_.problem()
    );
}

Want HttpConversation::take_response() {
    const auto& response = reader_.response();
    learn(response);
    ++answers_;
    answer_.unanswered.clear();
    note_path(status_line(response));
    note_refusal(response);
    auto get = next(asked_, response);
    // Connection: close was sent with the last GET.
    if (!get || asked_.last || !response.keep_alive) return finish();
    return ask(std::move(*get));
}

Want HttpConversation::peer_closed() {
    const auto state = reader_.end_of_stream();
    if (state == State::have_response) { // it ends with the connection
        const auto want = take_response();
        return want.kind == Want::Kind::done ? want : finish();
    }
    if (state != State::need_more) return read(state);
    // The head of an answer that was cut names the server all the same.
    if (const auto* begun = reader_.begun()) learn(*begun);
    note_path("closed without an answer");
    return answers_ > 0 && !asked_.needed ? finish() : Want{Want::Kind::done};
}

Want HttpConversation::finish() {
    answer_.unanswered.clear();
    answer_.plain = target_->plain;
    return stop(Conclusion::finished, main_detail_);
}

void HttpConversation::give(const Get& asked, std::vector<std::string> certificates) {
    answer_.certificates = std::move(certificates);
    answer_.certificates_from = "GET " + asked.path;
}

Want HttpConversation::stop(Conclusion conclusion, std::string detail) {
    answer_.conclusion = conclusion;
    answer_.detail = std::move(detail);
    return {Want::Kind::done};
}

void HttpConversation::set_main_answer(const Get& get, const codec::HttpResponse& response) {
    facts().set(http_answer::kRequest, "GET " + get.path);
    facts().set(http_answer::kStatus, std::int64_t{response.status});
    facts().set(http_answer::kReason, response.reason);
    main_detail_ = fmt::format("answers GET {} with {}", get.path, status_line(response));
}

void HttpConversation::learn(const codec::HttpResponse& response) {
    // A later answer replaces it only where the probe says so.
    if (answers_ == 0) set_main_answer(asked_, response);
    for (const auto& [key, header] :
         std::initializer_list<std::pair<std::string_view, const char*>>{
             {http_answer::kServer, "Server"},
             {http_answer::kServerFqdn, "X-MS-Server-Fqdn"},
             {http_answer::kPoweredBy, "X-Powered-By"},
             {http_answer::kAspnetVersion, "X-AspNet-Version"},
             {http_answer::kDate, "Date"},
             {http_answer::kLocation, "Location"}})
        set_once(facts(), key, response.header(header));
    if (const auto coding = response.header("Content-Encoding"); coding != "identity")
        set_once(facts(), http_answer::kContentEncoding, coding);
    // Each path may challenge differently: the union is what the server takes.
    add_new(challenges_, response.all("WWW-Authenticate"));
    add_new(diagnostics_, response.all("X-Ms-diagnostics"));
    if (!challenges_.empty()) facts().set(http_answer::kChallenges, challenges_);
    if (!diagnostics_.empty()) facts().set(http_answer::kDiagnostics, diagnostics_);
}

void HttpConversation::note_path(std::string_view outcome) {
    paths_.push_back(fmt::format("GET {}: {}", asked_.path, outcome));
    facts().set(http_answer::kPaths, paths_);
}

void HttpConversation::note_refusal(const codec::HttpResponse& response) {
    auto found = refusal(asked_, response);
    if (!found) return;
    if (found->certificate == kRefused && answer_.certificate_refusal.empty())
        answer_.certificate_refusal =
            fmt::format("GET {} with {}: {}", asked_.path, status_line(response), found->why);
    answer_.certificate_missing = answer_.certificate_missing || found->certificate == kMissing;
    // The first refusal: the paths are in the order of what matters.
    if (facts().find(http_answer::kRefusal) != nullptr) return;
    facts().set(http_answer::kRefusal, std::move(found->why));
    facts().set(http_answer::kRemedy, std::move(found->remedy));
    if (found->expected) facts().set(http_answer::kRefusalExpected, true);
}

} // namespace lyncprobe::probes
