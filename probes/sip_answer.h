// SPDX-License-Identifier: MIT
// What the sip and the federation probe share: waiting for a final answer, what every answer of a
// Lync SIP stack reveals, and how it says no.
#pragma once

#include "codec/sip.h"
#include "probes/conversation.h"

#include <string>
#include <string_view>

namespace lyncprobe::probes {

// Keys of both probes.
namespace sip_answer {
inline constexpr std::string_view kRequest = "request"; // text: the method of the first request
inline constexpr std::string_view kStatus = "status";   // integer: of the final answer to it
inline constexpr std::string_view kReason = "reason";   // text: its phrase
inline constexpr std::string_view kServer = "server";   // text: the Server header as sent
inline constexpr std::string_view kProduct =
    "product";                                    // text: the product that Server header means
inline constexpr std::string_view kDate = "date"; // text: the Date header as sent
inline constexpr std::string_view kDiagnostics =
    "ms_diagnostics"; // list: ms-diagnostics headers as sent
inline constexpr std::string_view kExplained =
    "diagnostics"; // list: one readable line for each ms-diagnostics header
inline constexpr std::string_view kRefusal =
    "refusal"; // text: how the server refused us in SIP, in Lync's terms; absent where it did not
inline constexpr std::string_view kRemedy = "remedy"; // text: who would have to change what
} // namespace sip_answer

// The product of a Server header: "RTC/5.0" → lync_2013. RTCC/x is an application, not a product.
Product product_of(std::string_view server_header);
// The same in words, "Lync Server 2013", also for RTCC/x; empty where it names nothing we know.
std::string_view product_of_server_header(std::string_view server_header);

// SipConversation sends a request, waits for its final answer and gives it to the probe, which may
// send another one on the same connection.
class SipConversation : public Conversation {
  public:
    Want start() final;
    Want on(const Received& received) final;
    Answer answer() const final { return answer_; }

  protected:
    SipConversation(std::string_view method, std::string request);

    // A final answer to the request that was sent last.
    virtual Want answered(const codec::SipResponse& response) = 0;
    // Wants of answered(); `method` outlives the conversation.
    Want ask(std::string_view method, std::string request);
    Want finish(std::string detail);

    std::string_view asked() const { return asked_; }
    Facts& facts() { return answer_.facts; }

  private:
    Want read(std::string_view bytes);
    Want stop(Conclusion conclusion, std::string detail);

    std::string_view asked_; // the method of the request that is out
    std::string request_;
    codec::SipReader reader_;
    std::size_t passed_over_ = 0; // provisional answers and answers to another request
    Answer answer_;
};

// "403 Forbidden"; the phrase is the server's, or the usual one where it sent none.
std::string status_text(const codec::SipResponse&);

// Of any answer: Server, product and Date, where no earlier one said them, and explained
// diagnostics behind those of earlier ones.
void learn(const codec::SipResponse&, Facts&);
// The same of the answer to the first request, and its status, phrase and diagnostics as sent.
void learn_first(const codec::SipResponse&, Facts&);
// Every ms-diagnostics and ms-diagnostics-public header, at most limits::kLearntKept.
std::vector<std::string> ms_diagnostics(const codec::SipResponse&);

// A status that says no to us. False for success and redirects, for a challenge (401, 407), and for
// the codes of a stack that does not speak or understand the method (405, 488, 501 and the like).
bool says_no(int status);

// Words is what a status means to one probe; empty remedy: nothing has to be changed.
struct Words {
    std::string meaning, remedy;
};
// Fills `refusal` and `remedy`: ms-diagnostics, where there are some, tell more than the status.
void set_refusal(const codec::SipResponse&, std::string_view method, const Words& status_words, Facts&);

} // namespace lyncprobe::probes
