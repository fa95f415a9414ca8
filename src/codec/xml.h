// SPDX-License-Identifier: MIT
// XML as untrusted documents are read: no DTD, no entities of their own, bounded in size and depth.
// Names are local ones, without their prefix.
#pragma once

#include "model/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lyncprobe::codec {

struct XmlTree; // of xml.cpp

// XmlElement is a light handle; it is valid as long as its document, and false where there is none.
class XmlElement {
  public:
    XmlElement() = default;
    explicit operator bool() const { return tree_ != nullptr; }
    bool operator==(const XmlElement&) const = default;

    std::string_view name() const;
    bool has(std::string_view attribute) const;
    std::string_view attribute(std::string_view name) const; // empty where absent
    std::vector<std::pair<std::string_view, std::string_view>> attributes() const;
    std::string text() const; // its own, pieces joined, without blanks at both ends

    XmlElement parent() const; // none above the root
    XmlElement first() const;  // child
    XmlElement next() const;   // sibling
    XmlElement first(std::string_view name) const;
    XmlElement next(std::string_view name) const;
    // The element after this one in the order of the document, children first.
    XmlElement following() const;

  private:
    friend class XmlDocument;
    XmlElement(const XmlTree& tree, std::uint32_t node) : tree_(&tree), node_(node) {}
    XmlElement element_from(std::uint32_t node, std::string_view name) const;
    const XmlTree* tree_ = nullptr;
    std::uint32_t node_ = 0;
};

class XmlDocument {
  public:
    // UTF-8, or UTF-16 with a byte order mark. The problem has line and column, and no file.
    // size_limit: in bytes, below 2 GiB.
    static Result<XmlDocument> read(std::string_view bytes, std::size_t size_limit);
    XmlDocument(XmlDocument&&) noexcept;
    XmlDocument& operator=(XmlDocument&&) noexcept;
    ~XmlDocument();

    XmlElement root() const;
    int line(XmlElement) const; // counted from 1

  private:
    explicit XmlDocument(std::unique_ptr<XmlTree>);
    std::unique_ptr<XmlTree> tree_;
};

} // namespace lyncprobe::codec
