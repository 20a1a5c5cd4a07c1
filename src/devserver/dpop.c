/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/dpop.h"

#include "devserver/nonce.h"
#include "devserver/proof.h"
#include "devserver/proof_memory.h"
#include <apr_strings.h>

static bool refuse(okta_dev_grant *g, const char *description)
{
    return okta_dev_grant_refuse(g, "invalid_dpop_proof", description);
}

/* A jti counts as used when its nonce is wrong, too: the next request takes a new proof. */
static bool take_once(okta_dev_grant *g, const okta_dev_proof *proof)
{
    switch (okta_dev_proof_memory_use(g->r, proof)) {
    case OKTA_DEV_PROOF_NEW:
        return true;
    case OKTA_DEV_PROOF_USED:
        return refuse(g, "The DPoP proof has been used already: its jti has to be new each time.");
    case OKTA_DEV_PROOF_UNKNOWN:
        break;
    }
    return okta_dev_grant_refuse(g, "temporarily_unavailable",
                                 "The DPoP proof cannot be remembered now: see the error log.");
}

static bool check_nonce(okta_dev_grant *g, const char *nonce)
{
    apr_pool_t *p = g->r->pool;
    const unsigned char *secret = okta_dev_proof_memory_secret();
    const char *wanted;
    if (nonce && okta_dev_nonce_is_good(p, secret, g->issuer, g->r->request_time, nonce)) {
        return true;
    }
    wanted = okta_dev_nonce_make(p, secret, g->issuer, g->r->request_time);
    if (!wanted) {
        return okta_dev_grant_refuse(g, "server_error", "A nonce could not be made.");
    }
    apr_table_setn(g->r->headers_out, "dpop-nonce", wanted);
    return okta_dev_grant_refuse(g, "use_dpop_nonce",
                                 "Authorization server requires nonce in DPoP proof.");
}

bool okta_dev_dpop_check(okta_dev_grant *g)
{
    apr_pool_t *p = g->r->pool;
    const char *text = apr_table_get(g->r->headers_in, "DPoP");
    okta_dev_proof proof;
    const char *wrong;

    if (!text) {
        return !g->client->require_dpop || refuse(g, "The DPoP proof JWT header is missing.");
    }
    if (strchr(text, ',')) { /* so httpd joins repeated fields */
        return refuse(g, "Send one DPoP header with one proof.");
    }
    wrong = okta_dev_proof_read(p, text, apr_pstrcat(p, g->issuer, "/v1/token", NULL),
                                g->r->request_time, &proof);
    if (wrong) {
        return refuse(g, wrong);
    }
    if (!take_once(g, &proof) || !check_nonce(g, proof.nonce)) {
        return false;
    }
    g->jkt = proof.jkt;
    return true;
}
