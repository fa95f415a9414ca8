// SPDX-License-Identifier: MIT
// What a script learns from the exit code.
#include "e2e/fixtures.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

lab::CertificateSpec for_clients_only() { // fails server-eku
    auto spec = server_spec();
    spec.eku = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"};
    return spec;
}

lab::CertificateSpec signed_with_sha1() { // a warning and no failure
    auto spec = server_spec();
    spec.digest = "SHA1";
    return spec;
}

lab::ServerSpec refusing() {
    lab::Faults faults;
    faults.refuse = true;
    return server_with(faults);
}

} // namespace

TEST_CASE("0: all judged and nothing found; the summary says the same") {
    Site site;
    site.add("good", good_server());
    const auto done = lyncprobe({"scan", site.list(), "--format", "json"});
    CHECK(done.exit_code == 0);
    CHECK(done.err == "");
    CHECK(parse_json(done.out).at("summary").at("exit_code").as_int64() == 0);
}

TEST_CASE("1: a failure, and an endpoint that does not answer") {
    Site site;
    site.add("failing", server_with(for_clients_only()));
    site.add("refusing", refusing());
    site.add("good", good_server());
    const auto list = site.list();
    CHECK(lyncprobe({"scan", list, "--target", "failing"}).exit_code == 1);
    CHECK(lyncprobe({"scan", list, "--target", "refusing"}).exit_code == 1);
    CHECK(lyncprobe({"scan", list, "--target", "refusing", "--target", "good"}).exit_code == 1);
    // No filter hides that an endpoint does not answer.
    CHECK(lyncprobe({"scan", list, "--target", "refusing", "--only", "validity"}).exit_code == 1);
    CHECK(lyncprobe({"scan", list, "--target", "refusing", "--skip", "endpoint-*"}).exit_code == 1);
    const auto both = lyncprobe({"scan", list, "--format", "json"});
    CHECK(both.exit_code == 1);
    CHECK(parse_json(both.out).at("summary").at("exit_code").as_int64() == 1);
}

TEST_CASE("--fail-on moves the bar; what could not be judged counts all the same") {
    Site site;
    site.add("warning", server_with(signed_with_sha1()));
    site.add("failing", server_with(for_clients_only()));
    site.add("refusing", refusing());
    const auto list = site.list();
    const auto scan = [&](const std::string& target, const std::string& fail_on) {
        return lyncprobe({"scan", list, "--target", target, "--fail-on", fail_on}).exit_code;
    };
    CHECK(scan("warning", "fail") == 0);
    CHECK(scan("warning", "warn") == 1);
    CHECK(scan("failing", "warn") == 1);
    CHECK(scan("failing", "never") == 0);
    CHECK(scan("refusing", "never") == 3);
    CHECK(scan("*", "never") == 3);

    SUBCASE("the target list may say it, the command line wins") {
        const auto strict = site.list("policy: {fail-on: warn}", "strict.yaml");
        CHECK(lyncprobe({"scan", strict, "--target", "warning"}).exit_code == 1);
        CHECK(
            lyncprobe({"scan", strict, "--target", "warning", "--fail-on", "fail"}).exit_code == 0
        );
    }
}

TEST_CASE("what does not answer counts as 0 where it is waived, or as expected") {
    Site site;
    site.add("refusing", refusing(), "expect: unreachable");
    site.add("good", good_server());
    const auto expected = lyncprobe({"scan", site.list(), "--format", "json"});
    CHECK(expected.exit_code == 0);
    CHECK(verdict_of(parse_json(expected.out), "refusing", "endpoint-reachable") == "pass");
    Site other;
    other.add("refusing", refusing());
    other.add("answering", good_server(), "expect: unreachable");
    const auto list = other.list("waivers: [{rule: endpoint-reachable, target: refusing, reason: "
                                 "moved}]");
    CHECK(lyncprobe({"scan", list, "--target", "refusing"}).exit_code == 0);
    const auto answering = lyncprobe({"scan", list, "--target", "answering", "--format", "json"});
    CHECK(answering.exit_code == 1);
    CHECK(verdict_of(parse_json(answering.out), "answering", "endpoint-reachable") == "fail");
}

TEST_CASE("a server that demands our certificate was judged all the same: 0") {
    Site site;
    auto strict = good_server();
    strict.client_certificates = lab::ClientCertificates::required;
    strict.client_ca_pem = {pki().root.self().certificate_pem};
    site.add("strict", strict);
    const auto done = lyncprobe({"scan", site.list(), "--format", "json"});
    CHECK(done.exit_code == 0);
    const auto result = parse_json(done.out);
    CHECK(outcome_of(result, "strict") == "client_certificate_required");
    CHECK(verdict_of(result, "strict", "client-certificate-accepted") == "inconclusive");
}

TEST_CASE("for check, 2 wins over 1 and the readable files are judged") {
    const TemporaryFolder folder;
    const auto failing =
        folder.write("failing.pem", pki().chain_text(pki().issuing.issue(for_clients_only())));
    const auto good = folder.write("good.pem", pki().chain_text(pki().server));
    const auto root = folder.write("root.pem", pki().root.self().certificate_pem);
    CHECK(lyncprobe({"check", good, "--ca-file", root}).exit_code == 0);
    CHECK(lyncprobe({"check", good, failing, "--ca-file", root}).exit_code == 1);
    const auto both = lyncprobe({"check", failing, folder.file("absent.pem"), "--format", "json"});
    CHECK(both.exit_code == 2);
    const auto files = parse_json(both.out).at("files").as_array();
    REQUIRE(files.size() == 2);
    CHECK(verdict_of(files[0].as_object(), "server-eku") == "fail");
    CHECK(files[0].at("error").is_null());
    CHECK(files[1].at("error").is_string());
    CHECK(files[1].at("findings").as_array().empty());
    CHECK(has(both.err, "absent.pem"));
}

TEST_CASE("4: an output that could not be written; the other outputs and stdout are there") {
    Site site;
    site.add("failing", server_with(for_clients_only()));
    const auto done = lyncprobe(
        {"scan", site.list(), "--output", site.file("full.json"), "--output",
         site.file("good.json"), "--format", "json"}
    );
    CHECK(done.exit_code == 1);
    Process::Options options;
    options.stdout_path = "/dev/full";
    const auto full =
        lyncprobe({"scan", site.list(), "--output", site.file("after.json")}, options);
    CHECK(full.exit_code == 4);
    CHECK(has(full.err, "stdout"));
    require_valid({site.file("after.json")});
}

} // namespace lyncprobe::test
