/* SPDX-License-Identifier: Apache-2.0 */
/* POST {issuer}/v1/token: the client credentials grant of RFC 6749 section 4.4, as Okta has it. */
#ifndef OKTA_DEVSERVER_TOKEN_H
#define OKTA_DEVSERVER_TOKEN_H

#include "devserver/config.h"

/* Answers the request in the name of issuer. For local requests (okta_dev_is_local) four more
 * parameters make tokens that a verifier has to refuse, or with more claims:
 *   dev_claims  a JSON object laid over the claims; null removes a claim
 *   dev_header  the same for the JWS header
 *   dev_key     current, next or unpublished: the key that signs, and with it the kid
 *   dev_encrypt encrypts it to the key of OktaDevEncryptTo, see okta_dev_jwe_encrypt
 * Returns what the handler has to return to httpd. */
int okta_dev_token_endpoint(request_rec *r, const okta_dev_config *cfg, const char *issuer);

#endif
