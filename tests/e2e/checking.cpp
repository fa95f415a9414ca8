// SPDX-License-Identifier: MIT
// `lyncprobe check`: certificate files in every form that Windows writes, and in some that nothing
// should.
#include "e2e/fixtures.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

struct Checked {
    Finished done;
    boost::json::value result;
};

Checked check(std::vector<std::string> arguments, const Process::Options& options = {}) {
    arguments.insert(arguments.begin(), {"check", "--format", "json"});
    auto done = lyncprobe(std::move(arguments), options);
    auto result = parse_json(done.out);
    return {std::move(done), std::move(result)};
}

const boost::json::object& file_at(const boost::json::value& result, std::size_t index) {
    REQUIRE(index < result.at("files").as_array().size());
    return result.at("files").as_array()[index].as_object();
}

std::string with_windows_line_ends(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '\n' ? "\r\n" : std::string(1, c);
    return out;
}

std::string in_utf16(const std::string& text) {
    std::string out = "\xFF\xFE";
    for (const char c : text)
        out += {c, '\0'};
    return out;
}

std::string chain() { return pki().chain_text(pki().server); }

} // namespace

TEST_CASE("check reads PEM, DER, PKCS#7 and PFX, with any line end, encoding and text around") {
    const TemporaryFolder folder;
    const auto root = folder.write("root.pem", pki().root.self().certificate_pem);
    const auto password = folder.write("password", std::string(kPassword));
    std::filesystem::permissions(password, std::filesystem::perms{0600});
    const std::vector<std::pair<std::string, std::size_t>> files{
        {folder.write("chain.pem", chain()), 2},
        {folder.write("windows.cer", with_windows_line_ends(chain())), 2},
        {folder.write("utf16.txt", in_utf16(with_windows_line_ends(chain()))), 2},
        {folder.write(
             "around.txt",
             "Bag Attributes\n    friendlyName: pool\n" + chain() + "\nregards, the CA team\n"
         ),
         2},
        {folder.write("server.der", der_of(pki().server.certificate_pem)), 1},
        {folder.write(
             "chain.p7b",
             openssl({"crl2pkcs7", "-nocrl", "-certfile", kInput, "-outform", "DER"}, chain())
         ),
         2},
        {folder.write("chain.p7c", openssl({"crl2pkcs7", "-nocrl", "-certfile", kInput}, chain())),
         2},
        {folder.write("pool.pfx", pfx_of(pki().server)), 2},
    };
    std::vector<std::string> arguments{"--ca-file", root,     "--password-file",
                                       password,    "--name", std::string(kServerName)};
    for (const auto& [path, certificates] : files)
        arguments.push_back(path);
    const auto [done, result] = check(arguments);
    CHECK(done.exit_code == 1); // the DER file alone lacks the issuing CA
    CHECK(done.err == "");
    REQUIRE(result.at("files").as_array().size() == files.size());
    std::set<std::string> first;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto& file = file_at(result, i);
        CAPTURE(files[i].first);
        CHECK(text_of(file, "path") == files[i].first);
        CHECK(file.at("error").is_null());
        REQUIRE(file.at("chain").as_array().size() == files[i].second);
        first.insert(std::string(file.at("chain").as_array().front().as_string()));
        CHECK(verdict_of(file, "server-eku") == "pass");
        CHECK(verdict_of(file, "host-name") == "pass");
        CHECK(verdict_of(file, "chain-trusted") == (files[i].second == 2 ? "pass" : "fail"));
    }
    CHECK(first.size() == 1); // the server certificate is the first one everywhere
    folder.write("check.json", done.out);
    require_valid({folder.file("check.json")});
    for (const auto* rule :
         {"server-eku", "crl-distribution-point", "signature-algorithm", "no-rsassa-pss",
          "auto-enrollment", "windows-2003-ca", "key-length", "key-length-recommended",
          "key-algorithm"})
        CHECK_MESSAGE(verdict_of(file_at(result, 0), rule) != "", rule);
}

TEST_CASE("check - reads stdin, text and binary") {
    for (const auto& text : {chain(), der_of(pki().server.certificate_pem)}) {
        Process::Options options;
        options.stdin_text = text;
        const auto [done, result] = check({"-"}, options);
        CHECK(done.exit_code == 0);
        CHECK(text_of(file_at(result, 0), "path") == "-");
        CHECK(verdict_of(file_at(result, 0), "key-length") == "pass");
    }
}

TEST_CASE("a damaged file is told of and stops no other") {
    const TemporaryFolder folder;
    auto cut = chain();
    cut.resize(300);
    auto der = der_of(pki().server.certificate_pem);
    der.resize(der.size() / 2);
    const std::vector<std::string> damaged{
        folder.file("absent.pem"),
        folder.path(),
        folder.write("empty.pem", ""),
        folder.write("cut.pem", cut),
        folder.write("cut.der", der),
        folder.write("text.pem", "not a certificate\n"),
        folder.write("zeros.der", std::string(5000, '\0')),
        folder.write("key.pem", pki().server.key_pem),
        folder.write("pool.pfx", pfx_of(pki().server)),
        "/dev/zero"};
    std::vector<std::string> arguments{folder.write("first.pem", chain())};
    arguments.insert(arguments.end(), damaged.begin(), damaged.end());
    arguments.push_back(folder.write("last.pem", chain()));
    const auto [done, result] = check(arguments);
    CHECK(done.exit_code == 2);
    REQUIRE(result.at("files").as_array().size() == damaged.size() + 2);
    for (std::size_t i = 0; i < damaged.size(); ++i) {
        CAPTURE(damaged[i]);
        const auto& file = file_at(result, i + 1);
        CHECK(text_of(file, "error") != "");
        CHECK(file.at("findings").as_array().empty());
        CHECK(has(done.err, damaged[i]));
    }
    CHECK(verdict_of(file_at(result, 0), "server-eku") == "pass");
    CHECK(verdict_of(file_at(result, damaged.size() + 1), "server-eku") == "pass");
    folder.write("check.json", done.out);
    require_valid({folder.file("check.json")});
    CHECK(!has(done.out + done.err, lines_of(pki().server.key_pem).at(1)));

    arguments.insert(arguments.begin(), "check");
    const auto text = lyncprobe(arguments);
    CHECK(text.exit_code == 2);
    CHECK(has(text.out, "first.pem"));
    CHECK(has(text.out, "absent.pem"));
    CHECK(widest_line(text.out) <= 100);
}

TEST_CASE("names made to deceive come out harmless in every format and on stderr") {
    const TemporaryFolder folder;
    auto nasty = server_spec("a\x1b]0;owned\x07\x1b[31m\u202Egnp.exe\u2066\u009Bx\r\nOK");
    nasty.organization = "=HYPERLINK(\"http://x\")\x7f<script>";
    nasty.dns = {"server.contoso.example", "x\x1b[2J.contoso.example"};
    nasty.crl_urls = std::vector<std::string>{"http://crl/\x1b[31m"};
    const auto path =
        folder.write("nasty\x1b[31m.pem", pki().chain_text(pki().issuing.issue(nasty)));
    const auto damaged = folder.write("damaged\x1b[2J\u202E.pem", "nothing");
    for (const auto* format : {"text", "json", "ndjson"})
        for (const auto* more : {"--verbose", "--quiet"}) {
            const auto done = lyncprobe(
                {"check", path, damaged, "--name", "meet.contoso.example", "--format", format, more}
            );
            CAPTURE(format);
            CAPTURE(more);
            CHECK(done.exit_code == 2);
            CHECK(harmless_on_a_terminal(done.out));
            CHECK(harmless_on_a_terminal(done.err));
        }
    CHECK(has(lyncprobe({"check", path, "--verbose"}).out, "\\x1b]0;owned"));
}

TEST_CASE("the first certificate of a file is the server certificate, and --role and --use set the "
          "context") {
    const TemporaryFolder folder;
    auto spec = server_spec();
    spec.crl_urls = std::vector<std::string>{
        "ldap:///CN=CA,CN=CDP,DC=contoso,DC=example?certificateRevocationList?base"};
    const auto path = folder.write("ldap.pem", pki().chain_text(pki().issuing.issue(spec)));
    const auto scheme = [&](std::vector<std::string> more) {
        more.push_back(path);
        return verdict_of(file_at(check(std::move(more)).result, 0), "crl-reachable-scheme");
    };
    CHECK(scheme({}) == "inconclusive");
    CHECK(scheme({"--role", "edge", "--use", "AccessEdgeExternal"}) == "warn");
    CHECK(scheme({"--role", "front-end"}) == "pass");
    // An issuing CA alone stands in the place of the server, and lacks what a server needs.
    const auto ca = check({folder.write("ca.pem", pki().issuing.self().certificate_pem)}).result;
    CHECK(verdict_of(file_at(ca, 0), "server-eku") == "warn"); // no EKU extension
}

TEST_CASE(
    "a server certificate given as a CA's is an error with its place, marked as anchor it is none"
) {
    const TemporaryFolder folder;
    const auto leaf = folder.write("leaf.pem", pki().server.certificate_pem);
    const auto bundle = folder.write("bundle.pem", pki().root.self().certificate_pem + chain());
    for (const auto& [file, place] : {std::pair(leaf, "1 of 1"), std::pair(bundle, "2 of 3")}) {
        const auto refused = lyncprobe({"check", "--ca-file", file, leaf});
        CHECK(refused.exit_code == 2);
        CHECK(refused.err.find(file + ": certificate " + place) != std::string::npos);
    }
    CHECK(lyncprobe({"check", "--anchor-file", leaf, leaf}).exit_code < 2);
    const auto list = folder.write(
        "targets.yaml", "trust:\n  ca_files: [leaf.pem]\ntargets: [{host: 127.0.0.1, port: 1}]\n"
    );
    const auto refused = lyncprobe({"scan", list});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find(list + ":2:14: ") != std::string::npos);
}

TEST_CASE("check writes every format into files, the exit code says the worst") {
    const TemporaryFolder folder;
    const auto path = folder.write("server.pem", chain());
    const auto done = lyncprobe(
        {"check", path, "--output", folder.file("r.json"), "--output", folder.file("r.txt"),
         "--output", folder.file("r.ndjson")}
    );
    CHECK(done.exit_code == 0);
    require_valid({folder.file("r.json")});
    CHECK(read_text(folder.file("r.txt")) == done.out);
    for (const auto& line : lines_of(read_text(folder.file("r.ndjson"))))
        (void)parse_json(line);
    CHECK(has(read_text(folder.file("r.ndjson")), path));
    CHECK(lyncprobe({"check", path, "--at", "2099-01-01"}).exit_code == 1);
    CHECK(
        lyncprobe({"check", path, "--expires-within", "5000d", "--fail-on", "warn"}).exit_code == 1
    );
    CHECK(lyncprobe({"check", path, "--at", "2099-01-01", "--skip", "validity"}).exit_code == 0);
}

} // namespace lyncprobe::test
