// SPDX-License-Identifier: MIT
#include "support/openssl_lists.h"

#include "codec/tls_messages.h"
#include "pki/ossl.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/ssl.h>

namespace lyncprobe::test {

OpensslLists openssl_lists(const schannel::Release& release) {
    const auto profile = schannel::profile_of(release);
    const std::unique_ptr<SSL_CTX, pki::Deleter<&SSL_CTX_free>> context(
        SSL_CTX_new(TLS_server_method())
    );
    const std::unique_ptr<SSL, pki::Deleter<&SSL_free>> ssl(SSL_new(context.get()));
    std::vector<std::string> suites, groups;
    for (const auto suite : profile.suites) {
        const unsigned char bytes[2] = {
            static_cast<unsigned char>(suite >> 8), static_cast<unsigned char>(suite & 0xff)};
        const auto* known = SSL_CIPHER_find(ssl.get(), bytes);
        if (known != nullptr && suite >> 8 != 0x13) suites.emplace_back(SSL_CIPHER_get_name(known));
    }
    for (const auto group : profile.groups)
        groups.push_back(codec::group_name(group));
    return {
        fmt::format("{}:@SECLEVEL=0", fmt::join(suites, ":")),
        fmt::format("{}", fmt::join(groups, ":")),
        std::max<int>(profile.versions.back(), TLS1_VERSION), profile.versions.front()};
}

} // namespace lyncprobe::test
