// SPDX-License-Identifier: MIT
// What the probes over HTTP have in common: anonymous GETs, one after the other on one connection,
// and the headers by which a Lync web server makes itself known. Redirects are reported, never
// followed.
#pragma once

#include "codec/http.h"
#include "probes/conversation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::probes {

// Keys of the answer that these probes share. Of the headers the first answer that has one counts.
namespace http_answer {
inline constexpr std::string_view kRequest = "request"; // text: "GET /meet/", what is answered by
inline constexpr std::string_view kStatus = "status";   // integer
inline constexpr std::string_view kReason = "reason";   // text: its phrase
inline constexpr std::string_view kServer = "server";   // text: the Server header as sent
inline constexpr std::string_view kPaths = "paths";     // list: "GET /meet/: 200 OK", one a request
inline constexpr std::string_view kServerFqdn =
    "server_fqdn"; // text: X-MS-Server-Fqdn, the server's own name
inline constexpr std::string_view kPoweredBy = "powered_by";         // text: X-Powered-By
inline constexpr std::string_view kAspnetVersion = "aspnet_version"; // text: X-AspNet-Version
inline constexpr std::string_view kDate = "date";                    // text: Date, its clock
inline constexpr std::string_view kLocation =
    "location"; // text: where a redirect leads to, as sent
inline constexpr std::string_view kChallenges = "challenges"; // list: WWW-Authenticate as sent
inline constexpr std::string_view kDiagnostics =
    "ms_diagnostics"; // list: X-Ms-diagnostics headers as sent
inline constexpr std::string_view kContentEncoding =
    "content_encoding"; // text: of a body that was packed though we asked for none, and not
                        // unpacked
inline constexpr std::string_view kProduct = "product"; // text: the product its answers mean
inline constexpr std::string_view kRefusal = "refusal"; // text: why it refuses us, in Lync's terms
inline constexpr std::string_view kRemedy = "remedy";   // text: who has to change what
inline constexpr std::string_view kRefusalExpected =
    "refusal_expected"; // true: whoever comes as we do is to be refused; else absent
} // namespace http_answer

// Refusal explains an answer that turns us away for who we are, not for what we ask.
struct Refusal {
    std::string why;
    std::string remedy;
    bool told = true;      // by the server; else the cause is a guess
    bool expected = false; // whoever comes as we do is to be refused
    // It is about the certificate itself: not taken, or wanted and not sent.
    enum class Certificate : std::uint8_t { other, refused, missing };
    Certificate certificate = Certificate::other;
};
// Known: IIS 403.7, 403.12, 403.13, 403.16, 403.17, which may be told in the body only, its words
// for a name no site has, nginx's and Apache's own words, and any other 403. Nothing where it is no
// refusal.
std::optional<Refusal> read_refusal(
    std::string_view path, const codec::HttpResponse&, bool identity_offered
);

// HttpConversation asks one GET after the other; what is asked and concluded is the probe's.
class HttpConversation : public Conversation {
  public:
    Want start() final;
    Want on(const Received&) final;
    Answer answer() const final { return answer_; }

  protected:
    struct Get {
        std::string path;
        std::string accept = "*/*";
        bool last = false; // nothing is asked after it whatever is answered
        // Else a server that closes instead of an answer, or gives one that cannot be read, has
        // done no harm.
        bool needed = true;
    };
    explicit HttpConversation(const Peer& peer);

    // The GET to begin with.
    virtual Get first() = 0;
    // Told of each answer; the next GET, or nothing where the probe has what it wants.
    virtual std::optional<Get> next(const Get& asked, const codec::HttpResponse&) = 0;
    // Whether an answer turns us away, for a probe that knows more than read_refusal().
    virtual std::optional<Refusal> refusal(const Get& asked, const codec::HttpResponse&) const;

    Facts& facts() { return answer_.facts; }
    void give(const Get& asked, std::vector<std::string> certificates);
    const Target& target() const { return *target_; }
    bool identity_offered() const { return identity_offered_; }
    // The name the web site is asked for by, in SNI and Host alike: some servers refuse two names.
    const std::string& site() const { return site_; }
    // The answer that stands for all: the first, unless the probe chooses another.
    void set_main_answer(const Get&, const codec::HttpResponse&);

  private:
    Want ask(Get);
    Want read(codec::HttpReader::State);
    Want take_response();
    Want peer_closed();
    Want stop(Conclusion, std::string detail);
    Want finish();
    void learn(const codec::HttpResponse&);
    void note_path(std::string_view outcome);
    void note_refusal(const codec::HttpResponse&);

    const Target* target_;
    bool identity_offered_;
    std::string site_;
    Get asked_;
    codec::HttpReader reader_;
    std::vector<std::string> paths_, challenges_, diagnostics_;
    std::string main_detail_;
    std::size_t answers_ = 0;
    Answer answer_;
};

} // namespace lyncprobe::probes
