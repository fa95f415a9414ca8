// SPDX-License-Identifier: MIT
// Broken servers among good ones: each outcome by its name, each endpoint once, nobody waits for
// his neighbour.
#include "e2e/fixtures.h"
#include "support/bad_answers.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

lab::Faults fault(bool lab::Faults::*which) {
    lab::Faults faults;
    faults.*which = true;
    return faults;
}

constexpr int kGoodServers = 5;
constexpr double kTimeout = 3; // of every endpoint here, in seconds
constexpr double kSlack = 2;

} // namespace

TEST_CASE("broken servers among good ones are each named rightly, within the deadline") {
    Site site;
    const auto add_good = [&](int number) {
        site.add("good " + std::to_string(number), good_server());
    };
    add_good(1);
    site.add("silent", server_with(fault(&lab::Faults::silent)));
    site.add("refusing", server_with(fault(&lab::Faults::refuse)));
    site.add("resetting", server_with(fault(&lab::Faults::reset_on_accept)));
    add_good(2);
    site.add("closing", server_with(fault(&lab::Faults::close_on_accept)));
    site.add("closing after hello", server_with(fault(&lab::Faults::close_after_hello)));
    site.add("resetting after hello", server_with(fault(&lab::Faults::reset_after_hello)));
    add_good(3);
    site.add("HTTP", server_with(fault(&lab::Faults::plain_http)));
    site.add("SIP", server_with(fault(&lab::Faults::plain_sip)));
    site.add("escapes", server_with(fault(&lab::Faults::banner_with_escapes)));
    lab::Faults slow;
    slow.byte_every_ms = 1000;
    site.add("a byte a second", server_with(slow));
    lab::Faults alert;
    alert.alert = 40;
    site.add("alert 40", server_with(alert));
    add_good(4);
    auto mute = server_with(fault(&lab::Faults::silent_after_handshake));
    mute.speaks_sip = true;
    site.add("mute after the handshake", mute, "probe: sip");
    auto leaving = server_with(fault(&lab::Faults::close_after_handshake));
    leaving.speaks_sip = true;
    site.add("leaving after the handshake", leaving, "probe: sip");
    auto garbage = server_with(lab::answering(lab::BadAnswer::sip_garbage));
    garbage.speaks_sip = true;
    site.add("garbage instead of SIP", garbage, "probe: sip");
    auto endless = server_with(lab::answering(lab::BadAnswer::sip_endless_headers));
    endless.speaks_sip = true;
    site.add("endless headers", endless, "probe: sip");
    auto colourful = good_server();
    colourful.sip.server = lab::kSipServerWithEscapes;
    colourful.speaks_sip = true;
    site.add("escapes in a header", colourful, "probe: sip");
    auto strict = good_server();
    strict.client_certificates = lab::ClientCertificates::required;
    strict.client_ca_pem = {pki().root.self().certificate_pem};
    site.add("wants our certificate", strict);
    strict.max_version = 0x0303;
    site.add("wants our certificate, TLS 1.2", strict);
    add_good(5);

    const auto list = site.list();
    const auto done = lyncprobe(
        {"scan", list, "--timeout", "3s", "--output", site.file("r.json"), "--output",
         site.file("r.ndjson")}
    );
    CHECK(done.exit_code == 1);
    CHECK(done.seconds < kTimeout + kSlack);
    CHECK(done.err == "");
    CHECK(harmless_on_a_terminal(done.out));
    CHECK(harmless_on_a_terminal(read_text(site.file("r.json"))));
    require_valid({site.file("r.json"), site.file("r.ndjson")});

    const auto result = json_file(site.file("r.json"));
    CHECK(target_names(result).size() == 23);
    const auto expect = [&](std::string_view name, std::string_view outcome,
                            std::string_view stage) {
        CAPTURE(name);
        const auto& endpoint = endpoint_named(result, name);
        CAPTURE(text_of(endpoint, "detail"));
        CHECK(text_of(endpoint, "outcome") == outcome);
        CHECK(text_of(endpoint, "stage") == stage);
        CHECK(text_of(endpoint, "detail") != "");
        CHECK(
            endpoint.at("timing_ms").at("total").to_number<double>() < (kTimeout + kSlack) * 1000
        );
    };
    for (int number = 1; number <= kGoodServers; ++number)
        expect("good " + std::to_string(number), "ok", "done");
    expect("silent", "timeout", "handshake");
    expect("refusing", "refused", "connect");
    expect("resetting", "reset", "handshake");
    expect("closing", "closed", "handshake");
    expect("closing after hello", "closed", "handshake");
    expect("resetting after hello", "reset", "handshake");
    expect("HTTP", "not_tls", "handshake");
    expect("SIP", "not_tls", "handshake");
    expect("escapes", "not_tls", "handshake");
    expect("a byte a second", "timeout", "handshake");
    expect("alert 40", "tls_alert", "handshake");
    expect("mute after the handshake", "timeout", "conversation");
    expect("leaving after the handshake", "closed", "conversation");
    expect("garbage instead of SIP", "protocol_error", "conversation");
    expect("endless headers", "limit_exceeded", "conversation");
    expect("escapes in a header", "ok", "done");
    expect("wants our certificate", "client_certificate_required", "client_auth");
    expect("wants our certificate, TLS 1.2", "client_certificate_required", "client_auth");
    // The chain of a server that went on to fail was seen and is judged.
    for (const auto* judged :
         {"mute after the handshake", "wants our certificate", "wants our certificate, TLS 1.2"})
        CHECK(verdict_of(result, judged, "server-eku") == "pass");
    CHECK(verdict_of(result, "silent", "server-eku") == "");
    for (const auto* open :
         {"silent", "refusing", "resetting", "closing", "HTTP", "SIP", "alert 40"})
        CHECK(verdict_of(result, open, "endpoint-reachable") == "fail");
    for (const auto* broken :
         {"mute after the handshake", "leaving after the handshake", "garbage instead of SIP",
          "endless headers"}) {
        CHECK(verdict_of(result, broken, "conversation-finished") == "fail");
        CHECK(verdict_of(result, broken, "endpoint-reachable") == "pass");
    }
}

TEST_CASE(
    "a server that floods us with data ends at a limit or at the deadline, and its neighbours go on"
) {
    Site site;
    auto flood = server_with({.flood = lab::Flood::data});
    flood.speaks_sip = true;
    site.add("flooding", flood, "probe: sip");
    site.add("flooding, handshake alone", flood);
    site.add("good", good_server());
    const auto done = lyncprobe({"scan", site.list(), "--timeout", "3s", "--format", "json"});
    CHECK(done.seconds < kTimeout + kSlack);
    const auto result = parse_json(done.out);
    CHECK(outcome_of(result, "good") == "ok");
    CHECK(outcome_of(result, "flooding, handshake alone") == "ok");
    const std::set<std::string> fitting{"timeout", "protocol_error", "limit_exceeded"};
    CHECK_MESSAGE(fitting.contains(outcome_of(result, "flooding")), outcome_of(result, "flooding"));
}

TEST_CASE("--deadline ends the whole run: what was not reached is skipped and not judged") {
    Site site;
    for (int number = 1; number <= 6; ++number)
        site.add("silent " + std::to_string(number), server_with(fault(&lab::Faults::silent)));
    const auto done = lyncprobe(
        {"scan", site.list(), "--deadline", "1500ms", "--timeout", "1s", "--concurrency", "2",
         "--format", "json"}
    );
    CHECK(done.exit_code == 1); // those that were reached said nothing
    CHECK(done.seconds < 1.5 + kSlack);
    const auto result = parse_json(done.out);
    CHECK(target_names(result).size() == 6);
    CHECK(outcome_of(result, "silent 1") == "timeout");
    CHECK(outcome_of(result, "silent 6") == "skipped");
    CHECK(verdict_of(result, "silent 1", "endpoint-reachable") == "fail");
    CHECK(verdict_of(result, "silent 6", "endpoint-reachable") == "inconclusive");
}

TEST_CASE(
    "--retries tries again after a reset and counts the attempts; a refusal is not tried again"
) {
    Site site;
    site.add("resetting", server_with(fault(&lab::Faults::reset_on_accept)));
    site.add("refusing", server_with(fault(&lab::Faults::refuse)));
    site.add("good", good_server());
    const auto list = site.list();
    const auto attempts = [](const boost::json::value& result, std::string_view name) {
        return endpoint_named(result, name).at("attempts").to_number<int>();
    };
    const auto once = parse_json(lyncprobe({"scan", list, "--format", "json"}).out);
    CHECK(attempts(once, "resetting") == 2); // the handshake, and the raw hello that follows it
    const auto thrice =
        parse_json(lyncprobe({"scan", list, "--format", "json", "--retries", "2"}).out);
    CHECK(attempts(thrice, "resetting") == 4);
    CHECK(attempts(thrice, "refusing") == 1);
    CHECK(attempts(thrice, "good") == 1);
}

} // namespace lyncprobe::test
