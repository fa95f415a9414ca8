// SPDX-License-Identifier: MIT
// The only way to the stream of an HTML page. Names of elements and attributes are literals of this
// program; all other text is escaped on its way out, so that no caller can forget it.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <string_view>

namespace lyncprobe::report::html {

// Literal is text that was fixed when the program was compiled.
struct Literal {
    consteval Literal(const char* text) : view(text) {} // NOLINT: is to convert silently
    std::string_view view;
};

struct Attribute {
    Literal name;
    std::string_view value; // foreign; empty for what has no value, such as `hidden`
};
using Attributes = std::initializer_list<Attribute>;

class Markup {
  public:
    explicit Markup(std::ostream& out) : out_(out) {} // the stream outlives the page

    // Element ends where its scope ends.
    class Element {
      public:
        Element(Markup&, Literal name, Attributes);
        ~Element();
        Element(const Element&) = delete;
        Element& operator=(const Element&) = delete;

      private:
        Markup& page_;
        Literal name_;
    };

    [[nodiscard]] Element open(Literal name, Attributes attributes = {}) {
        return {*this, name, attributes};
    }
    void leaf(Literal name, std::string_view text, Attributes = {}); // an element with text alone
    void empty(Literal name, Attributes = {});                       // one without content
    void text(std::string_view foreign);
    void own(Literal markup) { raw(markup.view); } // style, script, doctype
    void line();                                   // so that the source has lines

  private:
    void raw(std::string_view);
    void tag(Literal name, Attributes);

    std::ostream& out_;
};

} // namespace lyncprobe::report::html
