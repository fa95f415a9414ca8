// SPDX-License-Identifier: MIT
// What the lab's XMPP proxy says on port 5269. Pure text, and deliberately independent of codec/,
// so that a client is not tested against itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace lyncprobe::lab {

// TLS as Lync is told it for a partner domain.
enum class XmppTls { required, optional, not_supported };

// XmppServer is the server's side of one connection. It reads only as much XML as the few things a
// client says need: a tag ends at its '>'.
class XmppServer {
  public:
    struct Options {
        std::string domain = "contoso.example"; // the only one it serves
        XmppTls tls = XmppTls::required;
        bool dialback = true;
        bool external = false;        // offers SASL EXTERNAL in TLS
        bool refuse_starttls = false; // offers STARTTLS and then says <failure/>
        bool old = false;             // neither version nor features, as before RFC 3920
    };
    explicit XmppServer(Options options) : options_(std::move(options)) {}

    // What is said to `bytes`; `tls_up` tells whether they came through TLS. Empty: nothing yet.
    std::string on(std::string_view bytes, bool tls_up);
    bool wants_tls() const {
        return state_ == State::tls_next;
    }                                                       // the reply is <proceed/>; TLS next
    bool closed() const { return state_ == State::closed; } // close when the reply is out

  private:
    enum class State { header, stanzas, tls_next, closed };

    std::string answer(std::string_view tag, bool tls_up);
    std::string open_stream(std::string_view tag, bool tls_up);
    std::string header(std::string_view from) const;
    std::string features(bool tls_up) const;
    std::string error(std::string_view condition);

    Options options_;
    State state_ = State::header;
    std::string unread_; // an unfinished tag
};

} // namespace lyncprobe::lab
