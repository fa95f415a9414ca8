// SPDX-License-Identifier: MIT
// One exchange of libcurl: one URL, one host, no redirect followed.
#pragma once

#include "fetch/curl_handles.h"
#include "fetch/fetch.h"
#include "fetch/location.h"
#include "fetch/open_socket.h"

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

    Location location_;
    SocketGate gate_;
    std::size_t limit_;
    std::string body_;
    std::size_t header_bytes_ = 0;
    bool too_much_ = false, no_memory_ = false;
    ListPtr resolved_, headers_;
    EasyPtr easy_;
};

} // namespace lyncprobe::fetch
