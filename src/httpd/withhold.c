/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/withhold.h"

#include "core/bearer.h"
#include "httpd/config.h"
#include "httpd/request.h"
#include "httpd/stand_in.h"
#include "httpd/table.h"

#include <string.h>
#include <strings.h>

#define FIELD "Authorization"
#define PROOF_FIELD "DPoP"
#define TELLING 16 /* shorter credentials could be in another value by chance */

/* The turn of the request that was the last one to ask for the field. */
static const okta_request *asked(const request_rec *r)
{
    for (; r; r = okta_request_before(r)) {
        const okta_request *state = okta_request_current(r);

        if (state && state->authorization)
            return state;
    }
    return NULL;
}

const char *okta_withhold_note_field(request_rec *r)
{
    const okta_request *before = asked(okta_request_before(r));
    const char *field = before ? before->authorization : apr_table_get(r->headers_in, FIELD);

    if (field) {
        okta_request *state = okta_request_state(r, true);

        state->authorization = field;
        state->proof = before ? before->proof : apr_table_get(r->headers_in, PROOF_FIELD);
        state->withholds = !okta_dir_forward_token(okta_dir_config_of(r));
    }
    return field;
}

int okta_withhold_end(request_rec *r)
{
    const request_rec *before = okta_request_before(r);

    for (; before; before = okta_request_before(before)) {
        const okta_request *state = ap_get_module_config(before->request_config, &auth_okta_module);

        if (!state || !state->withheld)
            continue;
        if (!apr_table_get(r->headers_in, FIELD))
            apr_table_setn(r->headers_in, FIELD, state->authorization);
        if (state->proof && !apr_table_get(r->headers_in, PROOF_FIELD))
            apr_table_setn(r->headers_in, PROOF_FIELD, state->proof);
    }
    return DECLINED;
}

int okta_withhold_end_quickly(request_rec *r, int lookup)
{
    (void)lookup;
    return okta_withhold_end(r);
}

/* What shows that a value contains the field. */
typedef struct secret {
    const char *text; /* NULL: by nothing but being equal */
    size_t length;
    bool whole; /* it counts only where no other character of a token follows */
} secret;

/* It has to be like no other value: a client must not empty variables by guessing what is in them,
 * nor find out what that is by one character after the other. */
static secret secret_of(const okta_request *judged)
{
    const char *field = judged->authorization;
    const char *credentials = field + strcspn(field, " \t");
    secret found = {.whole = !judged->claims};

    credentials += strspn(credentials, " \t");
    found.length = strlen(credentials);
    if (found.length >= TELLING && (judged->claims || strncmp(credentials, "eyJ", 3) == 0)) {
        found.text = credentials;
    } else if (*credentials && strncasecmp(field, "Bearer ", 7) == 0) {
        found.text = field;
        found.length = strlen(field);
    }
    return found;
}

/* A proof is like no other value too; short ones were none. */
static secret secret_of_proof(const okta_request *judged)
{
    secret found = {.whole = false};

    if (judged->proof && strlen(judged->proof) >= TELLING) {
        found.text = judged->proof;
        found.length = strlen(judged->proof);
    }
    return found;
}

static bool gives_away(const void *baton, const char *key, const char *value)
{
    const secret *sought = baton;

    (void)key;
    /* most values are too short, and strstr looks through the whole of what it seeks first */
    if (strnlen(value, sought->length) < sought->length)
        return false;
    while ((value = strstr(value, sought->text)) != NULL) {
        value += sought->length;
        if (!sought->whole || !okta_bearer_is_character(*value))
            return true;
    }
    return false;
}

static bool is_field(const void *judged, const char *key, const char *value)
{
    secret sought;

    if (strcasecmp(key, PROOF_FIELD) == 0)
        return ((const okta_request *)judged)->proof != NULL;
    if (strcasecmp(key, FIELD) != 0)
        return false;
    sought = secret_of(judged);
    return strcmp(value, ((const okta_request *)judged)->authorization) == 0 ||
           (sought.text && gives_away(&sought, key, value));
}

/* Anonymous callers are served here. */
static bool serves_nobody(const okta_dir_config *config)
{
    return okta_dir_anonymous(config) != OKTA_ANONYMOUS_OFF || !okta_dir_enforce(config);
}

int okta_withhold_note_unasked(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *state = okta_request_state(r, false);

    if (!okta_dir_forward_token(config) && !(state && state->authorization) &&
        okta_request_is_ours(r))
        okta_withhold_note_field(r);
    /* mod_cache's quick handler looks nothing up for requests with credentials */
    if (serves_nobody(config) && okta_stand_in_is_due(r))
        okta_request_state(r, true)->cached_quickly = true;
    return DECLINED;
}

static void take_away(request_rec *r, const okta_request *judged)
{
    const secret secrets[] = {secret_of(judged), secret_of_proof(judged)};

    for (apr_size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (secrets[i].text)
            okta_table_drop(r->pool, r->subprocess_env, gives_away, &secrets[i]);
    if (okta_table_drop(r->pool, r->headers_in, is_field, judged)) {
        okta_request *state = okta_request_state(r, true);

        state->authorization = judged->authorization;
        state->withholds = true;
        state->withheld = true;
    }
}

/* The answer for anonymous callers must not be served to known ones. */
static bool is_for_nobody(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return serves_nobody(okta_dir_config_of(r)) && !(state && state->cached_quickly);
}

int okta_withhold_begin(request_rec *r)
{
    const okta_request *judged = asked(r);

    if (judged && judged->withholds)
        take_away(r, judged);
    /* also where the administrator's RequestHeader took it away */
    if (judged ? !apr_table_get(r->headers_in, FIELD) : is_for_nobody(r))
        okta_stand_in_add(r, judged ? judged->authorization : "");
    return DECLINED;
}
