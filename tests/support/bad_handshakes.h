// SPDX-License-Identifier: MIT
// What a hostile listener of the lab makes of TLS itself: bytes in place of a handshake, and a good
// flight spoiled. Pure text.
#pragma once

#include "lab/answers.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::lab {

// BadHello is what answers every record of the client in place of a handshake.
enum class BadHello : std::uint8_t {
    ssh,                 // greets as an SSH server
    smtp,                // greets as a mail server
    rdp,                 // confirms a Remote Desktop connection
    sslv2,               // an error message of SSL 2.0
    echo,                // says what it hears
    random_flood,        // random bytes without end
    zero_flood,          // zero bytes without end
    garbage_drip,        // ten bytes a second that are no TLS, without end
    header_drip,         // the header of a record, and then ten bytes of it a second
    alert_then_reset,    // a fatal alert with an RST right behind it
    warning_flood,       // warning alerts without end
    warning_drip,        // ten warning alerts a second, without end
    record_too_long,     // a record of 65,535 bytes, which TLS does not have
    record_unknown_type, // a record of a type that does not exist
    record_bad_version,  // a record of version 9.9
    empty_records,       // handshake records without content, without end
    change_cipher_flood, // ChangeCipherSpec without end
    heartbeat,           // a heartbeat that asks for 16 KB back
    early_data,          // application data in place of a ServerHello
    hello_request_flood, // HelloRequest without end
    finished_first,      // Finished in place of ServerHello
    hello_16_mb,         // a ServerHello of 16 MB, sent without end
    certificate_16_mb,   // a Certificate message of 16 MB, sent without end
    lying_length,        // a ServerHello whose session id is longer than the message
    retry_loop,          // answers every hello with a HelloRetryRequest
    retry_cookie_60_kb,  // a HelloRetryRequest with a cookie of 60 KB
    dh_512_bits,         // TLS 1.2 with a Diffie-Hellman group of 512 bits and no signature
    dh_10000_bits,       // of 10,000 bits, signed, so that a client computes with it
    dh_65528_bits,       // and with one of 65,528 bits
    false_signature,     // TLS 1.2 with 2,048 bytes that are no signature, of a key of 16,384 bits
    empty_staple         // TLS 1.2 with an OCSP response of no bytes
};

// BadFlight is what becomes of a good server's handshake messages on their way.
enum class BadFlight : std::uint8_t {
    one_byte_records,         // each byte in a record of its own; TLS 1.2
    empty_records_between,    // a record of no bytes before each of its own; TLS 1.2
    warning_first,            // the warning unrecognized_name(112) before everything
    reset_after_1200_bytes,   // RST after the first 1,200 bytes
    silent_after_certificate, // nothing any more behind the Certificate message; TLS 1.2
    bad_key_exchange,         // another byte at the end of the ServerKeyExchange; TLS 1.2
    bad_finished,             // another byte at the end of the record with the Finished message
    no_finished               // without that record
};

// Signs as RSA with SHA-256 (RFC 8017 8.2) and the key of the server certificate.
using SignWithRsa = std::function<std::string(std::string_view)>;

// For Faults::answer_hello.
Reply bad_hello_answer(
    BadHello, std::string_view record, const std::vector<std::string>& chain_der,
    const SignWithRsa& sign
);

// For Faults::spoil.
Reply spoiled(BadFlight, std::string flight, bool finished);

} // namespace lyncprobe::lab
