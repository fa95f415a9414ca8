// SPDX-License-Identifier: MIT
// Rule autodiscover-answer: an autodiscover service gives its anonymous document.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::string applies_autodiscover_answer(const Subject& s) {
    return s.target().probe == Probe::autodiscover ? "" : "no autodiscover service";
}

Ruling check_autodiscover_answer(const Subject& s) {
    const auto& answer = *s.seen().answer;
    const auto with_redirect = [&](Ruling ruling) {
        const std::string to(answer.text("redirect"));
        return to.empty() ? ruling : std::move(ruling).with("redirect", to);
    };
    const auto* other = answer.find("redirect_other_domain");
    const auto* elsewhere = other ? std::get_if<bool>(other) : nullptr;
    if (elsewhere && *elsewhere)
        return with_redirect(fail(fmt::format(
            "it sends clients to another domain ({}), which mobile clients refuse",
            answer.text("redirect")
        )));
    const auto problem = answer.text("document_problem");
    const auto* formats = answer.find("formats");
    const auto* list = formats ? std::get_if<std::vector<std::string>>(formats) : nullptr;
    if (list && !list->empty())
        return with_redirect(
            problem.empty() ? pass() : pass().with("document_problem", std::string(problem))
        );
    if (!answer.text("redirect").empty())
        return with_redirect(
            elsewhere ? pass()
                      : inconclusive(
                            "it is not known whether the redirect stays in the domain; ask by the "
                            "name lyncdiscover.<SIP domain>",
                            "probe it by the name lyncdiscover.<SIP domain>, or give --sip-domain"
                        )
        );
    if (!problem.empty()) return fail(fmt::format("no autodiscover document: {}", problem));
    const auto* status = answer.find("status");
    const auto* code = status ? std::get_if<std::int64_t>(status) : nullptr;
    return fail(
        code ? fmt::format("no autodiscover document: HTTP {} {}", *code, answer.text("reason"))
             : "no autodiscover document"
    );
}

} // namespace

constinit const Rule autodiscover_answer{
    .id = "autodiscover-answer",
    .title = "The autodiscover service gives its document",
    .scope = Scope::conversation,
    .source =
        {.document = "Technical requirements for mobility in Lync Server 2013; [MS-OCDISCWS]",
         .section = "autodiscover; 3.1.5.2",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-technical-requirements-for-mobility"},
    .demands = "An autodiscover endpoint answers an anonymous request with the discovery document "
               "in one of its forms, or with a redirect inside the same domain. A redirect to "
               "another domain, 404, or something that is no such document fails.",
    .why = "Mobile clients and Lync 2013 begin their sign-in here. They treat no answer, an error, "
           "or a redirect to another domain as a failure and do not sign in.",
    .fix = "publish /Autodiscover of the external web site (port 4443 of the pool) under this name "
           "on the reverse proxy, and remove redirects to other domains",
    .evidence = "redirect: where it sends clients; document_problem: what is wrong with a form of "
                "the document where another is good",
    .applies = applies_autodiscover_answer,
    .check = check_autodiscover_answer,
};

} // namespace lyncprobe::rules
