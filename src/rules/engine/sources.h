// SPDX-License-Identifier: MIT
// Documents that several rules go by, each with its address; a rule adds the section.
#pragma once

#include "rules/engine/rule.h"

namespace lyncprobe::rules {

// The user's own requirement document.
inline constexpr Source kRequirements{
    .document = "Certificate infrastructure requirements for Lync Server 2013",
    .section = "common requirements",
    .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
           "lync-server-2013-certificate-infrastructure-requirements"};
inline constexpr Source kInternalServers{
    .document = "Certificate requirements for internal servers in Lync Server 2013",
    .section = "table of each role",
    .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
           "lync-server-2013-certificate-requirements-for-internal-servers"};
inline constexpr Source kExternalAccess{
    .document = "Certificate requirements for external user access in Lync Server 2013",
    .section = "external interface of the Edge Server",
    .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
           "lync-server-2013-certificate-requirements-for-external-user-access"};
inline constexpr Source kMutualTls{
    .document = "TLS and MTLS for Lync Server 2013",
    .section = "mutual TLS between servers",
    .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
           "lync-server-2013-tls-and-mtls"};
inline constexpr Source kDnsRequirements{
    .document = "Determine DNS requirements for Lync Server 2013",
    .section = "records for automatic client sign-in and for federation",
    .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
           "lync-server-2013-determine-dns-requirements"};
inline constexpr Source kDisableOldTls{
    .document = "Disable TLS 1.0/1.1 in Skype for Business Server",
    .section = "prerequisites",
    .url = "https://learn.microsoft.com/en-us/skypeforbusiness/manage/topology/"
           "disable-tls-1.0-1.1"};
inline constexpr Source kSrvRecord{.document = "RFC 2782", .section = "The format of the SRV RR"};

} // namespace lyncprobe::rules
