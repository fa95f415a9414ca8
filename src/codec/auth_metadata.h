// SPDX-License-Identifier: MIT
// The metadata document by which servers of the Office family give each other the certificate of
// their OAuth tokens: /metadata/json/1 of Lync, /autodiscover/metadata/json/1 of Exchange. No
// specification describes it; what is read is what its known consumers read, in any case of
// letters, and everything in it may be absent.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

struct AuthMetadata {
    std::string issuer; // "00000004-0000-0ff1-ce00-000000000000@contoso.com"; empty where not said
    // The decoded values of its keys, as sent: DER where the server means well. Each once, at most
    // limits::kMetadataKeys.
    std::vector<std::string> certificates;
    std::size_t left_out = 0; // keys beyond that, and values that are no base64
};

// Nothing where the body is no such document; `problem`, where wanted, says why in one clause.
std::optional<AuthMetadata> read_auth_metadata(
    std::string_view body, std::string* problem = nullptr
);

} // namespace lyncprobe::codec
