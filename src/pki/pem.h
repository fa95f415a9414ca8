// SPDX-License-Identifier: MIT
// Text of certificate files: encodings, PEM blocks (RFC 7468) and base64, in time linear in the
// size.
#pragma once

#include "model/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::pki {

// The text without byte order mark; UTF-16 (with one) becomes UTF-8.
std::string plain_text(std::string_view bytes);

// Whitespace is ignored; absent where anything else is no base64. The caller wipes secrets.
std::optional<std::string> decode_base64(std::string_view text);

// PemBlock is what stands between a BEGIN and its END; views into the text.
struct PemBlock {
    std::string_view label; // "CERTIFICATE"
    std::string_view body;  // headers and base64, as written
    int number = 0;         // of this block in the file, from 1
    int line = 0;           // of its BEGIN
};

// PemScanner finds one block after the other, whatever line ends, indentation or text around them.
class PemScanner {
  public:
    explicit PemScanner(std::string_view text) : text_(text) {}

    // Absent at the end; a problem where a block has no END of its own.
    std::optional<Result<PemBlock>> next();

  private:
    int line_at(std::size_t position);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t counted_ = 0; // text before this is in line_
    int line_ = 1, blocks_ = 0;
};

// The DER of a block without its headers (RFC 1421), if its base64 is whole.
std::optional<std::string> block_bytes(const PemBlock& block);

// "Proc-Type: 4,ENCRYPTED" and its like stand before the base64.
bool has_headers(const PemBlock& block);

} // namespace lyncprobe::pki
