// SPDX-License-Identifier: MIT
#include "codec/expat.h"

#include <algorithm>
#include <new>

namespace lyncprobe::codec {

Expat::Expat(void* owner, char separator)
    : parser_(
          separator == 0 ? XML_ParserCreate("UTF-8") : XML_ParserCreateNS("UTF-8", separator),
          &XML_ParserFree
      ) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(get(), owner);
}

bool Expat::parse(std::string_view bytes, bool last) {
    const auto status = XML_Parse(get(), bytes.data(), static_cast<int>(bytes.size()), last);
    // First: what a handler threw is why the parser stopped.
    if (thrown_) std::rethrow_exception(thrown_);
    if (status == XML_STATUS_OK) return true;
    if (XML_GetErrorCode(get()) == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    return false;
}

void Expat::stop() {
    stopped_ = true;
    XML_StopParser(get(), XML_FALSE);
}

std::size_t Expat::offset() const { // expat gives -1 before the first byte
    return static_cast<std::size_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(get()), 0));
}

std::size_t Expat::size() const { return static_cast<std::size_t>(XML_GetCurrentByteCount(get())); }

} // namespace lyncprobe::codec
