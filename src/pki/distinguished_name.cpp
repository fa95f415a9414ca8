// SPDX-License-Identifier: MIT
// Comparison of names as libcrypto does it.
#include "pki/distinguished_name.h"

#include "pki/memory.h"
#include "pki/ossl.h"

namespace lyncprobe::pki {

namespace {

X509NamePtr decode(std::string_view der_name) {
    const unsigned char* at = octets(der_name);
    X509NamePtr name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der_name.size())));
    ERR_clear_error();
    return name;
}

} // namespace

// libcrypto compares canonical forms: letter case and runs of spaces do not count (RFC 5280 7.1).
bool same_name(std::string_view left, std::string_view right) {
    if (left == right) return true;
    const AllocationWatch memory; // without memory every name would look like another one
    const X509NamePtr first = decode(left), second = decode(right);
    const bool same = first && second && X509_NAME_cmp(first.get(), second.get()) == 0;
    memory.check();
    return same;
}

// Names that are the same have the same hash; 0 also where the name cannot be decoded.
unsigned long name_hash(std::string_view der_name) {
    const AllocationWatch memory;
    const X509NamePtr name = decode(der_name);
    int ok = 0;
    const unsigned long hash = name ? X509_NAME_hash_ex(name.get(), nullptr, nullptr, &ok) : 0;
    ERR_clear_error();
    memory.check();
    return ok ? hash : 0;
}

} // namespace lyncprobe::pki
