// SPDX-License-Identifier: MIT
// --as-os and schannel-compatibility against `openssl s_server` with the suites, groups and
// signature algorithms that only some Windows releases have. RC4 and 3DES are not built into
// Debian's libssl, so that its s_server cannot offer them; gnutls-serv does.
#include "servers/scan.h"
#include "servers/server_programs.h"
#include "support/openssl_lists.h"

#include <algorithm>
#include <map>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

namespace json = boost::json;

using Options = std::vector<std::string>;

constexpr const char* kRule = "schannel-compatibility";

std::string name_of(const schannel::Release& release) { return std::string(to_text(release.os)); }

// '+' for pass, '~' for inconclusive, '-' for fail, so that a row of a table is one short text.
char sign(std::string_view verdict) {
    return verdict == "pass" ? '+' : verdict == "inconclusive" ? '~' : '-';
}

// What is said of each server as each release: name of the server → a sign for each release, in
// the order of the table.
std::map<std::string, std::string> as_each(const std::vector<Question>& questions) {
    std::map<std::string, std::string> signs;
    for (const auto& release : schannel::releases()) {
        const auto result = scan(questions, {"--as-os", name_of(release)});
        bool failed = false;
        for (const auto& question : questions) {
            const auto endpoint = result.endpoint(question.name);
            CAPTURE(question.name);
            CAPTURE(name_of(release));
            // Whomever that release cannot reach is judged all the same, by a handshake of our own.
            CHECK(endpoint.get("/judged") == "true");
            CHECK(!endpoint.list("/chain").empty());
            const auto one = sign(endpoint.verdict(kRule));
            signs[question.name] += one;
            failed = failed || one == '-';
        }
        CHECK(result.exit_code == (failed ? 1 : 0));
    }
    return signs;
}

// Files are the certificates that the servers of these tests have.
struct Files {
    TemporaryFolder folder;
    Credentials rsa = good_credentials(folder);
    Credentials ec = of({.kind = lab::KeySpec::Kind::ec, .curve = "P-256"}, "ec");
    Credentials dsa = of({.kind = lab::KeySpec::Kind::dsa}, "dsa");

    Credentials of(const lab::KeySpec& key, const std::string& name) const {
        auto spec = server_spec();
        spec.key = key;
        const auto& issuing = contoso().issuing;
        return write_credentials(
            folder, name, issuing.issue(spec), {issuing.self().certificate_pem}
        );
    }
    // A group of 8192 bits (RFC 7919), of which systems before 2016 take no more than 4096.
    std::string large_group() const {
        const auto made = run(
            {installed_program("openssl", "openssl"), "genpkey", "-genparam", "-algorithm", "DH",
             "-pkeyopt", "group:ffdhe8192", "-out", folder.file("dh.pem")}
        );
        REQUIRE_MESSAGE(made.exit_code == 0, made.err);
        return folder.file("dh.pem");
    }
};

} // namespace

TEST_CASE("s_server: what only some Windows releases have is reached by these and not by others") {
    const Files files;
    struct Row {
        std::string name;
        Credentials credentials;
        Options options;
        // In the order of the table: 2008 R2 with TLS 1.0 alone, 2008 R2 with TLS 1.2, 2012,
        // 2012 R2, 2016, 2019, 2022, Windows 11.
        std::string expected;
    };
    const auto suites = [](const char* list) {
        return Options{"-tls1_2", "-cipher", std::string(list) + ":@SECLEVEL=0"};
    };
    const auto with = [](Options options, const Options& more) {
        options.insert(options.end(), more.begin(), more.end());
        return options;
    };
    const std::vector<Row> rows{
        {"TLS 1.0",
         files.rsa,
         {"-tls1", "-cipher", "ECDHE-RSA-AES256-SHA:@SECLEVEL=0"},
         "++++++++"},
        {"TLS 1.2", files.rsa, suites("ECDHE-RSA-AES128-SHA256"), "-+++++++"},
        {"TLS 1.3", files.rsa, {"-tls1_3"}, "------++"},
        {"ECDHE with AES-GCM", files.rsa, suites("ECDHE-RSA-AES256-GCM-SHA384"), "----++++"},
        {"DHE with AES-GCM", files.rsa, suites("DHE-RSA-AES256-GCM-SHA384"), "-~~~+~~-"},
        {"RSA with AES-GCM", files.rsa, suites("AES256-GCM-SHA384"), "-~~~++++"},
        {"DHE with AES-CBC", files.rsa, suites("DHE-RSA-AES256-SHA"), "-~~~+---"},
        {"DHE of 8192 bits", files.rsa,
         with(suites("DHE-RSA-AES256-SHA"), {"-dhparam", files.large_group()}), "----+---"},
        {"X25519", files.rsa, with(suites("ECDHE-RSA-AES256-SHA384"), {"-groups", "X25519"}),
         "----++++"},
        {"P-384", files.rsa, with(suites("ECDHE-RSA-AES256-SHA384"), {"-groups", "P-384"}),
         "-+++++++"},
        {"SHA-512", files.rsa, with(suites("ECDHE-RSA-AES256-SHA"), {"-sigalgs", "RSA+SHA512"}),
         "-~~~++++"},
        {"RSASSA-PSS and DHE", files.rsa,
         with(suites("DHE-RSA-AES256-GCM-SHA384"), {"-sigalgs", "RSA-PSS+SHA256"}), "-----~~-"},
        {"ECDSA with P-256", files.ec,
         with(suites("ECDHE-ECDSA-AES256-GCM-SHA384"), {"-groups", "P-256"}), "-~~~++++"},
        {"DSA", files.dsa, suites("DHE-DSS-AES256-SHA256"), "-++++---"},
        {"ChaCha20", files.rsa, suites("ECDHE-RSA-CHACHA20-POLY1305"), "--------"},
    };
    std::vector<std::unique_ptr<OpensslServer>> servers;
    std::vector<Question> questions;
    for (const auto& row : rows) {
        servers.push_back(std::make_unique<OpensslServer>(row.credentials, row.options));
        questions.push_back({row.name, servers.back()->port()});
    }
    const auto signs = as_each(questions);
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(signs.at(row.name) == row.expected);
    }
    // Each two releases are told apart by a server at least, but for 2008 R2 with TLS 1.2, 2012 and
    // 2012 R2: their lists differ in their order, and in what an update may have brought.
    for (std::size_t i = 0; i < schannel::releases().size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            CAPTURE(i);
            CAPTURE(j);
            const bool differ = std::ranges::any_of(signs, [&](const auto& one) {
                return one.second[i] != one.second[j];
            });
            CHECK(differ != (j >= 1 && i <= 3));
        }
}

TEST_CASE("gnutls-serv: what libssl cannot offer is settled by the raw hello of the release") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto only = [&](const std::string& cipher, const std::string& version) {
        return GnutlsServer(
            credentials, fmt::format("NORMAL:-CIPHER-ALL:+{}:-VERS-ALL:+VERS-{}", cipher, version),
            {"--disable-client-cert"}
        );
    };
    const auto des = only("3DES-CBC", "TLS1.2"), rc4 = only("ARCFOUR-128", "TLS1.2"),
               rc4_old = only("ARCFOUR-128", "TLS1.0");
    const auto signs =
        as_each({{"3DES", des.port()}, {"RC4", rc4.port()}, {"RC4 TLS 1.0", rc4_old.port()}});
    CHECK(signs.at("3DES") == "-++++++-");
    CHECK(signs.at("RC4") == "-~~~~---");
    CHECK(signs.at("RC4 TLS 1.0") == "~~~~~---");
}

namespace {

// Releases is a topology of a Director pool for each Windows release, each with an s_server that
// has what the table lists for it, in its order.
class Releases {
  public:
    explicit Releases(const Credentials& credentials) {
        std::string pools;
        for (const auto& release : schannel::releases()) {
            const auto lists = openssl_lists(release);
            // With -rev it answers each line, where -www would wait for the rest of a GET.
            Options options{"-cipher",    lists.ciphers, "-groups",
                            lists.groups, "-serverpref", "-rev"};
            // As a range s_server takes names of versions only.
            if (lists.lowest == 0x0301) options.insert(options.end(), {"-min_protocol", "TLSv1"});
            if (lists.highest == 0x0301) options.emplace_back("-tls1");
            if (lists.highest == 0x0303)
                options.insert(options.end(), {"-max_protocol", "TLSv1.2"});
            servers_.push_back(std::make_unique<OpensslServer>(credentials, options));
            pools += fmt::format(
                "      - fqdn: {0}.contoso.example\n"
                "        role: director\n"
                "        os: {0}\n"
                "        servers: [{{host: {0}.contoso.example, addresses: 127.0.0.1}}]\n"
                "        services: {{registrar: yes, web: no, conference-control: no}}\n"
                "        ports: {{registrar: {1}}}\n",
                name_of(release), servers_.back()->port()
            );
        }
        folder_.write("root.pem", contoso().root.self().certificate_pem);
        folder_.write(
            "targets.yaml", "trust: {ca_files: [root.pem], system: no}\n"
                            "topology:\n  - site: Lab\n    pools:\n" +
                                pools
        );
    }
    json::value scan(const Options& more = {}) const {
        Options arguments{"scan", folder_.file("targets.yaml"), "--timeout", "10s", "--format",
                          "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto done = test::lyncprobe(arguments);
        INFO(done.err);
        REQUIRE(done.exit_code == 1); // the names in the certificates are others
        return json::parse(done.out);
    }

  private:
    TemporaryFolder folder_;
    std::vector<std::unique_ptr<OpensslServer>> servers_;
};

// Of each pair of releases, client and server, what the tables say: pairs that no finding names
// work.
std::map<std::pair<std::string, std::string>, char> by_tables(const json::value& result) {
    std::map<std::pair<std::string, std::string>, char> signs;
    for (const auto& client : schannel::releases())
        for (const auto& server : schannel::releases())
            signs[{name_of(client), name_of(server)}] = '+';
    for (const auto& finding : result.at("topology_findings").as_array()) {
        if (finding.at("rule").as_string() != kRule) continue;
        const std::string_view verdict = finding.at("verdict").as_string();
        if (verdict == "pass") continue;
        const auto text = [&](const char* name) {
            return std::string(finding.at("evidence").at(name).as_string());
        };
        signs[{text("client_os"), text("server_os")}] = sign(verdict);
    }
    return signs;
}

// What the handshakes show: server → sign.
std::map<std::string, char> by_handshakes(const json::value& result) {
    std::map<std::string, char> signs;
    for (const auto& row : result.at("endpoints").as_array())
        for (const auto& finding : row.at("findings").as_array())
            if (finding.at("rule").as_string() == kRule) {
                const std::string host(row.at("target").at("host").as_string());
                signs[host.substr(0, host.find('.'))] = sign(finding.at("verdict").as_string());
            }
    return signs;
}

} // namespace

TEST_CASE("s_server: links of a topology with os: agree with what the handshakes show") {
    const Files files;
    auto pss = server_spec(), sha512 = server_spec(), md5 = server_spec();
    pss.pss_signature = true;
    sha512.digest = "SHA512";
    md5.digest = "MD5";
    const auto& issuing = contoso().issuing;
    const auto written = [&](const char* name, const lab::CertificateSpec& spec) {
        return write_credentials(
            files.folder, name, issuing.issue(spec), {issuing.self().certificate_pem}
        );
    };
    const std::map<std::string, Credentials> kinds{
        {"RSA", files.rsa},
        {"P-256", files.ec},
        {"P-521", files.of({.kind = lab::KeySpec::Kind::ec, .curve = "P-521"}, "p521")},
        {"DSA", files.dsa},
        {"signed with RSASSA-PSS", written("pss", pss)},
        {"signed with SHA-512", written("sha512", sha512)},
        {"signed with MD5", written("md5", md5)}};
    std::map<char, int> seen;
    for (const auto& [kind, credentials] : kinds) {
        CAPTURE(kind);
        const Releases deployment(credentials);
        const auto links = by_tables(deployment.scan());
        for (const auto& client : schannel::releases()) {
            const auto shown = by_handshakes(deployment.scan({"--as-os", name_of(client)}));
            for (const auto& release : schannel::releases()) {
                const auto server = name_of(release);
                CAPTURE(name_of(client));
                CAPTURE(server);
                const auto link = links.at({name_of(client), server});
                ++seen[link];
                const auto found = shown.find(server);
                // From 2019 on there is no suite for DSA: such a server answers no hello at all.
                if (found == shown.end()) continue;
                // The tables leave open whether TLS 1.2 is on; a handshake is with one of both.
                if (link == '~') continue;
                // Where Schannel before 2016 ties a suite to P-384 libssl's server does not.
                const bool tied = client.p384_suites && kind == "P-256";
                if (!tied || found->second != '~')
                    CHECK(std::string(1, found->second) == std::string(1, link));
            }
        }
    }
    for (const auto sign : {'+', '-', '~'})
        CHECK(seen[sign] >= 50);
}
