// SPDX-License-Identifier: MIT
// A handle of expat's parser, for the two readers of XML: streams (xmpp) and documents (xml).
#pragma once

#include <cstddef>
#include <exception>
#include <expat.h>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lyncprobe::codec {

// Expat reads UTF-8, whatever a declaration in the text says. The owner sets its handlers on get()
// and calls each one's work through handle(): no exception may pass through expat, which is C.
class Expat {
  public:
    // `owner` is what the handlers get. With a separator names are reported as namespace, separator
    // and local name; without one, as written.
    explicit Expat(void* owner, char separator = 0);
    XML_Parser get() const { return parser_.get(); }

    // False where the text is no XML or a handler has stopped the parser. Throws what a handler
    // threw, and bad_alloc.
    bool parse(std::string_view bytes, bool last);
    void stop();                      // no handler is called again
    std::string_view mistake() const; // expat's words, after parse() has said no

    template <class Work>
    void handle(Work work) noexcept {
        if (stopped_) return; // expat may end the tag it is at
        try {
            work();
        } catch (...) {
            thrown_ = std::current_exception();
            stop();
        }
    }

    // Of the event that is handled, or of the mistake; in bytes.
    std::size_t offset() const;
    std::size_t size() const; // 0 where the event has no bytes of its own

  private:
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser_;
    std::exception_ptr thrown_;
    bool stopped_ = false;
};

} // namespace lyncprobe::codec
