// SPDX-License-Identifier: MIT
#include "model/revocation.h"

namespace lyncprobe {

std::string_view to_text(FetchOutcome outcome) {
    switch (outcome) {
    case FetchOutcome::ok: return "ok";
    case FetchOutcome::no_such_name: return "no_such_name";
    case FetchOutcome::dns_failure: return "dns_failure";
    case FetchOutcome::refused: return "refused";
    case FetchOutcome::unreachable: return "unreachable";
    case FetchOutcome::timeout: return "timeout";
    case FetchOutcome::closed: return "closed";
    case FetchOutcome::status: return "status";
    case FetchOutcome::wrong_content: return "wrong_content";
    case FetchOutcome::limit_exceeded: return "limit_exceeded";
    case FetchOutcome::redirect_limit: return "redirect_limit";
    case FetchOutcome::forbidden: return "forbidden";
    case FetchOutcome::unsupported: return "unsupported";
    case FetchOutcome::domain_member_only: return "domain_member_only";
    case FetchOutcome::skipped: return "skipped";
    case FetchOutcome::interrupted: return "interrupted";
    case FetchOutcome::local_error: return "local_error";
    }
    return "?";
}

std::string_view to_text(LocationKind kind) {
    switch (kind) {
    case LocationKind::crl: return "crl";
    case LocationKind::delta_crl: return "delta_crl";
    case LocationKind::ocsp: return "ocsp";
    case LocationKind::ca_issuers: return "ca_issuers";
    case LocationKind::staple: return "staple";
    }
    return "?";
}

std::string_view to_text(SignatureState state) {
    switch (state) {
    case SignatureState::good: return "good";
    case SignatureState::bad: return "bad";
    case SignatureState::unverifiable: return "unverifiable";
    case SignatureState::no_issuer: return "no_issuer";
    }
    return "?";
}

std::string_view to_text(StatusSaid::Status status) {
    switch (status) {
    case StatusSaid::Status::good: return "good";
    case StatusSaid::Status::revoked: return "revoked";
    case StatusSaid::Status::removed: return "removed";
    case StatusSaid::Status::unknown: return "unknown";
    }
    return "?";
}

} // namespace lyncprobe
