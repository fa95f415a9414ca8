// SPDX-License-Identifier: MIT
#include "report/html/markup.h"

#include "model/escape.h"

#include <ostream>

namespace lyncprobe::report::html {

Markup::Element::Element(Markup& page, Literal name, Attributes attributes)
    : page_(page), name_(name) {
    page_.tag(name, attributes);
    page_.raw(">");
}

Markup::Element::~Element() {
    page_.raw("</");
    page_.raw(name_.view);
    page_.raw(">");
}

void Markup::leaf(Literal name, std::string_view text, Attributes attributes) {
    const Element element(*this, name, attributes);
    this->text(text);
}

void Markup::empty(Literal name, Attributes attributes) {
    tag(name, attributes);
    // HTML ignores the stroke, SVG and readers of XML need it.
    raw("/>");
}

void Markup::text(std::string_view foreign) { raw(for_html(foreign)); }

void Markup::line() { raw("\n"); }

void Markup::raw(std::string_view markup) { out_ << markup; }

void Markup::tag(Literal name, Attributes attributes) {
    raw("<");
    raw(name.view);
    for (const auto& [its_name, value] : attributes) {
        raw(" ");
        raw(its_name.view);
        raw("=\"");
        raw(for_html(value));
        raw("\"");
    }
}

} // namespace lyncprobe::report::html
