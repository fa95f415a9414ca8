// SPDX-License-Identifier: MIT
// A deployment of nginx servers that list different issuers: who can connect to whom.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

namespace json = boost::json;

std::string contoso_root() { return contoso().root.self().certificate_pem; }
std::string fabrikam_root() { return contoso().stranger_root.self().certificate_pem; }

// What each server lists as issuers, PEM.
struct Lists {
    std::string director_1, director_2, edge;
};

// ListingServers is two Directors under Contoso's root and an Edge under Fabrikam's. The second
// Director leaves out the issuing CA on its other port.
class ListingServers {
  public:
    explicit ListingServers(const Lists& lists)
        : nginx_({
              site("dir01", good_credentials(folder_), lists.director_1),
              site("dir02", good_credentials(folder_), lists.director_2),
              site(
                  "gap", write_credentials(folder_, "gap", contoso().server, {}), lists.director_2
              ),
              site(
                  "edge",
                  write_credentials(
                      folder_, "edge", contoso().stranger_root.issue(server_spec("edge.local")), {}
                  ),
                  lists.edge
              ),
          }) {
        folder_.write("roots.pem", contoso_root() + fabrikam_root());
        folder_.write(
            "targets.yaml",
            "trust: {ca_files: [roots.pem], system: no}\n"
            "topology:\n  - site: Lab\n    pools:\n" +
                pool("dir01", "director", {"registrar"}, {"dir01"}) +
                pool("dir02", "director", {"registrar", "web-internal"}, {"dir02", "gap"}) +
                pool("edge", "edge", {"access-edge-internal"}, {"edge"})
        );
    }

    json::value json() const { return json::parse(scan("json")); }
    std::string text() const { return scan("text"); }

  private:
    Nginx::Site site(
        const std::string& name, const Credentials& credentials, const std::string& lists
    ) {
        const auto file = folder_.write(name + "-lists.pem", lists);
        ports_[name] = free_port();
        return {
            .port = ports_[name],
            .name = name,
            .credentials = credentials,
            .directives =
                "ssl_verify_depth 3; ssl_verify_client optional; ssl_client_certificate " + file +
                ";",
            .locations = {}};
    }
    // One server, and of its role's services only these, on the ports of these sites.
    std::string pool(
        const std::string& name, const std::string& role, const std::vector<std::string>& services,
        const std::vector<std::string>& sites
    ) const {
        std::string runs = role == "edge"
                               ? "web-conferencing-edge: no, av-edge: no, replication: no"
                               : "web: no, conference-control: no";
        std::string on;
        for (std::size_t i = 0; i < services.size(); ++i) {
            runs += fmt::format(", {}: yes", services[i]);
            on += fmt::format("{}{}: {}", i == 0 ? "" : ", ", services[i], ports_.at(sites[i]));
        }
        return fmt::format(
            "      - fqdn: {0}.contoso.example\n"
            "        role: {1}\n"
            "        servers: [{{host: {0}.contoso.example, addresses: 127.0.0.1}}]\n"
            "        services: {{{2}}}\n"
            "        ports: {{{3}}}\n",
            name, role, runs, on
        );
    }
    std::string scan(const std::string& format) const {
        const auto done = test::lyncprobe(
            {"scan", folder_.file("targets.yaml"), "--timeout", "10s", "--format", format}
        );
        INFO(done.err);
        REQUIRE(done.exit_code == 1); // the names in the certificates are others
        return done.out;
    }

    TemporaryFolder folder_;
    std::map<std::string, std::uint16_t> ports_;
    Nginx nginx_;
};

// "verdict reason" of the link to this service from the one server to the other.
std::string link(
    const json::value& result, std::string_view service, std::string_view from, std::string_view to
) {
    for (const auto& entry : result.at_pointer("/trust/links").as_array()) {
        const auto& one = entry.as_object();
        const auto has = [&](std::string_view key, std::string_view name) {
            const auto& names = one.at(key).as_array();
            return std::any_of(names.begin(), names.end(), [&](const json::value& value) {
                return value.as_string() == fmt::format("{}.contoso.example", name);
            });
        };
        if (one.at("service").as_string() == service && has("from", from) && has("to", to))
            return fmt::format(
                "{} {}", std::string_view(one.at("verdict").as_string()),
                std::string_view(one.at("reason").as_string())
            );
    }
    return "no link";
}

std::vector<std::string> findings(const json::value& result, std::string_view rule) {
    std::vector<std::string> messages;
    for (const auto& entry : result.at("topology_findings").as_array())
        if (entry.at("rule").as_string() == rule && entry.at("verdict").as_string() != "pass")
            messages.emplace_back(entry.at("message").as_string());
    return messages;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// As many CAs as fill a list to about 16 KB; they share one key.
std::string sixteen_kilobytes() {
    std::string pems;
    for (int i = 0; i < 122; ++i) {
        auto spec = authority_spec(fmt::format("Root CA number {:04} of a long list of roots", i));
        spec.organization = std::string(64, 'o');
        spec.key_name = "one for all";
        pems += lab::Authority(spec).self().certificate_pem;
    }
    return pems;
}

} // namespace

TEST_CASE("nginx: servers that list one another's roots can connect, one that does not cannot") {
    const ListingServers deployment(
        {.director_1 = contoso_root() + fabrikam_root(),
         .director_2 = contoso_root(),
         .edge = contoso_root() + fabrikam_root()}
    );
    const auto result = deployment.json();
    CHECK(link(result, "registrar", "dir01", "dir02") == "works accepted");
    CHECK(link(result, "registrar", "edge", "dir01") == "works accepted");
    CHECK(link(result, "registrar", "edge", "dir02") == "cannot_work issuer_not_listed");
    CHECK(link(result, "access-edge-internal", "dir01", "edge") == "works accepted");
    CHECK(
        link(result, "access-edge-internal", "dir02", "edge") ==
        "cannot_work server_issuer_not_listed"
    );
    const auto messages = findings(result, "mutual-trust");
    REQUIRE(messages.size() == 2);
    CHECK(
        messages[0] == "edge.contoso.example cannot connect to dir02.contoso.example (registrar): "
                       "the list of issuers of dir02.contoso.example lacks CN=Fabrikam Root CA, "
                       "O=Contoso"
    );
    const auto gaps = findings(result, "chain-elsewhere");
    REQUIRE(gaps.size() == 1);
    CHECK(has(gaps[0], "the chain lacks CN=Contoso Issuing CA, O=Contoso (presented by dir01"));
    CHECK(has(gaps[0], "with it the chain leads to the anchor CN=Contoso Root CA"));
    CHECK(result.at_pointer("/trust/roots").as_array().size() == 3);

    const auto text = deployment.text();
    CHECK(has(text, "  1    dir01.contoso.example  +   +   +\n"));
    CHECK(has(text, "  2    dir02.contoso.example  +   +   X\n"));
    CHECK(has(text, "  3    edge.contoso.example   +   X   .\n"));
    CHECK(has(text, "CN=Contoso Root CA, O=Contoso, 1 endpoint: trusted, but only over"));
}

TEST_CASE("nginx: a list of 16 KB is taken for one that Windows has cut") {
    const ListingServers deployment(
        {.director_1 = sixteen_kilobytes(), .director_2 = contoso_root(), .edge = contoso_root()}
    );
    const auto result = deployment.json();
    CHECK(link(result, "registrar", "dir02", "dir01") == "cannot_work list_cut");
    const auto lists = findings(result, "ca-names-cut");
    REQUIRE(lists.size() == 1);
    CHECK(has(lists[0], "has 122 names in 16"));
}

TEST_CASE("nginx: an issuing CA that is listed as a root is the trap of Windows Server 2012") {
    const ListingServers deployment(
        {.director_1 = contoso().issuing.self().certificate_pem,
         .director_2 = contoso_root(),
         .edge = contoso_root() + fabrikam_root()}
    );
    const auto result = deployment.json();
    CHECK(link(result, "registrar", "dir02", "dir01") == "cannot_tell intermediate_listed");
    const auto lists = findings(result, "ca-names-intermediate");
    REQUIRE(lists.size() == 1);
    CHECK(has(lists[0], "CN=Contoso Issuing CA"));
}
