// SPDX-License-Identifier: MIT
// The lab server's side of one connection, and its faults in the order in which a connection meets
// them.
#include "lab/connection.h"

#include "lab/answers.h"

#include <utility>

namespace lyncprobe::lab {

namespace {

constexpr std::size_t kRecordHeader = 5; // RFC 8446 5.1
constexpr std::uint8_t kAlertRecord = 21, kHandshakeRecord = 22;
constexpr std::uint8_t kCertificateMessage = 11; // RFC 8446 B.3
constexpr std::size_t kRequestLimit = 64u << 10; // what a client may say before it is hung up on
constexpr std::size_t kEndlessChunk = 16u << 10;

std::size_t number(std::string_view bytes); // big endian
std::string repeated(std::string_view text, std::size_t at_least);

} // namespace

Connection::Connection(const ServerSpec& spec, SSL_CTX* context, std::uint16_t client_port)
    : spec_(spec), client_port_(client_port) {
    if (spec.speaks_turn) turn_.emplace(turn_settings(spec));
    if (context == nullptr) return;
    ssl_.reset(must(SSL_new(context)));
    SSL_set_bio(ssl_.get(), must(BIO_new(BIO_s_mem())), must(BIO_new(BIO_s_mem())));
    SSL_set_accept_state(ssl_.get());
}

void Connection::opened() {
    if (spec_.faults.reset_on_accept) return finish(Ending::reset);
    if (spec_.faults.close_on_accept) return finish(Ending::close);
    if (spec_.faults.banner_with_escapes) {
        output_ += kBannerWithEscapes;
        finish(Ending::close);
    }
}

void Connection::received(std::string_view bytes) {
    if (spec_.faults.silent || ending_ != Ending::none) return;
    if (turn_) {
        output_ += turn_->on(bytes);
        if (turn_->over()) finish(Ending::close);
        return;
    }
    if (!hello_seen_) {
        first_record_ += bytes;
        const bool tls = first_record_[0] == kHandshakeRecord;
        if (tls && first_record_.size() < kRecordHeader) return;
        if (tls && first_record_.size() < kRecordHeader + number(first_record_.substr(3, 2)))
            return;
        hello_seen_ = true;
        on_hello();
        if (ending_ != Ending::none) return;
        bytes = first_record_;
    }
    if (!ssl_) return finish(Ending::close);
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (!established_) shake_hands();
    if (established_ && ending_ == Ending::none) read_application_data();
}

void Connection::flushed() {
    if (!endless_.empty() && ending_ == Ending::none) say(endless_);
}

std::string Connection::take_output() { return std::exchange(output_, {}); }

// The faults that answer a ClientHello (or whatever else came first) without TLS.
void Connection::on_hello() {
    const Faults& faults = spec_.faults;
    if (faults.reset_after_hello) return finish(Ending::reset);
    if (faults.plain_http) output_ += kPlainHttp;
    if (faults.plain_sip) output_ += kPlainSip;
    if (faults.alert != 0)
        output_ += {kAlertRecord, 3, 3, 0, 2, SSL3_AL_FATAL, static_cast<char>(faults.alert)};
    if (faults.close_after_hello || !output_.empty()) finish(Ending::close);
}

void Connection::shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    const bool failed = result <= 0 && SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
    collect_output();
    if (spec_.faults.close_after_certificate && !output_.empty()) {
        output_.resize(up_to_certificate(output_).size());
        return finish(Ending::close);
    }
    if (failed) return finish(Ending::close);
    if (result > 0) established();
}

// The faults of a peer with which the handshake worked.
void Connection::established() {
    established_ = true;
    if (spec_.faults.reset_after_client_finished) return finish(Ending::reset);
    if (spec_.faults.close_after_handshake) return finish(Ending::close);
    if (spec_.faults.speaks_first_flood) {
        endless_ = repeated("flood ", kEndlessChunk);
        say(endless_);
    }
}

void Connection::read_application_data() {
    char buffer[4096];
    int size = 0;
    ERR_clear_error();
    while ((size = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0)
        requests_.append(buffer, static_cast<std::size_t>(size));
    const int error = SSL_get_error(ssl_.get(), size);
    ERR_clear_error();
    if (spec_.faults.silent_after_handshake) return requests_.clear();
    answer_requests();
    if (error == SSL_ERROR_ZERO_RETURN) {
        SSL_shutdown(ssl_.get());
        finish(Ending::close);
    } else if (error != SSL_ERROR_WANT_READ || requests_.size() > kRequestLimit) {
        finish(Ending::close);
    }
    collect_output();
}

void Connection::answer_requests() {
    if (!spec_.speaks_sip && !spec_.speaks_http) return requests_.clear();
    const Faults& faults = spec_.faults;
    while (const auto size = complete_message(requests_)) {
        const std::string request = requests_.substr(0, size);
        requests_.erase(0, size);
        if (spec_.speaks_http) {
            say(http_answer(request));
        } else if (faults.sip_garbage) {
            say(kSipGarbage);
        } else if (faults.sip_endless_headers) {
            say(kEndlessHead);
            endless_ = repeated(kEndlessHeader, kEndlessChunk);
        } else {
            const auto server = faults.sip_escapes_in_server ? kSipServerWithEscapes : kSipServer;
            say(sip_answer(request, server, client_port_));
        }
    }
}

void Connection::say(std::string_view text) {
    if (text.empty()) return;
    ERR_clear_error();
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    ERR_clear_error();
    collect_output();
}

void Connection::collect_output() {
    BIO* written = SSL_get_wbio(ssl_.get());
    output_ += contents(written);
    BIO_reset(written);
}

void Connection::finish(Ending ending) {
    ending_ = ending;
    endless_.clear();
}

TurnSettings turn_settings(const ServerSpec& spec) {
    TurnSettings settings{.port = spec.port};
    settings.address = spec.turn_address.empty() ? spec.address : spec.turn_address;
    settings.only_constant_hello = spec.faults.only_constant_hello;
    return settings;
}

std::string_view up_to_certificate(std::string_view flight) {
    std::size_t rest_of_message = 0;
    std::uint8_t message = 0;
    for (std::size_t at = 0; at + kRecordHeader < flight.size();) {
        const auto payload = number(flight.substr(at + 3, 2));
        auto content = flight.substr(at + kRecordHeader, payload);
        while (!content.empty()) {
            if (rest_of_message == 0) {
                message = static_cast<std::uint8_t>(content[0]);
                rest_of_message = 4 + number(content.substr(1, 3));
            }
            const auto here = std::min(rest_of_message, content.size());
            content.remove_prefix(here);
            rest_of_message -= here;
        }
        at += kRecordHeader + payload;
        if (message == kCertificateMessage && rest_of_message == 0) return flight.substr(0, at);
    }
    return flight;
}

namespace {

std::size_t number(std::string_view bytes) {
    std::size_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

std::string repeated(std::string_view text, std::size_t at_least) {
    std::string result;
    while (result.size() < at_least)
        result += text;
    return result;
}

} // namespace

} // namespace lyncprobe::lab
