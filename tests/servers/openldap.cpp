// SPDX-License-Identifier: MIT
#include "servers/openldap.h"

#include "servers/server_programs.h"
#include "support/pem.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

constexpr const char* kConfiguration = R"(
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {0}/slapd.pid
{1}
database mdb
suffix "dc=contoso,dc=example"
directory {0}/data
access to * by * read
)";

constexpr const char* kSuffix = R"(dn: dc=contoso,dc=example
objectClass: organization
objectClass: dcObject
o: Contoso
dc: contoso

)";

} // namespace

OpenLdap::OpenLdap(const std::string& ldif, const std::string& access) : port_(free_port()) {
    std::filesystem::create_directories(folder_.file("data"));
    const auto configuration =
        folder_.write("slapd.conf", fmt::format(kConfiguration, folder_.path(), access));
    const auto entries = folder_.write("entries.ldif", kSuffix + ldif);
    const auto added =
        run({installed_program("slapadd", "slapd"), "-f", configuration, "-l", entries});
    REQUIRE_MESSAGE(added.exit_code == 0, added.err);
    process_ = std::make_unique<Process>(std::vector<std::string>{
        installed_program("slapd", "slapd"), "-d", "0", "-f", configuration, "-h",
        fmt::format("ldap://127.0.0.1:{}/", port_)});
    wait_until_listening(*process_, port_, "slapd");
}

// to_pem is base64 with a line before and behind it.
std::string crl_entry(const std::string& name, const std::string& crl_der) {
    const auto pem = test::to_pem(crl_der);
    std::string text;
    for (std::size_t from = pem.find('\n') + 1; pem[from] != '-';) {
        const auto end = pem.find('\n', from);
        text += "\n " + pem.substr(from, end - from);
        from = end + 1;
    }
    return fmt::format(
        "dn: cn={0},dc=contoso,dc=example\nobjectClass: cRLDistributionPoint\ncn: {0}\n"
        "certificateRevocationList;binary::{1}\n\n",
        name, text
    );
}

} // namespace lyncprobe::test
