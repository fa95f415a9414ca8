// SPDX-License-Identifier: MIT
#include "fetch/transfer.h"

#include "fetch/ldap_text.h"
#include "model/limits.h"

#include <new>

#include <fmt/format.h>

namespace lyncprobe::fetch {

namespace {

constexpr long kHttpOk = 200;

long info(CURL* easy, CURLINFO what) {
    long value = 0;
    curl_easy_getinfo(easy, what, &value);
    return value;
}

} // namespace

Transfer::Transfer(
    const Location& location, const Request& request, std::span<const Address> addresses,
    const AddressPolicy& policy, Milliseconds connect_timeout, Milliseconds timeout
)
    : location_(location),
      gate_{.policy = policy, .refusal = {}},
      // base64 and the lines around it
      limit_(location.ldap ? request.limit / 2 * 3 : request.limit),
      easy_(curl_easy_init()) {
    if (!easy_) return;
    if (!location.literal) {
        // libcurl must connect to what the policy has seen: a name may lead elsewhere a moment
        // later.
        auto pin = fmt::format("{}:{}:", location.curl_host, location.port);
        for (std::size_t i = 0; i < addresses.size(); ++i)
            pin += (i == 0 ? "" : ",") +
                   (addresses[i].v6 ? "[" + to_text(addresses[i]) + "]" : to_text(addresses[i]));
        resolved_.reset(curl_slist_append(nullptr, pin.c_str()));
    }
    set_options(request, connect_timeout, timeout);
}

void Transfer::set_options(
    const Request& request, Milliseconds connect_timeout, Milliseconds timeout
) {
    const auto set = [this](CURLoption option, auto value) {
        curl_easy_setopt(easy_.get(), option, value);
    };
    set(CURLOPT_URL, location_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https,ldap,ldaps");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)); // what Windows asks with
    set(CURLOPT_FOLLOWLOCATION, 0L); // the address policy is asked before each step
    set(CURLOPT_PROXY, ""); // a proxy would resolve and connect where the policy cannot see it
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "lyncprobe/" LYNCPROBE_VERSION);
    // What is fetched is signed by itself; a certificate that does not match must not hide it.
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limit_));
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&gate_));
    set(CURLOPT_PRIVATE, static_cast<void*>(this));
    if (resolved_) set(CURLOPT_RESOLVE, resolved_.get());
    if (request.body.empty()) return;
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_COPYPOSTFIELDS, request.body.data());
    headers_.reset(curl_slist_append(nullptr, "Content-Type: application/ocsp-request"));
    set(CURLOPT_HTTPHEADER, headers_.get());
}

bool Transfer::silent(CURLcode code) const {
    return code == CURLE_OPERATION_TIMEDOUT && header_bytes_ == 0 && body_.empty();
}

std::string Transfer::redirect() const {
    char* url = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &url);
    return url ? url : "";
}

Answer Transfer::answer(CURLcode code) {
    Answer answer;
    char* address = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &address);
    // Of the last connection, which may have failed: the report says where.
    if (address) answer.address = parse_address(address);
    answer.bytes = body_.size();
    if (code == CURLE_OK)
        read_end(answer);
    else
        read_failure(code, answer);
    return answer;
}

void Transfer::read_end(Answer& answer) {
    if (location_.ldap) {
        answer.values = ldap_values(body_);
        // What was received is base64; what counts is what it holds.
        answer.bytes = 0;
        for (const auto& value : answer.values)
            answer.bytes += value.size();
        answer.outcome = answer.values.empty() ? FetchOutcome::status : FetchOutcome::ok;
        if (answer.values.empty())
            answer.detail = "the directory shows nothing there to a reader who has not logged in";
        return;
    }
    // A page about an error would be read as a list that is damaged.
    const long status = info(easy_.get(), CURLINFO_RESPONSE_CODE);
    if (status == kHttpOk) {
        answer.outcome = FetchOutcome::ok;
        answer.values.push_back(std::move(body_));
        return;
    }
    answer.outcome = FetchOutcome::status;
    answer.detail = fmt::format("the web server answered {}", status);
}

void Transfer::read_failure(CURLcode code, Answer& answer) const {
    const auto end = [&](FetchOutcome outcome, std::string detail) {
        answer.outcome = outcome;
        answer.detail = std::move(detail);
    };
    if (too_much_ || code == CURLE_FILESIZE_EXCEEDED)
        return end(
            FetchOutcome::limit_exceeded,
            header_bytes_ > limits::kHttpHeaders
                ? "its headers do not end"
                : fmt::format("it is larger than {} bytes, the most that is fetched", limit_)
        );
    curl_off_t connected = 0; // microseconds until it was
    curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connected);
    if (no_memory_) return end(FetchOutcome::local_error, "this machine has no memory for it");
    constexpr int kTooLarge = 100; // CURLE_TOO_LARGE of libcurl 8.6 and later, for a header line
    if (static_cast<int>(code) == kTooLarge)
        return end(FetchOutcome::limit_exceeded, "its headers do not end");
    switch (code) {
    case CURLE_COULDNT_CONNECT: {
        // open_socket() asks the policy once more, and libcurl calls that a failed connection.
        if (!gate_.refusal.empty()) return end(FetchOutcome::forbidden, gate_.refusal);
        if (connected > 0) return end(FetchOutcome::closed, "the connection broke");
        const auto outcome = connect_outcome(info(easy_.get(), CURLINFO_OS_ERRNO));
        return end(
            outcome, outcome == FetchOutcome::refused ? "the host refuses the connection"
                                                      : "there is no way to the host from here"
        );
    }
    case CURLE_OPERATION_TIMEDOUT: {
        if (connected == 0) return end(FetchOutcome::unreachable, "no connection in time");
        return end(FetchOutcome::timeout, "it was not finished in time");
    }
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE: return end(FetchOutcome::closed, "the connection broke");
    case CURLE_SSL_CONNECT_ERROR: return end(FetchOutcome::closed, "the TLS handshake failed");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return end(FetchOutcome::wrong_content, "what answers there is no web server");
    case CURLE_OUT_OF_MEMORY: // what libcurl calls a header line of more than 100 KB, too
        return end(
            connected > 0 ? FetchOutcome::limit_exceeded : FetchOutcome::local_error,
            connected > 0 ? "its headers do not end, or this machine has no memory for them"
                          : "this machine has no memory for it"
        );
    case CURLE_URL_MALFORMAT: // by the rules of LDAP
        return end(FetchOutcome::unsupported, "this is no URL that can be asked for");
    case CURLE_LDAP_CANNOT_BIND:
    case CURLE_LDAP_SEARCH_FAILED:
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return end(
            FetchOutcome::status,
            "the directory has no such entry for a reader who has not logged in"
        );
    default:
        return end(
            FetchOutcome::local_error, fmt::format("libcurl says: {}", curl_easy_strerror(code))
        );
    }
}

std::size_t Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.body_.size() + size * count > transfer.limit_) {
        transfer.too_much_ = true;
        return 0;
    }
    try {
        transfer.body_.append(bytes, size * count);
    } catch (const std::bad_alloc&) { // libcurl calls us from C
        transfer.no_memory_ = true;
        return 0;
    }
    return size * count;
}

std::size_t Transfer::on_header(char*, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    // libcurl bounds a header line, but not how many there are.
    transfer.header_bytes_ += size * count;
    if (transfer.header_bytes_ > limits::kHttpHeaders) {
        transfer.too_much_ = true;
        return 0;
    }
    return size * count;
}

} // namespace lyncprobe::fetch
