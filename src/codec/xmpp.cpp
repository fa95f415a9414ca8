// SPDX-License-Identifier: MIT
// The reader uses expat: XML that never ends, from a hostile peer, is no place for a parser
// of our own. Everything expat cannot bound is bounded here.
#include "codec/xmpp.h"

#include "codec/expat.h"
#include "model/limits.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

// Between namespace and local name in what expat reports; it refuses namespaces that contain it.
constexpr char kSeparator = '\n';
constexpr std::string_view kXmlSpace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view kWhite = " \t\r\n";

// One tag at most. expat looks again at the whole of an unfinished tag whenever a byte of it comes,
// and writes out the namespace of each attribute: without a bound both grow with the square.
constexpr std::size_t kTag = 4u << 10;
constexpr std::size_t kPiece = 2u << 10;

// What a node costs beside its text, so that a million empty elements are not free.
constexpr std::size_t kNode = 8;

bool is_white(std::string_view text) {
    return text.find_first_not_of(kWhite) == std::string_view::npos;
}

std::pair<std::string_view, std::string_view> split(std::string_view reported) {
    const auto at = reported.find(kSeparator);
    if (at == std::string_view::npos) return {{}, reported};
    return {reported.substr(0, at), reported.substr(at + 1)};
}

// By the first two bytes, as expat recognises it whatever encoding it is given.
bool is_utf16(std::string_view beginning) {
    return beginning.find_first_of(std::string_view("\0\xfe\xff", 3)) != std::string_view::npos;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '\'': out += "&apos;"; break;
        case '"': out += "&quot;"; break;
        // Of the control characters XML has these three, and a parser would make spaces of them.
        case '\t': out += "&#9;"; break;
        case '\n': out += "&#10;"; break;
        case '\r': out += "&#13;"; break;
        default: out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return out;
}

} // namespace

bool XmppHeader::declares(std::string_view space) const {
    return content_space == space ||
           std::find(other_spaces.begin(), other_spaces.end(), space) != other_spaces.end();
}

int XmppHeader::major_version() const {
    int major = 0;
    const auto [end, error] =
        std::from_chars(version.data(), version.data() + version.size(), major);
    // RFC 6120 4.7.5: the numbers are compared as numbers, and "1" alone is none.
    const bool dot = end != version.data() + version.size() && *end == '.';
    return error == std::errc() && dot ? std::max(major, 0) : 0;
}

bool XmppElement::is(std::string_view its_space, std::string_view its_name) const {
    return name == its_name && space == its_space;
}

const XmppElement* XmppElement::child(std::string_view its_space, std::string_view its_name) const {
    for (const auto& one : children)
        if (one.is(its_space, its_name)) return &one;
    return nullptr;
}

std::string_view XmppElement::attribute(std::string_view its_name) const {
    for (const auto& one : attributes)
        if (one.space.empty() && one.name == its_name) return one.value;
    return {};
}

// Impl is what expat's callbacks work on.
struct XmppReader::Impl {
    struct Event {
        State state;
        std::size_t end;  // offset in the stream, behind the tag that ends it
        XmppElement what; // of a stanza
    };

    Impl() : expat(this, kSeparator) {
        XML_SetElementHandler(expat.get(), &on_start, &on_end);
        XML_SetCharacterDataHandler(expat.get(), &on_text);
        XML_SetStartNamespaceDeclHandler(expat.get(), &on_space);
        XML_SetStartDoctypeDeclHandler(expat.get(), &on_doctype);
        XML_SetProcessingInstructionHandler(expat.get(), &on_instruction);
        XML_SetCommentHandler(expat.get(), &on_comment);
        XML_SetDefaultHandler(expat.get(), &on_rest);
    }

    void parse(std::string_view bytes) {
        if (const auto last = bytes.find_last_not_of(kWhite); last != std::string_view::npos)
            last_word = taken + last + 1;
        if (taken < 2 && is_utf16(bytes.substr(0, 2 - taken)))
            return fail(State::malformed, "its stream is not UTF-8"); // RFC 6120 11.6
        while (!bytes.empty() && !failure) {
            const auto piece = bytes.substr(0, kPiece);
            bytes.remove_prefix(piece.size());
            taken += piece.size();
            if (taken > limits::kXmppBytes) return too_large();
            const bool good = expat.parse(piece, false);
            if (failure) return;
            if (!good)
                return fail(
                    State::malformed, fmt::format("its stream is no XML: {}", expat.mistake())
                );
            tag_fits(taken - expat.offset());
        }
    }

    bool tag_fits(std::size_t size) {
        if (size > kTag)
            fail(State::too_large, fmt::format("it sent a tag longer than {} bytes", kTag));
        return !failure;
    }
    bool this_tag_fits() { return tag_fits(expat.size()); }

    void start(std::string_view reported, const char** attributes) {
        if (!this_tag_fits()) return;
        const auto [space, name] = split(reported);
        if (open.empty() && !opened) return start_stream(space, name, attributes);
        // The stream itself and the element that begins are levels, too.
        if (open.size() + 2 > static_cast<std::size_t>(limits::kXmlDepth))
            return fail(
                State::too_large,
                fmt::format("its XML is nested deeper than {} elements", limits::kXmlDepth)
            );
        if (!keep(kNode + space.size() + name.size())) return;
        XmppElement element;
        element.space = space;
        element.name = name;
        for (; *attributes != nullptr; attributes += 2) {
            const auto [of, called] = split(attributes[0]);
            const std::string_view value = attributes[1];
            if (!keep(kNode + of.size() + called.size() + value.size())) return;
            element.attributes.push_back({std::string(of), std::string(called), std::string(value)}
            );
        }
        open.push_back(std::move(element));
    }

    void start_stream(std::string_view space, std::string_view name, const char** attributes) {
        // A web server, or a server that speaks another XML protocol.
        if (space != xmpp_space::kStreams || name != "stream")
            return fail(State::malformed, "its XML does not begin with a stream header");
        for (; *attributes != nullptr; attributes += 2) {
            const std::string_view reported = attributes[0], value = attributes[1];
            if (!keep(value.size())) return;
            const auto [of, called] = split(reported);
            if (of == kXmlSpace && called == "lang") header.lang = value;
            if (!of.empty()) continue;
            if (called == "to") header.to = value;
            if (called == "from") header.from = value;
            if (called == "id") header.id = value;
            if (called == "version") header.version = value;
        }
        opened = true;
        happened(State::opened, {});
    }

    void end() {
        if (!this_tag_fits()) return;
        // The end tag of the stream itself.
        if (open.empty()) return happened(State::closed, {});
        XmppElement element = std::move(open.back());
        open.pop_back();
        if (open.empty())
            happened(State::stanza, std::move(element));
        else
            open.back().children.push_back(std::move(element));
    }

    void text(std::string_view characters) {
        if (!open.empty()) {
            if (keep(characters.size())) open.back().text += characters;
        } else if (!is_white(characters)) {
            fail(State::malformed, "it sent text between its stanzas");
        }
    }

    void space(const char* prefix, const char* uri) {
        // Declarations inside stanzas are of no interest; their names arrive expanded.
        if (opened || uri == nullptr) return;
        const std::string_view declared = uri;
        if (!keep(kNode + declared.size())) return;
        if (prefix == nullptr)
            header.content_space = declared;
        else
            header.other_spaces.emplace_back(declared);
    }

    void forbidden(std::string_view what) {
        if (!this_tag_fits()) return;
        fail(State::malformed, fmt::format("it sent {}, which XMPP forbids", what));
    }

    void happened(State state, XmppElement what) {
        // An empty element is reported twice at one place: as a start and, with no bytes of its
        // own, as an end. Either way this is where its tag ends.
        events.push_back({state, expat.offset() + expat.size(), std::move(what)});
    }

    // Namespaces and references make more text out of fewer bytes, so what is kept is counted too.
    bool keep(std::size_t size) {
        kept += size;
        if (kept > limits::kXmppBytes) too_large();
        return !failure;
    }

    void too_large() {
        fail(
            State::too_large,
            fmt::format("its XMPP stream is longer than {} bytes", limits::kXmppBytes)
        );
    }

    void fail(State state, std::string why) {
        // The first failure is the cause of those behind it.
        if (failure) return;
        failure = state;
        problem = std::move(why);
        expat.stop();
    }

    template <class Work>
    static void run(void* user, Work work) {
        auto& self = *static_cast<Impl*>(user);
        self.expat.handle([&] { work(self); });
    }
    static void on_start(void* user, const char* name, const char** attributes) {
        run(user, [&](Impl& self) { self.start(name, attributes); });
    }
    static void on_end(void* user, const char*) {
        run(user, [](Impl& self) { self.end(); });
    }
    static void on_text(void* user, const char* text, int size) {
        run(user, [&](Impl& self) { self.text({text, static_cast<std::size_t>(size)}); });
    }
    static void on_space(void* user, const char* prefix, const char* uri) {
        run(user, [&](Impl& self) { self.space(prefix, uri); });
    }
    static void on_doctype(void* user, const char*, const char*, const char*, int) {
        run(user, [](Impl& self) { self.forbidden("a DOCTYPE"); });
    }
    static void on_instruction(void* user, const char*, const char*) {
        run(user, [](Impl& self) { self.forbidden("a processing instruction"); });
    }
    static void on_comment(void* user, const char*) {
        run(user, [](Impl& self) { self.forbidden("a comment"); });
    }
    static void on_rest(void* user, const char*, int) { // the XML declaration, space before it
        run(user, [](Impl& self) { self.this_tag_fits(); });
    }

    Expat expat;
    XmppHeader header;
    bool opened = false;
    std::vector<XmppElement> open; // the stanza that is being read and the path down into it
    std::deque<Event> events;      // read and not yet given
    Event current{State::need_more, 0, {}};
    std::size_t taken = 0, kept = 0;
    std::size_t last_word = 0;    // offset behind the last byte that is no white space
    std::optional<State> failure; // given once the events before it are
    std::string problem;
};

XmppReader::XmppReader() : impl_(std::make_unique<Impl>()) {}
XmppReader::~XmppReader() = default;
XmppReader::XmppReader(XmppReader&&) noexcept = default;
XmppReader& XmppReader::operator=(XmppReader&&) noexcept = default;

XmppReader::State XmppReader::feed(std::string_view bytes) {
    // Events that were read before a failure are given before it.
    impl_->parse(bytes);
    if (impl_->events.empty()) return impl_->failure.value_or(State::need_more);
    impl_->current = std::move(impl_->events.front());
    impl_->events.pop_front();
    return impl_->current.state;
}

const XmppHeader& XmppReader::header() const { return impl_->header; }
const XmppElement& XmppReader::stanza() const { return impl_->current.what; }
const std::string& XmppReader::problem() const { return impl_->problem; }
bool XmppReader::more_behind() const { return impl_->last_word > impl_->current.end; }

std::string encode(const XmppOpening& opening) {
    return fmt::format(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
        "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' to='{}' "
        "from='{}' version='1.0'>",
        escaped(opening.to), escaped(opening.from)
    );
}

} // namespace lyncprobe::codec
