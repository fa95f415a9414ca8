// SPDX-License-Identifier: MIT
// Kamailio answers as a Front End or an Edge would: what the sip and federation probes make of a
// real SIP stack over TLS, and of one that wants a client certificate.
#include "servers/kamailio.h"
#include "servers/scan.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

using Ask = Kamailio::ClientCertificate;

Question as_sip(const std::string& name, const Kamailio& server, const std::string& identity = "") {
    return {.name = name, .port = server.port(), .identity = identity, .probe = "sip"};
}

Question as_federation(const std::string& name, const Kamailio& server) {
    return {.name = name, .port = server.port(), .probe = "federation"};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("kamailio: NEGOTIATE is answered, whatever the answer is") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const Kamailio refusing(credentials, {});
    const Kamailio taking(
        credentials, {.negotiate = {200, "OK", {"Compression: LZ77-8K"}}, .server = "RTC/6.0"}
    );
    const auto result = scan({as_sip("refusing", refusing), as_sip("taking", taking)});

    const auto no = result.endpoint("refusing");
    CHECK(no.get("/outcome") == "ok");
    CHECK(no.get("/stage") == "done");
    CHECK(no.get("/mutual_tls/requested") == "false");
    CHECK(no.get("/conversation/request") == "NEGOTIATE");
    CHECK(no.get("/conversation/status") == "405");
    CHECK(no.get("/conversation/product") == "Lync Server 2013");

    const auto yes = result.endpoint("taking");
    CHECK(yes.get("/conversation/status") == "200");
    CHECK(yes.get("/conversation/reason") == "OK");
    CHECK(yes.get("/conversation/server") == "RTC/6.0");
    CHECK(yes.get("/conversation/product") == "Skype for Business Server 2015");
    CHECK(yes.get("/conversation/compression") == "LZ77-8K");
    CHECK(yes.verdict("chain-trusted") == "pass");
    CHECK(result.exit_code == 0);
}

TEST_CASE("kamailio: a gateway is asked with OPTIONS, and what it says to NEGOTIATE is its own") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    // Refuses what no gateway knows, so that only OPTIONS can go well.
    const Kamailio::Reply unknown{403, "Forbidden"};
    const Kamailio good(credentials, {.negotiate = unknown, .server = "Sonus SBC"});
    const Kamailio down(credentials, {.negotiate = unknown, .options = {503, "Trunk Down"}});
    const auto ask = [](const char* name, const Kamailio& server) {
        auto question = as_sip(name, server);
        question.more = "role: gateway";
        return question;
    };
    const auto result = scan({ask("good", good), ask("down", down), as_sip("other role", good)});
    const auto yes = result.endpoint("good");
    CHECK(yes.get("/outcome") == "ok");
    CHECK(yes.get("/conversation/request") == "OPTIONS");
    CHECK(yes.get("/conversation/status") == "200");
    CHECK(yes.get("/conversation/server") == "Sonus SBC");
    CHECK(yes.verdict("not-refused") == "pass");
    const auto no = result.endpoint("down");
    CHECK(no.verdict("not-refused") == "warn");
    CHECK(has(no.message("not-refused"), "refuses OPTIONS with 503 Trunk Down"));
    CHECK(result.endpoint("other role").get("/conversation/request") == "NEGOTIATE");
}

TEST_CASE("kamailio: a server port that refuses in SIP is told in Lync's terms") {
    const TemporaryFolder folder;
    const Kamailio server(
        good_credentials(folder),
        {.negotiate =
             {403,
              "Forbidden",
              {"ms-diagnostics: 1047;reason=\"Failed to complete TLS negotiation with a federated "
               "peer server\";WinsockFailureCode=\"10054(WSAECONNRESET)\";source=\"edge01\""}}}
    );
    const auto endpoint = scan_one(as_sip("refusing", server));
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(
        endpoint.get("/conversation/refusal") ==
        "refuses NEGOTIATE with 403 Forbidden and ms-diagnostics 1047: the TLS handshake with a "
        "federated peer server failed (Winsock error 10054 WSAECONNRESET: the peer reset the "
        "connection)"
    );
    CHECK(endpoint.list("/conversation/diagnostics").size() == 1);
    CHECK(
        has(endpoint.list("/conversation/diagnostics").front(),
            "Winsock error 10054 WSAECONNRESET: the peer reset the connection")
    );
    CHECK(has(endpoint.get("/conversation/remedy"), "port 5061"));
}

TEST_CASE("kamailio: a client certificate that is asked for may be left out, not be a stranger's") {
    const TemporaryFolder folder;
    const Kamailio server(good_credentials(folder), {.client_certificate = Ask::optional});
    const auto result = scan(
        {as_sip("none", server), as_sip("ours", server, "ours"),
         as_sip("stranger", server, "stranger")}
    );
    const auto none = result.endpoint("none");
    CHECK(none.get("/outcome") == "ok");
    CHECK(none.get("/mutual_tls/requested") == "true");
    CHECK(none.get("/mutual_tls/required") == "false");
    CHECK(none.get("/conversation/status") == "405");

    const auto ours = result.endpoint("ours");
    CHECK(ours.get("/outcome") == "ok");
    CHECK(ours.get("/mutual_tls/accepted") == "true");
    CHECK(ours.get("/conversation/status") == "405");

    const auto stranger = result.endpoint("stranger");
    CHECK(stranger.get("/outcome") == "client_certificate_rejected");
    CHECK(stranger.get("/mutual_tls/accepted") == "false");
    CHECK(stranger.get("/judged") == "true");
}

TEST_CASE("kamailio: a client certificate that is required") {
    const TemporaryFolder folder;
    const Kamailio server(good_credentials(folder), {.client_certificate = Ask::required});
    const auto result = scan(
        {as_sip("none", server), as_sip("ours", server, "ours"),
         as_sip("stranger", server, "stranger")}
    );
    const auto none = result.endpoint("none");
    CHECK(none.get("/outcome") == "client_certificate_required");
    CHECK(none.get("/mutual_tls/required") == "true");

    const auto ours = result.endpoint("ours");
    CHECK(ours.get("/outcome") == "ok");
    CHECK(ours.get("/mutual_tls/accepted") == "true");
    CHECK(ours.get("/conversation/status") == "405");

    CHECK(result.endpoint("stranger").get("/outcome") == "client_certificate_rejected");
}

TEST_CASE("kamailio: a partner's answers to the federation OPTIONS") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const Kamailio taking(credentials, {});
    const Kamailio forbidding(
        credentials,
        {.options =
             {403,
              "Forbidden",
              {"ms-diagnostics-public: 1017;reason=\"Cannot route From and To domains in this "
               "combination\""}}}
    );
    const Kamailio bare(credentials, {.options = {504, "Server time-out"}, .server = "RTC/6.0"});
    const auto result = scan(
        {as_federation("taking", taking), as_federation("forbidding", forbidding),
         as_federation("bare", bare)}
    );

    const auto yes = result.endpoint("taking");
    CHECK(yes.get("/outcome") == "ok");
    CHECK(yes.get("/detail") == "answers OPTIONS with 200 OK");
    CHECK(yes.get("/conversation/request") == "OPTIONS");
    CHECK(yes.get("/conversation/domain") == "contoso.example");
    CHECK(yes.get("/conversation/product") == "Lync Server 2013");

    const auto no = result.endpoint("forbidding");
    CHECK(no.get("/outcome") == "ok");
    CHECK(no.get("/conversation/status") == "403");
    CHECK(
        no.get("/conversation/refusal") ==
        "refuses OPTIONS with 403 Forbidden and ms-diagnostics 1017: this combination of From and "
        "To domains is not routed"
    );
    CHECK(no.list("/conversation/ms_diagnostics").size() == 1);
    CHECK(has(no.get("/conversation/remedy"), "on their side"));

    const auto silent = result.endpoint("bare");
    CHECK(silent.get("/conversation/status") == "504");
    CHECK(silent.get("/conversation/product") == "Skype for Business Server 2015");
    CHECK(has(silent.get("/conversation/meaning"), "its SIP stack is alive"));
    CHECK(has(silent.get("/conversation/refusal"), "504 Server time-out"));
    CHECK(result.exit_code == 0);
}

TEST_CASE("kamailio: the challenge to an anonymous REGISTER names the server behind the port") {
    const TemporaryFolder folder;
    const std::string realm = "realm=\"SIP Communications Service\"";
    const Kamailio server(
        good_credentials(folder), {.register_ =
                                       {401,
                                        "Unauthorized",
                                        {"Date: Tue, 24 Nov 2026 10:00:00 GMT",
                                         "WWW-Authenticate: NTLM " + realm +
                                             ", targetname=\"fe01.contoso.example\", version=4",
                                         "WWW-Authenticate: Kerberos " + realm +
                                             ", targetname=\"sip/fe01.contoso.example\", version=4",
                                         "WWW-Authenticate: TLS-DSK " + realm +
                                             ", targetname=\"fe01.contoso.example\", version=4, "
                                             "sts-uri=\"https://fe01.contoso.example:443/CertProv/"
                                             "CertProvisioningService.svc\""}}}
    );
    auto question = as_sip("front end", server);
    question.more = "role: front-end, sip_domain: contoso.example";
    const auto endpoint =
        scan({question}, {}, "sip_domains: [contoso.example]\n").endpoint("front end");
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(
        endpoint.get("/detail") ==
        "answers NEGOTIATE with 405 Method Not Allowed and REGISTER with 401 Unauthorized"
    );
    CHECK(endpoint.get("/conversation/status") == "405");
    CHECK(endpoint.get("/conversation/register_status") == "401");
    CHECK(endpoint.get("/conversation/date") == "Tue, 24 Nov 2026 10:00:00 GMT");
    CHECK(endpoint.get("/conversation/realm") == "SIP Communications Service");
    CHECK(endpoint.get("/conversation/target_name") == "fe01.contoso.example");
    CHECK(
        endpoint.get("/conversation/sts_uri") ==
        "https://fe01.contoso.example:443/CertProv/CertProvisioningService.svc"
    );
    CHECK(
        endpoint.list("/conversation/auth_schemes") ==
        std::vector<std::string>{"NTLM", "Kerberos", "TLS-DSK"}
    );
    CHECK(endpoint.list("/conversation/challenges").size() == 3);
}
