// SPDX-License-Identifier: MIT
#include "unit/rules/connection/endings.h"

namespace lyncprobe::rules::testing {

End::End(Outcome outcome, Stage stage, Probe probe) {
    row.main.outcome = outcome;
    row.main.stage = stage;
    row.main.detail = "it ended";
    bench.target.probe = probe;
    if (stage > Stage::handshake && probe != Probe::av_edge) up();
}

End& End::up(TlsVersion version) {
    auto facts = std::make_shared<TlsFacts>(row.main.tls ? *row.main.tls : TlsFacts());
    facts->handshake_done = true;
    facts->version = version;
    row.main.tls = facts;
    return *this;
}

ClientCertificateFacts& End::asked() {
    auto facts = std::make_shared<ClientCertificateFacts>();
    facts->requested = true;
    row.main.client_certificate = facts;
    return *facts;
}

End& End::alert(std::uint8_t code) {
    auto facts = std::make_shared<TlsFacts>(row.main.tls ? *row.main.tls : TlsFacts());
    facts->alerts.push_back({.received = true, .fatal = true, .code = code});
    row.main.tls = facts;
    return *this;
}

Finding End::ask(std::string_view rule) {
    bench.seen.row = &row;
    bench.seen.first_bytes = first_bytes;
    bench.seen.unanswered = unanswered;
    return bench.ask(rule);
}

} // namespace lyncprobe::rules::testing
