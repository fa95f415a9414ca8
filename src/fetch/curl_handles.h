// SPDX-License-Identifier: MIT
// Ownership of libcurl's objects. For .cpp files of fetch/.
#pragma once

#include <memory>

#include <curl/curl.h>

namespace lyncprobe::fetch {

template <auto Free>
struct CurlDeleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using UrlPtr = std::unique_ptr<CURLU, CurlDeleter<&curl_url_cleanup>>;
using EasyPtr = std::unique_ptr<CURL, CurlDeleter<&curl_easy_cleanup>>;
using MultiPtr = std::unique_ptr<CURLM, CurlDeleter<&curl_multi_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, CurlDeleter<&curl_slist_free_all>>;

} // namespace lyncprobe::fetch
