// SPDX-License-Identifier: MIT
// OCSP by `openssl ocsp` as the responder, its staple by nginx, and issuers that only the AIA
// extension knows.
#include "servers/revocation.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
namespace json = boost::json;

namespace {

std::string serial_of(const TemporaryFolder& folder, const lab::Issued& leaf) {
    const auto file = folder.write("serial.pem", leaf.certificate_pem);
    const auto done = run({"openssl", "x509", "-noout", "-serial", "-in", file});
    REQUIRE(done.exit_code == 0);
    return done.out.substr(7, done.out.find('\n') - 7); // "serial=…"
}

// Responder is `openssl ocsp` that answers for publishing_ca(), signed by `signer`.
class Responder {
  public:
    explicit Responder(std::uint16_t port, const lab::Issued& signer = publishing_ca().self())
        : port_(port), signer_(signer) {}

    // One line of the index that `openssl ca` keeps, for each certificate.
    void knows(const lab::Issued& leaf, bool revoked) {
        index_ += fmt::format(
            "{}\t391231235959Z\t{}\t{}\tunknown\t/CN=x\n", revoked ? 'R' : 'V',
            revoked ? "200101000000Z,keyCompromise" : "", serial_of(folder_, leaf)
        );
    }
    void start() {
        process_ = std::make_unique<Process>(std::vector<std::string>{
            installed_program("openssl", "openssl"), "ocsp", "-index",
            folder_.write("index.txt", index_), "-port", std::to_string(port_), "-CA",
            folder_.write("ca.pem", publishing_ca().self().certificate_pem), "-rsigner",
            folder_.write("signer.pem", signer_.certificate_pem), "-rkey",
            folder_.write("signer.key", signer_.key_pem), "-ndays", "1"});
        // It serves one connection after the other, and one that says nothing holds it up.
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{15};
        while (process_->stderr_so_far().find("waiting for") == std::string::npos) {
            REQUIRE_MESSAGE(
                (process_->running() && std::chrono::steady_clock::now() < limit),
                process_->stderr_so_far()
            );
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }
    // The answer about a certificate, as a server staples it.
    std::string answer_file(const lab::Issued& leaf, const std::string& path) const {
        const auto done = run(
            {"openssl", "ocsp", "-index", folder_.write("index.txt", index_), "-CA",
             folder_.write("ca.pem", publishing_ca().self().certificate_pem), "-rsigner",
             folder_.write("signer.pem", signer_.certificate_pem), "-rkey",
             folder_.write("signer.key", signer_.key_pem), "-ndays", "1", "-issuer",
             folder_.write("issuer.pem", publishing_ca().self().certificate_pem), "-cert",
             folder_.write("leaf.pem", leaf.certificate_pem), "-respout", path, "-noverify"}
        );
        REQUIRE_MESSAGE(done.exit_code == 0, done.err);
        return path;
    }

  private:
    std::uint16_t port_;
    lab::Issued signer_;
    TemporaryFolder folder_;
    std::string index_;
    std::unique_ptr<Process> process_;
};

} // namespace

TEST_CASE("fetch: an OCSP responder vouches, accuses, or does not know") {
    Responder responder(free_port());
    const auto good = leaf_with(publishing_ca(), {}, {responder.url()});
    const auto bad = leaf_with(publishing_ca(), {}, {responder.url()});
    const auto unknown = leaf_with(publishing_ca(), {}, {responder.url()});
    responder.knows(good, false);
    responder.knows(bad, true);
    responder.start();
    const auto vouched = check_leaf(good);
    CHECK(vouched.outcome() == "ok");
    CHECK_MESSAGE(vouched.verdict("not-revoked") == "pass", vouched.message("not-revoked"));
    CHECK(vouched.verdict("crl-reachable") == "none"); // it names no CRL
    const auto accused = check_leaf(bad);
    CHECK(accused.verdict("not-revoked") == "fail");
    CHECK(accused.message("not-revoked").find("keyCompromise") != std::string::npos);
    CHECK(check_leaf(unknown).verdict("not-revoked") == "inconclusive");
}

TEST_CASE("fetch: an OCSP response that somebody else signed is not believed") {
    Responder responder(free_port(), contoso().stranger);
    const auto leaf = leaf_with(publishing_ca(), {}, {responder.url()});
    responder.knows(leaf, true);
    responder.start();
    const auto result = check_leaf(leaf);
    CHECK(result.outcome() == "ok");
    CHECK(result.verdict("not-revoked") == "inconclusive");
}

TEST_CASE("fetch: a responder whose own certificate is not good is named as the reason") {
    lab::CertificateSpec spec{.common_name = "Contoso Responder", .eku = {{"1.3.6.1.5.5.7.3.9"}}};
    std::string reason;
    SUBCASE("expired") {
        spec.not_after_days = -1;
        reason = "the responder's certificate CN=Contoso Responder, O=Contoso ran out on ";
    }
    SUBCASE("for another purpose") {
        spec.eku = {{"1.3.6.1.5.5.7.3.1"}};
        reason = "the responder's certificate CN=Contoso Responder, O=Contoso lacks the purpose "
                 "OCSP Signing (1.3.6.1.5.5.7.3.9)";
    }
    Responder responder(free_port(), publishing_ca().issue(spec));
    const auto leaf = leaf_with(publishing_ca(), {}, {responder.url()});
    responder.knows(leaf, false);
    responder.start();
    const auto result = check_leaf(leaf);
    CHECK(result.outcome() == "ok");
    CHECK(result.verdict("not-revoked") == "inconclusive");
    const auto message = result.message("not-revoked");
    CHECK_MESSAGE(message.find(reason) != std::string::npos, message);
}

TEST_CASE("fetch: a web server where a responder should be gives no OCSP response") {
    const Publisher web("location /ocsp { return 200 hello; }");
    const auto result = check_leaf(leaf_with(publishing_ca(), {}, {web.url("/ocsp")}));
    CHECK(result.outcome() == "wrong_content");
    CHECK(result.verdict("not-revoked") == "inconclusive");
}

TEST_CASE("a stapled OCSP response is judged without --fetch") {
    const TemporaryFolder folder;
    Responder responder(free_port());
    const auto leaf = leaf_with(publishing_ca(), {"http://crl.contoso.example/ca.crl"});
    bool revoked = false;
    SUBCASE("good") {}
    SUBCASE("revoked") { revoked = true; }
    responder.knows(leaf, revoked);
    const auto staple = responder.answer_file(leaf, folder.file("staple.der"));
    const auto port = free_port();
    const Nginx nginx(
        {{port, kHost,
          write_credentials(folder, "leaf", leaf, {publishing_ca().self().certificate_pem}),
          "ssl_stapling on; ssl_stapling_file " + staple + ";"}}
    );
    const auto result = scan({{"stapled", port}});
    const auto endpoint = result.endpoint("stapled");
    CHECK(endpoint.get("/tls/ocsp_staple") != "null");
    CHECK(endpoint.verdict("not-revoked") == (revoked ? "fail" : "pass"));
    CHECK(result.document.as_object().if_contains("revocation") == nullptr);
}

TEST_CASE("fetch: missing issuers come from caIssuers locations, DER and PKCS#7") {
    const Publisher web;
    auto spec = authority_spec("Contoso Lower CA");
    spec.crl_urls = std::nullopt;
    spec.ca_issuer_urls = {web.url("/pki/publishing.p7c")};
    const lab::Authority lower(spec, publishing_ca());
    const auto leaf = leaf_with(lower, {}, {}, {web.url("/pki/lower.crt")});
    web.put("lower.crt", lower.self().certificate_der);
    const TemporaryFolder folder;
    const auto made = run(
        {"openssl", "crl2pkcs7", "-nocrl", "-certfile",
         folder.write("publishing.pem", publishing_ca().self().certificate_pem), "-outform", "DER",
         "-out", web.folder().file("www/pki/publishing.p7c")}
    );
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);

    const auto offline = check_chain(leaf, "", {});
    CHECK(offline.verdict("chain-complete") == "fail");
    CHECK(offline.verdict("chain-trusted") == "fail");
    CHECK(offline.chain_fact("completed_by_fetch") == "none");

    const auto fetched = check_chain(leaf, "");
    CHECK(fetched.verdict("chain-complete") == "fail");
    CHECK(fetched.message("chain-complete").find("caIssuers") != std::string::npos);
    CHECK(fetched.verdict("chain-trusted") == "pass");
    CHECK(fetched.chain_fact("completed_by_fetch") == "true");

    web.put("lower.crt", "<html>");
    const auto broken = check_chain(leaf, "");
    CHECK(broken.outcome() == "wrong_content");
    CHECK(broken.verdict("chain-trusted") == "fail");
    CHECK(broken.chain_fact("completed_by_fetch") == "none");
}
