// SPDX-License-Identifier: MIT
#include "fetch/transfer.h"

#include "model/limits.h"

#include <array>
#include <new>

#include <fmt/format.h>

namespace lyncprobe::fetch {

namespace {

constexpr long kHttpOk = 200;
constexpr auto kBroken = "the connection broke";

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
      limit_(request.limit),
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
    if (location.directory) {
        search_.emplace(*location.directory, limit_);
        unsent_ = search_->begin();
    }
    set_options(request, connect_timeout, timeout);
}

void Transfer::set_options(
    const Request& request, Milliseconds connect_timeout, Milliseconds timeout
) {
    const auto set = [this](CURLoption option, auto value) {
        curl_easy_setopt(easy_.get(), option, value);
    };
    auto url = location_.url;
    if (search_) { // nothing of HTTP is said
        const bool bare_v6 = location_.literal && location_.literal->v6;
        const auto& host = location_.curl_host;
        url = fmt::format(
            "{}://{}:{}", location_.tls ? "https" : "http", bare_v6 ? "[" + host + "]" : host,
            location_.port
        );
        set(CURLOPT_CONNECT_ONLY, 1L);
        set(CURLOPT_SSL_ENABLE_ALPN, 0L);
    }
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
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
    return code == CURLE_OPERATION_TIMEDOUT && header_bytes_ == 0 && body_.empty() && !heard_;
}

bool Transfer::talk() {
    thread_local std::array<char, 16u << 10> buffer;
    while (true) {
        std::size_t size = 0;
        if (!unsent_.empty()) {
            const auto sent = curl_easy_send(easy_.get(), unsent_.data(), unsent_.size(), &size);
            if (sent == CURLE_AGAIN) return true;
            // What the server said before it left can still be read.
            sent == CURLE_OK ? unsent_.erase(0, size) : unsent_.erase();
            continue;
        }
        if (search_->end() != codec::LdapSearch::End::open) return false; // its farewell is out
        const auto got = curl_easy_recv(easy_.get(), buffer.data(), buffer.size(), &size);
        if (got == CURLE_AGAIN) return true;
        if (got != CURLE_OK || size == 0) return false;
        heard_ = true;
        unsent_ = search_->receive({buffer.data(), size});
    }
}

curl_waitfd Transfer::wanted() const {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
    const short events = unsent_.empty() ? CURL_WAIT_POLLIN : CURL_WAIT_POLLOUT;
    return {.fd = socket, .events = events, .revents = 0};
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
    if (search_) return read_directory(answer);
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

void Transfer::read_directory(Answer& answer) {
    using End = codec::LdapSearch::End;
    switch (search_->end()) {
    case End::open:
        answer.outcome = FetchOutcome::closed;
        answer.detail = kBroken;
        return;
    case End::refused:
        answer.outcome = FetchOutcome::status;
        answer.detail = search_->detail();
        return;
    case End::malformed:
        answer.outcome = FetchOutcome::wrong_content;
        answer.detail = "what answers there is no LDAP directory";
        return;
    case End::too_large:
        answer.outcome = FetchOutcome::limit_exceeded;
        answer.detail = too_large();
        return;
    case End::values: break;
    }
    answer.outcome = FetchOutcome::ok;
    answer.values = search_->take_values();
    for (const auto& value : answer.values)
        answer.bytes += value.size();
}

std::string Transfer::too_large() const {
    return fmt::format("it is larger than {} bytes, the most that is fetched", limit_);
}

void Transfer::read_failure(CURLcode code, Answer& answer) const {
    const auto end = [&](FetchOutcome outcome, std::string detail) {
        answer.outcome = outcome;
        answer.detail = std::move(detail);
    };
    if (too_much_ || code == CURLE_FILESIZE_EXCEEDED)
        return end(
            FetchOutcome::limit_exceeded,
            header_bytes_ > limits::kHttpHeaders ? "its headers do not end" : too_large()
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
        if (connected > 0) return end(FetchOutcome::closed, kBroken);
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
    case CURLE_PARTIAL_FILE: return end(FetchOutcome::closed, kBroken);
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
