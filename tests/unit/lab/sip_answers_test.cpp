// SPDX-License-Identifier: MIT
// What the lab's SIP listeners answer, over TLS and as text.
#include "lab/answers.h"
#include "lab/sip_answers.h"
#include "unit/lab/one_server.h"

#include <ctime>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;

namespace {

std::string request(std::string_view method, std::string_view more = {}) {
    return fmt::format(
        "{0} sip:contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK2\r\n"
        "From: <sip:a@contoso.example>;tag=1;epid=2\r\nTo: <sip:a@contoso.example>\r\n"
        "Call-ID: c2\r\nCSeq: 2 {0}\r\nMax-Forwards: 70\r\n{1}Content-Length: 0\r\n\r\n",
        method, more
    );
}

// 2026-01-02 03:04:05 UTC, a Friday.
constexpr std::time_t kNow = 1767323045;

std::string answer(std::string_view to, const SipBehaviour& sip) {
    return sip_answer(to, sip, 50123, kNow);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an anonymous REGISTER is challenged three times, in the order of the wire") {
    const SipBehaviour sip{.fqdn = "fe01.contoso.example"};
    CHECK(
        answer(request("REGISTER"), sip) ==
        "SIP/2.0 401 Unauthorized\r\n"
        "Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
        "WWW-Authenticate: NTLM realm=\"SIP Communications Service\", "
        "targetname=\"fe01.contoso.example\", version=4\r\n"
        "WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", "
        "targetname=\"sip/fe01.contoso.example\", version=4\r\n"
        "WWW-Authenticate: TLS-DSK realm=\"SIP Communications Service\", "
        "targetname=\"fe01.contoso.example\", version=4, "
        "sts-uri=\"https://fe01.contoso.example:443/CertProv/CertProvisioningService.svc\"\r\n"
        "From: <sip:a@contoso.example>;tag=1;epid=2\r\n"
        "To: <sip:a@contoso.example>;tag=5B1E0E2B7C\r\n"
        "Call-ID: c2\r\n"
        "CSeq: 2 REGISTER\r\n"
        "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK2;ms-received-port=50123;"
        "ms-received-cid=1A00\r\n"
        "Server: RTC/5.0\r\n"
        "Content-Length: 0\r\n\r\n"
    );
}

TEST_CASE("a registrar: NEGOTIATE needs no credentials, OPTIONS does, and none are good") {
    const SipBehaviour sip{.server = "RTC/4.0", .fqdn = "fe01.contoso.example"};
    CHECK(answer(request("NEGOTIATE"), sip).starts_with("SIP/2.0 200 OK\r\n"));
    CHECK(answer(request("OPTIONS"), sip).starts_with("SIP/2.0 401 Unauthorized\r\n"));
    CHECK(answer(request("REGISTER", "Authorization: NTLM gssapi-data=\"\"\r\n"), sip)
              .starts_with("SIP/2.0 403 Forbidden\r\n"));
    CHECK(has(answer(request("REGISTER"), sip), "\r\nServer: RTC/4.0\r\n"));
}

TEST_CASE("the clock of a SIP server may be wrong") {
    const SipBehaviour sip{.fqdn = "fe01.contoso.example", .clock_offset = -3600};
    CHECK(has(answer(request("REGISTER"), sip), "\r\nDate: Fri, 02 Jan 2026 02:04:05 GMT\r\n"));
}

TEST_CASE("the federation side answers OPTIONS with 200, 504 without a word, or 403 with a reason"
) {
    CHECK(answer(request("OPTIONS"), {.options_status = 200}).starts_with("SIP/2.0 200 OK\r\n"));
    const auto silent = answer(request("OPTIONS"), {.options_status = 504});
    CHECK(silent.starts_with("SIP/2.0 504 Server time-out\r\n"));
    CHECK_FALSE(has(silent, "ms-diagnostics"));
    const auto told =
        answer(request("OPTIONS"), {.options_status = 403, .diagnostics = "1027;reason=\"no\""});
    CHECK(told.starts_with("SIP/2.0 403 Forbidden\r\n"));
    CHECK(has(told, "\r\nms-diagnostics: 1027;reason=\"no\"\r\n"));
    // A federation partner is not asked to sign in.
    CHECK(answer(request("REGISTER"), {.options_status = 504}).starts_with("SIP/2.0 405 "));
}

TEST_CASE("a server port may refuse whatever is asked") {
    const SipBehaviour sip{.refuse_status = 403, .diagnostics = "1017;reason=\"no\""};
    for (const auto* method : {"NEGOTIATE", "OPTIONS", "REGISTER"}) {
        const auto refused = answer(request(method), sip);
        CHECK(refused.starts_with("SIP/2.0 403 Forbidden\r\n"));
        CHECK(has(refused, "\r\nms-diagnostics: 1017;reason=\"no\"\r\n"));
    }
}

TEST_CASE("ACK and CANCEL get no answer, and a tag in To stays") {
    CHECK(answer(request("ACK"), {}).empty());
    CHECK(answer(request("CANCEL"), {}).empty());
    const std::string tagged = "OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>;tag=7\r\n\r\n";
    CHECK(has(answer(tagged, {}), "\r\nTo: <sip:a>;tag=7\r\n"));
}

TEST_CASE("over TLS a challenge carries the time of now") {
    ServerSpec spec = good_server();
    spec.sip.fqdn = "fe01.contoso.example";
    One one(spec);
    TlsPeer peer(one.port);
    const auto before = std::time(nullptr);
    const std::string challenge = peer.ask(request("REGISTER"));
    bool now = false;
    for (auto at = before; at <= std::time(nullptr); ++at)
        now = now || has(challenge, "\r\nDate: " + fixdate(at) + "\r\n");
    CHECK(now);
    CHECK(peer.ask(kNegotiate).starts_with("SIP/2.0 200 OK\r\n")); // the connection goes on
}
