// SPDX-License-Identifier: MIT
#include "servers/kamailio.h"

#include "servers/server_programs.h"

#include <csignal>

#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

// No look-ups, one TCP worker. 0 folder, 1 port, 2 certificate chain, 3 key, 4 CA file, 5 verify,
// 6 require, 7 Server, 8 to 10 the replies.
constexpr const char* kConfig = R"(#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=no
enable_tls=yes
listen=tls:127.0.0.1:{1}
server_header="Server: {7}"

loadmodule "tls.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{2}")
modparam("tls", "private_key", "{3}")
modparam("tls", "ca_list", "{4}")
modparam("tls", "verify_certificate", {5})
modparam("tls", "require_certificate", {6})

request_route {{
    if ($rm == "NEGOTIATE") {{
{8}    }} else if ($rm == "REGISTER") {{
{9}    }} else if ($rm == "OPTIONS" && ($rU == "Options_User" || $rU == $null)) {{
{10}    }} else {{
        sl_send_reply("400", "Not In The Script");
    }}
}}
)";

std::string in_quotes(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string commands(const Kamailio::Reply& reply) {
    std::string out;
    for (const auto& header : reply.headers) {
        auto text = in_quotes(header);
        text.insert(text.size() - 1, "\\r\\n");
        out += fmt::format("        append_to_reply({});\n", text);
    }
    return out + fmt::format(
                     "        sl_send_reply(\"{}\", {});\n", reply.status, in_quotes(reply.reason)
                 );
}

} // namespace

Kamailio::Kamailio(const Credentials& credentials, const Script& script) : port_(free_port()) {
    const bool asks = script.client_certificate != ClientCertificate::not_asked;
    const bool requires_it = script.client_certificate == ClientCertificate::required;
    const auto ca_file = folder_.write("clients.pem", contoso().root.self().certificate_pem);
    const auto file = folder_.write(
        "kamailio.cfg",
        fmt::format(
            kConfig, folder_.path(), port_, credentials.bundle, credentials.key, ca_file,
            asks ? 1 : 0, requires_it ? 1 : 0, script.server, commands(script.negotiate),
            commands(script.register_), commands(script.options)
        )
    );
    // In the foreground; -Y and -w: its runtime and working folders; little shared memory (MB).
    process_ = std::make_unique<Process>(std::vector<std::string>{
        installed_program("kamailio", "kamailio kamailio-tls-modules"), "-DD", "-E", "-f", file,
        "-Y", folder_.path(), "-w", folder_.path(), "-m", "32", "-M", "4"});
    wait_until_listening(*process_, port_, "kamailio");
}

// On a busy machine its workers need more than the second that Process gives it; killed before they
// have ended, it would leave them behind.
Kamailio::~Kamailio() {
    if (!process_) return;
    process_->send_signal(SIGTERM);
    (void)process_->wait(std::chrono::seconds(60));
}

} // namespace lyncprobe::test
