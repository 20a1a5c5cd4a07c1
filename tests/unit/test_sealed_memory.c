/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sealed.h"
#include "scarce.h"

#include <stdlib.h>
#include <string.h>

/* Every allocation of sealing and opening fails once: what was tampered with never opens, and what
 * is good is never called tampered with. */

#define NOW INT64_C(1795445100)
#define TEXT "text"

static const unsigned char *const key = (const unsigned char *)"32 bytes of no chance whatsoever";

typedef struct envelope {
    okta_sealer sealer;
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    unsigned char sealed[sizeof(TEXT) + OKTA_SEALED_EXTRA];
    bool tampered;
} envelope;

static bool make(void *baton)
{
    envelope *e = baton;

    return okta_sealer_init(&e->sealer, key, "tests") &&
           okta_sealed_name(&e->sealer, "it", 2, e->name) &&
           okta_seal(&e->sealer, e->name, NOW + 10, TEXT, sizeof(TEXT), e->sealed);
}

static bool open_it(void *baton)
{
    const envelope *e = baton;
    unsigned char text[sizeof(TEXT)];
    size_t length;
    const okta_unsealed outcome =
        okta_unseal(&e->sealer, e->name, NOW, e->sealed, sizeof(e->sealed), text, &length);

    if (outcome != OKTA_UNSEALED_NO_MEMORY &&
        outcome != (e->tampered ? OKTA_UNSEALED_NOT : OKTA_UNSEALED_GOOD))
        abort();
    return outcome == OKTA_UNSEALED_GOOD && memcmp(text, TEXT, sizeof(TEXT)) == 0;
}

rule(sealing_survives_every_failed_allocation)
{
    envelope e = {.tampered = false};

    expect_survival("sealing", make, &e, true);
}

rule(opening_survives_every_failed_allocation)
{
    envelope e = {.tampered = false};

    need(make(&e), "not sealed");
    expect_survival("opening", open_it, &e, true);
    e.tampered = true;
    e.sealed[sizeof(e.sealed) - 1] ^= 1;
    expect_survival("opening what was tampered with", open_it, &e, false);
}
