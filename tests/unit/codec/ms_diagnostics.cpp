// SPDX-License-Identifier: MIT
#include "codec/ms_diagnostics.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using codec::explain_ms_diagnostics;
using codec::read_ms_diagnostics;

TEST_CASE("ms-diagnostics: an Edge's 1010 is one readable line") {
    // Shape of a captured line, with its spaces around '=' and inside quotes.
    const std::string line =
        "1010;reason=\"Certificate trust with another server could not be established\";"
        "ErrorType=\"The peer certificate does not contain a matching FQDN\";"
        "tls-target =\" sip.fabrikam.com \";PeerServer= \"sip.fabrikam.com\" ;"
        "HRESULT=\"0x80090322(SEC_E_WRONG_PRINCIPAL)\";source=\"edge01.contoso.com\"";
    const auto read = read_ms_diagnostics(line);
    REQUIRE(read);
    CHECK(read->id == 1010);
    CHECK_FALSE(read->sub_code);
    CHECK(read->parameters.size() == 6);
    CHECK(read->parameter("TLS-Target") == "sip.fabrikam.com");
    CHECK(read->parameter("peerserver") == "sip.fabrikam.com");
    CHECK(read->parameter("no such") == "");
    CHECK(
        explain_ms_diagnostics(line) ==
        "1010: certificate trust with another server could not be established (HRESULT 0x80090322 "
        "SEC_E_WRONG_PRINCIPAL: the name is not in the peer's certificate; reason \"Certificate "
        "trust with another server could not be established\"; source edge01.contoso.com; "
        "ErrorType \"The peer certificate does not contain a matching FQDN\"; tls-target "
        "\"sip.fabrikam.com\"; PeerServer \"sip.fabrikam.com\")"
    );
}

TEST_CASE("ms-diagnostics: what is only remembered is said with a probably") {
    CHECK(
        explain_ms_diagnostics("1010") == "1010: certificate trust with another server could not "
                                          "be established"
    );
    CHECK(
        explain_ms_diagnostics("1013;reason=\"x\"") ==
        "1013: probably: the clocks are too far apart for authentication (reason \"x\")"
    );
    for (const std::uint32_t id :
         {1009u, 1010u, 1017u, 1027u, 1034u, 1047u, 4141u, 10003u, 17002u, 21002u}) {
        CAPTURE(id);
        REQUIRE(codec::find_diagnostic(id) != nullptr);
        CHECK_FALSE(codec::find_diagnostic(id)->remembered);
    }
    for (const std::uint32_t id :
         {1000u, 1003u, 1004u, 1006u, 1007u, 1008u, 1011u, 1013u, 1014u, 1015u,
          1018u, 1020u, 1021u, 1022u, 1033u, 1035u, 1036u, 1038u, 1045u, 1046u}) {
        CAPTURE(id);
        REQUIRE(codec::find_diagnostic(id) != nullptr);
        CHECK(codec::find_diagnostic(id)->remembered);
    }
}

TEST_CASE("ms-diagnostics: an id that is not in the list is told by its range") {
    CHECK(
        explain_ms_diagnostics("28020;source=\"web.contoso.com\";reason=\"No valid token\"") ==
        "28020: an id of web authentication that our list does not have (reason \"No valid "
        "token\"; source web.contoso.com)"
    );
    CHECK(
        explain_ms_diagnostics("1999") == "1999: an id of the SIP stack that our list does not have"
    );
    CHECK(explain_ms_diagnostics("15000") == "15000: an id that our list does not have");
    CHECK(codec::diagnostic_component(2000) == "user services");
    CHECK(codec::diagnostic_component(4999) == "user services");
    CHECK(codec::diagnostic_component(11000) == "");
    CHECK(codec::diagnostic_component(0) == "");
}

TEST_CASE("ms-diagnostics: the older form, public lines and lines without quotes are read") {
    const auto old = read_ms_diagnostics(" 2051.7 ; reason = none ;source=fe01.contoso.local");
    REQUIRE(old);
    CHECK(old->id == 2051);
    CHECK(old->sub_code == 7u);
    CHECK(old->parameter("reason") == "none");
    CHECK(old->parameter("source") == "fe01.contoso.local");
    CHECK(explain_ms_diagnostics("1009.3").starts_with("1009.3: "));
    const auto bare = read_ms_diagnostics("1047;;flag;=x;a=;");
    REQUIRE(bare);
    CHECK(bare->parameters.size() == 2);
    CHECK(
        explain_ms_diagnostics("1047;flag;a=") ==
        "1047: the TLS handshake with a federated peer server failed (flag \"\"; a \"\")"
    );
}

TEST_CASE("ms-diagnostics: quotes that are missing, nested or escaped lose nothing else") {
    CHECK(
        read_ms_diagnostics("1;reason=\"open;source=\"s\"")->parameter("reason") ==
        "open;source=\"s"
    );
    const auto open = read_ms_diagnostics("1;reason=\"never closed;source=fe01");
    CHECK(open->parameter("reason") == "never closed");
    CHECK(open->parameter("source") == "fe01");
    CHECK(
        read_ms_diagnostics("1;reason=\"said \"no\" today\" ;b=2")->parameter("reason") ==
        "said \"no\" today"
    );
    CHECK(read_ms_diagnostics("1;reason=\"a \\\"; b\";b=2")->parameter("reason") == "a \"; b");
    CHECK(read_ms_diagnostics("1;reason=\"C:\\new\\\\x\"")->parameter("reason") == "C:\\new\\x");
    CHECK(read_ms_diagnostics("1;reason=\"semi;colon\";b=2")->parameter("b") == "2");
    CHECK(read_ms_diagnostics("1;reason=\"")->parameter("reason") == "");
    CHECK(read_ms_diagnostics("1;reason=\"\"")->parameter("reason") == "");
}

TEST_CASE("ms-diagnostics: what has no id is not read and is shown as it came") {
    for (const std::string text :
         {"", ";", "x", "reason=\"1010\"", "-1;a=b", "99999999999999999999", "1010.", "1010.x;a=b",
          "10 10", "1010x;a=b", "1010.99999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(read_ms_diagnostics(text));
        CHECK(explain_ms_diagnostics(text) == "no id that can be read in \"" + text + "\"");
    }
}

TEST_CASE("ms-diagnostics: error codes of Windows have their names, unknown ones stay as sent") {
    CHECK(
        explain_ms_diagnostics("1047;WinsockFailureCode=\"10054(WSAECONNRESET)\"") ==
        "1047: the TLS handshake with a federated peer server failed (Winsock error 10054 "
        "WSAECONNRESET: the peer reset the connection)"
    );
    CHECK(explain_ms_diagnostics("1047;hresult=0x80004005").ends_with("(HRESULT 0x80004005)"));
    CHECK(explain_ms_diagnostics("1047;hresult=whatever").ends_with("(HRESULT whatever)"));
    CHECK(explain_ms_diagnostics("1047;HRESULT=-2146893019")
              .ends_with("(HRESULT 0x80090325 SEC_E_UNTRUSTED_ROOT: the root of the peer's "
                         "certificate is not trusted)"));
    CHECK(explain_ms_diagnostics("1047;WinsockFailureCode=1").ends_with("(Winsock error 1)"));
    CHECK(codec::leading_code("0x800B0109 (x)") == 0x800B0109u);
    CHECK_FALSE(codec::leading_code("0x1FFFFFFFF"));
    CHECK_FALSE(codec::leading_code("0x-1"));
    CHECK_FALSE(codec::leading_code("-99999999999"));
    CHECK_FALSE(codec::leading_code("0x"));
    for (const std::uint32_t code :
         {0x80090322u, 0x80090325u, 0x80090326u, 0x80090327u, 0x80090328u, 0x80090331u, 0x80092012u,
          0x80092013u, 0x800B0101u, 0x800B0109u, 0x800B010Fu})
        CHECK(codec::find_hresult(code) != nullptr);
}

TEST_CASE("ms-diagnostics: parameters and their lengths end at their limits") {
    std::string many = "1010";
    for (std::size_t i = 0; i < limits::kSipParameters + 1; ++i)
        many += ";a=b";
    CHECK(read_ms_diagnostics(many)->parameters.size() == limits::kSipParameters);
    const std::string fits(limits::kDiagnosticText, 'x');
    CHECK(explain_ms_diagnostics("1;source=" + fits).ends_with("source " + fits + ")"));
    CHECK(explain_ms_diagnostics("1;source=" + fits + "y").ends_with("source " + fits + "…)"));
}

TEST_CASE("ms-diagnostics: a header full of opened quotes is read in no time") {
    std::string hostile = "1010";
    while (hostile.size() < limits::kSipHeaders)
        hostile += ";=\"=\"";
    CHECK(read_ms_diagnostics(hostile));
    std::string spaces = "1010;a=\"";
    while (spaces.size() < limits::kSipHeaders)
        spaces += "\"        ";
    CHECK(read_ms_diagnostics(spaces + "x"));
}
