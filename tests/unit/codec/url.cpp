// SPDX-License-Identifier: MIT
#include "codec/url.h"

#include <doctest/doctest.h>

using namespace lyncprobe::codec;

TEST_CASE("url: scheme, host, port and path") {
    struct Row {
        std::string text;
        Url url;
    };
    for (const auto& row :
         {Row{"https://web.contoso.com/root/domain",
              {"https", "web.contoso.com", 443, "/root/domain"}},
          Row{"HTTP://Web.Contoso.COM.", {"http", "web.contoso.com", 80, "/"}},
          Row{"https://a.example:4443?x=1#top", {"https", "a.example", 4443, "/?x=1"}},
          Row{"https://a.example:", {"https", "a.example", 443, "/"}},
          Row{"https://[2001:DB8:0::1]:444/x", {"https", "2001:db8::1", 444, "/x"}},
          Row{"https://[::1]", {"https", "::1", 443, "/"}},
          Row{"http://192.0.2.7:8080/", {"http", "192.0.2.7", 8080, "/"}},
          Row{"https://me:pw@a.example/", {"https", "a.example", 443, "/", true}},
          Row{"https://contoso.com@evil.example/", {"https", "evil.example", 443, "/", true}},
          Row{"https://a.example/x@y", {"https", "a.example", 443, "/x@y"}}}) {
        CAPTURE(row.text);
        std::string problem;
        const auto url = parse_url(row.text, &problem);
        REQUIRE_MESSAGE(url.has_value(), problem);
        CHECK(*url == row.url);
    }
    CHECK(origin(*parse_url("https://[::1]/x")) == "https://[::1]:443");
}

TEST_CASE("url: what is refused, and why") {
    struct Row {
        std::string text, problem;
    };
    for (const auto& row :
         {Row{"", "it has no scheme"}, Row{"/path", "it has no scheme"},
          Row{"//host/path", "it has no scheme"},
          Row{"file:///etc/passwd", "its scheme is neither http nor https"},
          Row{"javascript://x/%0aalert(1)", "its scheme is neither http nor https"},
          Row{"https://a.example/\r\nX: y",
              "it has a blank, a control character or one beyond ASCII"},
          Row{"https://a.example/\x1b[31m",
              "it has a blank, a control character or one beyond ASCII"},
          Row{"https://\xd0\xb0.example/",
              "it has a blank, a control character or one beyond ASCII"},
          Row{"https://a.example\\@b.example/", "it has a backslash"},
          Row{"https:///x", "its host is no host name: it is empty"},
          Row{"https://a.example:0/", "its port is no number from 1 to 65535"},
          Row{"https://a.example:65536/", "its port is no number from 1 to 65535"},
          Row{"https://a.example:99999999999999999999/", "its port is no number from 1 to 65535"},
          Row{"https://a.example:-1/", "its port is no number from 1 to 65535"},
          Row{"https://[::1/", "its host is no IPv6 address"},
          Row{"https://[::1]x/", "its host is no IPv6 address"},
          Row{"https://[a.example]/", "its host is no IPv6 address"}}) {
        CAPTURE(row.text);
        std::string problem;
        CHECK_FALSE(parse_url(row.text, &problem).has_value());
        CHECK(problem == row.problem);
    }
    CHECK_FALSE(parse_url("https://::1/").has_value());        // an address wants its brackets
    CHECK_FALSE(parse_url("https://0177.0.0.1/").has_value()); // octal
    CHECK_FALSE(parse_url("https://2130706433/").has_value());
    CHECK(parse_url("https://a.example/" + std::string(2030, 'x')).has_value());
    CHECK_FALSE(parse_url("https://a.example/" + std::string(2031, 'x')).has_value());
}
