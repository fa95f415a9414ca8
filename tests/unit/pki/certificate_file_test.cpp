// SPDX-License-Identifier: MIT
// Certificate files of every kind and with every damage: certificates, or one clear sentence.
#include "model/limits.h"
#include "pki/certificate_file.h"
#include "pki/private_key.h"
#include "test_certificates.h"

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <openssl/objects.h>

using namespace lyncprobe;
using namespace lyncprobe::pki;
using namespace lyncprobe::pki::test;
using Ders = std::vector<std::string>;

namespace {

const std::string& leaf() {
    static const std::string der = make_leaf("Issuing", "issuing");
    return der;
}
const std::string& issuing() {
    static const std::string der =
        make({.subject = "Issuing", .key = "issuing", .issuer = "Root", .issuer_key = "root"});
    return der;
}
const std::string& root() {
    static const std::string der = make_root("Root", "root");
    return der;
}

CertificateFile read(const std::string& bytes, const std::optional<std::string>& password = {}) {
    auto file = read_certificate_file(bytes, password);
    REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().what));
    return *file;
}

Problem problem(const std::string& bytes, const std::optional<std::string>& password = {}) {
    const auto file = read_certificate_file(bytes, password);
    REQUIRE(!file.has_value());
    return file.error();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string utf16(const std::string& ascii, bool little_endian) {
    std::string wide = little_endian ? "\xff\xfe" : "\xfe\xff";
    for (const char c : ascii)
        wide += little_endian ? std::string{c, '\0'} : std::string{'\0', c};
    return wide;
}

} // namespace

TEST_CASE("file: PEM in every dress") {
    const auto two = pem(leaf()) + pem(issuing());
    const Ders expected{leaf(), issuing()};
    const std::pair<const char*, std::string> table[] = {
        {"plain", two},
        {"CRLF", replaced(two, "\n", "\r\n")},
        {"CR only", replaced(two, "\n", "\r")},
        {"indented", replaced("\n" + two, "\n", "\n    \t")},
        {"all in one line", replaced(two, "\n", " ")},
        {"UTF-8 with BOM", "\xef\xbb\xbf" + two},
        {"UTF-16 little endian", utf16(two, true)},
        {"UTF-16 big endian", utf16(two, false)},
        {"without a last line end", two.substr(0, two.size() - 1)},
        {"bag attributes",
         "Bag Attributes\n    friendlyName: x\nsubject=CN = a\n" +
             replaced(
                 two, "-----\n-----BEGIN", "-----\nBag Attributes: <No Attributes>\n-----BEGIN"
             )},
        {"openssl -text",
         "Certificate:\n    Data:\n        Version: 3 (0x2)\n -----BEGIN of nothing\n" + two},
        {"old label", replaced(two, " CERTIFICATE-", " X509 CERTIFICATE-")}};
    for (const auto& [what, text] : table) {
        CAPTURE(what);
        const auto file = read(text);
        CHECK(file.kind == FileKind::pem);
        CHECK(file.certificates == expected);
        CHECK(file.notes.empty());
    }
}

TEST_CASE("file: OpenSSL's trusted certificate is read without its trust settings") {
    const auto file = read(pem(root() + sequence({}), "TRUSTED CERTIFICATE"));
    CHECK(file.certificates == Ders{root()});
}

TEST_CASE("file: DER and base64 without its frame") {
    CHECK(read(leaf()).kind == FileKind::der);
    CHECK(read(leaf()).certificates == Ders{leaf()});
    auto bare = pem(leaf());
    bare = bare.substr(bare.find('\n') + 1);
    bare = bare.substr(0, bare.find("-----"));
    CHECK(read(bare).certificates == Ders{leaf()});
    CHECK(read(replaced(bare, "\n", "")).certificates == Ders{leaf()});
    CHECK(read(utf16(bare, true)).certificates == Ders{leaf()});
}

TEST_CASE("file: PKCS#7 in DER and PEM; the one that issued no other comes first") {
    const auto message = pkcs7({root(), issuing(), leaf()});
    for (const auto& bytes :
         {message, pem(message, "PKCS7"), pem(message, "CMS"),
          pem(message, "PKCS #7 SIGNED DATA")}) {
        const auto file = read(bytes);
        CHECK(file.kind == FileKind::pkcs7);
        CHECK(file.certificates.front() == leaf());
        CHECK(file.certificates.size() == 3);
    }
    // Beside another CA that issued nothing here.
    CHECK(
        read(pkcs7({make_root("Other", "other"), root(), issuing(), leaf()}))
            .certificates.front() == leaf()
    );
    CHECK(read(pkcs7({root()})).certificates == Ders{root()});
    CHECK(problem(pkcs7({})).what == "the PKCS#7 file holds no certificate");
    CHECK(problem(message.substr(0, 300)).what.find("cut short") != std::string::npos);
}

TEST_CASE("file: a private key beside the certificate is noted and in no output") {
    const auto secret = key_pem("P-256/leaf");
    for (const auto& text : {secret + pem(leaf()), pem(leaf()) + secret}) {
        const auto file = read(text);
        CHECK(file.certificates == Ders{leaf()});
        REQUIRE(file.notes.size() == 1);
        CHECK(file.notes.front() == "the file also holds a private key, which was not read");
    }
    const auto only = problem(secret);
    CHECK(only.what == "this is a private key, not a certificate");
    CHECK(only.what.find(secret.substr(40, 20)) == std::string::npos);
    CHECK(problem(key_der("rsa")).what == "this is a private key, not a certificate");
}

TEST_CASE("file: a request, a revocation list, a web page and other things are named") {
    const auto request = sequence(
        {sequence({integer(std::string(1, '\0')), common_name("x"), spki("P-256"), tlv(0xa0, "")}),
         ecdsa_with_sha256(), tlv(0x03, "xx")}
    );
    const auto list = sequence(
        {sequence(
             {integer("\x01"), ecdsa_with_sha256(), common_name("x"), tlv(0x17, "240101000000Z")}
         ),
         ecdsa_with_sha256(), tlv(0x03, std::string(200, 'x'))}
    );
    CHECK(problem(request).what == "this is a certificate request, not a certificate");
    CHECK(
        problem(pem(request, "CERTIFICATE REQUEST")).what ==
        "this is a certificate request, not a certificate"
    );
    CHECK(
        problem(pem(request, "NEW CERTIFICATE REQUEST")).what ==
        "this is a certificate request, not a certificate"
    );
    CHECK(
        problem(pem(request)).what ==
        "block 1 (line 1): this is a certificate request, not a certificate"
    );
    CHECK(!problem(request).hint.empty());
    CHECK(problem(list).what == "this is a certificate revocation list, not a certificate");
    CHECK(
        problem(pem(list, "X509 CRL")).what ==
        "this is a certificate revocation list, not a certificate"
    );
    CHECK(
        problem("<!DOCTYPE html><html><body>404</body></html>").what ==
        "this is a web page or XML, not a certificate"
    );
    CHECK(problem("hello\n").what == "there is no certificate in the file");
    CHECK(problem("0 s:CN = sip.contoso.com\n").what == "there is no certificate in the file");
    CHECK(problem("MIIrubbish").what == "there is no certificate in the file");
    CHECK(problem(std::string("\0\0\0\0", 4)).what == "this is not a certificate in DER");
    CHECK(problem(" \r\n").what == "the file is empty but for white space");
    CHECK(problem("").what == "the file is empty");
    CHECK(problem("\xff\xfe").what == "the file is empty but for white space");
}

TEST_CASE("file: a damaged block is named by number and line") {
    auto second = pem(issuing());
    second[second.size() / 2] = '*';
    const auto damaged = problem(pem(leaf()) + "text\n" + second);
    const auto first = pem(leaf());
    const auto line = 2 + static_cast<int>(std::count(first.begin(), first.end(), '\n'));
    CHECK(damaged.what == fmt::format("block 2 (line {}): its base64 is damaged", line));
    CHECK(damaged.where.line == line);
    const auto crlf = problem(replaced(pem(leaf()) + "text\n" + second, "\n", "\r\n"));
    CHECK(crlf.where.line == line);
    const auto cr = problem(replaced(pem(leaf()) + "text\n" + second, "\n", "\r"));
    CHECK(cr.where.line == line);

    const auto whole = pem(leaf());
    const auto no_end = problem(whole.substr(0, whole.size() / 2));
    CHECK(no_end.what == "block 1 (CERTIFICATE) begins in line 1 and has no END line of its own");
    CHECK(problem(whole.substr(0, whole.size() / 2) + "\n" + whole).where.line == 1);
    CHECK(problem(replaced(whole, "END CERTIFICATE", "END X509 CRL")).where.line == 1);
    CHECK(problem(pem(leaf().substr(0, 100)))
              .what.starts_with("block 1 (line 1): the certificate is cut short"));
    CHECK(problem(pem(leaf() + "xy")).what == "block 1 (line 1): 2 bytes follow the certificate");
    CHECK(
        problem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").what ==
        "block 1 (line 1): its base64 is damaged"
    );
    CHECK(problem(replaced(whole, "MII", "MI=")).what.find("base64") != std::string::npos);
}

TEST_CASE("file: DER with something before its end or after it") {
    CHECK(problem(leaf() + "\n").what == "1 bytes follow the certificate");
    CHECK(problem(leaf() + leaf()).hint.find("PKCS#7") != std::string::npos);
    CHECK(
        problem(leaf().substr(0, 200)).what ==
        fmt::format(
            "the file is cut short: 200 bytes are there, its DER declares {}", leaf().size()
        )
    );
}

TEST_CASE("file: limits of size and number hold at their edges") {
    CHECK(
        problem(std::string(limits::kCertificateFile + 1, ' ')).what.find("at most") !=
        std::string::npos
    );
    CHECK(
        problem(std::string(limits::kCertificateFile, ' ')).what.find("white space") !=
        std::string::npos
    );
    std::string text;
    for (std::size_t i = 0; i < limits::kCertificatesPerFile; ++i)
        text += pem(leaf());
    CHECK(read(text).certificates.size() == limits::kCertificatesPerFile);
    CHECK(problem(text + pem(leaf())).what == "the file holds more than 1000 certificates");
    CHECK(
        problem(pkcs7(Ders(limits::kCertificatesPerFile + 1, leaf()))).what ==
        "the file holds more than 1000 certificates"
    );
}

TEST_CASE("file: 30,000 BEGIN lines cost nothing, with and without their ENDs") {
    std::string begins, blocks, unclosed;
    for (int i = 0; i < 30'000; ++i) {
        begins += "-----BEGIN CERTIFICATE-----\n";
        blocks += "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n";
        unclosed += "-----BEGIN \n";
    }
    const auto start = std::chrono::steady_clock::now();
    CHECK(problem(begins).where.line == 1);
    CHECK(read(blocks + pem(leaf())).certificates == Ders{leaf()});
    CHECK(read(unclosed + pem(leaf())).certificates == Ders{leaf()});
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("file: a PFX gives the certificate of its key first") {
    const PfxSpec spec{.key = "P-256/leaf", .certificate = leaf(), .others = {issuing(), root()}};
    const auto file = read(pfx(spec), "secret");
    CHECK(file.kind == FileKind::pfx);
    CHECK(file.certificates == Ders{leaf(), issuing(), root()});
    // As Windows writes it: the root first and the server certificate last.
    const auto windows = read(
        pfx({.key = "P-256/leaf", .certificate = {}, .others = {root(), issuing(), leaf()}}),
        "secret"
    );
    CHECK(windows.certificates == Ders{leaf(), root(), issuing()});
    CHECK(windows.notes.empty());
    CHECK(windows.key == KeyInFile{.state = KeyInFile::State::own});
}

TEST_CASE("file: a PFX says which Windows provider held its key") {
    for (const std::string provider :
         {"Microsoft Software Key Storage Provider", "Microsoft Platform Crypto Provider",
          "Microsoft RSA SChannel Cryptographic Provider", "Schlüsselspeicher"})
        CHECK(
            read(pfx({.key = "P-256/leaf", .certificate = leaf(), .provider = provider}), "secret")
                .key == KeyInFile{KeyInFile::State::own, provider}
        );
}

TEST_CASE("file: of several keys in a PFX the one of a certificate counts") {
    const std::string unknown_kind =
        sequence({integer(std::string(1, '\0')), algorithm("1.2.3.4"), tlv(0x04, "key")});
    const auto state = [](const std::vector<std::string>& keys) {
        const auto file = read(plain_pfx(keys, {issuing(), leaf()}));
        CHECK(file.certificates == Ders{leaf(), issuing()});
        return file.key->state;
    };
    const auto own = pkcs8("P-256/leaf"), another = pkcs8("P-256/another");
    CHECK(state({another, own}) == KeyInFile::State::own);
    CHECK(state({unknown_kind, own}) == KeyInFile::State::own);
    CHECK(state({another, another}) == KeyInFile::State::another);
    CHECK(state({another, unknown_kind}) == KeyInFile::State::unreadable);
}

TEST_CASE("file: passwords of a PFX, right, wrong, none and empty") {
    const auto locked = pfx({.key = "P-256/leaf", .certificate = leaf()});
    CHECK(problem(locked, "Secret").what == "the password of the PFX is wrong");
    CHECK(problem(locked).what == "the PFX is protected by a password, and none was given");
    CHECK(problem(locked, "").what == "the password of the PFX is wrong");
    const auto empty = pfx({.key = "P-256/leaf", .certificate = leaf(), .password = ""});
    CHECK(read(empty).certificates == Ders{leaf()});
    CHECK(read(empty, "").certificates == Ders{leaf()});
    const auto none = pfx(
        {.key = "P-256/leaf",
         .certificate = leaf(),
         .password = std::nullopt,
         .key_cipher = -1,
         .certificate_cipher = -1}
    );
    CHECK(read(none).certificates == Ders{leaf()});
    const auto no_mac = pfx({.key = "P-256/leaf", .certificate = leaf(), .mac_iterations = -1});
    CHECK(read(no_mac, "secret").certificates == Ders{leaf()});
    CHECK(problem(no_mac, "wrong").what == "the password of the PFX is wrong");
    const auto umlaut = pfx({.key = "P-256/leaf", .certificate = leaf(), .password = "pässwörd"});
    CHECK(read(umlaut, "pässwörd").certificates == Ders{leaf()});
}

TEST_CASE("file: a PFX with the ciphers of Windows XP is read") {
    const auto old = pfx(
        {.key = "P-256/leaf",
         .certificate = leaf(),
         .others = {issuing()},
         .key_cipher = NID_pbe_WithSHA1And3_Key_TripleDES_CBC,
         .certificate_cipher = NID_pbe_WithSHA1And40BitRC2_CBC}
    );
    CHECK(read(old, "secret").certificates == Ders{leaf(), issuing()});
    CHECK(problem(old, "wrong").what == "the password of the PFX is wrong");
    // The process itself still has none of these ciphers.
    const std::unique_ptr<EVP_CIPHER, Deleter<&EVP_CIPHER_free>> cipher(
        EVP_CIPHER_fetch(nullptr, "RC2-40-CBC", nullptr)
    );
    CHECK(!cipher);
}

TEST_CASE("file: a PFX whose key derivation would never end is refused at once") {
    const auto data = oid("1.2.840.113549.1.7.1");
    const auto with_rounds = [&](const std::string& rounds) {
        const auto content = sequence({data, tlv(0xa0, tlv(0x04, sequence({})))});
        const auto digest = sequence(
            {algorithm("2.16.840.1.101.3.4.2.1", tlv(0x05, "")), tlv(0x04, std::string(32, 'x'))}
        );
        return sequence(
            {integer("\x03"), content,
             sequence({digest, tlv(0x04, "saltsalt"), integer(from_hex(rounds))})}
        );
    };
    const auto start = std::chrono::steady_clock::now();
    CHECK(
        problem(with_rounds("7fffffff"), "secret").what ==
        "the file asks for more than 10000000 rounds of key derivation, which is refused"
    );
    CHECK(
        problem(with_rounds("00989681"), "secret").what.find("10000000 rounds") != std::string::npos
    );
    CHECK(problem(with_rounds("ff"), "secret").what == "the PFX is damaged: no iteration count");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    CHECK(problem(with_rounds("03e8"), "secret").what == "the password of the PFX is wrong");
}

TEST_CASE("file: the rounds of key derivation are counted for every scheme, over the whole file") {
    const auto pbkdf2 = [](const std::string& rounds) {
        const auto derivation = algorithm(
            "1.2.840.113549.1.5.12", sequence({tlv(0x04, "salt"), integer(from_hex(rounds))})
        );
        return algorithm(
            "1.2.840.113549.1.5.13", sequence({derivation, algorithm("2.16.840.1.101.3.4.1.42")})
        );
    };
    const auto scrypt = [](const std::string& n, const std::string& r, const std::string& p) {
        return algorithm(
            "1.3.6.1.4.1.11591.4.11", sequence(
                                          {tlv(0x04, "salt"), integer(from_hex(n)),
                                           integer(from_hex(r)), integer(from_hex(p))}
                                      )
        );
    };
    DerivationBudget budget;
    CHECK(budget.charge(pbkdf2("4c4b40")).has_value()); // 5,000,000
    CHECK(budget
              .charge(algorithm(
                  "1.2.840.113549.1.12.1.3",
                  sequence({tlv(0x04, "salt"), integer(from_hex("4c4b3f"))})
              ))
              .has_value()); // one less
    CHECK(budget.charge(scrypt("01", "01", "01")).has_value());
    CHECK(!budget.charge(pbkdf2("01")).has_value()); // that was all
    CHECK(!DerivationBudget().charge(scrypt("4000", "08", "7fffffff")).has_value());
    CHECK(DerivationBudget().charge(scrypt("4000", "08", "01")).has_value()
    ); // OpenSSL's own choice
    CHECK(!DerivationBudget().charge(pbkdf2("ff")).has_value());
    CHECK(!DerivationBudget().charge(std::string_view("rubbish")).has_value());
}

TEST_CASE("file: a damaged PFX never crashes, cut or changed anywhere") {
    const auto bytes =
        pfx({.key = "P-256/leaf", .certificate = leaf(), .iterations = 1, .mac_iterations = 1});
    CHECK(
        problem(bytes.substr(0, bytes.size() / 2), "secret").what.find("cut short") !=
        std::string::npos
    );
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x21);
        const auto file = read_certificate_file(damaged, std::string("secret"));
        if (!file) CHECK(!file.error().what.empty());
    }
}

TEST_CASE("file: a PFX of certificates only has no key and says so") {
    const auto file =
        read(pfx({.key = {}, .certificate = {}, .others = {root(), issuing(), leaf()}}), "secret");
    CHECK(file.certificates.front() == leaf());
    CHECK(file.key == KeyInFile{});
}
