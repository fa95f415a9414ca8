// SPDX-License-Identifier: MIT
// Declares and lists every rule, one line a rule; the order here is the order of findings and of
// the documentation.
#pragma once

#include "rules/engine/sources.h"

// The first nine are the user's own requirement document; the others go beyond it.
#define LYNCPROBE_RULES(X)                                                                         \
    X(server_eku)                                                                                  \
    X(crl_distribution_point)                                                                      \
    X(signature_algorithm)                                                                         \
    X(no_rsassa_pss)                                                                               \
    X(auto_enrollment)                                                                             \
    X(windows_2003_ca)                                                                             \
    X(key_length)                                                                                  \
    X(key_length_recommended)                                                                      \
    X(key_algorithm)                                                                               \
    X(validity)                                                                                    \
    X(chain_order)                                                                                 \
    X(chain_complete)                                                                              \
    X(chain_trusted)                                                                               \
    X(host_name)                                                                                   \
    X(sha1_deprecated)                                                                             \
    X(crl_reachable_scheme)                                                                        \
    X(chain_crl_distribution_point)                                                                \
    X(chain_eku)                                                                                   \
    X(endpoint_reachable)                                                                          \
    X(client_certificate_accepted)                                                                 \
    X(conversation_finished)                                                                       \
    X(own_certificate_usage)                                                                       \
    X(leaf_outlives_issuer)                                                                        \
    X(subject_name)                                                                                \
    X(subject_in_san)                                                                              \
    X(name_characters)                                                                             \
    X(crl_reachable)                                                                               \
    X(crl_fresh)                                                                                   \
    X(crl_signature)                                                                               \
    X(not_revoked)                                                                                 \
    X(private_key)                                                                                 \
    X(key_provider)                                                                                \
    X(client_ca_names)                                                                             \
    X(tls12_available)                                                                             \
    X(legacy_protocols)                                                                            \
    X(sni_certificate)                                                                             \
    X(revealed_name)                                                                               \
    X(clock_skew)                                                                                  \
    X(product_version)                                                                             \
    X(not_refused)                                                                                 \
    X(xmpp_domain)                                                                                 \
    X(av_edge_address)                                                                             \
    X(autodiscover_answer)                                                                         \
    X(autodiscover_location)                                                                       \
    X(autodiscover_domain)                                                                         \
    X(autodiscover_names)                                                                          \
    X(client_certificate_demanded)                                                                 \
    X(sip_domain_names)                                                                            \
    X(unknown_names)                                                                               \
    X(web_names)                                                                                   \
    X(os_signature_support)                                                                        \
    X(schannel_compatibility)                                                                      \
    X(tls12_only)                                                                                  \
    X(pool_certificate)                                                                            \
    X(same_name_same_chain)                                                                        \
    X(stale_certificate)                                                                           \
    X(oauth_certificate)                                                                           \
    X(web_sites_agree)                                                                             \
    X(one_internal_pki)                                                                            \
    X(sip_web_issuers)                                                                             \
    X(mutual_trust)                                                                                \
    X(ca_names_cut)                                                                                \
    X(ca_names_intermediate)                                                                       \
    X(chain_elsewhere)                                                                             \
    X(dns_records)                                                                                 \
    X(dns_lyncdiscover_split)                                                                      \
    X(dns_lyncdiscover_alias)                                                                      \
    X(dns_hosting)                                                                                 \
    X(dns_plain_sip)                                                                               \
    X(dns_wildcard)                                                                                \
    X(dns_srv_owner)                                                                               \
    X(dns_srv_none)                                                                                \
    X(dns_srv_name)                                                                                \
    X(dns_strict_naming)                                                                           \
    X(dns_srv_host)                                                                                \
    X(dns_answer)                                                                                  \
    X(dns_srv_alias)                                                                               \
    X(dns_srv_port)                                                                                \
    X(dns_srv_order)                                                                               \
    X(dns_srv_failover)                                                                            \
    X(dns_srv_address)

namespace lyncprobe::rules {

#define LYNCPROBE_DECLARE(rule) extern const Rule rule;
LYNCPROBE_RULES(LYNCPROBE_DECLARE)
#undef LYNCPROBE_DECLARE

} // namespace lyncprobe::rules
