// SPDX-License-Identifier: MIT
#include "model/revocation.h"

#include <array>

namespace lyncprobe {

namespace {

constexpr auto kFetchOutcomes = std::to_array<Word<FetchOutcome>>({
    {FetchOutcome::ok, "ok"},
    {FetchOutcome::no_such_name, "no_such_name"},
    {FetchOutcome::dns_failure, "dns_failure"},
    {FetchOutcome::refused, "refused"},
    {FetchOutcome::unreachable, "unreachable"},
    {FetchOutcome::timeout, "timeout"},
    {FetchOutcome::closed, "closed"},
    {FetchOutcome::status, "status"},
    {FetchOutcome::wrong_content, "wrong_content"},
    {FetchOutcome::limit_exceeded, "limit_exceeded"},
    {FetchOutcome::redirect_limit, "redirect_limit"},
    {FetchOutcome::forbidden, "forbidden"},
    {FetchOutcome::unsupported, "unsupported"},
    {FetchOutcome::domain_member_only, "domain_member_only"},
    {FetchOutcome::skipped, "skipped"},
    {FetchOutcome::interrupted, "interrupted"},
    {FetchOutcome::local_error, "local_error"},
});
constexpr auto kLocationKinds = std::to_array<Word<LocationKind>>({
    {LocationKind::crl, "crl"},
    {LocationKind::delta_crl, "delta_crl"},
    {LocationKind::ocsp, "ocsp"},
    {LocationKind::ca_issuers, "ca_issuers"},
    {LocationKind::staple, "staple"},
});
constexpr auto kSignatureStates = std::to_array<Word<SignatureState>>({
    {SignatureState::good, "good"},
    {SignatureState::not_allowed, "not_allowed"},
    {SignatureState::bad, "bad"},
    {SignatureState::unverifiable, "unverifiable"},
    {SignatureState::no_issuer, "no_issuer"},
});
constexpr auto kStatuses = std::to_array<Word<StatusSaid::Status>>({
    {StatusSaid::Status::good, "good"},
    {StatusSaid::Status::revoked, "revoked"},
    {StatusSaid::Status::removed, "removed"},
    {StatusSaid::Status::unknown, "unknown"},
});

} // namespace

template <>
std::span<const Word<FetchOutcome>> words() {
    return kFetchOutcomes;
}
template <>
std::span<const Word<LocationKind>> words() {
    return kLocationKinds;
}
template <>
std::span<const Word<SignatureState>> words() {
    return kSignatureStates;
}
template <>
std::span<const Word<StatusSaid::Status>> words() {
    return kStatuses;
}

} // namespace lyncprobe
