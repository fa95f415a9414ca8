// SPDX-License-Identifier: MIT
#include "schannel/releases.h"

#include "codec/cipher_suites.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::schannel {

namespace {

using enum OperatingSystem;

// Pages of learn.microsoft.com (windows/win32/secauthn) and others that the rows name.
constexpr std::string_view kPage7 = "Microsoft, TLS Cipher Suites in Windows 7",
                           kPage8 = "Microsoft, TLS Cipher Suites in Windows 8",
                           kPage81 = "Microsoft, TLS Cipher Suites in Windows 8.1",
                           kPage1607 = "Microsoft, TLS Cipher Suites in Windows 10 v1607",
                           kPage1809 = "Microsoft, TLS Cipher Suites in Windows 10 v1809",
                           kPage2022 = "Microsoft, TLS Cipher Suites in Windows Server 2022",
                           kPage11 = "Microsoft, TLS Cipher Suites in Windows 11",
                           kProtocols = "Microsoft, Protocols in TLS/SSL (Schannel SSP)",
                           kCurves = "Microsoft, TLS Elliptic Curves in Windows 10 1607 and later",
                           kCaptures = "testssl.sh, client simulations (SSL Labs)",
                           kRegistry = "registry dumps in tests of mondoohq/mql";

// What decides whether an item is there.
constexpr Fact kTls12OnByRegistry{
    "TLS 1.1 and 1.2 are off by default on Windows 7 and Server 2008 R2 and may have been turned "
    "on (SCHANNEL\\Protocols)",
    Mark::disputed, kProtocols};
constexpr Fact kGcmByUpdate{
    "AES-GCM with RSA certificates came to systems before 2016 by an update (KB2992611, MS14-066)",
    Mark::remembered, "KB2992611"};
constexpr Fact kDheOn7{
    "DHE_RSA with AES-CBC on Windows 7 and Server 2008 R2: Microsoft's page lists it, captures of "
    "2015 and 2017 lack it",
    Mark::disputed, kPage7};
constexpr Fact kDheByUpdate{
    "DHE_RSA with AES-CBC came to systems before 2016 by an update (KB3161639)", Mark::remembered,
    "KB3161639"};
constexpr Fact kRc4{
    "RC4: Microsoft's pages list it as on, browsers leave it out, updates and policy turn it off",
    Mark::disputed, kCaptures};
constexpr Fact kDheGcm{
    "DHE_RSA with AES-GCM: Microsoft's pages list it, hellos of some applications lack it",
    Mark::disputed, "JA3 and JA4 of public captures"};
constexpr Fact kSha512ByUpdate{
    "SHA-512 in TLS 1.2 came to systems before 2016 by an update (KB2973337)", Mark::remembered,
    "KB2973337"};
constexpr Fact kPssChain{
    "chains signed with RSASSA-PSS are verified from Server 2008 on, and no Schannel before 2022 "
    "offers such a pair: whether it then refuses the chain is not known",
    Mark::disputed, "pkisolutions.com, RSASSA-PSS; hellos of these systems"};
constexpr Fact kPssOn2019{
    "RSASSA-PSS on Server 2019: hellos with its suites lack it; whether an update brought it is "
    "not known",
    Mark::disputed, "JA4 of public captures"};
constexpr Fact kP521On7{
    "P-521 on Windows 7 and Server 2008 R2: one capture of 2015 has it, Microsoft's page has it "
    "off",
    Mark::disputed, kCaptures};

constexpr Item kVersions10[]{{0x0301}, {0x0300}};
constexpr Item kVersions12With3[]{{0x0303}, {0x0302}, {0x0301}, {0x0300}};
constexpr Item kVersions12[]{{0x0303}, {0x0302}, {0x0301}};
constexpr Item kVersions13[]{{0x0304}, {0x0303}, {0x0302}, {0x0301}};

// TLS 1.0 alone: the next list without what came with TLS 1.2.
constexpr Item kSuites7Old[]{{0xc014}, {0xc013}, {0x39, &kDheOn7}, {0x33, &kDheOn7}, {0x35},
                             {0x2f},   {0xc00a}, {0xc009},         {0x38},           {0x32},
                             {0x0a},   {0x13},   {0x05, &kRc4},    {0x04, &kRc4}};

// The systems before 2016 have one list but for DHE_RSA with AES-CBC.
constexpr std::array<Item, 28> suites_before_2016(Item dhe256, Item dhe128) {
    return {
        {{0xc028},
         {0xc027},
         {0xc014},
         {0xc013},
         {0x9f, &kGcmByUpdate},
         {0x9e, &kGcmByUpdate},
         dhe256,
         dhe128,
         {0x9d, &kGcmByUpdate},
         {0x9c, &kGcmByUpdate},
         {0x3d},
         {0x3c},
         {0x35},
         {0x2f},
         {0xc02c},
         {0xc02b},
         {0xc024},
         {0xc023},
         {0xc00a},
         {0xc009},
         {0x6a},
         {0x40},
         {0x38},
         {0x32},
         {0x0a},
         {0x13},
         {0x05, &kRc4},
         {0x04, &kRc4}}};
}
constexpr auto kSuites7 = suites_before_2016({0x39, &kDheOn7}, {0x33, &kDheOn7});
constexpr auto kSuites8 =
    suites_before_2016({0x39, &kDheByUpdate, false}, {0x33, &kDheByUpdate, false});
constexpr auto kSuites81 = suites_before_2016({0x39, &kDheByUpdate}, {0x33, &kDheByUpdate});

constexpr Item kSuites2016[]{{0xc02c}, {0xc02b}, {0xc030}, {0xc02f}, {0x9f},        {0x9e},
                             {0xc024}, {0xc023}, {0xc028}, {0xc027}, {0xc00a},      {0xc009},
                             {0xc014}, {0xc013}, {0x39},   {0x33},   {0x9d},        {0x9c},
                             {0x3d},   {0x3c},   {0x35},   {0x2f},   {0x0a},        {0x6a},
                             {0x40},   {0x38},   {0x32},   {0x13},   {0x05, &kRc4}, {0x04, &kRc4}};

constexpr Item kDhe256{0x9f, &kDheGcm}, kDhe128{0x9e, &kDheGcm};
constexpr Item kSuites2019[]{{0xc02c}, {0xc02b}, {0xc030}, {0xc02f}, kDhe256,  kDhe128,  {0xc024},
                             {0xc023}, {0xc028}, {0xc027}, {0xc00a}, {0xc009}, {0xc014}, {0xc013},
                             {0x9d},   {0x9c},   {0x3d},   {0x3c},   {0x35},   {0x2f},   {0x0a}};
constexpr Item kSuites2022[]{{0x1302}, {0x1301}, {0xc02c}, {0xc02b}, {0xc030}, {0xc02f},
                             kDhe256,  kDhe128,  {0xc024}, {0xc023}, {0xc028}, {0xc027},
                             {0xc00a}, {0xc009}, {0xc014}, {0xc013}, {0x9d},   {0x9c},
                             {0x3d},   {0x3c},   {0x35},   {0x2f},   {0x0a}};
constexpr Item kSuites11[]{{0x1302}, {0x1301}, {0xc02c}, {0xc02b}, {0xc030}, {0xc02f}, {0xc024},
                           {0xc023}, {0xc028}, {0xc027}, {0xc00a}, {0xc009}, {0xc014}, {0xc013},
                           {0x9d},   {0x9c},   {0x3d},   {0x3c},   {0x35},   {0x2f}};

constexpr Item kP256{23}, kP384{24};
constexpr Item kGroups7[]{kP256, kP384, {25, &kP521On7, false}};
constexpr Item kGroups8[]{kP256, kP384};
constexpr Item kGroups2016[]{{29}, kP256, kP384};

constexpr Item kSha512Rsa{0x0601, &kSha512ByUpdate}, kSha512Ecdsa{0x0603, &kSha512ByUpdate};
constexpr Item kPss256{0x0804, &kPssChain, false, true}, kPss384{0x0805, &kPssChain, false, true},
    kPss512{0x0806, &kPssChain, false, true};
constexpr Item kSchemes7[]{kSha512Rsa, kSha512Ecdsa, {0x0401}, {0x0501}, {0x0201}, {0x0403},
                           {0x0503},   {0x0203},     {0x0202}, kPss256,  kPss384,  kPss512};
constexpr Item kSchemes81[]{{0x0401},     {0x0501}, kSha512Rsa, {0x0201}, {0x0403}, {0x0503},
                            kSha512Ecdsa, {0x0203}, {0x0202},   kPss256,  kPss384,  kPss512};
constexpr Item kSchemes2016[]{{0x0401}, {0x0501}, {0x0201}, {0x0403}, {0x0503}, {0x0203},
                              {0x0202}, {0x0601}, {0x0603}, kPss256,  kPss384,  kPss512};
constexpr Item kSchemes2019[]{
    {0x0401},
    {0x0501},
    {0x0201},
    {0x0403},
    {0x0503},
    {0x0203},
    {0x0202},
    {0x0601},
    {0x0603},
    {0x0804, &kPssOn2019, false},
    {0x0805, &kPssOn2019, false},
    {0x0806, &kPssOn2019, false}};
constexpr Item kSchemes2022[]{{0x0804}, {0x0805}, {0x0806}, {0x0401}, {0x0501}, {0x0201},
                              {0x0403}, {0x0503}, {0x0203}, {0x0202}, {0x0601}, {0x0603}};

// Without ALPN, which an application has to ask for.
constexpr std::uint16_t kExtensions7Old[]{0, 5, 10, 11, 65281};
constexpr std::uint16_t kExtensions7[]{0, 5, 10, 11, 13, 23, 65281};
constexpr std::uint16_t kExtensions8[]{0, 5, 10, 11, 13, 35, 23, 65281};
constexpr std::uint16_t kExtensions2022[]{0, 5, 43, 13, 35, 10, 11, 51, 49, 23, 65281, 45};

constexpr List kGroupsBefore2016{
    kGroups8, {"NIST P-256 and P-384; P-521 is off", Mark::published, kPage81}};
constexpr List kGroupsFrom2016{
    kGroups2016, {"X25519, P-256, P-384; P-521 is off", Mark::published, kCurves}};
constexpr List kSchemesOf7{
    kSchemes7, {"signature algorithms of an updated Windows 7", Mark::captured, kCaptures}};
constexpr List kSchemesOf2022{
    kSchemes2022,
    {"signature algorithms of Server 2022 and Windows 11", Mark::published, kRegistry}};
constexpr std::uint32_t kLargestDhBefore2016 = 4096; // dotnet/corefx 25520

constexpr Fact versions_fact() {
    return {"protocol versions that are on by default", Mark::published, kProtocols};
}
constexpr Fact suites_fact(std::string_view page) {
    return {"cipher suites in the order in which they are offered", Mark::published, page};
}

constexpr Release kReleases[]{
    {.os = windows_server_2008_r2,
     .versions = {kVersions10, versions_fact()},
     .suites = {kSuites7Old, suites_fact(kPage7)},
     .groups = {kGroups7, {"P-256 and P-384; P-521 is off", Mark::published, kPage7}},
     .signature_schemes = {},
     .extensions = kExtensions7Old,
     .p384_suites = true,
     .largest_dh = kLargestDhBefore2016},
    {.os = windows_server_2008_r2_tls12,
     .versions = {kVersions12With3, {kTls12OnByRegistry.what, Mark::published, kProtocols}},
     .suites = {kSuites7, suites_fact(kPage7)},
     .groups = {kGroups7, {"P-256 and P-384; P-521 is off", Mark::published, kPage7}},
     .signature_schemes = kSchemesOf7,
     .extensions = kExtensions7,
     .p384_suites = true,
     .largest_dh = kLargestDhBefore2016},
    {.os = windows_server_2012,
     .versions = {kVersions12With3, versions_fact()},
     .suites = {kSuites8, suites_fact(kPage8)},
     .groups = kGroupsBefore2016,
     // As Windows 7 or as 8.1: the order is not known, the set is the same.
     .signature_schemes = kSchemesOf7,
     .extensions = kExtensions8,
     .p384_suites = true,
     .largest_dh = kLargestDhBefore2016},
    {.os = windows_server_2012_r2,
     .versions = {kVersions12With3, versions_fact()},
     .suites = {kSuites81, suites_fact(kPage81)},
     .groups = kGroupsBefore2016,
     .signature_schemes =
         {kSchemes81, {"signature algorithms of an updated 8.1", Mark::captured, kCaptures}},
     .extensions = kExtensions8,
     .p384_suites = true,
     .largest_dh = kLargestDhBefore2016},
    {.os = windows_server_2016,
     .versions = {kVersions12, versions_fact()},
     .suites = {kSuites2016, suites_fact(kPage1607)},
     .groups = kGroupsFrom2016,
     .signature_schemes =
         {kSchemes2016, {"signature algorithms of Server 2016", Mark::published, kRegistry}},
     .extensions = kExtensions8},
    {.os = windows_server_2019,
     .versions = {kVersions12, versions_fact()},
     .suites = {kSuites2019, suites_fact(kPage1809)},
     .groups = kGroupsFrom2016,
     .signature_schemes =
         {kSchemes2019,
          {"signature algorithms of Server 2019", Mark::captured, "JA4 of public captures"}},
     .extensions = kExtensions8},
    {.os = windows_server_2022,
     .versions = {kVersions13, versions_fact()},
     .suites = {kSuites2022, suites_fact(kPage2022)},
     .groups = kGroupsFrom2016,
     .signature_schemes = kSchemesOf2022,
     .extensions = kExtensions2022},
    {.os = windows_11, // from 22H2 on
     .versions = {kVersions13, versions_fact()},
     .suites = {kSuites11, suites_fact(kPage11)},
     .groups = kGroupsFrom2016,
     .signature_schemes = kSchemesOf2022,
     .extensions = kExtensions2022},
};

// The client of the same age has the same Schannel. Windows 10 has several, by its version.
OperatingSystem server_of_its_time(OperatingSystem os) {
    if (os == windows_7) return windows_server_2008_r2;
    if (os == windows_8) return windows_server_2012;
    return os;
}

std::vector<std::uint16_t> numbers(const List& list, Reading reading) {
    std::vector<std::uint16_t> out;
    for (const auto& item : list.items)
        if (item.offered && (reading == Reading::usual || item.hangs_on == nullptr))
            out.push_back(item.number);
    return out;
}

} // namespace

bool Release::has_extension(std::uint16_t kind) const {
    return std::ranges::find(extensions, kind) != extensions.end();
}

std::span<const Release> releases() { return kReleases; }

const Release* release_of(OperatingSystem os) {
    const auto* found = std::ranges::find(kReleases, server_of_its_time(os), &Release::os);
    return found == std::end(kReleases) ? nullptr : found;
}

std::vector<const Release*> readings_of(OperatingSystem os) {
    const auto* release = release_of(os);
    if (release == nullptr) return {};
    if (release->os != windows_server_2008_r2) return {release};
    return {release, release_of(windows_server_2008_r2_tls12)};
}

const Fact& what_readings_hang_on() { return kTls12OnByRegistry; }

std::vector<std::string_view> names() {
    std::vector<std::string_view> out;
    for (const auto& word : words<OperatingSystem>())
        if (release_of(word.value) != nullptr) out.push_back(word.text);
    return out;
}

std::optional<OperatingSystem> from_name(std::string_view name) {
    const auto os = from_text<OperatingSystem>(name);
    if (!os || release_of(*os) == nullptr) return std::nullopt;
    return os;
}

std::string suggestion(std::string_view name) {
    const auto known = names();
    const auto all = fmt::format("known: {}", fmt::join(known, ", "));
    if (name == to_text(windows_10))
        return "version 1607 is as windows-server-2016, 1809 as windows-server-2019; " + all;
    const auto near = nearest(name, known);
    return near.empty() ? all : fmt::format("did you mean '{}'? {}", near, all);
}

Profile profile_of(const Release& release, Reading reading) {
    return {
        .versions = numbers(release.versions, reading),
        .suites = numbers(release.suites, reading),
        .groups = numbers(release.groups, reading),
        .signature_schemes = numbers(release.signature_schemes, reading),
        .extensions = {release.extensions.begin(), release.extensions.end()}};
}

bool has_tls12(OperatingSystem os) {
    const auto* release = release_of(os);
    return release == nullptr || release->versions.items.front().number >= codec::kTls12;
}

std::string suite_name(std::uint16_t number) {
    const auto name = codec::cipher_suite_name(number);
    return name.empty() ? fmt::format("0x{:04x}", number) : std::string(name);
}

} // namespace lyncprobe::schannel
