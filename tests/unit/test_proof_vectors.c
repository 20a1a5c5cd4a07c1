/* SPDX-License-Identifier: Apache-2.0 */
#include "proofs.h"

#include <string.h>

/* The examples of RFC 9449 sections 4.2 and 7.1, by the key that section 6.1 has the thumbprint of.
 */
#define EXAMPLE_HEADER                                                                      \
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtM" \
    "zR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSm" \
    "FqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
#define EXAMPLE_TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"

static const char token_request[] = EXAMPLE_HEADER
    "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wb"
    "GUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4P"
    "tFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
static const char resource_request[] = EXAMPLE_HEADER
    "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtc"
    "GxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc0"
    "5yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxH"
    "F8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

static okta_reason judge_example(const char *proof, const char *method, const char *url,
                                 int64_t now)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    okta_proof_terms terms = {.algorithms = OKTA_ALGORITHM_BIT(OKTA_ES256),
                              .window = PROOF_WINDOW,
                              .method = method,
                              .url = url,
                              .token_digest = digest,
                              .thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"};
    okta_proof good;

    need(okta_digest(EXAMPLE_TOKEN, strlen(EXAMPLE_TOKEN), digest), "a digest");
    okta_result_init(&last);
    return okta_proof_check(&terms, NULL, proof, strlen(proof), now, &good, &last);
}

#define RESOURCE "https://resource.example.org/protectedresource"

rule(the_proof_of_section_7_1_is_good)
{
    char *bad = text("%s", resource_request);

    check(judge_example(resource_request, "GET", RESOURCE, 1562262618) == OKTA_OK, "%s",
          last.detail);
    check(judge_example(resource_request, "GET", RESOURCE, 1562262618 + 60) == OKTA_OK, "%s",
          last.detail);
    check(judge_example(resource_request, "GET", RESOURCE, 1562262618 + 61) == OKTA_PROOF_EXPIRED,
          "after a minute");
    check(judge_example(resource_request, "POST", RESOURCE, 1562262618) == OKTA_PROOF_METHOD,
          "POST");
    check(judge_example(resource_request, "GET", RESOURCE "/", 1562262618) == OKTA_PROOF_URL,
          "another URL");
    bad[strlen(bad) - 9] ^= 1;
    check(judge_example(bad, "GET", RESOURCE, 1562262618) == OKTA_PROOF_SIGNATURE, "%s",
          last.detail);
}

/* The one for the token endpoint has no ath: it is for no resource. */
rule(the_proof_of_section_4_2_is_of_that_key_and_for_no_resource)
{
    static const char jwks[] = "{\"keys\":[{\"kty\":\"EC\","
                               "\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
                               "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\","
                               "\"crv\":\"P-256\"}]}";
    okta_keyset *keys = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);

    need(keys, "a key");
    check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, token_request, strlen(token_request),
                                NULL, &last) == OKTA_OK,
          "%s", last.detail);
    check(judge_example(token_request, "POST", "https://server.example.com/token", 1562262616) ==
              OKTA_PROOF_OTHER_TOKEN,
          "%s", last.detail);
    okta_keyset_unref(keys);
}
