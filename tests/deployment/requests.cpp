// SPDX-License-Identifier: MIT
#include "deployment/requests.h"

#include <regex>
#include <sstream>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

using Texts = std::vector<std::string>;

Texts split(const std::string& text, char separator) {
    Texts out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        part.erase(0, part.find_first_not_of(' '));
        out.push_back(part);
    }
    return out;
}

// The first group of the pattern; fails where the text has no such thing.
std::string part_of(const std::string& text, const char* pattern) {
    std::smatch match;
    const bool found = std::regex_search(text, match, std::regex(pattern));
    REQUIRE_MESSAGE(found, text);
    return match[1];
}

class Reader {
  public:
    std::vector<Requested> read(const std::string& text) {
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);)
            // What is said stands behind two blanks, what is pasted at the margin.
            if (line.starts_with("  ")) {
                said_ += line.substr(1);
            } else {
                take_said();
                take(line);
            }
        take_said();
        return std::move(requests_);
    }

  private:
    // Where the next lines are to be pasted.
    void take_said() {
        if (said_.starts_with(" Carry the PFX file to "))
            for (const auto& server : split(part_of(said_, "file to (.*) and do"), ','))
                requests_.back().servers.insert(server);
        else if (const auto comma = said_.find(',');
                 !said_.starts_with(" On the ") && said_.starts_with(" On ") && comma != said_.npos)
            at_ = said_.substr(4, comma - 4);
        said_.clear();
    }

    void take(const std::string& line) {
        if (line.starts_with("Request-CsCertificate ")) {
            auto& it = requests_.emplace_back();
            it.servers = {at_};
            for (auto& type : split(part_of(line, "-Type ([A-Za-z,]+)"), ','))
                it.types.insert(std::move(type));
            if (line.find("-DomainName") != std::string::npos)
                it.names = split(part_of(line, "-DomainName '([^']*)'"), ',');
        } else if (line.starts_with("Subject = ")) {
            auto& it = requests_.emplace_back();
            it.servers = {at_};
            it.subject = part_of(line, "^Subject = \"CN=([^\",]*)\"$");
        } else if (line.starts_with("_continue_")) {
            requests_.back().names.push_back(part_of(line, "^_continue_ = \"dns=([^\"&]*)&\"$"));
        }
    }

    std::string said_, at_;
    std::vector<Requested> requests_;
};

} // namespace

bool Requested::for_type(std::string_view use) const {
    return types.empty() || types.contains(std::string(use));
}

std::vector<Requested> read_requests(const std::string& text) { return Reader().read(text); }

} // namespace lyncprobe::test
