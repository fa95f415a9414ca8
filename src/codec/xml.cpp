// SPDX-License-Identifier: MIT
#include "codec/xml.h"

#include "codec/expat.h"
#include "model/limits.h"
#include "model/text/ascii.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kNone =
    0; // the first node is the document itself, which is no child of another

// A piece of XmlTree::pool.
struct Piece {
    std::uint32_t begin = 0, size = 0;
};

// Node is an element, or text between elements. Indices instead of pointers and pieces instead of
// strings: a document of 16 MiB may be four million empty elements.
struct Node {
    std::uint32_t parent = kNone, first = kNone, last = kNone, next = kNone;
    Piece text;                                  // of an element: its local name
    std::uint32_t attribute = 0, attributes = 0; // its first one, and how many
    int line = 0;                                // 0: text
};

std::string_view local(std::string_view name) {
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

} // namespace

struct XmlTree {
    std::string pool; // names, values and text, one behind the other
    std::vector<Node> nodes = std::vector<Node>(1);
    std::vector<std::pair<Piece, Piece>> attributes; // local name and value

    std::string_view view(Piece piece) const {
        return std::string_view(pool).substr(piece.begin, piece.size);
    }
    std::span<const std::pair<Piece, Piece>> attributes_of(const Node& node) const {
        return std::span(attributes).subspan(node.attribute, node.attributes);
    }
    const Piece* find(const Node& node, std::string_view attribute) const { // its value
        for (const auto& [name, value] : attributes_of(node))
            if (view(name) == attribute) return &value;
        return nullptr;
    }
    Piece keep(std::string_view text) {
        const auto begin = static_cast<std::uint32_t>(pool.size());
        pool += text;
        return {begin, static_cast<std::uint32_t>(text.size())};
    }
};

namespace {

// Builder makes a tree of what expat reports; it stops at the first thing that is refused.
class Builder {
  public:
    Builder(std::string_view text, XmlTree& tree) : text_(text), tree_(tree), expat_(this) {
        // Blanks before an XML declaration are against the standard, and happen.
        blanks_ = text_.substr(0, text_.find_first_not_of(" \t\r\n"));
        text_.remove_prefix(blanks_.size());
        XML_SetElementHandler(expat_.get(), &on_start, &on_end);
        XML_SetCharacterDataHandler(expat_.get(), &on_text);
        XML_SetStartDoctypeDeclHandler(expat_.get(), &on_doctype);
    }

    // What is wrong with the text; empty where the tree is whole.
    std::string build() {
        if (!expat_.parse(text_, true) && mistake_.empty()) note(explain());
        return std::move(mistake_);
    }
    const Where& where() const { return where_; }

  private:
    static Builder& self(void* user) { return *static_cast<Builder*>(user); }
    static void on_start(void* user, const char* name, const char** attributes) {
        self(user).expat_.handle([&] { self(user).start(name, attributes); });
    }
    static void on_end(void* user, const char*) {
        self(user).expat_.handle([&] { self(user).end(); });
    }
    static void on_text(void* user, const char* text, int size) {
        self(user).expat_.handle([&] { self(user).text({text, static_cast<std::size_t>(size)}); });
    }
    // Nothing that is read here has a DTD, and its entities are how readers of XML are attacked.
    static void on_doctype(void* user, const char*, const char*, const char*, int) {
        self(user).expat_.handle([&] { self(user).refuse_declaration(); });
    }

    // Of what is read just now; counted from 1.
    Where place() const {
        Where out{
            .line = static_cast<int>(XML_GetCurrentLineNumber(expat_.get())),
            .column = static_cast<int>(XML_GetCurrentColumnNumber(expat_.get())) + 1};
        if (out.line == 1)
            out.column += static_cast<int>(blanks_.size() - (blanks_.rfind('\n') + 1));
        out.line += static_cast<int>(std::count(blanks_.begin(), blanks_.end(), '\n'));
        return out;
    }

    void start(std::string_view name, const char** attributes) {
        // Walks over the tree are loops, but their users may recurse.
        if (++depth_ > limits::kXmlDepth)
            return refuse(fmt::format("its elements are nested deeper than {}", limits::kXmlDepth));
        Node& node = add();
        node.text = tree_.keep(local(name));
        node.line = place().line;
        node.attribute = static_cast<std::uint32_t>(tree_.attributes.size());
        for (; *attributes != nullptr; attributes += 2, ++node.attributes) {
            const auto its_name = tree_.keep(local(attributes[0]));
            tree_.attributes.emplace_back(its_name, tree_.keep(attributes[1]));
        }
        open_ = static_cast<std::uint32_t>(tree_.nodes.size()) - 1;
    }

    void end() {
        --depth_;
        open_ = tree_.nodes[open_].parent;
    }

    // expat reports each line and each reference by itself; blanks between elements are not kept.
    void text(std::string_view piece) {
        const auto last = tree_.nodes[open_].last;
        const bool goes_on = last != kNone && tree_.nodes[last].line == 0;
        if (!goes_on && trim(piece).empty()) return;
        if (!goes_on) add().text = tree_.keep({});
        tree_.nodes[tree_.nodes[open_].last].text.size += tree_.keep(piece).size;
    }

    Node& add() {
        const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
        tree_.nodes.push_back({.parent = open_});
        auto& parent = tree_.nodes[open_];
        (parent.last == kNone ? parent.first : tree_.nodes[parent.last].next) = index;
        parent.last = index;
        return tree_.nodes.back();
    }

    void refuse(std::string why) {
        note(std::move(why));
        expat_.stop();
    }

    // expat reports a declaration behind its name; what is wrong begins before it.
    void refuse_declaration() {
        refuse(std::string(kDeclares));
        const auto before = text_.substr(0, expat_.offset());
        const auto begin = before.rfind("<!");
        if (begin == std::string_view::npos || before.find('\n', begin) != std::string_view::npos)
            return;
        where_.column -= static_cast<int>(before.size() - begin);
    }

    void note(std::string mistake) {
        mistake_ = std::move(mistake);
        where_ = place();
    }

    // expat's reason in the words of a reader who has only the file.
    std::string explain() const {
        const auto code = XML_GetErrorCode(expat_.get());
        const auto at = std::min(expat_.offset(), text_.size());
        const auto rest = text_.substr(at);
        const auto since = [&](char mark) { // from the last `mark` up to the mistake
            const auto begin = text_.substr(0, at).rfind(mark);
            return begin == std::string_view::npos ? std::string_view()
                                                   : text_.substr(begin, at - begin);
        };
        const auto tag = rest.starts_with('<') ? rest : since('<');
        const auto reference = rest.starts_with('&') ? rest.substr(0, 2) : since('&');
        const bool no_character = !rest.empty() && !begins_with_character(rest);
        if (code == XML_ERROR_PARTIAL_CHAR || no_character)
            return "there is a byte that is no text (UTF-8)";
        if (tag.starts_with("<!") && !tag.starts_with("<!--") && !tag.starts_with("<![CDATA["))
            return std::string(kDeclares);
        if (reference.starts_with("&#") && reference.find(';') == std::string_view::npos)
            return "there is a reference to no character";
        if (code == XML_ERROR_JUNK_AFTER_DOC_ELEMENT && rest.starts_with('<'))
            return "it has a second root element";
        const bool empty = tree_.nodes.size() == 1;
        if (empty && (code == XML_ERROR_NO_ELEMENTS || tag.empty())) return "it has no element";
        return fmt::format(
            "it is not well-formed: {}", code == XML_ERROR_NO_ELEMENTS
                                             ? "it ends before its outermost element does"
                                             : expat_.mistake()
        );
    }

    static bool begins_with_character(std::string_view text) { // XML 1.0, production 2
        const auto [c, length, valid] = first_character(text);
        if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
        return valid && c != 0xfffe && c != 0xffff;
    }

    static constexpr std::string_view kDeclares =
        "it declares a document type or an entity, which is not read";
    std::string_view text_, blanks_; // what is read, and the blanks before it
    XmlTree& tree_;
    Expat expat_;
    std::uint32_t open_ = kNone; // the element that is being read
    int depth_ = 0;
    std::string mistake_;
    Where where_; // of the mistake
};

} // namespace

std::string_view XmlElement::name() const {
    return tree_ == nullptr ? std::string_view() : tree_->view(tree_->nodes[node_].text);
}

bool XmlElement::has(std::string_view attribute) const {
    return tree_ != nullptr && tree_->find(tree_->nodes[node_], attribute) != nullptr;
}

std::string_view XmlElement::attribute(std::string_view its_name) const {
    const auto* value = tree_ == nullptr ? nullptr : tree_->find(tree_->nodes[node_], its_name);
    return value == nullptr ? std::string_view() : tree_->view(*value);
}

std::vector<std::pair<std::string_view, std::string_view>> XmlElement::attributes() const {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    if (tree_ != nullptr)
        for (const auto& [name, value] : tree_->attributes_of(tree_->nodes[node_]))
            out.emplace_back(tree_->view(name), tree_->view(value));
    return out;
}

std::string XmlElement::text() const {
    std::string out;
    if (tree_ == nullptr) return out;
    for (auto at = tree_->nodes[node_].first; at != kNone; at = tree_->nodes[at].next)
        if (tree_->nodes[at].line == 0) out += tree_->view(tree_->nodes[at].text);
    return std::string(trim(out));
}

// The node itself or its first sibling behind it that is an element, of that name where one is
// given.
XmlElement XmlElement::element_from(std::uint32_t node, std::string_view its_name) const {
    for (; node != kNone; node = tree_->nodes[node].next) {
        const auto& at = tree_->nodes[node];
        if (at.line != 0 && (its_name.empty() || tree_->view(at.text) == its_name))
            return {*tree_, node};
    }
    return {};
}

XmlElement XmlElement::parent() const {
    const auto up = tree_ == nullptr ? kNone : tree_->nodes[node_].parent;
    return up == kNone ? XmlElement() : XmlElement(*tree_, up);
}

XmlElement XmlElement::first() const { return first({}); }

XmlElement XmlElement::next() const { return next({}); }

XmlElement XmlElement::first(std::string_view name) const {
    return tree_ == nullptr ? XmlElement() : element_from(tree_->nodes[node_].first, name);
}

XmlElement XmlElement::next(std::string_view name) const {
    return tree_ == nullptr ? XmlElement() : element_from(tree_->nodes[node_].next, name);
}

XmlElement XmlElement::following() const {
    if (const auto child = first()) return child;
    for (auto up = *this; up; up = up.parent())
        if (const auto sibling = up.next()) return sibling;
    return {};
}

Result<XmlDocument> XmlDocument::read(std::string_view bytes, std::size_t size_limit) {
    if (bytes.size() > size_limit)
        return Problem{fmt::format("it is longer than {} bytes", size_limit)};
    std::string text;
    if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) {
        text = utf16_to_utf8(bytes.substr(2), bytes.front() == '\xfe');
        if (text.find("\xef\xbf\xbd") != std::string::npos) return Problem{"its UTF-16 is broken"};
        bytes = text;
    } else if (bytes.starts_with("\xef\xbb\xbf"sv)) {
        bytes.remove_prefix(3);
    }
    auto tree = std::make_unique<XmlTree>();
    Builder builder(bytes, *tree);
    auto mistake = builder.build();
    if (mistake.empty()) return XmlDocument(std::move(tree));
    return Problem{std::move(mistake), builder.where()};
}

XmlDocument::XmlDocument(std::unique_ptr<XmlTree> tree) : tree_(std::move(tree)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlElement XmlDocument::root() const { return {*tree_, tree_->nodes.front().first}; }

int XmlDocument::line(XmlElement element) const { return tree_->nodes[element.node_].line; }

} // namespace lyncprobe::codec
