// SPDX-License-Identifier: MIT
// Target lists that are good: what each key becomes, and how several lists are merged.
#include "model/limits.h"
#include "unit/config/reading.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

TEST_CASE("one host is a whole target list") {
    const auto deployment = read_good("targets:\n  - host: SIP.Contoso.com.\n");
    REQUIRE(deployment.targets.size() == 1);
    const auto& target = deployment.targets.front();
    CHECK(target.host == "sip.contoso.com");
    CHECK(target.name.empty());
    CHECK(target.port == 443);
    CHECK(target.probe == Probe::tls);
    CHECK(target.role == Role::other);
    CHECK_FALSE(target.role_given);
    CHECK(target.mutual == Mutual::automatic);
    CHECK_FALSE(target.sni.has_value());
    CHECK(target.identity.empty());
    CHECK(target.place.line == 2);
    CHECK(target.place.column == 5);
}

TEST_CASE("every key of a target is read") {
    const auto deployment = read_good(R"(
identities: [{id: fe, pfx: fe.pfx}]
targets:
  - name: access edge, clients
    host: sip.contoso.com
    addresses: [203.0.113.10, "2001:db8::1"]
    port: 444
    transport: tcp
    probe: sip
    role: edge
    use: AccessEdgeExternal
    side: external
    pool: Edge.contoso.local
    server: edge01.contoso.local
    site: Zürich
    sni: other.contoso.com
    names: [sip.contoso.com, A.contoso.com]
    identity: fe
    mutual: both
    enrollment: {method: web, ca_os: public, requester_os: windows-server-2003-r2-sp2, kb922706: yes}
    os: windows-server-2012-r2
    timeout: 1500ms
    connect_timeout: 2
)");
    REQUIRE(deployment.targets.size() == 1);
    const auto& target = deployment.targets.front();
    CHECK(target.name == "access edge, clients");
    REQUIRE(target.addresses.size() == 2);
    CHECK(to_text(target.addresses[0]) == "203.0.113.10");
    CHECK(to_text(target.addresses[1]) == "2001:db8::1");
    CHECK(target.port == 444);
    CHECK(target.probe == Probe::sip);
    CHECK(target.role == Role::edge);
    CHECK(target.role_given);
    CHECK(target.use == CertificateUse::access_edge_external);
    CHECK(target.side == Side::external);
    CHECK(target.pool == "edge.contoso.local");
    CHECK(target.server == "edge01.contoso.local");
    CHECK(target.site == "Zürich");
    CHECK(target.sni == "other.contoso.com");
    CHECK(target.names == std::vector<std::string>{"sip.contoso.com", "a.contoso.com"});
    CHECK(target.identity == "fe");
    CHECK(target.mutual == Mutual::both);
    CHECK(target.enrollment.method == EnrollmentMethod::web);
    CHECK(target.enrollment.ca_os == OperatingSystem::public_ca);
    CHECK(target.enrollment.requester_os == OperatingSystem::windows_server_2003_r2_sp2);
    CHECK(target.enrollment.kb922706 == true);
    CHECK(target.os == OperatingSystem::windows_server_2012_r2);
    CHECK(target.timeout == Milliseconds{1500});
    CHECK(target.connect_timeout == Milliseconds{2000});
}

TEST_CASE("the port follows the probe unless it is given") {
    const auto deployment = read_good(R"(
targets:
  - {host: a.contoso.com, probe: federation}
  - {host: a.contoso.com, probe: xmpp}
  - {host: a.contoso.com, probe: replication}
  - {host: a.contoso.com, probe: https}
  - {host: a.contoso.com, probe: sip, port: 65535}
)");
    std::vector<int> ports;
    for (const auto& target : deployment.targets)
        ports.push_back(target.port);
    CHECK(ports == std::vector<int>{5061, 5269, 4443, 443, 65535});
}

TEST_CASE("the transport follows the probe and the port unless it is given") {
    const auto deployment = read_good(R"(
defaults: {port: 3478}
targets:
  - {host: a.contoso.com, probe: av-edge}
  - {host: a.contoso.com, probe: av-edge, port: 443}
  - {host: a.contoso.com, probe: av-edge, transport: tcp}
  - {host: a.contoso.com, probe: av-edge, port: 443, transport: udp}
  - {host: a.contoso.com, probe: sip}
)");
    std::vector<Transport> transports;
    for (const auto& target : deployment.targets)
        transports.push_back(target.transport);
    CHECK(
        transports ==
        std::vector{Transport::udp, Transport::tcp, Transport::tcp, Transport::udp, Transport::tcp}
    );
}

TEST_CASE("defaults fill in what a target does not say, also when they stand below the targets") {
    const auto deployment = read_good(R"(
targets:
  - host: a.contoso.com
  - {host: b.contoso.com, timeout: 3s, role: director, identity: two, mutual: none, probe: tls, enrollment: {method: mmc}}
identities: [{id: one, pfx: one.pfx}, {id: two, pfx: two.pfx}]
defaults:
  {timeout: 10s, connect_timeout: 1s, identity: one, role: edge, probe: sip, mutual: both, side: internal, use: Internal,
   pool: p.contoso.com, site: X, sni: none, names: [n.contoso.com], os: linux, enrollment: {ca_os: other}}
)");
    REQUIRE(deployment.targets.size() == 2);
    const auto& a = deployment.targets[0];
    CHECK(a.timeout == Milliseconds{10'000});
    CHECK(a.connect_timeout == Milliseconds{1000});
    CHECK(a.identity == "one");
    CHECK(a.role == Role::edge);
    CHECK(a.role_given);
    CHECK(a.probe == Probe::sip);
    CHECK(a.port == 5061);
    CHECK(a.mutual == Mutual::both);
    CHECK(a.side == Side::internal);
    CHECK(a.use == CertificateUse::internal);
    CHECK(a.pool == "p.contoso.com");
    CHECK(a.site == "X");
    CHECK(a.sni == "");
    CHECK(a.names == std::vector<std::string>{"n.contoso.com"});
    CHECK(a.os == OperatingSystem::linux);
    CHECK(a.enrollment.ca_os == OperatingSystem::other);
    const auto& b = deployment.targets[1];
    CHECK(b.timeout == Milliseconds{3000});
    CHECK(b.role == Role::director);
    CHECK(b.identity == "two");
    CHECK(b.mutual == Mutual::none);
    CHECK(b.probe == Probe::tls);
    CHECK(b.port == 443);
    CHECK(
        b.enrollment ==
        Enrollment{EnrollmentMethod::mmc, OperatingSystem::unknown, OperatingSystem::unknown, {}}
    );
}

TEST_CASE("a default port holds for every probe") {
    const auto deployment =
        read_good("defaults: {port: 8443}\ntargets: [{host: a, probe: sip}, {host: b, port: 1}]\n");
    CHECK(deployment.targets[0].port == 8443);
    CHECK(deployment.targets[1].port == 1);
}

TEST_CASE("an IPv6 host may stand in brackets, quoted or not, and is normalised") {
    const auto deployment = read_good(R"(
targets:
  - host: [2001:DB8:0::1]
  - host: "[2001:db8::2]"
  - host: 2001:db8::3
  - host: [::1]
  - {host: 192.0.2.7, addresses: [[::1], 2001:db8::9]}
)");
    std::vector<std::string> hosts;
    for (const auto& target : deployment.targets)
        hosts.push_back(target.host);
    CHECK(
        hosts ==
        std::vector<std::string>{"2001:db8::1", "2001:db8::2", "2001:db8::3", "::1", "192.0.2.7"}
    );
    REQUIRE(deployment.targets[4].addresses.size() == 2);
    CHECK(to_text(deployment.targets[4].addresses[0]) == "::1");
}

TEST_CASE("paths are relative to the list's own folder") {
    const auto outcome = read(
        {{"lists/a.yaml", R"(
trust: {ca_files: [pki/root.pem, /etc/root.pem]}
identities:
  - {id: one, certificate: one.pem, key: one.key, password_env: ONE}
  - {id: two, pfx: ../two.pfx, password_file: two.txt}
targets: [{host: a}]
)"},
         {"b.yaml",
          "trust: {ca_files: [pki/root.pem, lists/pki/root.pem]}\ntargets: [{host: b}]\n"}}
    );
    REQUIRE(outcome.problems.empty());
    const auto& deployment = outcome.deployment;
    CHECK(
        deployment.trust.ca_files ==
        std::vector<CaFile>{{"lists/pki/root.pem"}, {"/etc/root.pem"}, {"pki/root.pem"}}
    );
    REQUIRE(deployment.identities.size() == 2);
    CHECK(deployment.identities[0].certificate == "lists/one.pem");
    CHECK(deployment.identities[0].key == "lists/one.key");
    CHECK(deployment.identities[0].password_env == "ONE");
    CHECK(deployment.identities[0].where.line == 4);
    CHECK(deployment.identities[1].pfx == "lists/../two.pfx");
    CHECK(deployment.identities[1].password_file == "lists/two.txt");
    CHECK_FALSE(deployment.trust.system.has_value());
}

TEST_CASE("a CA file may be marked as anchor") {
    const auto deployment = read_good(R"(
trust:
  ca_files: [root.pem, {file: ca.pem, anchor: yes}, {file: bundle.p7b}, {file: root.pem}]
targets: [{host: a}]
)");
    CHECK(
        deployment.trust.ca_files ==
        std::vector<CaFile>{{"root.pem", false}, {"ca.pem", true}, {"bundle.p7b", false}}
    );
}

TEST_CASE("policy sets decisions and run options") {
    const auto deployment = read_good(R"(
policy:
  eku-absent: fail
  sha1: pass
  timeout: 3s
  connect-timeout: 500ms
  deadline: 1h
  expires-within: 0
  concurrency: 7
  per-address: 2
  retries: 0
  versions: yes
  sni-matrix: no
  inventory: yes
  fetch: yes
  ldap-server: "dc01.contoso.local:3389"
  tls-old: fail
  address-family: 6
  fail-on: never
  only: [server-*, key-length]
  skip: chain-order
targets: [{host: a}]
)");
    CHECK(deployment.policy[Decision::eku_absent] == Verdict::fail);
    CHECK(deployment.policy[Decision::sha1] == Verdict::pass);
    CHECK(deployment.policy[Decision::eku_any_only] == Verdict::warn);
    const auto& settings = deployment.settings;
    CHECK(settings.timeout == Milliseconds{3000});
    CHECK(settings.connect_timeout == Milliseconds{500});
    CHECK(settings.deadline == Milliseconds{3'600'000});
    CHECK(settings.expires_within == Milliseconds{0});
    CHECK(settings.concurrency == 7u);
    CHECK(settings.per_address == 2u);
    CHECK(settings.retries == 0u);
    CHECK(settings.versions == true);
    CHECK(settings.sni_matrix == false);
    CHECK(settings.inventory == true);
    CHECK(!settings.mtls_matrix.has_value());
    CHECK(settings.fetch == true);
    CHECK(!settings.fetch_private.has_value());
    CHECK(settings.ldap_server == "dc01.contoso.local:3389");
    CHECK(deployment.policy[Decision::tls_old] == Verdict::fail);
    CHECK(settings.address_family == 6);
    CHECK(settings.fail_on == "never");
    CHECK(settings.only == std::vector<std::string>{"server-*", "key-length"});
    CHECK(settings.skip == std::vector<std::string>{"chain-order"});
}

TEST_CASE("a waiver until a day includes that day, and a fingerprint may have colons and capitals"
) {
    const auto deployment = read_good(R"(
waivers:
  - rule: key-length
    certificate: "5F:3C:2A:9B:0D:4E:6F:71:82:93:A4:B5:C6:D7:E8:F9:01:12:23:34:45:56:67:78:89:9A:AB:BC:CD:DE:EF:F0"
    reason: old
    until: 2030-06-30
  - {rule: "*", target: "sip*", reason: known, until: 2030-06-30T12:00:00Z}
targets: [{host: a}]
)");
    REQUIRE(deployment.waivers.size() == 2);
    const auto& first = deployment.waivers[0];
    CHECK(first.certificate == "5f3c2a9b0d4e6f718293a4b5c6d7e8f90112233445566778899aabbccddeeff0");
    CHECK(to_rfc3339(first.until.value()) == "2030-06-30T23:59:59Z");
    CHECK(first.where.line == 3);
    const auto& second = deployment.waivers[1];
    CHECK(second.target == "sip*");
    CHECK(to_rfc3339(second.until.value()) == "2030-06-30T12:00:00Z");
}

TEST_CASE(
    "a waiver takes a thumbprint as the certificate dialog of Windows puts it on the clipboard"
) {
    for (const std::string written :
         {"A9993E364706816ABA3E25717850C26C9CD0D89D",
          "\u200ea9 99 3e 36 47 06 81 6a ba 3e 25 71 78 50 c2 6c 9c d0 d8 9d",
          "a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d\u200e"}) {
        const auto deployment = read_good(
            "waivers: [{rule: key-length, certificate: \"" + written +
            "\", reason: old}]\ntargets: [{host: a}]\n"
        );
        REQUIRE(deployment.waivers.size() == 1);
        CHECK(deployment.waivers[0].certificate == "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}

TEST_CASE("resolvers are addresses with or without a port, SIP domains are in lower case") {
    const auto deployment = read_good(R"(
resolvers: [192.0.2.53, "127.0.0.1:5353", "2001:db8::53", "[::1]:53", 192.0.2.53]
sip_domains: [Contoso.com, fabrikam.com, contoso.com]
targets: [{host: a}]
)");
    CHECK(
        deployment.resolvers ==
        std::vector<std::string>{"192.0.2.53", "127.0.0.1:5353", "[2001:db8::53]", "[::1]:53"}
    );
    CHECK(deployment.sip_domains == std::vector<std::string>{"contoso.com", "fabrikam.com"});
}

TEST_CASE("several lists are merged, each with its own defaults, and may share identities") {
    const auto outcome = read({
        {"a.yaml", "defaults: {timeout: 1s}\npolicy: {sha1: pass, timeout: 10s}\ntrust: {system: "
                   "no}\ntargets: [{host: a, identity: one}]\n"},
        {"b.yaml", "policy: {sha1: pass, timeout: 10000ms, sha224: warn}\ntrust: {system: "
                   "false}\ntargets: [{host: b}]\n"},
        {"c.yaml", "identities: [{id: one, pfx: x}]\n"},
    });
    CHECK(texts(outcome) == std::vector<std::string>{});
    const auto& deployment = outcome.deployment;
    CHECK(deployment.inputs == std::vector<std::string>{"a.yaml", "b.yaml", "c.yaml"});
    REQUIRE(deployment.targets.size() == 2);
    CHECK(deployment.targets[0].timeout == Milliseconds{1000});
    CHECK_FALSE(deployment.targets[1].timeout.has_value());
    CHECK(deployment.targets[0].place.list == 0);
    CHECK(deployment.targets[1].place.list == 1);
    CHECK(deployment.policy[Decision::sha224] == Verdict::warn);
    CHECK(deployment.trust.system == false);
}

TEST_CASE("lists that contradict each other are refused at the second place") {
    const auto outcome = read({
        {"a.yaml", "policy: {sha1: pass, only: [key-length]}\ntrust: {system: no}\nidentities: "
                   "[{id: one, pfx: x}]\ntargets: [{host: a, name: x}]\n"},
        {"b.yaml", "policy: {sha1: warn, only: [server-eku]}\ntrust: {system: yes}\nidentities: "
                   "[{id: one, pfx: x}]\ntargets: [{host: b, name: x}]\n"},
    });
    CHECK(
        texts(outcome) ==
        std::vector<std::string>{
            "b.yaml:1:16: 'sha1' is 'warn' here and 'pass' in another list (the other is at "
            "a.yaml:1:16)",
            "b.yaml:1:28: 'only' is 'server-eku' here and 'key-length' in another list (the other "
            "is at a.yaml:1:28)",
            "b.yaml:2:17: 'system' is 'yes' here and 'no' in another list (the other is at "
            "a.yaml:2:17)",
            "b.yaml:3:14: duplicate identity 'one' (the first is at a.yaml:3:14)",
            "b.yaml:4:27: duplicate name 'x' (the first is at a.yaml:4:27)",
        }
    );
}

TEST_CASE("a list saved by a Windows editor reads like any other") {
    const std::string plain = "targets:\r\n  - host: sip.contoso.com\r\n    name: Zürich 😀\r\n";
    const auto utf16 = [](const std::u16string& text, bool big_endian) {
        std::string out;
        for (const char16_t unit : u"\uFEFF" + text) {
            const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
            out += big_endian ? high : low;
            out += big_endian ? low : high;
        }
        return out;
    };
    const std::u16string wide = u"targets:\r\n  - host: sip.contoso.com\r\n    name: Zürich 😀\r\n";
    for (const auto& text :
         {plain, "\xef\xbb\xbf" + plain, utf16(wide, false), utf16(wide, true)}) {
        const auto deployment = read_good(text);
        REQUIRE(deployment.targets.size() == 1);
        CHECK(deployment.targets[0].host == "sip.contoso.com");
        CHECK(deployment.targets[0].name == "Zürich 😀");
        CHECK(deployment.targets[0].place.line == 2);
    }
}

TEST_CASE("text that is no UTF-8 is refused where it stands") {
    CHECK(
        only_problem("targets:\n  - host: a # M\xfcnchen\n") ==
        "t.yaml:2:16: a byte that is not UTF-8 text (save the file as UTF-8)"
    );
    CHECK(
        only_problem(std::string("targets:\n\0", 10)) ==
        "t.yaml:2:1: a control character (U+0000), which no text file has (is this a target list?)"
    );
    CHECK(
        only_problem("targets: [{host: a}]\n\x04garbage\n") ==
        "t.yaml:2:1: a control character (U+0004), which no text file has (is this a target list?)"
    );
    CHECK(
        only_problem(std::string(
            "\xff\xfe"
            "a\0\0\xd8"
            "b\0",
            8
        )) == "t.yaml:1:2: a byte that is not UTF-8 text (save the file as UTF-8)"
    );
}

TEST_CASE("columns count characters, not bytes, also far into one long line") {
    std::string one_line = "{targets: [";
    for (int i = 0; i < 2000; ++i)
        one_line += "{host: a" + std::to_string(i) + ".contoso.com, site: Zürich}, ";
    const auto column = one_line.size() - 2000 + 1; // ü is two bytes
    CHECK(
        only_problem(one_line + "{hos: x, host: b}]}\n") ==
        "t.yaml:1:" + std::to_string(column + 1) + ": unknown key 'hos' (did you mean 'host'?)"
    );
}

TEST_CASE("a list without anything in it, and no list at all, are refused") {
    const std::string hint = " (write 'targets:' and below it '- host: sip.contoso.com')";
    CHECK(
        only_problem("") ==
        "t.yaml:1:1: the file is empty (a target list has at least 'targets:' with one 'host:')"
    );
    CHECK(
        only_problem("\xff\xfe") ==
        "t.yaml:1:1: the file is empty (a target list has at least 'targets:' with one 'host:')"
    );
    CHECK(
        only_problem("# nothing\n") ==
        "t.yaml:1:1: the file is empty (a target list has at least 'targets:' with one 'host:')"
    );
    CHECK(only_problem("---\n") == "t.yaml:1:1: the file is empty" + hint);
    CHECK(only_problem("defaults:\n") == "t.yaml:1:1: no targets" + hint);
    CHECK(only_problem("targets: []\n") == "t.yaml:1:1: no targets" + hint);
    CHECK(texts(read({})) == std::vector<std::string>{"no targets" + hint});
}

TEST_CASE("limits: the size of the file, its depth and the values of one entry") {
    std::string large = "targets: [{host: a}]\n";
    large.resize(limits::kTargetFile, '#');
    CHECK(texts(read({{"t.yaml", large}})) == std::vector<std::string>{});
    CHECK(only_problem(large + "#") == "t.yaml:1:1: the file is larger than 64 MiB");

    const auto nested = [](std::size_t levels) {
        return "targets: [{host: a, names: " + std::string(levels, '[') + std::string(levels, ']') +
               "}]\n";
    };
    // The top level, the list and the target are three levels.
    CHECK(only_problem(nested(29)) == "t.yaml:1:29: an entry of 'names' must be text, not a list");
    CHECK(only_problem(nested(30)) == "t.yaml:1:57: nested deeper than 32 levels");
    CHECK(only_problem(nested(100'000)) == "t.yaml:1:57: nested deeper than 32 levels");

    std::string many = "targets: [{host: a}]\nsip_domains: [";
    for (int i = 0; i < 100'000; ++i)
        many += "a,";
    CHECK(
        only_problem(many + "]\n").find("more than 100000 values in one entry") != std::string::npos
    );
}

TEST_CASE("very many mistakes are counted, not printed") {
    std::string text = "targets:\n";
    for (int i = 0; i < 3000; ++i)
        text += "  - hots: a\n    host: b\n";
    const auto problems = texts(read({{"t.yaml", text}}));
    REQUIRE(problems.size() == 1001);
    CHECK(problems.front() == "t.yaml:2:5: unknown key 'hots' (did you mean 'host'?)");
    CHECK(problems.back() == "and 2000 more mistakes");
}

TEST_CASE("a probe that is not built yet is refused at its place") {
    config::ReadOptions options;
    options.probe_is_built = [](Probe probe) { return probe == Probe::tls; };
    const auto outcome = config::read_target_lists(
        {{"t.yaml", "defaults: {probe: sip}\ntargets:\n  - {host: a, probe: tls}\n  - {host: b, "
                    "probe: federation}\n"}},
        options
    );
    CHECK(
        texts(outcome) ==
        std::vector<std::string>{
            "t.yaml:1:19: probe 'sip' is known, not built yet",
            "t.yaml:4:22: probe 'federation' is known, not built yet"}
    );
}

TEST_CASE("without the list of rules any rule may be named") {
    const auto outcome = config::read_target_lists(
        {{"t.yaml", "policy: {only: [mine]}\nwaivers: [{rule: x, target: y, reason: z}]\ntargets: "
                    "[{host: a}]\n"}},
        {}
    );
    CHECK(texts(outcome) == std::vector<std::string>{});
}
