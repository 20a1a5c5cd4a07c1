/* SPDX-License-Identifier: Apache-2.0 */
#include "core/binding.h"
#include "world.h"

#include <string.h>

#define KEY "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
#define CERTIFICATE "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"
#define X5T "\"x5t#S256\":\"" CERTIFICATE "\""
#define JKT "\"jkt\":\"" KEY "\""

/* A proof is held against this key, so one must not be named that does not say it all. */
rule(the_key_and_whether_a_certificate_counts)
{
    static const struct {
        const char *cnf; /* NULL: none */
        bool has_key, needs_certificate;
    } rows[] = {
        {NULL, false, false},
        {"null", false, false},
        {"{}", false, false},
        {"\"" KEY "\"", false, false},
        {"[\"" KEY "\"]", false, false},
        {"{" JKT "}", true, false},
        {"{" JKT ",\"x5t#S256\":null}", true, false},
        {"{" JKT ",\"kid\":null}", true, false},
        {"{" JKT ",\"kid\":\"a\"}", false, false},
        {"{\"kid\":\"a\"," JKT "}", false, false},
        {"{" JKT "," X5T "}", true, true},
        {"{" X5T "," JKT ",\"jwk\":{}}", false, true},
        {"{" X5T "}", false, true},
        {"{" X5T ",\"jkt\":null}", false, true},
        {"{" X5T ",\"jkt\":7}", false, true},
        {"{" JKT ",\"x5t#S256\":7}", false, true},
        {"{" JKT ",\"x5t#S256\":\"\"}", false, true},
        {"{\"jkt\":\"" KEY "=\"}", false, false},
        {"{\"jkt\":\"short\"}", false, false},
        {"{\"jkt\":\"\"}", false, false},
        {"{\"jkt\":[\"" KEY "\"]}", false, false},
        {"{\"JKT\":\"" KEY "\"}", false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *members = rows[i].cnf ? text("\"cnf\":%s", rows[i].cnf) : "";
        okta_claims *claims;
        const char *key;

        claims = world_claims(payload(members), OKTA_TYPE_ABSENT, &last);
        need(claims, "%s: %s", members, last.detail);
        key = okta_claims_thumbprint(claims);
        check(rows[i].has_key ? key && strcmp(key, KEY) == 0 : !key, "%s: %s", members,
              key ? key : "none");
        check(okta_claims_need_certificate(claims) == rows[i].needs_certificate, "%s", members);
        okta_claims_free(claims);
    }
}
