// SPDX-License-Identifier: MIT
#include "servers/revocation.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace json = boost::json;

namespace {

std::string served_folder(const TemporaryFolder& folder) {
    std::filesystem::create_directories(folder.file("www/pki"));
    return folder.file("www");
}

} // namespace

Publisher::Publisher(const std::string& more_locations)
    : port_(free_port()),
      nginx_({Nginx::Site{
          .port = port_,
          .name = "crl.contoso.example",
          .credentials = good_credentials(folder_),
          .directives = fmt::format("root {};", served_folder(folder_)),
          .locations =
              "location /pki/ { types { } default_type application/pkix-crl; }" + more_locations,
          .plain = true}}) {}

std::string Publisher::url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void Publisher::put(const std::string& name, const std::string& bytes) const {
    folder_.write("www/pki/" + name, bytes);
}

const lab::Authority& publishing_ca() {
    static const lab::Authority made = [] {
        auto spec = authority_spec("Contoso Publishing CA");
        spec.crl_urls = std::nullopt;
        spec.ca_issuer_urls.clear();
        return lab::Authority(spec, contoso().root);
    }();
    return made;
}

lab::Issued leaf_with(
    const lab::Authority& issuer, std::vector<std::string> crl_urls, std::vector<std::string> ocsp,
    std::vector<std::string> issuers
) {
    auto spec = server_spec();
    spec.crl_urls = std::move(crl_urls);
    if (spec.crl_urls->empty()) spec.crl_urls.reset();
    spec.ocsp_urls = std::move(ocsp);
    spec.ca_issuer_urls = std::move(issuers);
    return issuer.issue(spec);
}

const json::object* Checked::finding(std::string_view rule) const {
    const auto& row = document.at("files").at(0);
    for (const auto& one : row.at("findings").as_array())
        if (std::string_view(one.at("rule").as_string()) == rule &&
            (one.at("certificate").is_null() || one.at("certificate") == row.at("chain").at(0)))
            return &one.as_object();
    return nullptr;
}

std::string Checked::verdict(std::string_view rule) const {
    const auto* found = finding(rule);
    return found ? std::string(found->at("verdict").as_string()) : "none";
}

std::string Checked::message(std::string_view rule) const {
    const auto* found = finding(rule);
    return found ? std::string(found->at("message").as_string()) : "none";
}

std::string Checked::outcome(std::size_t location) const {
    const auto& it = document.at("revocation").at("locations").at(location);
    return std::string(it.at("outcome").as_string());
}

std::string Checked::chain_fact(std::string_view name) const {
    const auto* fact = document.at("files").at(0).at("chain_facts").as_object().if_contains(name);
    return fact ? json::serialize(*fact) : "none";
}

Checked check_chain(
    const lab::Issued& leaf, const std::string& others_pem, const std::vector<std::string>& options
) {
    const TemporaryFolder folder;
    const auto file = folder.write("leaf.pem", leaf.certificate_pem + others_pem);
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    std::vector<std::string> arguments{"check",    file,  "--ca-file", root, "--no-system-trust",
                                       "--format", "json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto done = lyncprobe(arguments);
    INFO(done.err);
    REQUIRE(!done.out.empty());
    return {done.exit_code, json::parse(done.out)};
}

Checked check_leaf(const lab::Issued& leaf, const std::vector<std::string>& options) {
    return check_chain(leaf, publishing_ca().self().certificate_pem, options);
}

} // namespace lyncprobe::test
