// SPDX-License-Identifier: MIT
// Our own certificate: how it is given, what the servers say to it, and that its secrets stay
// secret.
#include "e2e/fixtures.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Servers that require a certificate of our CA, with TLS 1.2 and 1.3, and the files of an identity.
struct Strict {
    Site site;
    std::string cert, key, pfx, password_file;

    Strict() {
        auto server = good_server();
        server.client_certificates = lab::ClientCertificates::required;
        server.client_ca_pem = {pki().root.self().certificate_pem};
        site.add("TLS 1.3", server);
        server.max_version = 0x0303;
        site.add("TLS 1.2", server);
        (void)site.list();
        cert = site.folder().write("identity.pem", pki().chain_text(pki().server));
        key = secret("identity.key", pki().server.key_pem);
        pfx = secret("identity.pfx", pfx_of(pki().server));
        password_file = secret("password", std::string(kPassword) + "\n");
    }
    std::string secret(const std::string& name, const std::string& text) const {
        const auto path = site.folder().write(name, text);
        fs::permissions(path, fs::perms{0600});
        return path;
    }
    Finished scan(std::vector<std::string> more, const std::vector<std::string>& environment = {})
        const {
        more.insert(more.begin(), {"scan", site.file("targets.yaml"), "--format", "json"});
        Process::Options options;
        options.environment = environment;
        return lyncprobe(std::move(more), options);
    }
};

void check_accepted(const Finished& done) {
    CAPTURE(done.err);
    CHECK(done.exit_code == 0);
    const auto result = parse_json(done.out);
    for (const auto* name : {"TLS 1.2", "TLS 1.3"}) {
        CHECK(outcome_of(result, name) == "ok");
        const auto& mutual = endpoint_named(result, name).at("mutual_tls").as_object();
        CHECK(mutual.at("requested").as_bool());
        CHECK(mutual.at("accepted").as_bool());
        CHECK(text_of(mutual, "presented").size() == 64);
    }
    REQUIRE(result.at("identities").as_array().size() == 1);
    CHECK(
        verdict_of(result.at("identities").as_array().front().as_object(), "server-eku") == "pass"
    );
}

// Some part of a secret that would show it, were it anywhere.
std::vector<std::string> traces_of_secrets() {
    const auto key_lines = lines_of(pki().server.key_pem);
    return {
        std::string(kPassword), key_lines.at(1), key_lines.at(key_lines.size() / 2),
        "PRIVATE KEY-----"};
}

void check_no_secret_in(const std::string& text) {
    for (const auto& trace : traces_of_secrets())
        CHECK(!has(text, trace));
}

} // namespace

TEST_CASE("an identity from PEM files, from an encrypted key, from a PFX with its password in a "
          "file or the environment") {
    const Strict strict;
    check_accepted(strict.scan({"--cert", strict.cert, "--key", strict.key}));
    check_accepted(strict.scan({"--pfx", strict.pfx, "--password-file", strict.password_file}));
    check_accepted(strict.scan(
        {"--pfx", strict.pfx, "--password-env", "PFX_PASSWORD"},
        {"PFX_PASSWORD=" + std::string(kPassword)}
    ));
    const auto encrypted = strict.secret(
        "encrypted.key", openssl(
                             {"pkey", "-in", kInput, "-aes256", "-passout", "env:P"},
                             pki().server.key_pem, {"P=" + std::string(kPassword)}
                         )
    );
    check_accepted(strict.scan(
        {"--cert", strict.cert, "--key", encrypted, "--password-file", strict.password_file}
    ));
    const auto legacy = strict.secret(
        "legacy.pfx",
        openssl(
            {"pkcs12", "-export", "-legacy", "-in", kInput, "-passout", "env:P"},
            pki().chain_text(pki().server) + pki().server.key_pem, {"P=" + std::string(kPassword)}
        )
    );
    check_accepted(strict.scan({"--pfx", legacy, "--password-file", strict.password_file}));
}

TEST_CASE("an identity named in the target list, for the targets that want it") {
    const Strict strict;
    const auto list = strict.site.list(
        "identities: [{id: ours, pfx: identity.pfx, password_file: password}]\ndefaults: "
        "{identity: ours}",
        "ours.yaml"
    );
    check_accepted(lyncprobe({"scan", list, "--format", "json"}));
}

TEST_CASE("without a certificate, and with one of another CA: two outcomes, both judged") {
    const Strict strict;
    const auto without = strict.scan({});
    CHECK(without.exit_code == 0);
    const lab::Authority stranger([] {
        lab::CertificateSpec spec;
        spec.common_name = "Fabrikam Root CA";
        spec.ca = true;
        spec.key_name = "stranger";
        return spec;
    }());
    const auto foreign = stranger.issue(server_spec("probe.fabrikam.example"));
    const auto rejected = strict.scan(
        {"--cert", strict.site.folder().write("foreign.pem", foreign.certificate_pem), "--key",
         strict.secret("foreign.key", foreign.key_pem)}
    );
    CHECK(rejected.exit_code == 1);
    for (const auto* name : {"TLS 1.2", "TLS 1.3"}) {
        CHECK(outcome_of(parse_json(without.out), name) == "client_certificate_required");
        CHECK(
            endpoint_named(parse_json(without.out), name).at("mutual_tls").at("required").as_bool()
        );
        CHECK(outcome_of(parse_json(rejected.out), name) == "client_certificate_rejected");
        CHECK(verdict_of(parse_json(rejected.out), name, "server-eku") == "pass");
        CHECK(verdict_of(parse_json(rejected.out), name, "client-certificate-accepted") == "fail");
        CHECK(
            verdict_of(parse_json(without.out), name, "client-certificate-accepted") ==
            "inconclusive"
        );
    }
}

TEST_CASE("mutual: both tries with and without our certificate; none keeps it to ourselves") {
    Strict strict;
    auto server = good_server();
    server.client_certificates = lab::ClientCertificates::required;
    server.client_ca_pem = {pki().root.self().certificate_pem};
    strict.site.add("both", server, "mutual: both");
    strict.site.add("none", server, "mutual: none");
    (void)strict.site.list();
    const auto result = parse_json(strict.scan({"--cert", strict.cert, "--key", strict.key}).out);
    const auto& both = endpoint_named(result, "both");
    CHECK(text_of(both, "outcome") == "ok");
    REQUIRE(both.at("variants").as_array().size() == 1);
    const auto& variant = both.at("variants").as_array().front().as_object();
    CHECK(text_of(variant, "offer") == "without-client-certificate");
    CHECK(text_of(variant, "outcome") == "client_certificate_required");
    CHECK(outcome_of(result, "none") == "client_certificate_required");
    CHECK(endpoint_named(result, "TLS 1.3").at("variants").as_array().empty());
}

TEST_CASE(
    "an identity that cannot be used: exit code 2, a sentence that says why, and nobody is called"
) {
    const Trap trap;
    const Strict strict;
    const auto list = strict.site.folder().write(
        "trap.yaml", "targets:\n  - {host: 127.0.0.1, port: " + std::to_string(trap.port()) + "}\n"
    );
    const auto refused = [&](std::vector<std::string> more, std::string_view because) {
        more.insert(more.begin(), {"scan", list});
        const auto done = lyncprobe(std::move(more));
        CAPTURE(done.err);
        CHECK(done.exit_code == 2);
        CHECK(done.out == "");
        CHECK(has(done.err, because));
        CHECK(lines_of(done.err).size() <= 2);
        check_no_secret_in(done.err);
    };
    const auto wrong = strict.secret("wrong", "Geheim456!\n");
    const auto other_key = strict.secret("other.key", [] {
        auto spec = server_spec();
        spec.key_name = "another";
        return pki().issuing.issue(spec).key_pem;
    }());
    refused({"--pfx", strict.pfx, "--password-file", wrong}, "password");
    refused({"--pfx", strict.pfx}, "password");
    refused({"--pfx", strict.pfx, "--password-env", "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE");
    refused({"--pfx", strict.pfx, "--password-file", strict.site.file("absent")}, "absent");
    refused({"--pfx", strict.cert}, "identity.pem");
    // The file that is named is the one to look at.
    refused({"--cert", strict.cert, "--key", other_key}, "other.key:");
    refused({"--cert", strict.cert, "--key", strict.cert}, "identity.pem:");
    const auto locked = strict.secret(
        "locked.key", openssl(
                          {"pkey", "-in", kInput, "-aes256", "-passout", "env:P"},
                          pki().server.key_pem, {"P=" + std::string(kPassword)}
                      )
    );
    refused({"--cert", strict.cert, "--key", locked, "--password-file", wrong}, "locked.key:");
    refused({"--cert", strict.key, "--key", strict.key}, "certificate");
    refused({"--cert", strict.site.file("absent.pem"), "--key", strict.key}, "absent.pem");
    CHECK(!has(
        lyncprobe({"scan", list, "--pfx", strict.pfx, "--password-file", wrong}).err, "Geheim456!"
    ));
    CHECK(!trap.was_called());
}

TEST_CASE("a key or password that others can read is warned about, and used") {
    const Strict strict;
    fs::permissions(strict.key, fs::perms{0644});
    const auto open = strict.scan({"--cert", strict.cert, "--key", strict.key});
    CHECK(has(open.err, "identity.key"));
    CHECK(has(open.err, "chmod 600"));
    CHECK(open.exit_code == 0);
    fs::permissions(strict.password_file, fs::perms{0604});
    CHECK(has(
        strict.scan({"--pfx", strict.pfx, "--password-file", strict.password_file}).err, "password"
    ));
}

TEST_CASE("password and key are in no output and not in the command line that ps shows") {
    Strict strict;
    lab::Faults silent;
    silent.silent = true;
    strict.site.add("silent", server_with(silent));
    (void)strict.site.list();
    Process::Options options;
    options.environment = {"PFX_PASSWORD=" + std::string(kPassword)};
    Process scan(
        {lyncprobe_path(), "scan", strict.site.file("targets.yaml"), "--pfx", strict.pfx,
         "--password-env", "PFX_PASSWORD", "--verbose", "--timeout", "2s", "--output",
         strict.site.file("r.json"), "--output", strict.site.file("r.ndjson"), "--output",
         strict.site.file("r.txt")},
        options
    );
    std::this_thread::sleep_for(500ms);
    const auto line = read_text("/proc/" + std::to_string(scan.pid()) + "/cmdline");
    CHECK(has(line, "PFX_PASSWORD"));
    check_no_secret_in(line);
    const auto done = scan.wait();
    CHECK(done.exit_code == 1); // silent
    check_no_secret_in(done.out + done.err);
    for (const auto* name : {"r.json", "r.ndjson", "r.txt"})
        check_no_secret_in(read_text(strict.site.file(name)));

    const auto both = strict.site.folder().write(
        "both.pem", pki().server.key_pem + pki().chain_text(pki().server)
    );
    for (const auto* format : {"text", "json"}) {
        const auto checked = lyncprobe({"check", both, "--verbose", "--format", format});
        CHECK(checked.exit_code == 0);
        check_no_secret_in(checked.out + checked.err);
    }
}

TEST_CASE("a password without a certificate of our own is refused, not ignored") {
    for (const auto* option : {"--password-env", "--password-file"}) {
        const auto done = lyncprobe({"probe", "127.0.0.1:1", option, "X"});
        CHECK(done.exit_code == 2);
        CHECK(done.err.find("belong to --cert/--key or --pfx") != std::string::npos);
        CHECK(done.out.empty());
    }
}

} // namespace lyncprobe::test
