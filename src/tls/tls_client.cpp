// SPDX-License-Identifier: MIT
#include "tls/tls_client.h"

#include "model/limits.h"
#include "pki/distinguished_name.h"
#include "pki/memory.h"
#include "tls/tls_context_impl.h"
#include "tls/transcript_facts.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace lyncprobe::tls {

namespace {

TlsClient::Impl& client_of(BIO* bio) { return *static_cast<TlsClient::Impl*>(BIO_get_data(bio)); }

// The two ends of libssl's bytes are strings of the client: no socket, so that a handshake can be
// tested byte by byte. No exception may pass through libssl's frames.
int bio_write(BIO* bio, const char* data, int size) {
    auto& client = client_of(bio);
    try {
        client.output.append(data, static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        client.out_of_memory = true;
        return -1;
    }
    return size;
}

int bio_read(BIO* bio, char* data, int size) {
    auto& client = client_of(bio);
    BIO_clear_retry_flags(bio);
    const std::size_t there = client.input.size() - client.input_taken;
    if (there == 0) {
        // Always "try again", also at the end of the stream: on an end libssl would send an alert
        // of its own and forget how far the server came. conclude() knows how the bytes ended.
        BIO_set_retry_read(bio);
        return -1;
    }
    const std::size_t taken = std::min(there, static_cast<std::size_t>(size));
    std::memcpy(data, client.input.data() + client.input_taken, taken);
    client.input_taken += taken;
    if (client.input_taken == client.input.size()) {
        std::string().swap(client.input); // idle connections keep no buffer
        client.input_taken = 0;
    }
    return static_cast<int>(taken);
}

// libssl flushes after each flight and takes any other answer than 1 for a failed write.
long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* bio_method() {
    static const BioMethodPtr method = [] {
        BioMethodPtr made(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lyncprobe bytes")
        );
        if (!made) throw std::bad_alloc();
        BIO_meth_set_write(made.get(), bio_write);
        BIO_meth_set_read(made.get(), bio_read);
        BIO_meth_set_ctrl(made.get(), bio_control);
        return made;
    }();
    return method.get();
}

// libssl shows each handshake message and alert here, ours and the server's, as it passes: before
// it is checked, so the chain is known also where the handshake fails because of it.
void on_message(
    int sent, int, int content_type, const void* bytes, std::size_t size, SSL* ssl, void* client
) {
    auto& impl = *static_cast<TlsClient::Impl*>(client);
    auto& transcript = impl.transcript;
    const std::string_view text(static_cast<const char*>(bytes), size);
    // One renegotiation is what IIS needs to ask for a certificate; more are refused.
    if (sent != 0 && content_type == SSL3_RT_HANDSHAKE && transcript.handshake_complete())
        SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
    try {
        if (content_type == SSL3_RT_HANDSHAKE) transcript.message(sent == 0, text);
        if (content_type == SSL3_RT_ALERT) transcript.alert(sent == 0, text);
    } catch (const std::bad_alloc&) {
        impl.out_of_memory = true;
    }
}

// libssl asks here about a DH group before it verifies its signature and computes with it. One of
// 10,000 bits, the most that it takes itself, costs a second for each peer.
int allow(
    const SSL* ssl, const SSL_CTX* context, int what, int bits, int nid, void* other, void* client
) {
    // The context keeps the callback that libssl comes with.
    const auto by_default = SSL_CTX_get_security_callback(SSL_get_SSL_CTX(ssl));
    if (what == SSL_SECOP_TMP_DH && other != nullptr) {
        const int size = EVP_PKEY_get_bits(static_cast<const EVP_PKEY*>(other));
        if (size > static_cast<int>(limits::kDhBits)) {
            static_cast<TlsClient::Impl*>(client)->refused_dh_bits =
                static_cast<std::uint32_t>(size);
            return 0;
        }
    }
    return by_default(ssl, context, what, bits, nid, other, nullptr);
}

void set_server_name(SSL* ssl, const std::string& name) {
    // What the macro SSL_set_tlsext_host_name does, which casts in C style.
    SSL_ctrl(
        ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
        const_cast<char*>(name.c_str())
    );
}

// A renegotiation that resumes the session asks for no certificate, so it must not be able to: it
// offers a session that no server has. Only after the handshake, since that the server issues
// tickets is a fact worth having.
void forget_session(SSL* ssl) {
    constexpr std::string_view kNobodys = "lyncprobe wants a new session...";
    static_assert(kNobodys.size() == SSL_MAX_SSL_SESSION_ID_LENGTH);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    if (SSL_SESSION* session = SSL_get_session(ssl))
        SSL_SESSION_set1_id(session, pki::octets(kNobodys), kNobodys.size());
}

// libssl refuses a message by the size in its header, before it is buffered, for this reason. To
// the user that is a limit of ours, not a failure of TLS.
bool is_size_error(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_SSL &&
           ERR_GET_REASON(error) == SSL_R_EXCESSIVE_MESSAGE_SIZE;
}

// Is one of our certificates issued by a name of the list? A server may refuse
// any other (RFC 5246 7.4.4), so a list without our issuer explains a refusal.
bool issuer_listed(const pki::Identity& identity, const std::vector<std::string>& ca_names) {
    const auto listed = [&](const std::string& issuer) {
        return std::any_of(ca_names.begin(), ca_names.end(), [&](const std::string& name) {
            return pki::same_name(issuer, name);
        });
    };
    const auto& issuers = identity.issuers_der();
    return std::any_of(issuers.begin(), issuers.end(), listed);
}

} // namespace

TlsClient::Impl::Impl(ContextPool::Context& shared) : context(shared), transcript(cipher_name) {}

void TlsClient::Impl::fail() {
    too_large = too_large || is_size_error(ERR_peek_error());
    failure = pki::drain_error_text();
    state = State::failed;
}

// An allocation failure of ours is not the server's failure. Where libssl got along without the
// memory, nothing is lost.
void TlsClient::Impl::check_memory(bool failed, long failures_before) const {
    if (out_of_memory || (failed && pki::failed_allocations() > failures_before))
        throw std::bad_alloc();
}

TlsClient::TlsClient(ContextPool::Context& context, const HandshakeOptions& options)
    : impl_(std::make_unique<Impl>(context)) {
    ERR_clear_error();
    impl_->ssl.reset(SSL_new(context.ssl.get()));
    BIO* bio = BIO_new(bio_method());
    if (!impl_->ssl || !bio) {
        BIO_free(bio);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, impl_.get());
    BIO_set_init(bio, 1);
    SSL* ssl = impl_->ssl.get();
    SSL_set_bio(ssl, bio, bio);
    SSL_set_connect_state(ssl);
    SSL_set_msg_callback(ssl, on_message);
    SSL_ctrl(ssl, SSL_CTRL_SET_MSG_CALLBACK_ARG, 0, impl_.get());
    SSL_set_security_callback(ssl, allow);
    SSL_set0_security_ex_data(ssl, impl_.get());
    if (!options.server_name.empty()) set_server_name(ssl, options.server_name);
    impl_->late_certificate = options.late_certificate;
    if (options.late_certificate) {
        SSL_clear_options(ssl, SSL_OP_NO_RENEGOTIATION);
        SSL_set_post_handshake_auth(ssl, 1);
    }
}

TlsClient::~TlsClient() = default;

TlsClient::State TlsClient::handshake() {
    if (impl_->state != State::handshaking) return impl_->state;
    ERR_clear_error();
    const long failures = pki::failed_allocations();
    // Any failed allocation of the thread counts: libssl reports only that the handshake failed.
    const int result = SSL_do_handshake(impl_->ssl.get());
    impl_->check_memory(result != 1, failures);
    if (result == 1) {
        impl_->state = State::up;
        if (impl_->late_certificate) forget_session(impl_->ssl.get());
    } else if (SSL_get_error(impl_->ssl.get(), result) != SSL_ERROR_WANT_READ) {
        impl_->fail();
    }
    // A server can keep a handshake going for ever with messages that are each allowed.
    if (impl_->transcript.too_many_messages() && impl_->state != State::failed) {
        impl_->too_large = true;
        impl_->state = State::failed;
    }
    return impl_->state;
}

void TlsClient::receive(std::string_view ciphertext) {
    impl_->bytes_received += ciphertext.size();
    // Kept apart from libssl: what a peer without TLS says is quoted in the report.
    if (impl_->first_bytes.size() < limits::kFirstBytes)
        impl_->first_bytes += ciphertext.substr(0, limits::kFirstBytes - impl_->first_bytes.size());
    impl_->input += ciphertext;
}

void TlsClient::peer_ended() { impl_->ended = true; }

std::string TlsClient::take_output() { return std::exchange(impl_->output, {}); }

std::string TlsClient::read() {
    // One record (RFC 8446 5.1); most calls find nothing, so none has a buffer of its own.
    thread_local std::array<char, 16384> record;
    std::string out;
    if (impl_->state != State::up) return out;
    ERR_clear_error();
    std::size_t size = 0;
    const bool asked_before = impl_->transcript.requested_late();
    const long failures = pki::failed_allocations();
    const int result = SSL_read_ex(impl_->ssl.get(), record.data(), record.size(), &size);
    impl_->check_memory(result != 1, failures);
    if (result == 1) out.assign(record.data(), size);
    // Only what the server says after a late request can be its answer to our certificate.
    if (impl_->transcript.requested_late() && !asked_before) impl_->application_data = false;
    if (result == 1) impl_->application_data = true;
    if (impl_->transcript.too_many_messages()) {
        impl_->too_large = true;
        impl_->state = State::failed;
        return out;
    }
    if (result == 1) return out;
    const int error = SSL_get_error(impl_->ssl.get(), result);
    // The renegotiation may be over; where it is not, write() puts the rest aside again.
    if (error == SSL_ERROR_WANT_READ && !impl_->unwritten.empty())
        write(std::exchange(impl_->unwritten, {}));
    switch (error) {
    case SSL_ERROR_WANT_READ:
        if (impl_->ended) impl_->state = State::closed;
        break;
    case SSL_ERROR_ZERO_RETURN: impl_->state = State::closed; break;
    default: impl_->fail();
    }
    return out;
}

void TlsClient::write(std::string_view plaintext) {
    if (impl_->state != State::up || plaintext.empty()) return;
    ERR_clear_error();
    std::size_t written = 0; // our BIO takes everything, so one call writes all
    const long failures = pki::failed_allocations();
    const int result = SSL_write_ex(impl_->ssl.get(), plaintext.data(), plaintext.size(), &written);
    impl_->check_memory(result != 1, failures);
    if (result == 1) return;
    if (SSL_get_error(impl_->ssl.get(), result) == SSL_ERROR_WANT_READ)
        impl_->unwritten += plaintext; // in the middle of a renegotiation
    else
        impl_->fail();
}

bool TlsClient::write_pending() const { return !impl_->unwritten.empty(); }

void TlsClient::close() {
    if (impl_->state != State::up && impl_->state != State::closed) return;
    ERR_clear_error();
    // Only makes the alert. The server's own close_notify would cost a round trip and tell nothing.
    SSL_shutdown(impl_->ssl.get());
    ERR_clear_error();
}

TlsClient::State TlsClient::state() const { return impl_->state; }

bool TlsClient::certificate_requested() const { return impl_->transcript.certificate_requested(); }

bool TlsClient::refusal_may_follow() const {
    return impl_->transcript.certificate_requested() &&
           impl_->transcript.version() >= codec::kTls13;
}

std::uint64_t TlsClient::bytes_received() const { return impl_->bytes_received; }

TlsFacts TlsClient::facts() const {
    TlsFacts facts = impl_->transcript.facts();
    facts.handshake_done = impl_->transcript.handshake_complete();
    // Of the staple and the protocol libssl has read the messages already.
    const unsigned char* staple = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(impl_->ssl.get(), &staple);
    if (size > 0) {
        facts.ocsp_staple_bytes = static_cast<std::uint32_t>(size);
        facts.ocsp_staple.assign(
            reinterpret_cast<const char*>(staple), static_cast<std::size_t>(size)
        );
    }
    const unsigned char* protocol = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(impl_->ssl.get(), &protocol, &length);
    if (length > 0) facts.alpn.assign(reinterpret_cast<const char*>(protocol), length);
    return facts;
}

ClientCertificateFacts TlsClient::client_certificate() const {
    const auto& transcript = impl_->transcript;
    const auto* identity = impl_->context.identity.get();
    auto out = request_facts(transcript, *impl_->context.ca_names);
    out.identity_offered = identity != nullptr;
    if (!out.requested) return out;
    if (transcript.client_certificate_sent() && identity) out.presented = identity->fingerprint();
    if (identity && !transcript.request().ca_names.empty())
        out.issuer_in_ca_names = issuer_listed(*identity, transcript.request().ca_names);
    return out;
}

std::vector<std::string> TlsClient::presented() const { return impl_->transcript.presented(); }

std::string TlsClient::first_bytes() const { return impl_->first_bytes; }

std::string TlsClient::failure() const { return impl_->failure; }

} // namespace lyncprobe::tls
