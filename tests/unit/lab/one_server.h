// SPDX-License-Identifier: MIT
// A lab with one good server, to be made worse by a test.
#pragma once

#include "lab/lab.h"
#include "unit/lab/peer.h"

namespace lyncprobe::lab::test {

inline const char* const kNegotiate =
    "NEGOTIATE sip:127.0.0.1:5061 SIP/2.0\r\n"
    "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1\r\n"
    "f: short\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: c1\r\n"
    "CSeq: 1 NEGOTIATE\r\nCompression: LZ77-8K\r\nMax-Forwards: 0\r\n"
    "Content-Length: 0\r\n\r\n";

inline const Authority& root() {
    static const Authority authority(
        {.common_name = "Root", .eku = std::nullopt, .crl_urls = std::nullopt}
    );
    return authority;
}
inline const Issued& leaf() {
    static const Issued issued = root().issue({.common_name = "fe01", .dns = {"fe01"}});
    return issued;
}

inline ServerSpec good_server() {
    ServerSpec spec;
    spec.name = "server";
    spec.chain_pem = {leaf().certificate_pem, root().self().certificate_pem};
    spec.key_pem = leaf().key_pem;
    spec.speaks_sip = true;
    return spec;
}

// A lab with one server.
struct One {
    Lab lab;
    std::uint16_t port = 0;
    explicit One(const ServerSpec& spec) { port = lab.add(spec).value(); }
    explicit One(const Faults& faults) : One(with(faults)) {}
    static ServerSpec with(const Faults& faults) {
        ServerSpec spec = good_server();
        spec.faults = faults;
        return spec;
    }
};

} // namespace lyncprobe::lab::test
