// SPDX-License-Identifier: MIT
// XMPP streams between servers (RFC 6120, XEP-0220): the few things we say, and a reader of what
// comes back. A stream is one XML document that is never complete, so it is read as it arrives.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

namespace xmpp_space {
inline constexpr std::string_view kStreams = "http://etherx.jabber.org/streams";
inline constexpr std::string_view kServer = "jabber:server";
inline constexpr std::string_view kClient = "jabber:client";
inline constexpr std::string_view kDialback = "jabber:server:dialback";
inline constexpr std::string_view kDialbackFeature = "urn:xmpp:features:dialback";
inline constexpr std::string_view kTls = "urn:ietf:params:xml:ns:xmpp-tls";
inline constexpr std::string_view kSasl = "urn:ietf:params:xml:ns:xmpp-sasl";
inline constexpr std::string_view kErrors = "urn:ietf:params:xml:ns:xmpp-streams";
} // namespace xmpp_space

// The opening tag of the server's stream (RFC 6120 4.7); empty where an attribute is absent.
struct XmppHeader {
    std::string to, from, id, version, lang;
    std::string content_space;             // the default namespace
    std::vector<std::string> other_spaces; // declared for a prefix
    bool declares(std::string_view space) const;
    int major_version() const; // 0 where absent or no number: a server from before RFC 3920
};

// XmppElement is a stanza, or an element inside one.
struct XmppElement {
    struct Attribute {
        std::string space, name, value; // no space: an attribute without prefix
    };
    std::string space, name; // namespace and local name
    std::vector<Attribute> attributes;
    std::vector<XmppElement> children;
    std::string text; // all character data directly inside, put together

    bool is(std::string_view space, std::string_view name) const;
    const XmppElement* child(std::string_view space, std::string_view name) const;
    std::string_view attribute(std::string_view name) const; // without prefix; empty where absent
};

// XmppReader reads one stream; after TLS has begun a new one is due. DOCTYPE, entities, processing
// instructions and comments are refused (RFC 6120 11.1), and what is kept is bounded by
// model/limits.h.
class XmppReader {
  public:
    enum class State { need_more, opened, stanza, closed, malformed, too_large };

    XmppReader();
    ~XmppReader();
    XmppReader(XmppReader&&) noexcept;
    XmppReader& operator=(XmppReader&&) noexcept;

    // Takes all of `bytes` and gives the next event; call with no bytes for the events behind it.
    State feed(std::string_view bytes);
    const XmppHeader& header() const;   // after opened
    const XmppElement& stanza() const;  // after stanza
    const std::string& problem() const; // one clause, for malformed and too_large
    // True where anything but white space was taken behind the event given last.
    bool more_behind() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The header of our stream to another server; values are escaped.
struct XmppOpening {
    std::string_view to, from;
};
std::string encode(const XmppOpening&);

inline constexpr std::string_view kXmppStarttls =
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
inline constexpr std::string_view kXmppClose = "</stream:stream>";

} // namespace lyncprobe::codec
