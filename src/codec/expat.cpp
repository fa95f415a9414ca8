// SPDX-License-Identifier: MIT
#include "codec/expat.h"

#include <algorithm>
#include <new>

// Distributions backport this function of expat 2.6 without raising the version, so neither the
// version nor the header at compile time says whether the library at run time has it: weak, it is
// null where it is absent.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" XML_Bool XMLCALL XML_SetReparseDeferralEnabled(XML_Parser parser, XML_Bool enabled)
    __attribute__((weak));

namespace lyncprobe::codec {

Expat::Expat(void* owner, char separator)
    : parser_(
          separator == 0 ? XML_ParserCreate("UTF-8") : XML_ParserCreateNS("UTF-8", separator),
          &XML_ParserFree
      ) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(get(), owner);
    // With deferral expat waits for more bytes before it reparses an unfinished tag, and none come
    // while the server waits for us. Whoever reads piece by piece bounds the size of a tag.
    if (XML_SetReparseDeferralEnabled != nullptr) XML_SetReparseDeferralEnabled(get(), XML_FALSE);
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

std::string_view Expat::mistake() const { return XML_ErrorString(XML_GetErrorCode(get())); }

std::size_t Expat::offset() const { // expat gives -1 before the first byte
    return static_cast<std::size_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(get()), 0));
}

std::size_t Expat::size() const { return static_cast<std::size_t>(XML_GetCurrentByteCount(get())); }

} // namespace lyncprobe::codec
