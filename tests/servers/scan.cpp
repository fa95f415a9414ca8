// SPDX-License-Identifier: MIT
#include "servers/scan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {

namespace json = boost::json;

namespace {

constexpr const char* kTargetList = R"(
trust: {ca_files: [root.pem], system: no}
identities:
  - {id: ours, certificate: ours.pem, key: ours.key}
  - {id: stranger, certificate: stranger.pem, key: stranger.key}
targets:
)";

std::string target_list(const std::vector<Question>& questions, const std::string& sections) {
    std::string text = sections + kTargetList;
    for (const auto& question : questions)
        text += fmt::format(
            "  - {{name: {}, host: {}, addresses: [127.0.0.1], port: {}, probe: {}, mutual: "
            "{}{}{}}}\n",
            question.name, question.host, question.port, question.probe, question.mutual,
            question.identity.empty() ? "" : ", identity: " + question.identity,
            question.more.empty() ? "" : ", " + question.more
        );
    return text;
}

std::string write_inputs(
    const TemporaryFolder& folder, const std::vector<Question>& questions,
    const std::string& sections
) {
    const auto& pki = contoso();
    folder.write("root.pem", pki.root.self().certificate_pem);
    folder.write("ours.pem", pki.identity.certificate_pem + pki.issuing.self().certificate_pem);
    folder.write("ours.key", pki.identity.key_pem);
    folder.write("stranger.pem", pki.stranger.certificate_pem);
    folder.write("stranger.key", pki.stranger.key_pem);
    return folder.write("targets.yaml", target_list(questions, sections));
}

const json::value& at(const json::value& value, std::string_view pointer) {
    json::error_code missing;
    const auto* found = value.find_pointer(pointer, missing);
    REQUIRE_MESSAGE(found != nullptr, "no " << pointer << " in " << json::serialize(value));
    return *found;
}

std::string text(const json::value& value) {
    const auto* string = value.if_string();
    return string != nullptr ? std::string(*string) : json::serialize(value);
}

} // namespace

ScanResult scan(
    const std::vector<Question>& questions, const std::vector<std::string>& options,
    const std::string& sections
) {
    const TemporaryFolder folder;
    const auto list = write_inputs(folder, questions, sections);
    const auto path = folder.file("result.json");
    std::vector<std::string> arguments{"scan", list, "--output", path, "--timeout", "10s"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto done = lyncprobe(arguments);
    INFO("lyncprobe ended with " << done.exit_code << ": " << done.err);
    REQUIRE(exists(path));
    const auto text = read_text(path);
    return {done.exit_code, text, json::parse(text)};
}

Endpoint only_endpoint(const std::string& result_json) {
    const auto document = json::parse(result_json);
    REQUIRE(at(document, "/endpoints").as_array().size() == 1);
    return {at(document, "/endpoints/0"), at(document, "/certificates")};
}

Endpoint scan_one(const Question& question, const std::vector<std::string>& options) {
    return scan({question}, options).endpoint(question.name);
}

Endpoint ScanResult::endpoint(std::string_view name) const {
    for (const auto& row : at(document, "/endpoints").as_array())
        if (text(at(row, "/target/name")) == name) return {row, at(document, "/certificates")};
    FAIL("no endpoint " << name << " in " << json::serialize(document));
    return {nullptr, nullptr};
}

std::string Endpoint::get(std::string_view pointer) const { return text(at(row_, pointer)); }

std::vector<std::string> Endpoint::list(std::string_view pointer) const {
    std::vector<std::string> out;
    for (const auto& entry : at(row_, pointer).as_array())
        out.push_back(text(entry));
    return out;
}

std::string Endpoint::variant(std::string_view offer, std::string_view pointer) const {
    for (const auto& one : at(row_, "/variants").as_array())
        if (text(at(one, "/offer")) == offer) return text(at(one, pointer));
    FAIL("no variant " << offer << " in " << get("/variants"));
    return {};
}

std::vector<std::string> Endpoint::offers() const {
    std::vector<std::string> out;
    for (const auto& one : at(row_, "/variants").as_array())
        out.push_back(text(at(one, "/offer")));
    return out;
}

std::string Endpoint::verdict(std::string_view rule, std::size_t position) const {
    return text(finding(rule, position).at("verdict"));
}

std::string Endpoint::message(std::string_view rule, std::size_t position) const {
    return text(finding(rule, position).at("message"));
}

std::string Endpoint::certificate(std::size_t position, std::string_view pointer) const {
    const auto chain = list("/chain");
    REQUIRE(position < chain.size());
    return text(at(at(certificates_, "/" + chain[position]), pointer));
}

std::vector<std::string> Endpoint::presented_pem() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < list("/chain").size(); ++i)
        out.push_back(certificate(i, "/pem"));
    return out;
}

const json::object& Endpoint::finding(std::string_view rule, std::size_t position) const {
    const auto chain = list("/chain");
    for (const auto& entry : at(row_, "/findings").as_array()) {
        const auto& one = entry.as_object();
        if (text(one.at("rule")) != rule) continue;
        if (one.at("certificate").is_null()) return one;
        if (position < chain.size() && text(one.at("certificate")) == chain[position]) return one;
    }
    FAIL("no finding of " << rule << " at " << position << " in " << get("/findings"));
    return row_.as_object(); // not reached
}

} // namespace lyncprobe::test
