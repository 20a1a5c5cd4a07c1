/* SPDX-License-Identifier: Apache-2.0 */
/* For scripts/prove: of jansson the readers only know that there are trees. */
#ifndef OKTA_PROVE_JANSSON_H
#define OKTA_PROVE_JANSSON_H

typedef struct json_t json_t;

#endif
