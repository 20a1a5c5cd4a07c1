/* SPDX-License-Identifier: Apache-2.0 */
/* Encrypted tokens: opened by the private keys, and by a bounded share of the threads once many are
 * opened in vain. */
#ifndef OKTA_HTTPD_DECRYPTION_H
#define OKTA_HTTPD_DECRYPTION_H

#include "core/jwe.h"

#include <httpd.h>

/* Parent, post_config: what the processes share of it, as long as pconf. */
void okta_decryption_share(apr_pool_t *pconf);

/* Child. */
void okta_decryption_child_init(void);

/* okta_jwe_open with the keys in force. OKTA_DECRYPTION_BUSY where others are at work already, and
 * most of it is in vain lately. okta_decryption_note has to follow where it is OKTA_OK. Any thread
 * of a child. */
okta_reason okta_decryption_open(const char *token, size_t length, const okta_trace *trace,
                                 okta_opened *opened, okta_result *result);

/* What became of the token within. Anybody can encrypt to a public key, so one that opens and is
 * then refused was work in vain as well. */
void okta_decryption_note(bool accepted);

#endif
