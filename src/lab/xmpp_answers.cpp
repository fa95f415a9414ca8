// SPDX-License-Identifier: MIT
#include "lab/xmpp_answers.h"

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

constexpr std::string_view kEndOfStream = "</stream:stream>";
constexpr std::string_view kFailure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
constexpr std::string_view kProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

// Up to the first '>' outside quotes; without the white space before it, which keeps streams alive.
std::string take_tag(std::string& unread) {
    unread.erase(0, unread.find_first_not_of(" \t\r\n"));
    char quote = 0;
    for (std::size_t i = 0; i < unread.size(); ++i) {
        const char c = unread[i];
        if (quote != 0 ? c == quote : c == '\'' || c == '"')
            quote = quote != 0 ? '\0' : c;
        else if (quote == 0 && c == '>') {
            std::string tag = unread.substr(0, i + 1);
            unread.erase(0, i + 1);
            return tag;
        }
    }
    return {};
}

// Empty where absent, and where its value would break out of the quotes we put it into.
std::string attribute(std::string_view tag, std::string_view name) {
    const auto at = tag.find(fmt::format(" {}=", name));
    if (at == std::string_view::npos) return {};
    auto value = tag.substr(at + name.size() + 2);
    if (value.size() < 2) return {};
    value = value.substr(1, value.find(value.front(), 1) - 1);
    return value.find_first_of("<>&'\"") == std::string_view::npos ? std::string(value)
                                                                   : std::string();
}

std::string features(Xmpp xmpp, bool secured) {
    std::string inside;
    if (!secured && xmpp != Xmpp::no_tls)
        inside = fmt::format(
            "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>{}</starttls>",
            xmpp == Xmpp::starttls_required ? "<required/>" : ""
        );
    // Where TLS is required, nothing else is on offer before it (RFC 6120 5.3.1).
    if (secured || xmpp != Xmpp::starttls_required)
        inside += "<dialback xmlns='urn:xmpp:features:dialback'/>";
    return fmt::format("<stream:features>{}</stream:features>", inside);
}

Reply farewell(std::string_view condition) {
    return {
        .text = fmt::format(
            "<stream:error><{} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>{}",
            condition, kEndOfStream
        ),
        .then = Reply::Then::close};
}

} // namespace

Reply xmpp_answer(std::string& unread, Xmpp xmpp, std::string_view domain, bool secured) {
    const std::string tag = take_tag(unread);
    if (tag.empty() || tag.starts_with("<?")) return {};
    if (tag.starts_with("<stream:stream")) {
        const std::string to = attribute(tag, "to");
        if (domain.empty() || to == domain)
            return {.text = xmpp_stream_header(tag) + features(xmpp, secured)};
        Reply unknown = farewell("host-unknown"); // RFC 6120 4.9.3.6
        unknown.text.insert(0, xmpp_stream_header(tag));
        return unknown;
    }
    if (tag.starts_with("<starttls")) {
        if (secured || xmpp == Xmpp::no_tls) return farewell("unsupported-stanza-type");
        if (xmpp == Xmpp::starttls_refused) // RFC 6120 5.4.2.2
            return {
                .text = fmt::format("{}{}", kFailure, kEndOfStream), .then = Reply::Then::close};
        // What came with it in clear text is not for the stream in TLS (RFC 6120 5.4.3.3).
        unread.clear();
        return {.text = std::string(kProceed), .then = Reply::Then::start_tls};
    }
    if (tag == kEndOfStream) return {.text = std::string(kEndOfStream), .then = Reply::Then::close};
    return farewell("not-authorized");
}

std::string xmpp_stream_header(std::string_view their_header) {
    return fmt::format(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
        "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
        "id='4B7A09E2' from='{}' to='{}' version='1.0'>",
        attribute(their_header, "to"), attribute(their_header, "from")
    );
}

} // namespace lyncprobe::lab
