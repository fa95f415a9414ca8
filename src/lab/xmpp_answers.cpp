// SPDX-License-Identifier: MIT
#include "lab/xmpp_answers.h"

#include <cstddef>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

constexpr std::size_t kUnread = 64u << 10; // no client has so much to say
constexpr std::string_view kTls = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
constexpr std::string_view kEnd = "</stream:stream>";

std::string_view name_of(std::string_view tag);
std::string_view attribute(std::string_view tag, std::string_view name);

} // namespace

std::string XmppServer::on(std::string_view bytes, bool tls_up) {
    // Inside TLS everything begins anew (RFC 6120 5.4.3.3).
    if (tls_up && state_ == State::tls_next) {
        state_ = State::header;
        unread_.clear();
    }
    unread_ += bytes;
    std::string out;
    while (state_ == State::header || state_ == State::stanzas) {
        const auto end = unread_.find('>');
        if (end == std::string::npos) {
            if (unread_.size() <= kUnread) break;
            if (state_ == State::header) out += header({});
            out += error("policy-violation");
            break;
        }
        const auto begin = unread_.find_first_not_of(" \t\r\n");
        const auto tag = unread_.substr(begin, end + 1 - begin);
        unread_.erase(0, end + 1);
        out += answer(tag, tls_up);
    }
    return out;
}

std::string XmppServer::answer(std::string_view tag, bool tls_up) {
    if (tag.substr(0, 2) == "<?") return {};
    if (state_ == State::header) return open_stream(tag, tls_up);
    if (tag == kEnd) {
        state_ = State::closed;
        return std::string(kEnd);
    }
    const bool offered = options_.tls != XmppTls::not_supported && !options_.old && !tls_up;
    if (name_of(tag) != "starttls" || !offered) return error("unsupported-stanza-type");
    if (options_.refuse_starttls) {
        state_ = State::closed;
        return fmt::format("<failure {}/>{}", kTls, kEnd);
    }
    state_ = State::tls_next;
    return fmt::format("<proceed {}/>", kTls);
}

std::string XmppServer::open_stream(std::string_view tag, bool tls_up) {
    const auto to = attribute(tag, "to");
    const bool ours = to == options_.domain;
    const auto head = header(ours ? to : std::string_view());
    if (name_of(tag) != "stream:stream") return head + error("bad-format");
    if (attribute(tag, "xmlns") != "jabber:server") return head + error("invalid-namespace");
    if (!ours) return head + error("host-unknown");
    state_ = State::stanzas;
    return options_.old ? head : head + features(tls_up);
}

std::string XmppServer::header(std::string_view from) const {
    return fmt::format(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
        "xmlns:stream='http://etherx.jabber.org/streams'{}{} id='5B1E0E2B7C'{}>",
        options_.dialback ? " xmlns:db='jabber:server:dialback'" : "",
        from.empty() ? "" : fmt::format(" from='{}'", from), options_.old ? "" : " version='1.0'"
    );
}

std::string XmppServer::features(bool tls_up) const {
    std::string inside;
    if (!tls_up && options_.tls != XmppTls::not_supported)
        inside += fmt::format(
            "<starttls {}>{}</starttls>", kTls,
            options_.tls == XmppTls::required ? "<required/>" : ""
        );
    if (tls_up && options_.external)
        inside += "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                  "<mechanism>EXTERNAL</mechanism></mechanisms>";
    if (options_.dialback) inside += "<dialback xmlns='urn:xmpp:features:dialback'/>";
    return fmt::format("<stream:features>{}</stream:features>", inside);
}

std::string XmppServer::error(std::string_view condition) {
    state_ = State::closed;
    return fmt::format(
        "<stream:error><{} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>{}",
        condition, kEnd
    );
}

namespace {

std::string_view name_of(std::string_view tag) {
    if (tag.empty() || tag.front() != '<') return {};
    tag.remove_prefix(1);
    return tag.substr(0, tag.find_first_of(" \t\r\n/>"));
}

// The value of an attribute as it is written; empty where absent.
std::string_view attribute(std::string_view tag, std::string_view name) {
    for (auto at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
        const auto equals = at + name.size();
        if (at == 0 || equals + 2 > tag.size() || tag[equals] != '=') continue;
        if (std::string_view(" \t\r\n").find(tag[at - 1]) == std::string_view::npos) continue;
        const char quote = tag[equals + 1];
        if (quote != '\'' && quote != '"') continue;
        const auto value = tag.substr(equals + 2);
        return value.substr(0, value.find(quote));
    }
    return {};
}

} // namespace

} // namespace lyncprobe::lab
