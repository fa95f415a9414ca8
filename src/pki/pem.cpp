// SPDX-License-Identifier: MIT
// A scanner by markers, not by lines: a block pasted into one line is read too.
#include "pki/pem.h"

#include "model/text/ascii.h"
#include "model/text/utf8.h"
#include "pki/ossl.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

constexpr std::string_view kDashes = "-----", kBegin = "-----BEGIN ", kEnd = "-----END ";
constexpr std::string_view kWhitespace = " \t\r\n\f\v";
constexpr std::size_t kLabel = 64; // longest label that is looked for

// Headers end with the last line that has a colon: base64 has none.
std::string_view without_headers(std::string_view body) {
    const auto colon = body.rfind(':');
    const auto line_end = body.find_first_of("\r\n", colon);
    return line_end == std::string_view::npos ? std::string_view{} : body.substr(line_end);
}

} // namespace

// Notepad and PowerShell's redirection save UTF-16 or put a byte order mark before UTF-8.
std::string plain_text(std::string_view bytes) {
    // A private key may be in it: utf16_to_utf8 leaves no copy of ASCII text behind.
    if (bytes.starts_with("\xff\xfe")) return utf16_to_utf8(bytes.substr(2), false);
    if (bytes.starts_with("\xfe\xff")) return utf16_to_utf8(bytes.substr(2), true);
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    return std::string(bytes);
}

// Strict in everything but white space, since a wrong character shows a damaged file. It may be a
// key, so no copy of it stays in memory.
std::optional<std::string> decode_base64(std::string_view text) {
    std::string packed;
    packed.reserve(text.size());
    for (const char c : text) {
        if (kWhitespace.find(c) != std::string_view::npos) continue;
        if (!is_letter_or_digit(c) && c != '+' && c != '/' && c != '=') return std::nullopt;
        packed += c;
    }
    const auto first_pad = std::min(packed.find('='), packed.size());
    const auto padding = packed.size() - first_pad;
    if (packed.empty() || packed.size() % 4 != 0 || padding > 2 ||
        packed.find_first_not_of('=', first_pad) != std::string::npos)
        return std::nullopt;
    std::string bytes(packed.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()), octets(packed),
        static_cast<int>(packed.size())
    );
    OPENSSL_cleanse(packed.data(), packed.size());
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding); // padding decodes to zero octets
    return bytes;
}

std::optional<Result<PemBlock>> PemScanner::next() {
    while (true) {
        const auto begin = text_.find(kBegin, at_);
        if (begin == std::string_view::npos) return std::nullopt;
        const auto label_at = begin + kBegin.size();
        const auto label_size = text_.substr(label_at, kLabel + kDashes.size()).find(kDashes);
        const auto label = text_.substr(label_at, std::min(label_size, kLabel));
        at_ = label_at;
        if (label_size == std::string_view::npos ||
            label.find_first_of("\r\n") != std::string_view::npos)
            continue; // words about a block, not a block
        PemBlock block{.label = label, .number = ++blocks_, .line = line_at(begin)};

        const auto body_at = label_at + label_size + kDashes.size();
        const auto end = std::min(text_.find(kDashes, body_at), text_.size());
        block.body = text_.substr(body_at, end - body_at);
        at_ = end;
        const std::string closing = fmt::format("{}{}{}", kEnd, label, kDashes);
        if (!text_.substr(end).starts_with(closing))
            return Problem{
                .what = fmt::format(
                    "block {} ({}) begins in line {} and has no END line of its own", block.number,
                    valid_utf8(std::string(label)), block.line
                ),
                .where = {.line = block.line},
                .hint = "copy the file again, or remove what is left of the block"};
        at_ = end + closing.size();
        return block;
    }
}

// Counted on from the last call: a file of many blocks is gone through once. A carriage return
// alone ends a line, too, as old Macs wrote it.
int PemScanner::line_at(std::size_t position) {
    for (; counted_ < position; ++counted_) {
        const char c = text_[counted_];
        const bool carriage_return_alone = c == '\r' && text_.substr(counted_ + 1, 1) != "\n";
        if (c == '\n' || carriage_return_alone) ++line_;
    }
    return line_;
}

bool has_headers(const PemBlock& block) { return block.body.find(':') != std::string_view::npos; }

std::optional<std::string> block_bytes(const PemBlock& block) {
    return decode_base64(has_headers(block) ? without_headers(block.body) : block.body);
}

} // namespace lyncprobe::pki
