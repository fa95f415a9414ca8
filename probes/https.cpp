// SPDX-License-Identifier: MIT
#include "probes/https.h"

#include "codec/auth_metadata.h"
#include "codec/url.h"
#include "model/text/ascii.h"
#include "probes/http_exchange.h"
#include "probes/sip.h"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace lyncprobe::probes {

namespace {

constexpr std::size_t kNameLength = 253;

bool is_name_character(char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; }

// The characters a script or a page may have hidden: \x3a, \u003a, \/, %3a, &#x3a;, &#58;, &gt;.
// Anything else stays as it is.
std::string unescape(std::string_view text) {
    struct Form {
        std::string_view begin, end;
        std::size_t digits; // 0: up to six
        int base;
    };
    constexpr std::array<Form, 5> kForms{
        {{"\\x", "", 2, 16},
         {"\\u", "", 4, 16},
         {"%", "", 2, 16},
         {"&#x", ";", 0, 16},
         {"&#", ";", 0, 10}}};
    constexpr std::array<std::pair<std::string_view, char>, 5> kWords{
        {{"\\/", '/'}, {"&gt;", '>'}, {"&lt;", '<'}, {"&quot;", '"'}, {"&amp;", '&'}}};
    const auto take = [&](std::string_view rest, char& out) -> std::size_t {
        for (const auto& [word, meaning] : kWords)
            if (rest.starts_with(word)) {
                out = meaning;
                return word.size();
            }
        // Only printable ASCII is decoded: what comes out is put into names and addresses.
        for (const auto& form : kForms) {
            if (!rest.starts_with(form.begin)) continue;
            const auto digits = rest.substr(form.begin.size(), form.digits ? form.digits : 6);
            unsigned value = 0;
            const auto [end, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), value, form.base);
            const auto length = static_cast<std::size_t>(end - digits.data());
            if (error != std::errc{} || (form.digits != 0 && length != form.digits)) continue;
            const auto size = form.begin.size() + length;
            if (value < ' ' || value > '~' || !rest.substr(size).starts_with(form.end)) continue;
            out = static_cast<char>(value);
            return size + form.end.size();
        }
        return 0;
    };
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        char c = text[at];
        const auto length = take(text.substr(at), c);
        out += c;
        at += length > 0 ? length : 1;
    }
    return out;
}

// What stands behind a word, unescaped; enough of it for a name or an address.
std::string behind(std::string_view html, std::string_view word) {
    const auto at = html.find(word);
    return at == std::string_view::npos ? std::string()
                                        : unescape(html.substr(at + word.size(), 2048));
}

std::string host_behind(std::string_view html, std::string_view word) {
    const auto text = behind(html, word);
    // Behind the word there is an attribute or an assignment, so a few characters come first.
    const auto begin = text.find("http");
    if (begin == std::string::npos || begin > 16) return {};
    const auto end = text.find_first_of("<>\"' \r\n", begin);
    const auto url = codec::parse_url(std::string_view(text).substr(begin, end - begin));
    // Anything else is not a name that a page would give.
    return url && !url->user_info ? url->host : std::string();
}

// "lcs_se_w16_msrc6.0.9319.88" in the address of the page's scripts.
std::string read_build(std::string_view html) {
    const auto at = html.find("lcs_se_");
    if (at == std::string_view::npos) return {};
    auto rest = html.substr(at, 128);
    const auto number = rest.find("msrc");
    if (number == std::string_view::npos) return {};
    rest.remove_prefix(number + 4);
    std::size_t size = 0;
    while (size < rest.size() && (is_digit(rest[size]) || rest[size] == '.'))
        ++size;
    return std::string(rest.substr(0, size));
}

// "Machine:FE01Join attempted at(UTC):…": the script that shows the text has no line breaks.
std::string read_machine(std::string_view html) {
    const auto info = html.find("diagInfo");
    if (info == std::string_view::npos) return {};
    auto text = behind(html.substr(info, 512), "Machine");
    const auto begin = text.find_first_not_of(": ");
    if (begin == std::string::npos) return {};
    text.erase(0, begin);
    std::size_t size = 0;
    while (size < text.size() && size < kNameLength && is_name_character(text[size]))
        ++size;
    text.resize(size);
    constexpr std::string_view kNext = "Join";
    // The next sentence of the page begins without a space.
    if (text.size() > kNext.size() && text.ends_with(kNext))
        text.resize(text.size() - kNext.size());
    return text;
}

constexpr std::string_view kLyncMetadata = "/metadata/json/1";
constexpr std::string_view kExchangeMetadata = "/autodiscover/metadata/json/1";

bool is_metadata(std::string_view path) {
    return path == kLyncMetadata || path == kExchangeMetadata;
}

// The paths by what the port is for; each is answered without a user.
std::vector<std::string> paths_for(const Target& target) {
    static const std::vector<std::string> kWeb{"/meet/", "/CertProv/CertProvisioningService.svc"};
    const bool lync_web = target.role == Role::front_end || target.role == Role::standard_edition ||
                          target.role == Role::director || target.role == Role::sba;
    const bool web_port = target.port == 443 || target.port == 4443;
    // Conference control between servers (C3P); on a web port the certificate is used, not C3P.
    if (lync_web && (target.port == 444 || (target.use == CertificateUse::default_ && !web_port)))
        return {"/LiveServer/Focus/"};
    const bool web_use = target.use == CertificateUse::web_services_internal ||
                         target.use == CertificateUse::web_services_external;
    // A reverse proxy need not publish it, and the servers behind it are asked themselves.
    const bool has_oauth = target.role == Role::front_end ||
                           target.role == Role::standard_edition || target.role == Role::director;
    if (has_oauth) return {kWeb[0], kWeb[1], std::string(kLyncMetadata)};
    if (target.role == Role::exchange_um) return {"/", std::string(kExchangeMetadata)};
    if (lync_web || web_use || target.role == Role::reverse_proxy) return kWeb;
    if (target.role == Role::office_web_apps) return {"/hosting/discovery"};
    return {"/"};
}

class HttpsConversation final : public HttpConversation {
  public:
    explicit HttpsConversation(const Peer& peer)
        : HttpConversation(peer), paths_(paths_for(*peer.target)) {}

  private:
    Get first() override { return get(); }

    std::optional<Get> next(const Get& asked, const codec::HttpResponse& response) override {
        is_metadata(asked.path) ? learn_metadata(asked, response) : learn(response);
        // All are asked, whatever the answers: each belongs to another site or service.
        if (++at_ == paths_.size()) return std::nullopt;
        return get();
    }

    // A server that withholds the document from us does not refuse clients by that.
    std::optional<Refusal> refusal(const Get& asked, const codec::HttpResponse& response)
        const override {
        return is_metadata(asked.path) ? std::nullopt : HttpConversation::refusal(asked, response);
    }

    Get get() {
        const bool metadata = is_metadata(paths_[at_]);
        if (metadata) facts().set(https_answer::kOAuthMetadata, "not answered");
        return {.path = paths_[at_], .last = at_ + 1 == paths_.size(), .needed = !metadata};
    }

    void learn_metadata(const Get& asked, const codec::HttpResponse& response) {
        std::string problem;
        auto document = response.status == 200 ? codec::read_auth_metadata(response.body, &problem)
                                               : std::nullopt;
        if (response.status != 200) problem = std::to_string(response.status);
        facts().set(https_answer::kOAuthMetadata, document ? "read" : problem);
        if (!document) return;
        set(https_answer::kOAuthIssuer, document->issuer);
        give(asked, std::move(document->certificates));
    }

    void learn(const codec::HttpResponse& response) {
        const auto page = read_join_page(response.body);
        set(https_answer::kBuild, page.build);
        set(https_answer::kMachine, page.machine);
        set(https_answer::kInternalWebFqdn, page.internal_web_fqdn);
        set(https_answer::kExternalWebFqdn, page.external_web_fqdn);
        set(http_answer::kProduct, product_name(product_of_build(page.build)));
        // Some ports of a Front End are served by its SIP stack, which says so in HTTP too.
        set(http_answer::kProduct, product_of_server_header(response.header("Server")));
    }

    void set(std::string_view key, std::string_view text) {
        if (!text.empty() && facts().find(key) == nullptr) facts().set(key, std::string(text));
    }

    std::vector<std::string> paths_;
    std::size_t at_ = 0;
};

} // namespace

const ProbeInfo https{
    .id = Probe::https,
    .summary = "HTTPS: anonymous GETs by role, reads server, build and names",
    .late_certificate = true,
    .converse = [](const Peer& peer) -> std::unique_ptr<Conversation> {
        return std::make_unique<HttpsConversation>(peer);
    }};

JoinPage read_join_page(std::string_view html) {
    return {
        .build = read_build(html),
        .machine = read_machine(html),
        .internal_web_fqdn = host_behind(html, "ucwa-int-url"),
        .external_web_fqdn = host_behind(html, "ucwa-ext-url")};
}

Product product_of_build(std::string_view build) {
    for (const auto& [prefix, product] : std::initializer_list<std::pair<const char*, Product>>{
             {"4.0.", Product::lync_2010},
             {"5.0.", Product::lync_2013},
             {"6.0.", Product::skype_2015},
             {"7.0.", Product::skype_2019}})
        if (build.starts_with(prefix)) return product;
    return Product::unknown;
}

} // namespace lyncprobe::probes
