// SPDX-License-Identifier: MIT
// The lab server's side of one connection, and its faults in the order in which a connection meets
// them.
#include "lab/connection.h"

#include "lab/sip_answers.h"
#include "lab/web_answers.h"
#include "lab/xmpp_answers.h"

#include <ctime>
#include <utility>

namespace lyncprobe::lab {

namespace {

constexpr std::size_t kRecordHeader = 5; // RFC 8446 5.1
constexpr std::uint8_t kAlertRecord = 21, kHandshakeRecord = 22;
constexpr std::uint8_t kCertificateMessage = 11, kFinishedMessage = 20; // RFC 8446 B.3
constexpr std::size_t kRequestLimit = 64u << 10; // what a client may say before it is hung up on
constexpr std::size_t kFloodChunk = 16u << 10;

// Before or instead of TLS.
constexpr std::string_view kBannerWithEscapes =
    "\x1b]0;owned\x07\x1b[2J\x1b[31m220 hello\x1b[0m\r\n";
constexpr std::string_view kPlainHttp = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n"
                                        "Server: Microsoft-HTTPAPI/2.0\r\nConnection: close\r\n"
                                        "Content-Length: 0\r\n\r\n";
constexpr std::string_view kPlainSip =
    "SIP/2.0 400 Bad Request\r\nServer: RTC/5.0\r\nContent-Length: 0\r\n\r\n";

std::size_t number(std::string_view bytes) {
    std::size_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

void count_finished(
    int sent, int, int type, const void* bytes, std::size_t size, SSL*, void* count
) {
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && size > 0 &&
        *static_cast<const std::uint8_t*>(bytes) == kFinishedMessage)
        *static_cast<int*>(count) += 1;
}

WebClient::Certificate certificate_of_peer(SSL* ssl) {
    if (SSL_get0_peer_certificate(ssl) == nullptr) return WebClient::Certificate::none;
    return SSL_get_verify_result(ssl) == X509_V_OK ? WebClient::Certificate::accepted
                                                   : WebClient::Certificate::foreign;
}

} // namespace

Connection::Connection(const ServerSpec& spec, SSL_CTX* context, std::uint16_t client_port)
    : spec_(spec), client_port_(client_port) {
    if (spec.speaks_turn) turn_.emplace(turn_settings(spec));
    if (spec.plain || spec.xmpp != Xmpp::none) phase_ = Phase::clear;
    if (context == nullptr) return;
    ssl_.reset(must(SSL_new(context)));
    // Memory in place of the socket: faults change, cut or hold back what libssl has written.
    SSL_set_bio(ssl_.get(), must(BIO_new(BIO_s_mem())), must(BIO_new(BIO_s_mem())));
    SSL_set_accept_state(ssl_.get());
    SSL_set_msg_callback(ssl_.get(), &count_finished);
    SSL_set_msg_callback_arg(ssl_.get(), &finished_);
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
    if (spec_.faults.silent || ending_ != Ending::none || bytes.empty()) return;
    if (spec_.faults.answer_hello) return answer_badly(bytes);
    // A media relay has no TLS at all on this port.
    if (turn_) {
        output_ += turn_->on(bytes);
        if (turn_->over()) finish(Ending::close);
        return;
    }
    if (phase_ == Phase::clear) {
        unread_ += bytes;
        if (unread_.size() > kRequestLimit) return finish(Ending::close);
        return answer_requests();
    }
    if (phase_ == Phase::hello) {
        // Whether it is TLS shows in the first byte; a fault that answers the hello needs all of
        // it.
        first_record_ += bytes;
        const bool tls = first_record_[0] == kHandshakeRecord;
        if (tls && first_record_.size() < kRecordHeader) return;
        if (tls && first_record_.size() < kRecordHeader + number(first_record_.substr(3, 2)))
            return;
        phase_ = Phase::handshake;
        on_hello();
        if (ending_ != Ending::none) return;
        // Only now, when no fault has answered the hello in place of libssl.
        bytes = first_record_;
    }
    // A server without a certificate has nothing to say to a hello.
    if (!ssl_) return finish(Ending::close);
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (phase_ == Phase::handshake) handshake();
    if (phase_ == Phase::tls && ending_ == Ending::none) read_application_data();
}

void Connection::flushed() {
    go_on_flooding();
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

// No TLS of ours: whatever the client says, it gets the same in return.
void Connection::answer_badly(std::string_view bytes) {
    if (!endless_.empty()) return;
    phase_ = Phase::clear;
    std::vector<std::string> chain;
    for (const auto& pem : spec_.chain_pem)
        chain.push_back(pki::to_der(&i2d_X509, certificate_from_pem(pem).get()));
    follow(spec_.faults.answer_hello(bytes, chain));
}

void Connection::handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    // libssl has written its alert by now; it goes out before the end.
    const bool failed = result <= 0 && SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
    collect_output();
    spoil_flight(result > 0);
    // Cut inside the flight: the client has a certificate and no Finished.
    if (spec_.faults.close_after_certificate && !output_.empty()) {
        output_.resize(up_to_certificate(output_).size());
        return finish(Ending::close);
    }
    if (failed) return finish(Ending::close);
    if (result > 0 && ending_ == Ending::none) established();
}

void Connection::spoil_flight(bool complete) {
    if (!spec_.faults.spoil || output_.empty()) return;
    const bool finished = complete || SSL_version(ssl_.get()) == TLS1_3_VERSION;
    Reply spoiled = spec_.faults.spoil(std::move(output_), finished);
    output_ = std::move(spoiled.text);
    if (spoiled.then == Reply::Then::reset) finish(Ending::say_and_reset);
}

// The faults of a peer with which the handshake worked.
void Connection::established() {
    phase_ = Phase::tls;
    if (spec_.faults.reset_after_client_finished) return finish(Ending::reset);
    if (spec_.faults.close_after_handshake) return finish(Ending::close);
    go_on_flooding();
}

// One write of a flood; the next follows when it is out.
void Connection::go_on_flooding() {
    if (phase_ != Phase::tls || ending_ != Ending::none) return;
    for (std::size_t before = output_.size();
         spec_.faults.flood != Flood::none && output_.size() < before + kFloodChunk;) {
        const std::size_t said = output_.size();
        ERR_clear_error();
        switch (spec_.faults.flood) {
        case Flood::none: break;
        case Flood::data: say(repeated("flood ", kFloodChunk)); break;
        case Flood::one_byte_records: say("x"); break;
        case Flood::tickets: SSL_new_session_ticket(ssl_.get()); break;
        case Flood::key_updates: SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED); break;
        case Flood::key_update_requests:
            SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
            break;
        case Flood::hello_requests: SSL_renegotiate(ssl_.get()); break;
        }
        SSL_do_handshake(ssl_.get()); // what is not data goes out with it
        ERR_clear_error();
        collect_output();
        if (output_.size() == said) return finish(Ending::close); // libssl has had enough
    }
}

void Connection::read_application_data() {
    char buffer[4096];
    int size = 0;
    ERR_clear_error();
    while ((size = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0)
        unread_.append(buffer, static_cast<std::size_t>(size));
    const int error = SSL_get_error(ssl_.get(), size);
    ERR_clear_error();
    // The certificate that was asked for has come, so the request is answered now.
    if (!waiting_.empty() && finished_ > 0) follow(web_reply(std::exchange(waiting_, {})));
    answer_requests();
    if (error == SSL_ERROR_ZERO_RETURN) {
        SSL_shutdown(ssl_.get());
        finish(Ending::close);
    } else if (error != SSL_ERROR_WANT_READ || unread_.size() > kRequestLimit) {
        finish(Ending::close);
    }
    collect_output();
}

void Connection::answer_requests() {
    // Read and forgotten, so that no window fills.
    if (spec_.faults.silent_after_handshake) return unread_.clear();
    // Whatever else is said, the answer goes on.
    if (!endless_.empty() || spec_.faults.flood != Flood::none) return unread_.clear();
    while (ending_ == Ending::none && phase_ != Phase::hello && waiting_.empty()) {
        const auto reply = next_reply();
        if (!reply) return;
        follow(*reply);
    }
}

// The answer to the next complete request; empty where there is none.
std::optional<Reply> Connection::next_reply() {
    if (spec_.xmpp != Xmpp::none) return next_xmpp_reply();
    if (!spec_.speaks_sip && !spec_.speaks_http) unread_.clear();
    // As web servers do: TLS on a port for plain HTTP gets a sentence in plain HTTP.
    if (spec_.plain && !unread_.empty() && unread_[0] == kHandshakeRecord) {
        unread_.clear();
        return Reply{.text = std::string(kPlainHttp), .then = Reply::Then::close};
    }
    const auto size = complete_message(unread_);
    if (size == 0) return std::nullopt;
    const std::string request = unread_.substr(0, size);
    unread_.erase(0, size);
    if (auto bad = bad_reply(request)) return bad;
    if (!spec_.speaks_http)
        return Reply{.text = sip_answer(request, spec_.sip, client_port_, std::time(nullptr))};
    const bool late = spec_.late_client_certificate && phase_ == Phase::tls &&
                      SSL_get_verify_mode(ssl_.get()) == SSL_VERIFY_NONE; // not asked yet
    if (!late || !wants_client_certificate(request)) return web_reply(request);
    // IIS answers this request once the certificate is there.
    waiting_ = request;
    ask_for_certificate();
    return std::nullopt;
}

std::optional<Reply> Connection::next_xmpp_reply() {
    if (auto bad = bad_reply(unread_)) {
        unread_.clear();
        return bad;
    }
    const auto before = unread_.size();
    Reply reply = xmpp_answer(unread_, spec_.xmpp, spec_.xmpp_domain, phase_ == Phase::tls);
    if (unread_.size() == before) return std::nullopt;
    return reply;
}

std::optional<Reply> Connection::bad_reply(std::string_view request) const {
    return spec_.faults.answer ? spec_.faults.answer(request) : std::nullopt;
}

Reply Connection::web_reply(std::string_view request) const {
    WebClient client;
    client.tls = phase_ == Phase::tls;
    client.certificate = client.tls ? certificate_of_peer(ssl_.get()) : client.certificate;
    client.certificate_demanded = spec_.late_client_certificate;
    client.now = std::time(nullptr);
    return web_answer(request, spec_.web, client);
}

void Connection::follow(const Reply& reply) {
    say(reply.text);
    endless_ = reply.endless;
    pause_ = reply.pause;
    if (!endless_.empty() && reply.text.empty()) say(endless_);
    if (reply.then == Reply::Then::close) finish(Ending::close);
    if (reply.then == Reply::Then::reset) finish(Ending::say_and_reset);
    if (reply.then == Reply::Then::start_tls) phase_ = Phase::hello;
}

// As HTTP.SYS does it: a second handshake inside the first connection up to TLS 1.2, post-handshake
// authentication in TLS 1.3, and a reset for the client that has not offered that.
void Connection::ask_for_certificate() {
    // Any certificate gets through; what IIS thinks of it is in the answer.
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    finished_ = 0;
    ERR_clear_error();
    const bool asked = SSL_version(ssl_.get()) == TLS1_3_VERSION
                           ? SSL_verify_client_post_handshake(ssl_.get()) == 1
                           : SSL_renegotiate(ssl_.get()) == 1;
    if (asked) SSL_do_handshake(ssl_.get());
    ERR_clear_error();
    if (!asked) return finish(Ending::reset);
    collect_output();
}

void Connection::say(std::string_view text) {
    if (text.empty()) return;
    if (phase_ == Phase::clear) {
        output_ += text;
        return;
    }
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

TurnSettings turn_settings(const ServerSpec& spec) {
    TurnSettings settings{.port = spec.port};
    settings.address = spec.turn_address.empty() ? spec.address : spec.turn_address;
    settings.only_constant_hello = spec.faults.only_constant_hello;
    return settings;
}

} // namespace lyncprobe::lab
