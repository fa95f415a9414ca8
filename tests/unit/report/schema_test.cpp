// SPDX-License-Identifier: MIT
// docs/result.schema.json against what the writers write, by an independent validator
// (python3-jsonschema).
#include "report/certificates.h"
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// Folder is a fresh folder that goes away with the test.
class Folder {
  public:
    Folder() {
        auto name = (fs::temp_directory_path() / "lyncprobe-report-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name) << text;
        return (path_ / name).string();
    }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

struct Validation {
    int status = 0;
    std::string complaints;
};

Validation validate(const Folder& folder, const std::string& arguments) {
    const auto log = (folder.path() / "log").string();
    const auto command = "python3 '" LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py' "
                         "'" LYNCPROBE_SOURCE_DIR "/docs/result.schema.json' " +
                         arguments + " >'" + log + "' 2>&1";
    Validation result;
    result.status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream(log).rdbuf();
    result.complaints = text.str();
    return result;
}

void check_valid(const std::string& name, const std::string& text) {
    const Folder folder;
    const auto result = validate(folder, folder.file(name, text));
    INFO(result.complaints);
    CHECK(result.status == 0);
}

// The document without one member, once for each member at or below `value`; maps by foreign keys
// are left alone.
void dropped_members(
    const json::value& root, const std::string& pointer,
    std::vector<std::pair<std::string, json::value>>& out
) {
    const auto& here = root.at_pointer(pointer);
    if (const auto* list = here.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i)
            dropped_members(root, pointer + "/" + std::to_string(i), out);
        return;
    }
    const auto* object = here.if_object();
    if (!object || pointer.ends_with("/evidence")) return;
    const bool keys_are_data = pointer == "/certificates" || pointer.ends_with("/outcomes");
    for (const auto& [key, value] : *object) {
        const auto child = pointer + "/" + std::string(key);
        if (!keys_are_data) {
            auto copy = root;
            copy.at_pointer(pointer).as_object().erase(key);
            out.emplace_back(child, std::move(copy));
        }
        dropped_members(root, child, out);
    }
}

// Members that need not be there, and those that version 0.1.0 did not have.
bool optional_member(std::string_view pointer) {
    static constexpr auto kLater = std::to_array<std::string_view>(
        {"/kind",
         "/declared",
         "/breaks",
         "/importance",
         "/problems",
         "/run/resolvers",
         "/run/stalled_ms",
         "/target/id",
         "/target/role_given",
         "/target/learnt",
         "/target/service",
         "/target/listing",
         "/target/expect",
         "/target/addresses",
         "/target/mutual",
         "/target/os",
         "/trust/servers/0/os",
         "/target/peer_os",
         "/as_os",
         "/as_os/os",
         "/as_os/not_offered",
         "/as_os/sure_only",
         "/target/enrollment",
         "/target/timeout_ms",
         "/target/connect_timeout_ms",
         "/ca_names_count",
         "/identity_offered",
         "/chain_facts/roots",
         "/chain_facts/unrelated",
         "/chain_facts/reversed",
         "/chain_facts/issuer_rekeyed",
         "/san/beyond_limit",
         "/system_anchor",
         "/used_fetched",
         "/attempt_role",
         "/raw_hello_version",
         "/given_certificates",
         "/private_key",
         "/cleartext",
         "/application_policies_present",
         "/distribution_points",
         "/sid_extension",
         "/ca_version",
         "/root_like",
         "/trust/servers",
         "/from_servers",
         "/to_servers",
         "/source",
         "/fix"}
    );
    if (pointer.find("/conversation/") != std::string_view::npos)
        return !pointer.ends_with("/kind");
    return std::ranges::any_of(kLater, [&](auto later) { return pointer.ends_with(later); });
}

// One endpoint that has everything, so that the number of its mutations stays small.
ScanResult small(ScanResult& full) {
    ScanResult run;
    run.targets = full.targets;
    run.endpoints.push_back(std::move(full.endpoints[3]));
    run.endpoints[0].main.answer.set("status", std::int64_t{401});
    run.endpoints[0].findings.resize(1);
    run.identities.push_back(full.identities[0]);
    run.summary = rules::summarise(run, Verdict::fail);
    return run;
}

} // namespace

TEST_CASE("schema: every document that the writers write is valid") {
    const auto it = deployment();
    check_valid("scan.json", json_of(it));
    check_valid("scan.ndjson", ndjson_of(it));
    check_valid("check.json", json_of(files()));
    check_valid("discovery.json", json_of(discovery()));
    check_valid("federation.json", json_of(federation()));
    check_valid("federation.ndjson", ndjson_of(federation()));
}

TEST_CASE("schema: wanted certificates are valid") {
    report::CertificatePlan plan{{"targets.yaml"}, "", Time{}, {}};
    auto& one = plan.certificates.emplace_back();
    one.id = "192.0.2.7:Other";
    one.uses = {{CertificateUse::other, {"192.0.2.7"}}};
    auto& other = plan.certificates.emplace_back(one);
    other.subject = "gw.contoso.com";
    other.presented = {
        {std::make_shared<Certificate>(), {"gw.contoso.com:5067/sip"}, {"gw.contoso.com"}}};
    std::ostringstream out;
    report::write_certificates_json(out, plan);
    check_valid("certificates.json", out.str());
}

TEST_CASE("schema: a run of nothing at all is valid") {
    ScanResult nothing;
    check_valid("scan.ndjson", ndjson_of(nothing));
    for (const auto& kind : words<ResultKind>()) {
        nothing.kind = kind.value;
        check_valid("result.json", json_of(nothing));
    }
}

TEST_CASE("schema: what was fetched is valid") {
    ScanResult run;
    run.fetched = true;
    auto list = std::make_shared<FetchedLocation>();
    list->crl = CrlFacts{};
    run.locations = {list, std::make_shared<FetchedLocation>()};
    check_valid("scan.json", json_of(run));
    check_valid("scan.ndjson", ndjson_of(run));
    run.kind = ResultKind::check;
    check_valid("check.json", json_of(run));
}

TEST_CASE("schema: a new member anywhere is no mistake") {
    auto full = deployment();
    auto document = json::parse(json_of(small(full)));
    for (const char* at :
         {"", "/run", "/endpoints/0", "/endpoints/0/tls", "/endpoints/0/findings/0", "/summary"})
        document.at_pointer(at).as_object()["added_later"] = json::object{{"x", 1}};
    check_valid("scan.json", json::serialize(document));
}

TEST_CASE("schema: whatever member is dropped, the validator says so") {
    auto full = deployment();
    const auto run = small(full);
    auto check = files();
    check.files.resize(1);
    const Folder folder;
    std::string arguments;
    std::vector<std::string> names;
    for (const auto& text :
         {json_of(run), lines_of(ndjson_of(run))[0], lines_of(ndjson_of(run))[1], json_of(check)}) {
        std::vector<std::pair<std::string, json::value>> documents;
        dropped_members(json::parse(text), "", documents);
        for (const auto& [pointer, document] : documents) {
            const bool check_run = pointer == "/run" && document.as_object().contains("files");
            if (optional_member(pointer) || check_run) continue;
            arguments +=
                folder.file(std::to_string(names.size()) + ".json", json::serialize(document)) +
                " ";
            names.push_back(pointer);
        }
    }
    REQUIRE(names.size() > 300);
    const auto result = validate(folder, arguments);
    CHECK(result.status != 0);
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        CHECK(
            result.complaints.find((folder.path() / (std::to_string(i) + ".json: ")).string()) !=
            std::string::npos
        );
    }
}

TEST_CASE("schema: words of the contract, duplicate keys and unexplained fingerprints are checked"
) {
    auto full = deployment();
    const auto good = json_of(small(full));
    const auto changed = [&](std::string_view from, std::string_view to) {
        auto text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    const Folder folder;
    CHECK(
        validate(
            folder,
            folder.file(
                "0.json", changed("\"stage\": \"client_auth\"", "\"stage\": \"client-auth\"")
            )
        )
            .status != 0
    );
    CHECK(
        validate(
            folder, folder.file("1.json", changed("\"stage\":", "\"outcome\": \"ok\", \"stage\":"))
        )
            .status != 0
    );
    CHECK(
        validate(folder, folder.file("2.json", changed("lyncprobe/1", "lyncprobe/2"))).status != 0
    );
    CHECK(
        validate(folder, folder.file("3.json", changed("f00303030303", "f00303030304"))).status != 0
    );
    CHECK(validate(folder, folder.file("4.json", good)).status == 0);
}

} // namespace lyncprobe
