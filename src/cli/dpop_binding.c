/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dpop_binding.h"

#include "cli/message.h"
#include "core/jws.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

okta_dpop_binding okta_dpop_binding_of(const char *token, const okta_dpop_key *key, char *jkt,
                                       size_t size)
{
    okta_dpop_binding binding = OKTA_DPOP_UNREADABLE;
    okta_value *payload = NULL;
    okta_result unused;
    const char *text;
    okta_jws jws;

    *jkt = '\0';
    okta_result_init(&unused);
    if (okta_jws_split(&jws, token, strlen(token), &unused) == OKTA_OK)
        payload = okta_read_object((const char *)jws.payload, jws.payload_length, NULL);
    okta_jws_clear(&jws);
    if (payload) {
        text = okta_value_text(okta_value_member(payload, "cnf"), "jkt");
        okta_text_copy(jkt, size, text ? text : "", text ? strlen(text) : 0);
        binding = !text                                              ? OKTA_DPOP_UNBOUND
                  : strcmp(text, okta_dpop_key_thumbprint(key)) == 0 ? OKTA_DPOP_BOUND
                                                                     : OKTA_DPOP_OTHER_KEY;
    }
    free(payload);
    return binding;
}

void okta_dpop_binding_warn(const char *token, const okta_dpop_key *key)
{
    char jkt[64];

    switch (okta_dpop_binding_of(token, key, jkt, sizeof(jkt))) {
    case OKTA_DPOP_UNBOUND:
        okta_warn("the token is bound to no key (it has no cnf.jkt), so a resource server refuses "
                  "it beside a proof; send it as \"Authorization: Bearer\", or get a bound one by "
                  "get --dpop");
        break;
    case OKTA_DPOP_OTHER_KEY:
        okta_warn("the token is bound to another key (cnf.jkt %s) than the one of the proof "
                  "(%s); give the key that it was asked for with by --dpop-key",
                  jkt, okta_dpop_key_thumbprint(key));
        break;
    case OKTA_DPOP_UNREADABLE:
    case OKTA_DPOP_BOUND:
    default:
        break;
    }
}
