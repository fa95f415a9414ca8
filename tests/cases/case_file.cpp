// SPDX-License-Identifier: MIT
#include "cases/case_file.h"

#include "model/deployment.h"
#include "pki/certificate_reader.h"
#include "pki/certificate_store.h"
#include "rules/engine/judge.h"
#include "support/finding_text.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lyncprobe::cases {

namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

std::vector<std::string> lines_of(const std::string& text);
std::string from_base64(std::string_view text);
Target target_of(const CaseFile&);
pki::Anchors anchors_of(const CaseFile&);
std::string position_of(const CaseFile&, const Finding&, std::size_t earlier);

template <class E>
E word(const std::string& text) {
    const auto value = from_text<E>(text);
    if (!value) throw std::invalid_argument("unknown word " + text);
    return *value;
}

} // namespace

std::string CaseFile::name() const { return rule() + "/" + path.stem().string(); }
std::string CaseFile::rule() const { return path.parent_path().filename().string(); }

CaseFile read_case(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    CaseFile out;
    out.path = path;
    enum { front, pem, findings } part = front;
    std::string block;
    for (const auto& line : lines_of(text.str())) {
        if (part == front && line == kBegin) part = pem;
        if (part == front && !line.empty()) {
            const auto colon = line.find(": ");
            if (colon == std::string::npos)
                throw std::invalid_argument(path.string() + ": " + line);
            out.front[line.substr(0, colon)] = line.substr(colon + 2);
        } else if (part == pem && line == kBegin) {
            block.clear();
        } else if (part == pem && line == kEnd) {
            out.presented.push_back(from_base64(block));
        } else if (part == pem && line.empty()) {
            part = findings;
        } else if (part == pem) {
            block += line;
        }
        if (part == findings && !line.empty()) out.expected.push_back(line);
        if (part != findings) out.head += line + '\n';
    }
    const auto anchors = static_cast<std::ptrdiff_t>(std::stoul(out.front.at("anchors")));
    out.anchors.assign(out.presented.end() - anchors, out.presented.end());
    out.presented.erase(out.presented.end() - anchors, out.presented.end());
    return out;
}

std::vector<CaseFile> read_all_cases(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".case") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<CaseFile> out;
    for (const auto& path : paths)
        out.push_back(read_case(path));
    return out;
}

void bless(const CaseFile& file, const std::vector<std::string>& findings) {
    std::ofstream out(file.path);
    out << file.head << '\n';
    for (const auto& finding : findings)
        out << finding << '\n';
}

std::vector<std::string> judge_case(const CaseFile& file) {
    pki::CertificateStore store(anchors_of(file));
    const auto chain = store.chain(file.presented);
    if (!chain) throw std::invalid_argument(file.name() + ": no chain");
    const Policy policy;
    const auto target = target_of(file);
    rules::Context context;
    context.now = parse_time(file.front.at("at")).value();
    context.policy = &policy;
    context.described = &target;
    FindingPool pool;
    std::vector<std::string> out;
    std::map<std::pair<std::string_view, std::optional<Fingerprint>>, std::size_t> seen;
    for (const auto* finding : rules::judge(*chain, context, rules::Selection(), pool)) {
        const auto earlier = seen[{finding->rule, finding->certificate}]++;
        // Of the case's own rule the whole finding, of the others what they come to.
        out.push_back(
            position_of(file, *finding, earlier) + " " + std::string(finding->rule) + " " +
            (finding->rule == file.rule() ? lyncprobe::testing::without_certificate(*finding)
                                          : std::string(to_text(finding->verdict)))
        );
    }
    return out;
}

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

std::string from_base64(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) continue; // padding
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffff;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xff));
    }
    return out;
}

Enrollment enrollment_of(const std::string& text) {
    Enrollment out;
    std::istringstream in(text);
    for (std::string item; in >> item;) {
        const auto equals = item.find('=');
        const auto key = item.substr(0, equals);
        const auto value = item.substr(equals + 1);
        if (key == "method") out.method = word<EnrollmentMethod>(value);
        if (key == "ca_os") out.ca_os = word<OperatingSystem>(value);
        if (key == "requester_os") out.requester_os = word<OperatingSystem>(value);
        if (key == "kb922706") out.kb922706 = value == "true";
    }
    return out;
}

Target target_of(const CaseFile& file) {
    const auto text = [&](const std::string& key) {
        const auto found = file.front.find(key);
        return found == file.front.end() ? std::string() : found->second;
    };
    Target out;
    if (const auto role = text("role"); !role.empty()) {
        out.role = word<Role>(role);
        out.role_given = true;
    }
    if (const auto use = text("use"); !use.empty()) out.use = word<CertificateUse>(use);
    if (const auto side = text("side"); !side.empty()) out.side = word<Side>(side);
    std::istringstream names(text("names"));
    for (std::string name; std::getline(names >> std::ws, name, ',');)
        out.names.push_back(name);
    out.host = text("host");
    out.pool = text("pool");
    out.server = text("server");
    out.enrollment = enrollment_of(text("enrollment"));
    return out;
}

// The machine's own store would make the outcome depend on the machine.
pki::Anchors anchors_of(const CaseFile& file) {
    pki::Anchors anchors;
    anchors.use_system_directory(LYNCPROBE_SOURCE_DIR "/tests/cases/system-anchors");
    for (const auto& anchor : file.anchors)
        anchors.add(anchor);
    return anchors;
}

std::string position_of(const CaseFile& file, const Finding& finding, std::size_t earlier) {
    const auto* rule = rules::find(finding.rule);
    if (rule->scope == rules::Scope::chain) return "-";
    if (!finding.certificate) return "?"; // an entry that is no certificate
    for (std::size_t i = 0; i < file.presented.size(); ++i)
        if (pki::sha256(file.presented[i]) == *finding.certificate && earlier-- == 0)
            return std::to_string(i);
    return "path";
}

} // namespace

} // namespace lyncprobe::cases
