/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/initial_keys.h"

#include "httpd/jwks_file.h"
#include "httpd/keystore.h"
#include "httpd/log.h"
#include "httpd/restart.h"
#include "httpd/statefile.h"

#include <stdlib.h>

/* At a restart. What the file said before has been taken over by now, if it was read before. */
static const char *outcome_of_bad_file(const okta_issuer *issuer)
{
    if (!okta_is_restart())
        return "";
    return okta_slot_generation(okta_shared_of(issuer)->keys) != 0
               ? "; the keys that it had before serve on; mend it and restart gracefully"
               : "; tokens of this issuer get 503; mend it and restart gracefully";
}

static bool publish_file(const okta_issuer *issuer, apr_pool_t *ptemp)
{
    const okta_key_times for_ever = {apr_time_now(), INT64_MAX, INT64_MAX, INT64_MAX};
    const char *path = issuer->settings.jwks_file;
    okta_value *jwks = NULL;
    okta_error error = {""};
    okta_keyset *keys = okta_jwks_file_read(
        ptemp, path, okta_registry_get()->global.key_set_max_bytes, NULL, NULL, &jwks, &error);
    const okta_snapshot snapshot = {.jwks_uri = path, .jwks = jwks};
    bool good = keys && okta_keystore_publish(issuer, 0, &snapshot, &error);

    okta_keyset_unref(keys);
    free(jwks);
    if (!good) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, issuer->server,
                     OKTA_TAG_KEYS "OktaJwksFile \"%s\": it %s%s", path, error.text,
                     outcome_of_bad_file(issuer));
        return false;
    }
    okta_schedule_restore(okta_shared_of(issuer)->schedule, &for_ever);
    return true;
}

int okta_initial_keys_publish(apr_pool_t *ptemp)
{
    const apr_array_header_t *issuers = okta_registry_get()->issuers;

    for (int i = 0; i < issuers->nelts; i++) {
        const okta_issuer *issuer = APR_ARRAY_IDX(issuers, i, okta_issuer *);

        if (issuer->settings.jwks_file) {
            if (!publish_file(issuer, ptemp) && !okta_is_restart())
                return HTTP_INTERNAL_SERVER_ERROR;
        } else if (okta_slot_generation(okta_shared_of(issuer)->keys) == 0) {
            okta_statefile_load(issuer, ptemp);
        } else {
            okta_schedule_settle(okta_shared_of(issuer)->schedule, &issuer->limits, okta_jitter());
        }
    }
    return OK;
}
