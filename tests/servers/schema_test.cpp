// SPDX-License-Identifier: MIT
// What real servers give, held against the published schema.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

TEST_CASE("a result about every kind of server is valid by the published schema") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    auto odd = server_spec("other.contoso.example");
    odd.pss_signature = true;
    odd.key.kind = lab::KeySpec::Kind::ec;
    const auto odd_credentials = write_credentials(
        folder, "odd", contoso().issuing.issue(odd),
        {contoso().stranger_root.self().certificate_pem}
    );

    const auto site = free_port();
    const Nginx nginx({{site, kHost, credentials, "ssl_protocols TLSv1.2;"}});
    const OpensslServer demanding(
        credentials, {"-Verify", "3", "-verify_return_error", "-CAfile", root}
    );
    const OpensslServer old(odd_credentials, {"-tls1", "-cipher", "ALL:@SECLEVEL=0"});
    const GnutlsServer gnutls(
        credentials, "NORMAL",
        {"--disable-client-cert", "--sni-hostname", "meet.contoso.example", "--sni-hostname-fatal"}
    );
    const auto result = scan({
        {"plain", site, "ours"},
        {"both ways", demanding.port(), "ours", "both"},
        {"required", demanding.port(), "", "none"},
        {"rejected", demanding.port(), "stranger"},
        {"odd", old.port()},
        {"alert", gnutls.port()},
        {"refused", free_port()},
    });
    CHECK(result.endpoint("plain").get("/outcome") == "ok");
    CHECK(result.endpoint("required").get("/outcome") == "client_certificate_required");
    CHECK(result.endpoint("rejected").get("/outcome") == "client_certificate_rejected");
    CHECK(result.endpoint("odd").get("/outcome") == "ok");
    CHECK(result.endpoint("alert").get("/outcome") == "tls_alert");
    CHECK(result.endpoint("refused").get("/outcome") == "refused");
    CHECK(result.endpoint("refused").get("/tls") == "null");

    const auto checked = run(
        {"python3", LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py",
         LYNCPROBE_SOURCE_DIR "/docs/result.schema.json", folder.write("result.json", result.json)}
    );
    CHECK_MESSAGE(checked.exit_code == 0, checked.err);
}
