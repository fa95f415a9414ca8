// SPDX-License-Identifier: MIT
#include "probes/autodiscover.h"

#include "codec/autodiscover.h"
#include "codec/url.h"
#include "model/add_once.h"
#include "model/host.h"
#include "model/limits.h"
#include "model/text/ascii.h"
#include "probes/http_exchange.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe::probes {

namespace {

constexpr std::size_t kGets = 5;
constexpr std::size_t kTokenLength = 64;
constexpr const char* kRoot = "/Autodiscover/AutodiscoverService.svc/root";
constexpr const char* kDomain = "/Autodiscover/AutodiscoverService.svc/root/domain";
constexpr const char* kXml = "application/vnd.microsoft.rtc.autodiscover+xml;v=1";
constexpr const char* kJson = "application/json";

bool is_token_character(char c) {
    return is_letter_or_digit(c) || c == '/' || c == '.' || c == '-' || c == '_';
}

// A token that stays one word of its line.
std::string one_word(std::string_view token) {
    std::string out(token.substr(0, kTokenLength));
    for (char& c : out)
        if (!is_token_character(c)) c = '_';
    return out.empty() ? "_" : out;
}

bool is_redirect(int status) { return status >= 300 && status < 400; }

// What looks like the registered domain: the last two labels, or three where the second-level label
// is a short one below a country ("contoso.co.uk").
std::string_view registered_domain(std::string_view name) {
    const auto label_before = [&](std::size_t dot) {
        const auto before = dot == 0 ? std::string_view::npos : name.rfind('.', dot - 1);
        return before == std::string_view::npos ? 0 : before + 1;
    };
    const auto last = name.rfind('.');
    if (last == std::string_view::npos) return name;
    const auto second = label_before(last);
    const bool country = name.size() - last - 1 == 2;
    const bool short_label = last - second <= 3;
    if (country && short_label && second > 0) return name.substr(label_before(second - 1));
    return name.substr(second);
}

class AutodiscoverConversation final : public HttpConversation {
  public:
    explicit AutodiscoverConversation(const Peer& peer) : HttpConversation(peer) {
        // Clients begin at "/" of these names only, and elsewhere at the service itself.
        by_name_ = site().starts_with("lyncdiscover");
    }

  private:
    enum class Step { name, root, json, domain };

    Get first() override { return get(by_name_ ? Step::name : Step::root); }

    std::optional<Get> next(const Get& asked, const codec::HttpResponse& response) override {
        const auto document = learn(asked, response);
        const auto step = next_step(document, response);
        // A server that answers oddly is not asked for ever.
        if (!step || gets_ == kGets) return std::nullopt;
        return get(*step);
    }

    // What to ask after this answer.
    std::optional<Step> next_step(bool document, const codec::HttpResponse& response) {
        switch (step_) {
        case Step::name:
            // The short address is a rule of the reverse proxy, which may be missing.
            if (!document) return Step::root;
            [[fallthrough]];
        case Step::root:
            // Redirected clients go there and ask no more here, nor would the answers differ.
            if (redirected_ || is_redirect(response.status)) return std::nullopt;
            return Step::json;
        case Step::json:
            // Without any document the last question would repeat the failure.
            if (redirected_ || formats_.empty()) return std::nullopt;
            return Step::domain;
        case Step::domain: break;
        }
        return std::nullopt;
    }

    Get get(Step step) {
        step_ = step;
        // Counted here, since every way to another question leads through here.
        ++gets_;
        switch (step) {
        case Step::name: return {.path = "/", .accept = kXml};
        case Step::root: return {.path = kRoot, .accept = kXml};
        case Step::json:
            return {.path = document_path_, .accept = kJson, .needed = formats_.empty()};
        case Step::domain: break;
        }
        return {.path = domain_path_, .accept = kXml, .last = true, .needed = formats_.empty()};
    }

    // True where the answer is a document.
    bool learn(const Get& asked, const codec::HttpResponse& response) {
        if (is_redirect(response.status)) note_redirect(response.header("Location"));
        // Error pages are no documents, whatever their content type says.
        if (response.status != 200) return false;
        std::string problem;
        const auto document =
            codec::read_autodiscover(response.body, response.header("Content-Type"), &problem);
        if (!document) {
            // The first one: the later questions are variants of it.
            if (facts().find(autodiscover_answer::kDocumentProblem) == nullptr)
                facts().set(
                    autodiscover_answer::kDocumentProblem,
                    fmt::format("GET {}: {}", asked.path, problem)
                );
            return false;
        }
        // The first document is the answer; what failed before it was a detour.
        if (formats_.empty()) {
            set_main_answer(asked, response);
            document_path_ = asked.path;
        }
        note(*document);
        return true;
    }

    void note(const codec::AutodiscoverDocument& document) {
        const std::string format(codec::to_text(document.format));
        add_once(formats_, format);
        facts().set(autodiscover_answer::kFormats, formats_);
        note_location(document.access_location);
        left_out_ += document.left_out;
        for (const auto& access : document.sip_access) {
            // It becomes a target where --follow is given, so it must be a name or an address.
            const auto host = host_of(access.host);
            if (!host.empty()) note_endpoint({one_word(access.token), "sip", host, access.port});
        }
        for (const auto& link : document.links)
            note(link);
        if (const auto* redirect = document.link("Redirect")) {
            redirected_ = true;
            note_redirect(redirect->href);
        }
        if (!endpoints_.empty()) facts().set(autodiscover_answer::kEndpoints, endpoints_);
        if (!links_.empty()) facts().set(autodiscover_answer::kLinks, links_);
        if (left_out_ > 0)
            facts().set(autodiscover_answer::kLeftOut, static_cast<std::int64_t>(left_out_));
    }

    // Behind a load balancer one document may come from another web site than the next.
    void note_location(const std::string& location) {
        if (location.empty()) return;
        const auto first = facts().text(autodiscover_answer::kAccessLocation);
        if (first.empty())
            facts().set(autodiscover_answer::kAccessLocation, location);
        else if (!equal_ignoring_case(first, location))
            facts().set(autodiscover_answer::kOtherAccessLocation, location);
    }

    void note(const codec::AutodiscoverDocument::Link& link) {
        keep(links_, one_word(link.token) + ' ' + link.href);
        const auto url = codec::parse_url(link.href);
        // Kept as text above, but nothing is made of it.
        if (!url || url->user_info) return;
        if (url->scheme == "https")
            note_endpoint({one_word(link.token), "https", url->host, url->port});
        // Only this server is asked: a link may lead anywhere.
        const bool here = url->host == site() && url->port == target().port &&
                          (url->scheme == "http") == target().plain;
        if (here && one_word(link.token) == "Domain") domain_path_ = url->path;
    }

    void note_endpoint(const LearntEndpoint& endpoint) {
        for (auto& line : endpoints_) {
            const auto known = read_learnt_endpoint(line);
            // One port is one endpoint, whichever links lead to it.
            if (!known || known->scheme != endpoint.scheme || known->host != endpoint.host ||
                known->port != endpoint.port)
                continue;
            // Told for both sides, it is one for all.
            if (is_for_inside(*known) && !is_for_inside(endpoint)) line = to_text(endpoint);
            return;
        }
        keep(endpoints_, to_text(endpoint));
    }

    void keep(std::vector<std::string>& list, std::string line) {
        if (std::find(list.begin(), list.end(), line) != list.end()) return;
        if (list.size() < limits::kLearntKept)
            list.push_back(std::move(line));
        else
            ++left_out_;
    }

    static std::string host_of(std::string_view text) {
        if (const auto address = parse_address(text)) return to_text(*address);
        return check_host_name(text).name;
    }

    void note_redirect(std::string_view where) {
        if (where.empty() || facts().find(autodiscover_answer::kRedirect) != nullptr) return;
        facts().set(autodiscover_answer::kRedirect, std::string(where));
        // A redirect that leaves the user's domain is one that clients ask the user about.
        const auto& ours = target().sip_domain.empty() ? site() : target().sip_domain;
        const bool relative = where.starts_with('/') && !where.starts_with("//");
        // A network-path reference has the scheme of the page (RFC 3986 4.2).
        const auto url = codec::parse_url(
            where.starts_with("//") ? "https:" + std::string(where) : std::string(where)
        );
        if (relative)
            facts().set(autodiscover_answer::kRedirectOtherDomain, false);
        else if (url && !parse_address(ours)) // an address is in no domain; no web address, too
            facts().set(
                autodiscover_answer::kRedirectOtherDomain,
                url->host != site() && !same_domain(url->host, ours)
            );
    }

    bool by_name_ = false;
    Step step_ = Step::name;
    std::size_t gets_ = 0;
    bool redirected_ = false; // by a document
    std::string document_path_ = kRoot, domain_path_ = kDomain;
    std::vector<std::string> formats_, links_, endpoints_;
    std::size_t left_out_ = 0;
};

} // namespace

const ProbeInfo autodiscover{
    .id = Probe::autodiscover,
    .summary = "Autodiscover over HTTPS or HTTP: reads its documents and the names in them",
    .late_certificate = true,
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<AutodiscoverConversation>(peer);
    }};

std::string to_text(const LearntEndpoint& endpoint) {
    return fmt::format(
        "{} {}://{}", endpoint.token, endpoint.scheme, host_and_port(endpoint.host, endpoint.port)
    );
}

std::optional<LearntEndpoint> read_learnt_endpoint(std::string_view line) {
    LearntEndpoint out;
    const auto blank = line.find(' ');
    if (blank == 0 || blank == std::string_view::npos) return std::nullopt;
    out.token = line.substr(0, blank);
    line.remove_prefix(blank + 1);
    for (const std::string_view scheme : {"sip", "https"})
        if (line.starts_with(fmt::format("{}://", scheme))) out.scheme = scheme;
    if (out.scheme.empty()) return std::nullopt;
    line.remove_prefix(out.scheme.size() + 3);
    const auto colon = line.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto host = line.substr(0, colon), port = line.substr(colon + 1);
    out.port = to_number<std::uint16_t>(port).value_or(0);
    if (out.port == 0) return std::nullopt;
    // An IPv6 address without its brackets would take the port for its last group.
    const bool bare_v6 = !host.starts_with('[') && host.find(':') != std::string_view::npos;
    if (bare_v6) return std::nullopt;
    const auto address = parse_address(host);
    out.host = address ? lyncprobe::to_text(*address) : check_host_name(host).name;
    if (out.host.empty()) return std::nullopt;
    return out;
}

std::vector<LearntEndpoint> learnt_endpoints(const Facts& answer) {
    std::vector<LearntEndpoint> out;
    const auto* value = answer.find(autodiscover_answer::kEndpoints);
    const auto* lines = value ? std::get_if<std::vector<std::string>>(value) : nullptr;
    if (lines == nullptr) return out;
    for (const auto& line : *lines)
        if (auto endpoint = read_learnt_endpoint(line)) out.push_back(std::move(*endpoint));
    return out;
}

bool is_for_inside(const LearntEndpoint& endpoint) {
    return endpoint.token.starts_with("Internal/") ||
           endpoint.token.find("InternalAccess") != std::string::npos;
}

bool same_domain(std::string_view host, std::string_view ours) {
    const bool address = parse_address(host).has_value() || parse_address(ours).has_value();
    return host == ours || (!address && registered_domain(host) == registered_domain(ours));
}

} // namespace lyncprobe::probes
