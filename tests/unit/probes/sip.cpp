// SPDX-License-Identifier: MIT
#include "probes/sip.h"

#include "model/limits.h"
#include "unit/probes/sip_play.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::probes;
using namespace lyncprobe::test;

namespace {

Target target(const std::string& sip_domain = "") {
    Target out;
    out.host = "sip.contoso.com";
    out.port = 5061;
    out.sip_domain = sip_domain;
    return out;
}

// One NEGOTIATE, nothing after it.
Answer play(const std::vector<std::string>& parts, bool then_close = false) {
    const auto peer = target();
    return play_sip(
        sip, {.target = &peer}, {{"NEGOTIATE sip:sip.contoso.com:5061 SIP/2.0\r\n", parts}},
        then_close
    );
}

// The same and the REGISTER.
Answer play_both(
    const std::string& negotiated, const std::vector<std::string>& registered,
    bool then_close = false, bool identity_offered = false
) {
    const auto peer = target("contoso.com");
    return play_sip(
        sip, {.target = &peer, .identity_offered = identity_offered},
        {{"NEGOTIATE ", {negotiated}}, {"REGISTER sip:contoso.com SIP/2.0\r\n", registered}},
        then_close
    );
}

const std::string kOk =
    "SIP/2.0 200 OK\r\nServer: RTC/5.0\r\nCompression: LZ77-8K\r\nContent-Length: 0\r\n\r\n";
const std::string kNotAllowed =
    "SIP/2.0 405 Method Not Allowed\r\nServer: RTC/5.0\r\nCSeq: 1 NEGOTIATE\r\n\r\n";

// Shape of a Front End's answer to a REGISTER without credentials.
const std::string kChallenge =
    "SIP/2.0 401 Unauthorized\r\n"
    "Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n"
    "WWW-Authenticate: NTLM realm=\"SIP Communications Service\", "
    "targetname=\"fe01.contoso.local\", version=4\r\n"
    "WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", "
    "targetname=\"sip/fe01.contoso.local\", version=4\r\n"
    "WWW-Authenticate: TLS-DSK realm=\"SIP Communications Service\", "
    "targetname=\"fe01.contoso.local\", version=4, "
    "sts-uri=\"https://fe01.contoso.local:443/CertProv/CertProvisioningService.svc\"\r\n"
    "From: <sip:anonymous@contoso.com>;tag=5eedr;epid=lyncprobe\r\n"
    "To: <sip:anonymous@contoso.com>;tag=5B1E0E2B7C\r\n"
    "Call-ID: 5eedr\r\n"
    "CSeq: 1 REGISTER\r\n"
    "Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK5eedr;ms-received-port=50000;ms-received-cid=1A00\r\n"
    "Server: RTC/5.0\r\n"
    "Content-Length: 0\r\n\r\n";

} // namespace

TEST_CASE("sip probe: a Lync 2013 server tells its product") {
    const auto answer = play({kOk});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(answer.detail == "answers NEGOTIATE with 200 OK");
    CHECK(number(answer, sip_answer::kStatus) == 200);
    CHECK(answer.facts.text(sip_answer::kServer) == "RTC/5.0");
    CHECK(answer.facts.text(sip_answer::kProduct) == "Lync Server 2013");
    CHECK(answer.facts.text(sip_answer::kCompression) == "LZ77-8K");
    CHECK(answer.facts.text(sip_answer::kRefusal) == "");
    CHECK(answer.facts.find(sip_answer::kRegisterStatus) == nullptr);
}

TEST_CASE("sip probe: a refusal with diagnostics is a finished conversation") {
    const auto answer = play(
        {"SIP/2.0 504 Server time-out\r\nMS-Diagnostics: 1034;reason=\"x\"\r\n",
         "ms-diagnostics-public: 1010\r\nContent-Length: 0\r\n\r\n"}
    );
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(
        list(answer, sip_answer::kDiagnostics) ==
        std::vector<std::string>{"1034;reason=\"x\"", "1010"}
    );
    CHECK(
        list(answer, sip_answer::kExplained) ==
        std::vector<std::string>{
            "1034: the federated partner before this server gave no diagnostics (reason \"x\")",
            "1010: certificate trust with another server could not be established"}
    );
    CHECK(
        answer.facts.text(sip_answer::kRefusal) ==
        "refuses NEGOTIATE with 504 Server time-out and ms-diagnostics 1010: certificate trust "
        "with another server could not be established"
    );
    CHECK(answer.facts.text(sip_answer::kRemedy).starts_with("on the peer: a certificate"));
    CHECK(answer.facts.find(sip_answer::kProduct) == nullptr);
}

TEST_CASE("sip probe: what a status means, where nothing else says it") {
    struct Row {
        std::string status, refusal, remedy;
        bool identity = false;
    };
    const std::vector<Row> rows{
        {"403 Forbidden",
         "refuses NEGOTIATE with 403 Forbidden: most likely this is a port for servers",
         "on our side: give"},
        {"403",
         "refuses NEGOTIATE with 403 Forbidden: most likely the server does not know the name in "
         "our certificate",
         "on their side: add the FQDN", true},
        {"504 Server time-out",
         "refuses NEGOTIATE with 504 Server time-out: the server could not hand",
         "on their side: the log"},
        {"503 Service Unavailable",
         "refuses NEGOTIATE with 503 Service Unavailable: the service is not ready",
         "on their side: the state"},
        {"603 Decline", "refuses NEGOTIATE with 603 Decline: the status alone",
         "on their side: the log"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        const auto peer = target();
        const auto answer = play_sip(
            sip, {.target = &peer, .identity_offered = row.identity},
            {{"NEGOTIATE ", {"SIP/2.0 " + row.status + "\r\n\r\n"}}}
        );
        CHECK(answer.facts.text(sip_answer::kRefusal).starts_with(row.refusal));
        CHECK(answer.facts.text(sip_answer::kRemedy).starts_with(row.remedy));
    }
}

TEST_CASE("sip probe: a stack that does not speak NEGOTIATE, or asks who we are, did not refuse us"
) {
    for (const int status : {200, 301, 400, 401, 405, 407, 483, 488, 501}) {
        CAPTURE(status);
        const auto answer = play({"SIP/2.0 " + std::to_string(status) + " x\r\n\r\n"});
        CHECK(answer.conclusion == Conclusion::finished);
        CHECK(answer.facts.find(sip_answer::kRefusal) == nullptr);
        CHECK(answer.facts.find(sip_answer::kRemedy) == nullptr);
    }
}

namespace {

// Refusal and remedy that an answer with this header comes to.
std::pair<std::string, std::string> refused_with(const std::string& diagnostics) {
    const auto answer =
        play({"SIP/2.0 504 Server time-out\r\nms-diagnostics: " + diagnostics + "\r\n\r\n"});
    return {
        std::string(answer.facts.text(sip_answer::kRefusal)),
        std::string(answer.facts.text(sip_answer::kRemedy))};
}

} // namespace

TEST_CASE("sip probe: the message has the peer and the error of ms-diagnostics, the fix is for it"
) {
    const auto [refusal, remedy] = refused_with(
        R"(1010;reason="Certificate trust with another server could not be established";)"
        R"(ErrorType="The peer certificate does not contain a matching FQDN";)"
        R"x(tls-target=" access.litware.example ";HRESULT="0x80090322(SEC_E_WRONG_PRINCIPAL)")x"
    );
    CHECK(
        refusal ==
        "refuses NEGOTIATE with 504 Server time-out and ms-diagnostics 1010: certificate trust "
        "with another server could not be established (peer access.litware.example, HRESULT "
        "0x80090322 SEC_E_WRONG_PRINCIPAL: the name is not in the peer's certificate)"
    );
    CHECK(
        remedy == "on access.litware.example: a certificate that has access.litware.example among "
                  "its subject alternative names"
    );
    // Without a code the ErrorType says it, and the fix is that of the id.
    const auto [typed, general] = refused_with(R"(1010;ErrorType="The peer is too old")");
    CHECK(typed.ends_with(R"x(established (ErrorType "The peer is too old"))x"));
    CHECK(general.starts_with("on the peer: a certificate with the name it is reached by"));
}

TEST_CASE("sip probe: each error between two servers that has a fix of its own") {
    const std::pair<const char*, const char*> kFixes[] = {
        {R"(HRESULT="0x80090322")", "on edge.x: a certificate that has edge.x"},
        {R"(HRESULT="0x800B010F")", "on edge.x: a certificate that has edge.x"},
        {R"(HRESULT="0x80090325")", "on the server that complains: import the root"},
        {R"(HRESULT="-2146762487")", "on the server that complains: import the root"},
        {R"(HRESULT="0x80090328")", "on edge.x: renew the certificate"},
        {R"(HRESULT="0x800B0101")", "on edge.x: renew the certificate"},
        {R"(HRESULT="0x80092012")", "make the CRL locations in the certificate of edge.x"},
        {R"(HRESULT="0x80092013")", "make the CRL locations in the certificate of edge.x"},
        {R"x(WinsockFailureCode="10060(WSAETIMEDOUT)")x", "let TCP 5061 through to edge.x"},
        {R"(WinsockFailureCode="10061")", "start the Access Edge of edge.x"},
        {R"(WinsockFailureCode="11001")", "in DNS: publish an address for edge.x"},
        {R"(WinsockFailureCode="10054")", "between the two servers: port 5061 has to be open"}};
    for (const auto& [error, fix] : kFixes) {
        CAPTURE(error);
        const auto remedy = refused_with(std::string("1047;PeerServer=\"edge.x\";") + error).second;
        CHECK_MESSAGE(remedy.starts_with(fix), remedy);
    }
    CHECK(refused_with(R"(1047;HRESULT="0x80090328")").second.starts_with("on the peer: renew"));
}

TEST_CASE("sip probe: of an id that is not in the list the server's own reason is in the message") {
    CHECK(refused_with(R"(1962;reason="No room at the Edge";source="edge.x")")
              .first.ends_with(R"x((ms-diagnostics 1962, "No room at the Edge"))x"));
}

TEST_CASE("sip probe: diagnostics that we do not know are named beside the status") {
    const auto answer =
        play({"SIP/2.0 403 Forbidden\r\nms-diagnostics: 1999\r\nms-diagnostics: junk\r\n\r\n"});
    CHECK(
        answer.facts.text(sip_answer::kRefusal).ends_with("(ms-diagnostics 1999, without a reason)")
    );
    CHECK(
        list(answer, sip_answer::kExplained) ==
        std::vector<std::string>{
            "1999: an id of the SIP stack that our list does not have",
            "no id that can be read in \"junk\""}
    );
}

TEST_CASE("sip probe: cut at every byte the answer is unfinished, never an error") {
    for (std::size_t size = 0; size < kOk.size(); ++size) {
        const auto answer =
            play(size == 0 ? std::vector<std::string>{} : std::vector{kOk.substr(0, size)}, true);
        CAPTURE(size);
        CHECK(answer.conclusion == Conclusion::unfinished);
    }
}

TEST_CASE("sip probe: provisional answers are counted") {
    const std::string trying = "SIP/2.0 100 Trying\r\n\r\n";
    std::string many;
    for (std::size_t i = 0; i < limits::kSipProvisional; ++i)
        many += trying;
    CHECK(play({many + kOk}).conclusion == Conclusion::finished);
    CHECK(play({many + trying}).conclusion == Conclusion::limit_exceeded);
    CHECK(play_both(many + kNotAllowed, {many + kChallenge}).conclusion == Conclusion::finished);
    const auto endless = play_both(kNotAllowed, {many, trying});
    CHECK(endless.conclusion == Conclusion::limit_exceeded);
    CHECK(number(endless, sip_answer::kStatus) == 405);
}

TEST_CASE("sip probe: garbage is a protocol error and endless headers a limit") {
    const std::string endless = "SIP/2.0 200 OK\r\nA: " + std::string(limits::kSipHeaders, 'a');
    const std::string huge = "SIP/2.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n";
    const std::string nul("SIP/2.0 200 OK\r\nA: \0\r\n\r\n", 24);
    CHECK(play({"\x01\x02 not sip"}).conclusion == Conclusion::protocol_error);
    CHECK(play({nul}).conclusion == Conclusion::protocol_error);
    CHECK(play({endless}).conclusion == Conclusion::limit_exceeded);
    CHECK(play({huge}).conclusion == Conclusion::limit_exceeded);
    CHECK(play_both(kNotAllowed, {"\x01\x02"}).conclusion == Conclusion::protocol_error);
    CHECK(play_both(kNotAllowed, {nul}).conclusion == Conclusion::protocol_error);
    CHECK(play_both(kNotAllowed, {endless}).conclusion == Conclusion::limit_exceeded);
    CHECK(play_both(kNotAllowed, {huge}).conclusion == Conclusion::limit_exceeded);
}

TEST_CASE("sip probe: the challenge to an anonymous REGISTER names the server") {
    const auto answer = play_both(kNotAllowed, {kChallenge});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(
        answer.detail ==
        "answers NEGOTIATE with 405 Method Not Allowed and REGISTER with 401 Unauthorized"
    );
    const auto& facts = answer.facts;
    CHECK(facts.text(sip_answer::kRequest) == "NEGOTIATE");
    CHECK(number(answer, sip_answer::kStatus) == 405);
    CHECK(number(answer, sip_answer::kRegisterStatus) == 401);
    CHECK(facts.text(sip_answer::kRegisterReason) == "Unauthorized");
    CHECK(facts.text(sip_answer::kDate) == "Tue, 24 Nov 2026 10:00:00 GMT");
    CHECK(facts.text(sip_answer::kRealm) == "SIP Communications Service");
    CHECK(facts.text(sip_answer::kTargetName) == "fe01.contoso.local");
    CHECK(
        facts.text(sip_answer::kStsUri) ==
        "https://fe01.contoso.local:443/CertProv/CertProvisioningService.svc"
    );
    CHECK(
        list(answer, sip_answer::kAuthSchemes) ==
        std::vector<std::string>{"NTLM", "Kerberos", "TLS-DSK"}
    );
    CHECK(list(answer, sip_answer::kChallenges).size() == 3);
    CHECK(
        list(answer, sip_answer::kChallenges).back() ==
        "TLS-DSK, realm \"SIP Communications Service\", target fe01.contoso.local, version 4, "
        "certificates from https://fe01.contoso.local:443/CertProv/CertProvisioningService.svc"
    );
    CHECK(facts.find(sip_answer::kRefusal) == nullptr);
}

TEST_CASE("sip probe: a NEGOTIATE before a REGISTER asks for no compression") {
    const auto alone = target(), ours = target("contoso.com");
    CHECK(
        sip.converse(Peer{.target = &alone})->start().bytes.find("Compression:") !=
        std::string::npos
    );
    CHECK(
        sip.converse(Peer{.target = &ours})->start().bytes.find("Compression:") == std::string::npos
    );
}

TEST_CASE("sip probe: no REGISTER on a connection that is compressed all the same") {
    const auto peer = target("contoso.com");
    const auto answer = play_sip(sip, {.target = &peer}, {{"NEGOTIATE ", {kOk}}});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(answer.facts.text(sip_answer::kRegisterSkipped).find("compresses") != std::string::npos);
    CHECK(answer.facts.find(sip_answer::kRegisterStatus) == nullptr);
}

TEST_CASE("sip probe: cut at every byte of the second answer the first one is kept") {
    for (std::size_t size = 0; size < kChallenge.size(); ++size) {
        const auto answer = play_both(
            kNotAllowed,
            size == 0 ? std::vector<std::string>{} : std::vector{kChallenge.substr(0, size)}, true
        );
        CAPTURE(size);
        CHECK(answer.conclusion == Conclusion::unfinished);
        CHECK(number(answer, sip_answer::kStatus) == 405);
        CHECK(answer.facts.find(sip_answer::kRegisterStatus) == nullptr);
    }
}

TEST_CASE("sip probe: both answers are the same in whatever reads they come") {
    const auto whole = play_both(kNotAllowed, {kChallenge});
    for (std::size_t size = 1; size < kChallenge.size(); ++size) {
        const auto split =
            play_both(kNotAllowed, {kChallenge.substr(0, size), kChallenge.substr(size)});
        CAPTURE(size);
        CHECK(split.facts == whole.facts);
    }
    std::vector<std::string> bytes;
    for (const char c : kChallenge)
        bytes.emplace_back(1, c);
    CHECK(play_both(kNotAllowed, bytes).facts == whole.facts);
    // The second answer came before we asked.
    CHECK(play_both(kNotAllowed + kChallenge, {}).facts == whole.facts);
}

TEST_CASE("sip probe: a late answer to the NEGOTIATE is none to the REGISTER") {
    const auto answer = play_both(kNotAllowed, {kNotAllowed + kNotAllowed, kChallenge});
    CHECK(number(answer, sip_answer::kRegisterStatus) == 401);
}

TEST_CASE("sip probe: a refused REGISTER is told in Lync's terms") {
    const auto unknown =
        play_both(kNotAllowed, {"SIP/2.0 404 Not Found\r\nServer: RTC/5.0\r\n\r\n"});
    CHECK(
        unknown.facts.text(sip_answer::kRefusal) ==
        "refuses REGISTER with 404 Not Found: the server does not serve this SIP domain"
    );
    const auto diagnosed = play_both(
        kNotAllowed,
        {"SIP/2.0 403 Forbidden\r\nms-diagnostics: 4141;reason=\"User disabled\"\r\n\r\n"}
    );
    CHECK(
        diagnosed.facts.text(sip_answer::kRefusal) ==
        "refuses REGISTER with 403 Forbidden and ms-diagnostics 4141: the user is disabled"
    );
    CHECK(list(diagnosed, sip_answer::kExplained).size() == 1);
    CHECK(diagnosed.facts.find(sip_answer::kDiagnostics) == nullptr);
    // The first refusal stands.
    const auto twice = play_both("SIP/2.0 503 x\r\n\r\n", {"SIP/2.0 403 y\r\n\r\n"}, false, true);
    CHECK(twice.facts.text(sip_answer::kRefusal).starts_with("refuses NEGOTIATE with 503 x"));
    CHECK(number(twice, sip_answer::kRegisterStatus) == 403);
}

TEST_CASE("sip probe: what a server repeats without end is kept up to the limit") {
    std::string head = "SIP/2.0 401 x\r\n";
    for (std::size_t i = 0; i < limits::kLearntKept + 5; ++i)
        head += "WWW-Authenticate: NTLM version=4\r\nms-diagnostics: 1010\r\n";
    const auto answer = play_both(kNotAllowed, {head + "\r\n"});
    CHECK(list(answer, sip_answer::kChallenges).size() == limits::kLearntKept);
    CHECK(list(answer, sip_answer::kExplained).size() == limits::kLearntKept);
    CHECK(list(answer, sip_answer::kAuthSchemes) == std::vector<std::string>{"NTLM"});
}

TEST_CASE("sip probe: every known Server header names its product") {
    CHECK(product_of("RTC/3.0") == Product::ocs_2007);
    CHECK(product_of("RTC/3.5") == Product::ocs_2007_r2);
    CHECK(product_of("RTC/4.0") == Product::lync_2010);
    CHECK(product_of("RTC/5.0") == Product::lync_2013);
    CHECK(product_of("RTC/6.0 extra") == Product::skype_2015);
    CHECK(product_of("RTC/7.0.2046.0") == Product::skype_2019);
    CHECK(product_of("RTC/5.01") == Product::unknown);
    CHECK(product_of("RTCC/5.0.0.0 MediationServer") == Product::unknown);
    CHECK(product_of("") == Product::unknown);
    CHECK(product_of_server_header("RTC/6.0 extra") == "Skype for Business Server 2015");
    CHECK(
        product_of_server_header("RTCC/5.0.0.0 MediationServer").find("UCMA") !=
        std::string_view::npos
    );
    CHECK(product_of_server_header("kamailio").empty());
}

TEST_CASE("probes: each listed probe is found by its name") {
    for (const auto& probe : all())
        CHECK(find(probe.id) == &probe);
    CHECK(find(Probe::tls) != nullptr);
    CHECK(find(Probe::federation) != nullptr);
}

TEST_CASE("sip probe: a gateway is asked with OPTIONS, as a Mediation Server asks it") {
    auto gateway = target();
    gateway.role = Role::gateway;
    const auto answered = [&](const std::string& status) {
        return play_sip(
            sip, {.target = &gateway},
            {{"OPTIONS sip:sip.contoso.com:5061;transport=tls SIP/2.0\r\n",
              {"SIP/2.0 " + status + "\r\nCSeq: 1 OPTIONS\r\nServer: SBC/7.4\r\n\r\n"}}}
        );
    };
    const auto good = answered("200 OK");
    CHECK(good.conclusion == Conclusion::finished);
    CHECK(good.detail == "answers OPTIONS with 200 OK");
    CHECK(good.facts.text(sip_answer::kRequest) == "OPTIONS");
    CHECK(good.facts.text(sip_answer::kServer) == "SBC/7.4");
    for (const auto* alive : {"200 OK", "405 Method Not Allowed", "501 Not Implemented"})
        CHECK(answered(alive).facts.find(sip_answer::kRefusal) == nullptr);
    for (const auto& [status, part] :
         {std::pair("403 Forbidden", "this machine is none of them"),
          std::pair("401 Unauthorized", "a Mediation Server has none"),
          std::pair("503 Service Unavailable", "takes it as down"),
          std::pair("504 Server Time-out", "what is behind it"),
          std::pair("600 Busy", "does not say why")}) {
        const auto refused = answered(status);
        CHECK_MESSAGE(
            refused.facts.text(sip_answer::kRefusal).find(part) != std::string::npos, status
        );
        CHECK(refused.facts.text(sip_answer::kRemedy).starts_with("on the gateway: "));
    }
}
