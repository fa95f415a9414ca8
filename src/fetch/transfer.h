// SPDX-License-Identifier: MIT
// One exchange with one host: by HTTP, which libcurl speaks, or by LDAP over a connection that it
// makes. No redirect is followed.
#pragma once

#include "fetch/curl_handles.h"
#include "fetch/fetch.h"
#include "fetch/location.h"
#include "fetch/open_socket.h"

#include <optional>
#include <span>
#include <string>

namespace lyncprobe::fetch {

// Transfer owns its easy handle, which points back to it: it does not move.
class Transfer {
  public:
    // `addresses`: of the host, all allowed; libcurl looks up nothing itself.
    Transfer(
        const Location&, const Request&, std::span<const Address> addresses,
        const AddressPolicy& policy, Milliseconds connect_timeout, Milliseconds timeout
    );
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return easy_.get(); } // null where libcurl has no memory
    // Of a directory, once libcurl is connected: asks and listens as far as that goes without
    // waiting. False: there is nothing more to come. To be waited for is what wanted() says.
    bool is_directory() const { return search_.has_value(); }
    bool talk();
    curl_waitfd wanted() const;
    // What it came to, once libcurl has said `code` about it.
    Answer answer(CURLcode code);
    // It ran out of time, and the host had sent nothing.
    bool silent(CURLcode code) const;
    // Absolute; empty where it was no redirect. To be asked before answer().
    std::string redirect() const;

  private:
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
    void set_options(const Request&, Milliseconds connect_timeout, Milliseconds timeout);
    void read_failure(CURLcode code, Answer& answer) const;
    void read_end(Answer& answer);
    void read_directory(Answer& answer);
    std::string too_large() const;

    Location location_;
    SocketGate gate_;
    std::size_t limit_;
    std::string body_;
    std::size_t header_bytes_ = 0;
    bool too_much_ = false, no_memory_ = false;
    std::optional<codec::LdapSearch> search_;
    std::string unsent_; // of the search
    bool heard_ = false; // the directory has said something
    ListPtr resolved_, headers_;
    EasyPtr easy_;
};

} // namespace lyncprobe::fetch
