// SPDX-License-Identifier: MIT
// Servers that break TLS itself: each endpoint once, with the outcome and stage of the contract,
// the chain kept where it was seen, in bounded time and memory.
#include "e2e/fixtures.h"
#include "pki/ossl.h"
#include "support/bad_handshakes.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>

namespace lyncprobe::test {

namespace {

using lab::BadFlight;
using lab::BadHello;
using lab::Flood;

constexpr double kTimeout = 3, kSlack = 2; // seconds
constexpr long kMostMemory = 150 << 10;    // KiB, for thirty hostile peers at once

struct Hostile {
    std::string name;
    lab::ServerSpec spec;
    std::string outcome, stage;
    std::string in_detail = {};
    bool chain = false;    // it was seen, and is judged
    std::string more = {}; // of the target
};

// By the key of the good server.
std::string rsa_signature(std::string_view text) {
    const auto memory = lyncprobe::pki::memory_bio(pki().server.key_pem);
    const lyncprobe::pki::EvpPkeyPtr key(
        PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr)
    );
    const lyncprobe::pki::EvpMdCtxPtr context(EVP_MD_CTX_new());
    REQUIRE(
        EVP_DigestSignInit_ex(
            context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr
        ) == 1
    );
    std::vector<unsigned char> out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
    std::size_t size = out.size();
    REQUIRE(
        EVP_DigestSign(
            context.get(), out.data(), &size, lyncprobe::pki::octets(text), text.size()
        ) == 1
    );
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

lab::Faults faulty(BadHello kind) {
    return {.answer_hello = [kind](std::string_view record, const std::vector<std::string>& chain) {
        return lab::bad_hello_answer(kind, record, chain, rsa_signature);
    }};
}

lab::ServerSpec with(BadHello kind) { return server_with(faulty(kind)); }

lab::ServerSpec with(BadFlight kind, int version) {
    auto spec = server_with({.spoil = [kind](std::string flight, bool finished) {
        return lab::spoiled(kind, std::move(flight), finished);
    }});
    spec.min_version = spec.max_version = version;
    return spec;
}

lab::ServerSpec with(Flood kind, int version) {
    auto spec = server_with(lab::Faults{.flood = kind});
    spec.min_version = spec.max_version = version;
    spec.speaks_sip = true;
    return spec;
}

boost::json::value scan(Site& site, const std::vector<Hostile>& all) {
    for (const auto& one : all)
        site.add(one.name, one.spec, one.more);
    site.add("good", good_server());
    const Trap trap;
    const auto done = lyncprobe(
        {"scan", site.list(), "--timeout", "3s", "--verbose", "--output", site.file("r.json"),
         "--output", site.file("r.ndjson"), "--output", site.file("r.txt")}
    );
    CHECK(done.signal == 0);
    CHECK(done.err == "");
    CHECK(done.seconds < kTimeout + kSlack);
    if (!kSanitized) CHECK(done.peak_kib < kMostMemory);
    CHECK(harmless_on_a_terminal(done.out));
    for (const auto* file : {"r.json", "r.ndjson", "r.txt"})
        CHECK(harmless_on_a_terminal(read_text(site.file(file))));
    require_valid({site.file("r.json"), site.file("r.ndjson")});
    CHECK(!trap.was_called());
    auto result = json_file(site.file("r.json"));
    CHECK(target_names(result).size() == all.size() + 1);
    CHECK(outcome_of(result, "good") == "ok");
    return result;
}

void check_each(const boost::json::value& result, const std::vector<Hostile>& all) {
    for (const auto& one : all) {
        CAPTURE(one.name);
        const auto& endpoint = endpoint_named(result, one.name);
        CAPTURE(text_of(endpoint, "detail"));
        CHECK(text_of(endpoint, "outcome") == one.outcome);
        CHECK(text_of(endpoint, "stage") == one.stage);
        CHECK(has(text_of(endpoint, "detail"), one.in_detail));
        CHECK((verdict_of(endpoint, "server-eku") == "pass") == one.chain);
    }
}

} // namespace

TEST_CASE("bytes in place of a handshake: not TLS, or TLS that failed, and never more") {
    auto huge = server_spec();
    huge.key = {.kind = lab::KeySpec::Kind::rsa_public, .bits = 16'384};
    auto rsa_16384 = server_with(huge);
    rsa_16384.faults = faulty(BadHello::false_signature);
    const std::vector<Hostile> all{
        {"SSH", with(BadHello::ssh), "not_tls", "handshake", "SSH-2.0"},
        {"SMTP", with(BadHello::smtp), "not_tls", "handshake", "220 mail"},
        {"RDP", with(BadHello::rdp), "not_tls", "handshake"},
        {"SSL 2.0", with(BadHello::sslv2), "not_tls", "handshake"},
        {"echo", with(BadHello::echo), "tls_failure", "handshake"},
        {"random flood", with(BadHello::random_flood), "not_tls", "handshake"},
        {"zero flood", with(BadHello::zero_flood), "not_tls", "handshake"},
        {"garbage drip", with(BadHello::garbage_drip), "not_tls", "handshake"},
        {"header drip", with(BadHello::header_drip), "timeout", "handshake"},
        {"alert then reset", with(BadHello::alert_then_reset), "tls_alert", "handshake"},
        {"warning flood", with(BadHello::warning_flood), "tls_failure", "handshake"},
        {"warning drip", with(BadHello::warning_drip), "tls_failure", "handshake"},
        {"record too long", with(BadHello::record_too_long), "tls_failure", "handshake"},
        {"unknown type", with(BadHello::record_unknown_type), "not_tls", "handshake"},
        {"bad version", with(BadHello::record_bad_version), "not_tls", "handshake"},
        {"empty records", with(BadHello::empty_records), "tls_failure", "handshake"},
        {"CCS flood", with(BadHello::change_cipher_flood), "tls_failure", "handshake"},
        {"heartbeat", with(BadHello::heartbeat), "tls_failure", "handshake"},
        {"early data", with(BadHello::early_data), "tls_failure", "handshake"},
        {"HelloRequests", with(BadHello::hello_request_flood), "limit_exceeded", "handshake"},
        {"Finished first", with(BadHello::finished_first), "tls_failure", "handshake"},
        {"hello of 16 MB", with(BadHello::hello_16_mb), "limit_exceeded", "handshake"},
        {"chain of 16 MB", with(BadHello::certificate_16_mb), "limit_exceeded", "handshake"},
        {"lying length", with(BadHello::lying_length), "tls_failure", "handshake"},
        {"retry loop", with(BadHello::retry_loop), "tls_failure", "handshake"},
        {"large cookie", with(BadHello::retry_cookie_60_kb), "tls_failure", "handshake"},
        {"DH 512", with(BadHello::dh_512_bits), "tls_failure", "handshake", "", true},
        {"empty staple", with(BadHello::empty_staple), "tls_failure", "handshake", "", true},
        {"DH 10000", with(BadHello::dh_10000_bits), "limit_exceeded", "handshake", "10000", true},
        {"RSA 16384", rsa_16384, "tls_failure", "handshake", "bad signature", true},
        {"DH 65528", with(BadHello::dh_65528_bits), "limit_exceeded", "handshake", "65528", true},
    };
    Site site;
    check_each(scan(site, all), all);
}

TEST_CASE("peers with a huge Diffie-Hellman group take no time from the others") {
    Site site;
    for (int number = 1; number <= 15; ++number)
        site.add("huge " + std::to_string(number), with(BadHello::dh_10000_bits));
    for (int number = 1; number <= 20; ++number)
        site.add("good " + std::to_string(number), good_server());
    const auto done = lyncprobe({"scan", site.list(), "--output", site.file("r.json")});
    const auto result = json_file(site.file("r.json"));
    CHECK(count_of(result, "outcomes", "ok") == 20);
    CHECK(count_of(result, "outcomes", "limit_exceeded") == 15);
    CHECK(verdict_of(result, "huge 7", "key-length") == "pass");
    if (!kSanitized) CHECK(done.seconds < 5);
}

TEST_CASE("fatal alerts have their number and name") {
    std::vector<Hostile> all;
    for (const auto& [code, text] : std::vector<std::pair<std::uint8_t, std::string>>{
             {40, "handshake_failure(40)"},
             {49, "access_denied(49)"},
             {70, "protocol_version(70)"},
             {80, "internal_error(80)"},
             {112, "does not know the name"},
             {255, "(255)"}})
        all.push_back(
            {text, server_with(lab::Faults{.alert = code}), "tls_alert", "handshake", text}
        );
    Site site;
    check_each(scan(site, all), all);
}

TEST_CASE("a flight that is cut or spoiled on its way: the chain that was seen is judged") {
    constexpr int kTls12 = 0x0303, kTls13 = 0x0304;
    using enum BadFlight;
    const std::vector<Hostile> all{
        {"a byte a record", with(one_byte_records, kTls12), "ok", "done", "", true},
        {"empty records", with(empty_records_between, kTls12), "ok", "done", "", true},
        {"a warning first", with(warning_first, kTls12), "ok", "done", "", true},
        {"a warning first, 1.3", with(warning_first, kTls13), "ok", "done", "", true},
        {"reset after 1200", with(reset_after_1200_bytes, kTls12), "reset", "handshake"},
        {"reset after 1200, 1.3", with(reset_after_1200_bytes, kTls13), "reset", "handshake"},
        {"mute after chain", with(silent_after_certificate, kTls12), "timeout", "handshake", "",
         true},
        {"bad key exchange", with(bad_key_exchange, kTls12), "tls_failure", "handshake", "", true},
        {"bad Finished", with(bad_finished, kTls12), "tls_failure", "handshake", "", true},
        {"bad Finished, 1.3", with(bad_finished, kTls13), "tls_failure", "handshake", "", true},
        {"no Finished", with(no_finished, kTls12), "timeout", "handshake", "", true},
        {"no Finished, 1.3", with(no_finished, kTls13), "timeout", "handshake", "", true},
    };
    Site site;
    check_each(scan(site, all), all);
}

TEST_CASE("floods behind the handshake end at a limit, and cost neither memory nor the chain") {
    constexpr int kTls12 = 0x0303, kTls13 = 0x0304;
    std::vector<Hostile> all;
    for (const auto& [name, kind, version, outcome] :
         std::vector<std::tuple<std::string, Flood, int, std::string>>{
             {"data", Flood::data, kTls13, "protocol_error"},
             {"bytes", Flood::one_byte_records, kTls12, "protocol_error"},
             {"tickets", Flood::tickets, kTls13, "limit_exceeded"},
             {"KeyUpdate", Flood::key_updates, kTls13, "limit_exceeded"},
             {"KeyUpdate wanted", Flood::key_update_requests, kTls13, "limit_exceeded"},
             {"HelloRequest", Flood::hello_requests, kTls12, "limit_exceeded"}})
        for (const std::string probe : {"tls", "sip"})
            all.push_back(
                {name + ", " + probe, with(kind, version), probe == "tls" ? "ok" : outcome,
                 probe == "tls" ? "done" : "conversation", "", true, "probe: " + probe}
            );
    Site site;
    check_each(scan(site, all), all);
}

TEST_CASE("certificates of every size and kind are shown, or counted where they are too many") {
    const auto repeated = [](std::size_t times) {
        auto server = good_server();
        server.chain_pem.insert(
            server.chain_pem.end(), times - server.chain_pem.size(), server.chain_pem.back()
        );
        return server;
    };
    const auto of_curve = [](const std::string& curve) {
        auto spec = server_spec();
        spec.key = {.kind = lab::KeySpec::Kind::ec, .curve = curve};
        return server_with(spec);
    };
    auto small = server_spec(), large = server_spec();
    small.key.bits = 512;
    large.key.bits = 4096;
    auto small_server = server_with(small);
    small_server.max_version = 0x0303; // RSASSA-PSS does not fit into the key
    const std::vector<Hostile> all{
        {"160 certificates", repeated(160), "ok", "done", "", true},
        {"300 certificates", repeated(300), "limit_exceeded", "handshake", "more than 256", true},
        {"2 MB of certificates", repeated(2600), "limit_exceeded", "handshake"},
        {"RSA 512", small_server, "ok", "done", "", true},
        {"RSA 4096", server_with(large), "ok", "done", "", true},
        {"P-521", of_curve("P-521"), "ok", "done", "", true},
        {"secp256k1", of_curve("secp256k1"), "tls_alert", "handshake", "by a hello of our own",
         true},
        {"brainpool", of_curve("brainpoolP256r1"), "tls_alert", "handshake",
         "by a hello of our own", true},
        {"padded", server_with(lab::Faults{.padded_records = true}), "ok", "done", "TLSv1.3", true},
    };
    Site site;
    const auto result = scan(site, all);
    check_each(result, all);
    CHECK(endpoint_named(result, "160 certificates").at("chain").as_array().size() == 160);
    CHECK(endpoint_named(result, "300 certificates").at("chain").as_array().size() == 256);
}

TEST_CASE("names made to harm come harmless from the wire into every output") {
    auto nasty = server_spec("a\x1b]0;owned\x07\x1b[31m\u202Egnp.exe\u2066\u009Bx\r\nOK");
    nasty.organization = "=HYPERLINK(\"http://x\")\x7f<script>";
    nasty.dns = {std::string(kServerName), "x\x1b[2J.contoso.example"};
    nasty.crl_urls = std::vector<std::string>{"http://crl/\x1b[31m\r\nX: y"};
    nasty.ca_issuer_urls = {"javascript:alert(1)\x1b[0m"};
    const std::vector<Hostile> all{{"nasty", server_with(nasty), "ok", "done", "", true}};
    Site site;
    check_each(scan(site, all), all);
    CHECK(has(read_text(site.file("r.txt")), "\\x1b]0;owned"));
}

} // namespace lyncprobe::test
