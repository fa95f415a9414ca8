// SPDX-License-Identifier: MIT
// Reading DER (X.690) by hand, where libcrypto hides what is really written. No copy: views into
// the caller's bytes.
#pragma once

#include "model/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::pki::der {

// Identifier octets (X.690 8.1.2, universal class; 0x20 = constructed).
inline constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03,
                              kOctetString = 0x04, kNull = 0x05, kOid = 0x06, kUtf8String = 0x0c,
                              kPrintableString = 0x13, kT61String = 0x14, kIa5String = 0x16,
                              kUtcTime = 0x17, kGeneralizedTime = 0x18, kVisibleString = 0x1a,
                              kUniversalString = 0x1c, kBmpString = 0x1e, kSequence = 0x30,
                              kSet = 0x31;

// [n] of the context class.
constexpr std::uint8_t primitive(int n) { return static_cast<std::uint8_t>(0x80 | n); }
constexpr std::uint8_t constructed(int n) { return static_cast<std::uint8_t>(0xa0 | n); }

// Element is one tag, length, value.
struct Element {
    std::uint8_t tag = 0;
    std::string_view content;
    std::string_view whole; // with its header
};

// Reader walks the elements of one level. Anything malformed (indefinite or overlong lengths, high
// tag numbers, a length beyond the end) makes it bad for good: it then yields nothing more.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::optional<Element> next();
    // Only if it has this tag; else nothing is consumed, and the reader is not bad.
    std::optional<Element> next(std::uint8_t tag);
    // The next one in its dotted form, if it is a well-formed OBJECT IDENTIFIER.
    std::optional<std::string> next_oid();

    bool ok() const { return ok_; }
    bool finished() const { return ok_ && rest_.empty(); } // all was read and well formed
    bool more() const { return ok_ && !rest_.empty(); }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

// The only element of `bytes`, with this tag.
std::optional<Element> only(std::string_view bytes, std::uint8_t tag);
// The only element of `bytes`, whatever its tag.
std::optional<Element> only(std::string_view bytes);

// What the header at the start declares, header included, whether or not it is all there. Absent
// for the indefinite form and for what is no header.
std::optional<std::uint64_t> declared_size(std::string_view bytes);

// INTEGER content that fits in 64 bits.
std::optional<std::int64_t> integer(std::string_view content);
// INTEGER content as lower-case hex without leading zeros, "-" before a negative one; empty where
// there is none.
std::string integer_hex(std::string_view content);
// Bits of an INTEGER's magnitude, read as unsigned (a modulus whose sign octet was forgotten is
// still a modulus).
int bit_length(std::string_view content);

// BIT STRING content without its first octet; absent where that octet is missing or more than 7.
std::optional<std::string_view> bits(std::string_view content);

// "1.2.840.113549"; absent where malformed or of absurd length.
std::optional<std::string> oid(std::string_view content);

// Any of the string types as UTF-8; T61String is read as Latin-1, as everyone writes it. Absent for
// other tags and for BMPString and UniversalString of odd length.
std::optional<std::string> text(const Element&);

// UTCTime or GeneralizedTime (RFC 5280 4.1.2.5; seconds may be missing, offsets and fractions are
// understood).
std::optional<Time> time(const Element&);

} // namespace lyncprobe::pki::der
