// SPDX-License-Identifier: MIT
// XMPP streams, whole and byte by byte: both must give the same events.
#include "codec/xmpp.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace lyncprobe::codec;
using State = XmppReader::State;

std::size_t size_of(const XmppElement& element) {
    std::size_t size = element.name.size() + element.space.size() + element.text.size();
    for (const auto& attribute : element.attributes)
        size += attribute.space.size() + attribute.name.size() + attribute.value.size();
    for (const auto& child : element.children)
        size += size_of(child);
    return size;
}

// False where nothing more can come.
bool take(XmppReader& reader, std::string_view bytes, std::string& events) {
    for (auto state = reader.feed(bytes); state != State::need_more; state = reader.feed({})) {
        // A long tag with a fault in it may be too large or malformed, as the reads come.
        if (state == State::malformed || state == State::too_large) {
            events += "bad";
            return false;
        }
        events += std::to_string(static_cast<int>(state)) + ' ';
        if (state == State::stanza) events += std::to_string(size_of(reader.stanza())) + ' ';
        (void)reader.more_behind();
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::string in_one, in_many;
    XmppReader whole, bytewise;
    take(whole, bytes, in_one);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (!take(bytewise, bytes.substr(i, 1), in_many)) break;
    if (in_one != in_many) std::abort();
    // Whatever the domain is, our header is read as the stream of that domain, or it is no XML.
    XmppReader own;
    if (own.feed(encode({.to = bytes, .from = "a"})) == State::opened && own.header().from != "a")
        std::abort();
    return 0;
}
