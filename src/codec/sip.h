// SPDX-License-Identifier: MIT
// SIP messages (RFC 3261 7): building the few requests we send, reading responses as they arrive.
#pragma once

#include "codec/header_parameters.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

// Compact header names (RFC 3261 7.3.3) are written out.
struct SipResponse : Headers {
    int status = 0;
    std::string reason;
    std::string body;
};

// SipReader takes bytes as they come and gives one response after the other; bounded by
// model/limits.h.
class SipReader {
  public:
    enum class State { need_more, have_response, malformed, too_large };

    // Takes all of `bytes`; response() is valid after have_response. Call with no bytes to look for
    // the next response in what is already there.
    State feed(std::string_view bytes);
    const SipResponse& response() const { return response_; }
    const std::string& problem() const {
        return problem_;
    } // one clause, for malformed and too_large

  private:
    State read_head();
    State read_body();
    State malformed(std::string why);

    std::string buffer_;
    std::size_t searched_ = 0; // bytes of the head that hold no empty line
    bool in_body_ = false;
    std::size_t body_size_ = 0;
    SipResponse response_;
    std::string problem_;
};

// SipChallenge is one way to authenticate that a 401 or 407 offers ([MS-SIPAE] 2.2.1).
struct SipChallenge {
    std::string scheme; // "NTLM", "Kerberos", "TLS-DSK" as sent
    std::string realm;
    std::string target_name; // without Kerberos' "sip/" in front
    std::string version;
    std::string sts_uri; // where TLS-DSK gets its certificate from
    bool proxy = false;  // of Proxy-Authenticate
};
// Every challenge of WWW-Authenticate and Proxy-Authenticate in the order of the headers, at most
// limits::kLearntKept; also where several share a header line.
std::vector<SipChallenge> challenges(const SipResponse&);

// The requests we send. Hosts, domains and seeds are reduced to the characters that such names are
// made of, so that nothing in them can begin another header or message. `seed` makes branch, tag
// and Call-ID of the exchange; each request adds its own letter to it.

// Microsoft's NEGOTIATE ([MS-SIPCOMP]): hop by hop, needs no user and no authentication.
struct SipNegotiate {
    std::string_view host; // of the server
    std::uint16_t port = 0;
    std::string_view local_host;
    std::string_view seed;
    bool compression = true; // ask for LZ77-8K; after a yes the connection is compressed
};
std::string encode(const SipNegotiate&);

// A REGISTER without credentials, which a Lync server answers with its challenges ([MS-SIPAE]
// 3.3.5.1). It names no user: anonymous@domain is no account's address.
struct SipRegister {
    std::string_view domain; // the SIP domain that is asked about
    std::string_view local_host;
    std::string_view seed;
};
std::string encode(const SipRegister&);

// The OPTIONS that Microsoft's Test-CsFederatedPartner sends, so that a partner sees in his log
// what he knows.
struct SipFederationOptions {
    std::string_view domain;     // of the partner
    std::string_view our_domain; // of From
    std::string_view local_host;
    std::string_view seed;
};
std::string encode(const SipFederationOptions&);

// The OPTIONS with which a Mediation Server asks a gateway whether it is there: to the gateway
// itself and to no user of it.
struct SipGatewayOptions {
    std::string_view host; // of the gateway
    std::uint16_t port = 0;
    std::string_view local_host;
    std::string_view seed;
};
std::string encode(const SipGatewayOptions&);

} // namespace lyncprobe::codec
