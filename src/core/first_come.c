/* SPDX-License-Identifier: Apache-2.0 */
#include "core/first_come.h"

#include "core/octets.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#define TOKEN_BYTES 16
#define BEGINNING_NUMBERS 4
#define BEGINNING_BYTES (BEGINNING_NUMBERS * OKTA_OCTETS)
/* Seconds that the clocks of hosts, and a store's, may be apart. */
#define MARGIN 2
/* So much longer than a proof is good its entries are kept: the margin, the proof's last second,
 * which is good to its end, and one more each for a provider and a store that count whole ones. */
#define AFTERLIFE (MARGIN + 3)
/* Microseconds for all steps. httpd's providers call an entry absent while they think that the
 * store is dead, which they do for five seconds at least, by the clock that somebody may set:
 * between two steps within this time, by both clocks, that came out well there was no such moment.
 */
#define LONGEST 2000000
/* The beginning is kept for 20 days after it was last written (memcached takes 30 for a date), and
 * written anew each day. */
#define BEGINNING_KEPT (INT64_C(20) * 86400)
#define BEGINNING_RENEWED 86400

_Static_assert(TOKEN_BYTES + OKTA_SEALED_EXTRA <= OKTA_FIRST_COME_BYTES, "a token has room");
_Static_assert(BEGINNING_BYTES + OKTA_SEALED_EXTRA <= OKTA_FIRST_COME_BYTES, "a beginning has");

/* Not by the key: hosts with different ones have to come upon each other. */
static const unsigned char beginning_name[OKTA_SEALED_NAME_BYTES] = "mod_auth_okta beginning";

/* Since when the store has lost nothing, and for how long after a proof was made (window and skew)
 * all hosts have kept its entries since then. */
typedef struct beginning {
    int64_t since, written; /* 0: there is none */
    int64_t window, skew;
} beginning;

typedef struct attempt {
    const okta_store *store;
    const okta_sealer *sealer;
    int64_t window, skew; /* this host's own */
    unsigned char token[TOKEN_BYTES];
    int64_t started;    /* by the monotonic clock */
    int64_t started_at; /* by the other one */
} attempt;

static int64_t longest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool attempt_init(attempt *a, const okta_store *store, const okta_sealer *sealer,
                         int64_t window, int64_t skew)
{
    a->store = store;
    a->sealer = sealer;
    a->window = window;
    a->skew = skew;
    a->started = store->monotonic();
    a->started_at = store->seconds();
    return RAND_bytes(a->token, sizeof(a->token)) == 1;
}

static okta_first_come put(const attempt *a, const unsigned char *name, int64_t end,
                           const void *text, size_t length)
{
    unsigned char sealed[OKTA_FIRST_COME_BYTES];

    if (!okta_seal(a->sealer, name, end, text, length, sealed))
        return OKTA_FIRST_COME_NO_MEMORY;
    return a->store->put(a->store->baton, name, end, sealed, length + OKTA_SEALED_EXTRA) ==
                   OKTA_STORE_DONE
               ? OKTA_FIRST_COME
               : OKTA_FIRST_COME_SILENT;
}

/* What is there, read. OKTA_UNSEALED_OVER: nothing is. */
static okta_first_come get(const attempt *a, const unsigned char *name, unsigned char *text,
                           size_t length, okta_unsealed *found)
{
    unsigned char sealed[OKTA_FIRST_COME_BYTES], opened[OKTA_FIRST_COME_BYTES];
    size_t sealed_length = sizeof(sealed), opened_length;

    *found = OKTA_UNSEALED_OVER;
    switch (a->store->get(a->store->baton, name, sealed, &sealed_length)) {
    case OKTA_STORE_DONE:
        break;
    case OKTA_STORE_ABSENT:
        return OKTA_FIRST_COME;
    case OKTA_STORE_FAILED:
    default:
        return OKTA_FIRST_COME_SILENT;
    }
    *found = okta_unseal(a->sealer, name, a->store->seconds(), sealed, sealed_length, opened,
                         &opened_length);
    if (*found == OKTA_UNSEALED_NO_MEMORY)
        return OKTA_FIRST_COME_NO_MEMORY;
    if (*found == OKTA_UNSEALED_GOOD && opened_length != length)
        *found = OKTA_UNSEALED_NOT;
    if (*found == OKTA_UNSEALED_GOOD)
        memcpy(text, opened, length);
    return OKTA_FIRST_COME;
}

/* Whether the lid holds our token. */
static okta_first_come holds(const attempt *a, const unsigned char *lid)
{
    unsigned char token[TOKEN_BYTES];
    okta_unsealed found;
    const okta_first_come come = get(a, lid, token, sizeof(token), &found);

    if (come != OKTA_FIRST_COME)
        return come;
    if (found == OKTA_UNSEALED_GOOD)
        return CRYPTO_memcmp(token, a->token, sizeof(token)) == 0 ? OKTA_FIRST_COME
                                                                  : OKTA_FIRST_COME_NOT;
    return found == OKTA_UNSEALED_NOT ? OKTA_FIRST_COME_STRANGER : OKTA_FIRST_COME_SILENT;
}

static okta_first_come write_beginning(const attempt *a, const beginning *b)
{
    const int64_t now = a->store->seconds();
    const int64_t numbers[BEGINNING_NUMBERS] = {b->since, now, b->window, b->skew};
    unsigned char text[BEGINNING_BYTES];

    for (size_t i = 0; i < BEGINNING_NUMBERS; i++)
        okta_octets_write(text + i * OKTA_OCTETS, numbers[i]);
    return put(a, beginning_name, now + BEGINNING_KEPT, text, sizeof(text));
}

/* What the store says of its beginning. */
static okta_first_come read_beginning(const attempt *a, beginning *b)
{
    unsigned char text[BEGINNING_BYTES] = {0};
    int64_t numbers[BEGINNING_NUMBERS];
    okta_unsealed found;
    const okta_first_come come = get(a, beginning_name, text, sizeof(text), &found);

    for (size_t i = 0; i < BEGINNING_NUMBERS; i++)
        numbers[i] = okta_octets_read(text + i * OKTA_OCTETS);
    *b = (beginning){numbers[0], numbers[1], numbers[2], numbers[3]};
    return come == OKTA_FIRST_COME && found == OKTA_UNSEALED_NOT ? OKTA_FIRST_COME_STRANGER : come;
}

/* Whether since then all entries were kept for as long as this host takes their proofs. */
static bool suffices(const attempt *a, const beginning *b)
{
    return b->since > 0 && b->window >= a->window && b->skew >= a->skew;
}

static bool is_due(const attempt *a, const beginning *b)
{
    return a->store->seconds() - b->written > BEGINNING_RENEWED || !suffices(a, b);
}

/* Say since when it has lost nothing. What it loses meanwhile shows by the lid, which lay there
 * before and is nobody else's: then it begins once more. */
static okta_first_come set_beginning(const attempt *a, const unsigned char *lid, beginning *b)
{
    okta_first_come come = write_beginning(a, b);

    if (come == OKTA_FIRST_COME)
        come = holds(a, lid);
    if (come != OKTA_FIRST_COME) {
        b->since = a->store->seconds();
        write_beginning(a, b);
    }
    return come;
}

/* See to it that it has a beginning that will do. The lid is there if the store answers at all, by
 * which one that is dead is told from one that is empty. */
static okta_first_come begin(const attempt *a, beginning *b)
{
    unsigned char lid[OKTA_SEALED_NAME_BYTES];
    okta_first_come come;

    if (!okta_sealed_name(a->sealer, a->token, sizeof(a->token), lid))
        return OKTA_FIRST_COME_NO_MEMORY;
    come = put(a, lid, a->store->seconds() + 60, a->token, sizeof(a->token));
    if (come == OKTA_FIRST_COME)
        come = read_beginning(a, b);
    if (come != OKTA_FIRST_COME || !is_due(a, b))
        return come;
    if (!suffices(a, b)) {
        b->since = a->store->seconds();
        b->window = longest(b->window, a->window);
        b->skew = longest(b->skew, a->skew);
        come = holds(a, lid);
    }
    return come == OKTA_FIRST_COME ? set_beginning(a, lid, b) : come;
}

okta_first_come okta_first_come_begin(const okta_store *store, const okta_sealer *sealer,
                                      int64_t window, int64_t skew)
{
    beginning b;
    attempt a;

    return attempt_init(&a, store, sealer, window, skew) ? begin(&a, &b)
                                                         : OKTA_FIRST_COME_NO_MEMORY;
}

/* The names of an id's lid and flag. */
static bool name_entries(const okta_sealer *sealer, const unsigned char *id, unsigned char *lid,
                         unsigned char *flag)
{
    unsigned char what[OKTA_DIGEST_BYTES + 1];

    memcpy(what, id, OKTA_DIGEST_BYTES);
    what[OKTA_DIGEST_BYTES] = 'l';
    if (!okta_sealed_name(sealer, what, sizeof(what), lid))
        return false;
    what[OKTA_DIGEST_BYTES] = 'f';
    return okta_sealed_name(sealer, what, sizeof(what), flag);
}

static const unsigned char raised[1] = {1};

/* Until when an id's entries are needed, by hosts with this window and skew. */
static int64_t end_of(const okta_arrival *arrival, int64_t window, int64_t skew)
{
    return arrival->issued_at + window + skew + AFTERLIFE;
}

/* The four steps. */
static okta_first_come split(const attempt *a, const unsigned char *lid, const unsigned char *flag,
                             int64_t end)
{
    unsigned char was[sizeof(raised)];
    okta_unsealed found;
    okta_first_come come = put(a, lid, end, a->token, sizeof(a->token));

    if (come == OKTA_FIRST_COME)
        come = get(a, flag, was, sizeof(was), &found);
    /* whatever it says: only who has the key finds that name */
    if (come == OKTA_FIRST_COME && found != OKTA_UNSEALED_OVER)
        return OKTA_FIRST_COME_NOT;
    if (come == OKTA_FIRST_COME)
        come = put(a, flag, end, raised, sizeof(raised));
    return come == OKTA_FIRST_COME ? holds(a, lid) : come;
}

/* For hosts that take a proof for longer than this one: the flag alone tells them. */
static okta_first_come keep_longer(const attempt *a, const unsigned char *flag,
                                   const okta_arrival *arrival, const beginning *b)
{
    if (b->window <= a->window && b->skew <= a->skew)
        return OKTA_FIRST_COME;
    return put(a, flag, end_of(arrival, b->window, b->skew), raised, sizeof(raised));
}

static bool took_long(const attempt *a)
{
    return a->store->monotonic() - a->started > LONGEST ||
           a->store->seconds() - a->started_at > LONGEST / 1000000 + 1;
}

okta_first_come okta_first_come_take(const okta_store *store, const okta_sealer *sealer,
                                     const okta_arrival *arrival, int64_t *wait, int64_t *age)
{
    unsigned char lid[OKTA_SEALED_NAME_BYTES], flag[OKTA_SEALED_NAME_BYTES];
    okta_first_come come;
    beginning b = {0};
    int64_t certain;
    attempt a;

    *wait = 1;
    *age = 0;
    if (!attempt_init(&a, store, sealer, arrival->window, arrival->skew) ||
        !name_entries(sealer, arrival->id, lid, flag))
        return OKTA_FIRST_COME_NO_MEMORY;
    come = split(&a, lid, flag, end_of(arrival, arrival->window, arrival->skew));
    /* after the flag: what was lost until then shows here */
    if (come == OKTA_FIRST_COME)
        come = read_beginning(&a, &b);
    if (come == OKTA_FIRST_COME && is_due(&a, &b))
        come = begin(&a, &b);
    if (come == OKTA_FIRST_COME)
        come = keep_longer(&a, flag, arrival, &b);
    if (come != OKTA_FIRST_COME)
        return come;
    /* it may have come as much before its time, and what was there of that be lost */
    certain = b.since + b.skew + MARGIN;
    if (arrival->issued_at <= certain) {
        *wait = certain - store->seconds() + 1;
        *age = store->seconds() - b.since;
        return OKTA_FIRST_COME_YOUNG;
    }
    if (store->seconds() - arrival->issued_at > arrival->window)
        return OKTA_FIRST_COME_LATE;
    return took_long(&a) ? OKTA_FIRST_COME_SILENT : OKTA_FIRST_COME;
}
