/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocations.h"

#include "core/robust_lock.h"

#include <string.h>
#include <sys/mman.h>

#define AREAS 3
#define AREA_BITS 2
#define PAGE ((size_t)65536) /* at least a page of any machine */
#define SLOTS_PER_LINE 2

/* Atomic, because a reader may read what a writer overwrites; it discards that. */
typedef _Atomic uint64_t shared_word;

typedef struct slot {
    shared_word name;   /* one half of it, the other one says where it lies; 0: free */
    shared_word issuer; /* 0: any */
    shared_word before;
} slot;

typedef struct area_head {
    shared_word slots;
    shared_word kinds[OKTA_REVOKES_COUNT];
    shared_word mask; /* see okta_revocations_kinds */
    shared_word content, loaded_at;
    shared_word device, inode, size, modified, changed; /* of the file */
} area_head;

struct okta_revocations {
    okta_siphash_key key;
    shared_word current; /* how often it was published, and the area; 0: never */
    area_head heads[AREAS];
    pthread_mutex_t locks[AREAS]; /* held while the area is being filled */
    okta_revocations_watch watch;
};

static size_t pages(size_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static size_t area_size(void)
{
    return pages((size_t)OKTA_REVOCATIONS_MAX * SLOTS_PER_LINE * sizeof(slot));
}

size_t okta_revocations_size(void)
{
    return pages(sizeof(okta_revocations)) + AREAS * area_size();
}

size_t okta_revocations_bytes(uint64_t lines)
{
    return (size_t)lines * SLOTS_PER_LINE * sizeof(slot);
}

okta_revocations *okta_revocations_init(void *memory, const okta_siphash_key *key)
{
    okta_revocations *list = memory;

    list->key = *key;
    okta_robust_locks_init(list->locks, AREAS);
    okta_robust_locks_init(&list->watch.holder, 1);
    return list;
}

const okta_revocations *okta_revocations_unknown(void)
{
    static const okta_revocations unknown;

    return &unknown;
}

okta_revocations_watch *okta_revocations_watch_of(okta_revocations *list)
{
    return &list->watch;
}

#define FAULT_BITS 8

uint64_t okta_revocations_pack_fault(okta_revocation_fault fault, uint64_t line)
{
    return line << FAULT_BITS | (uint64_t)fault;
}

okta_revocation_fault okta_revocations_unpack_fault(uint64_t word, uint64_t *line)
{
    *line = word >> FAULT_BITS;
    return (okta_revocation_fault)(word & ((1 << FAULT_BITS) - 1));
}

static slot *slots_of(const okta_revocations *list, int area)
{
    return (slot *)(void *)((char *)(uintptr_t)list + pages(sizeof(*list)) +
                            (size_t)area * area_size());
}

static int area_in(uint64_t word)
{
    return (int)(word & ((1 << AREA_BITS) - 1));
}

static void put(shared_word *word, uint64_t value)
{
    /* Released and acquired word by word: who sees the area change then sees as well that the list
     * which was here has ended. */
    atomic_store_explicit(word, value, memory_order_release);
}

static uint64_t get(const shared_word *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

/* An area that nobody reads as the current one and nobody else fills; -1: there is none. Only who
 * holds its lock makes an area current, so it stays spare. */
static int take_spare(okta_revocations *list)
{
    for (int i = 0; i < AREAS; i++) {
        uint64_t current;

        if (!okta_robust_lock_try(&list->locks[i]))
            continue;
        current = list->current;
        if (current == 0 || area_in(current) != i)
            return i;
        pthread_mutex_unlock(&list->locks[i]);
    }
    return -1;
}

bool okta_revocations_begin(okta_revocations *list, uint64_t lines, okta_revocations_draft *draft)
{
    const uint64_t slots = lines * SLOTS_PER_LINE;
    const uint64_t seen = list->current;
    slot *all;

    if (lines > OKTA_REVOCATIONS_MAX)
        return false;
    *draft = (okta_revocations_draft){.list = list, .seen = seen, .area = take_spare(list)};
    if (draft->area < 0)
        return false;
    /* what one who died left */
    all = slots_of(list, draft->area);
    put(&list->heads[draft->area].slots, slots);
    for (uint64_t i = 0; i < slots; i++) {
        put(&all[i].name, 0);
        put(&all[i].issuer, 0);
        put(&all[i].before, 0);
    }
    return true;
}

/* Where a name begins to be looked for: the share of the way that its upper half says. There are
 * fewer slots than 2^32. */
static uint64_t place_of(uint64_t name, uint64_t slots)
{
    return (name >> 32) * slots >> 32;
}

static void name_of(const okta_revocations *list, okta_revocation_kind kind, const char *value,
                    size_t length, uint64_t name[2])
{
    okta_siphash(&list->key, (uint64_t)kind, value, length, name);
    name[1] += name[1] == 0;
}

/* Another kind of name than those of values. */
static uint64_t issuer_name(const okta_revocations *list, const char *issuer, size_t length)
{
    uint64_t name[2];

    if (!issuer)
        return 0;
    name_of(list, OKTA_REVOKES_COUNT, issuer, length, name);
    return name[1];
}

bool okta_revocations_add(okta_revocations_draft *draft, const okta_revocation *line)
{
    okta_revocations *list = draft->list;
    const uint64_t slots = get(&list->heads[draft->area].slots);
    const uint64_t issuer = issuer_name(list, line->issuer, line->issuer_length);
    slot *all = slots_of(list, draft->area), *one;
    uint64_t name[2], i, found;

    if (draft->added >= slots / SLOTS_PER_LINE)
        return false;
    draft->added++;
    draft->kinds[line->kind]++;
    draft->with_issuer += line->issuer != NULL;
    name_of(list, line->kind, line->value, line->length, name);
    for (i = place_of(name[0], slots);; i = i + 1 < slots ? i + 1 : 0) {
        one = &all[i];
        found = get(&one->name);
        if (found == 0 || (found == name[1] && get(&one->issuer) == issuer))
            break;
    }
    /* of lines that differ in their time alone the latest says it all */
    if (found == 0 || (int64_t)get(&one->before) < line->before)
        put(&one->before, (uint64_t)line->before);
    put(&one->issuer, issuer);
    put(&one->name, name[1]);
    return true;
}

/* Its readers look at the current list when they find that this one has ended. */
static void give_back(okta_revocations *list, uint64_t former)
{
#ifdef MADV_REMOVE
    const int area = area_in(former);
    const uint64_t slots = get(&list->heads[area].slots);

    if (former == 0 || slots == 0 || !okta_robust_lock_try(&list->locks[area]))
        return;
    if (area_in(list->current) != area)
        madvise(slots_of(list, area), pages((size_t)slots * sizeof(slot)), MADV_REMOVE);
    pthread_mutex_unlock(&list->locks[area]);
#else
    (void)list;
    (void)former;
#endif
}

bool okta_revocations_publish(okta_revocations_draft *draft, const okta_revocations_facts *facts)
{
    okta_revocations *list = draft->list;
    area_head *head = &list->heads[draft->area];
    uint64_t seen = draft->seen;
    const uint64_t next = ((seen >> AREA_BITS) + 1) << AREA_BITS | (uint64_t)draft->area;
    unsigned int mask = (unsigned int)(draft->with_issuer > 0) << OKTA_REVOKES_COUNT;
    bool exchanged;

    for (unsigned int i = 0; i < OKTA_REVOKES_COUNT; i++) {
        put(&head->kinds[i], draft->kinds[i]);
        mask |= (unsigned int)(draft->kinds[i] > 0) << i;
    }
    put(&head->mask, mask);
    put(&head->content, facts->content);
    put(&head->loaded_at, (uint64_t)facts->loaded_at);
    put(&head->device, facts->file.device);
    put(&head->inode, facts->file.inode);
    put(&head->size, (uint64_t)facts->file.size);
    put(&head->modified, (uint64_t)facts->file.modified);
    put(&head->changed, (uint64_t)facts->file.changed);
    exchanged = atomic_compare_exchange_strong(&list->current, &seen, next);
    pthread_mutex_unlock(&list->locks[draft->area]);
    if (exchanged)
        give_back(list, draft->seen);
    return exchanged;
}

void okta_revocations_drop(okta_revocations_draft *draft)
{
    pthread_mutex_unlock(&draft->list->locks[draft->area]);
}

uint64_t okta_revocations_generation(const okta_revocations *list)
{
    return get(&list->current) >> AREA_BITS;
}

/* Whether what was read since is of the list that was current then. */
static bool is_still(const okta_revocations *list, uint64_t current)
{
    return atomic_load_explicit(&list->current, memory_order_relaxed) == current;
}

bool okta_revocations_facts_of(const okta_revocations *list, okta_revocations_facts *facts)
{
    for (;;) {
        const uint64_t current = get(&list->current);
        const area_head *head = &list->heads[area_in(current)];

        if (current == 0)
            return false;
        for (int i = 0; i < OKTA_REVOKES_COUNT; i++)
            facts->kinds[i] = get(&head->kinds[i]);
        facts->content = get(&head->content);
        facts->loaded_at = (int64_t)get(&head->loaded_at);
        facts->file = (okta_file_mark){.device = get(&head->device),
                                       .inode = get(&head->inode),
                                       .size = (int64_t)get(&head->size),
                                       .modified = (int64_t)get(&head->modified),
                                       .changed = (int64_t)get(&head->changed)};
        if (is_still(list, current))
            return true;
    }
}

bool okta_revocations_kinds(const okta_revocations *list, unsigned int *kinds)
{
    for (;;) {
        const uint64_t current = get(&list->current);
        const area_head *head = &list->heads[area_in(current)];

        if (current == 0)
            return false;
        *kinds = (unsigned int)get(&head->mask);
        if (is_still(list, current))
            return true;
    }
}

/* Whether one of the lines on this value holds for the token, of an area that may be overwritten
 * meanwhile. */
static bool is_in(const okta_revocations *list, int area, const okta_revocable *token,
                  okta_revocation_kind kind, int64_t *before)
{
    uint64_t slots = get(&list->heads[area].slots), issuer = 0, name[2];
    const slot *all = slots_of(list, area);
    uint64_t i;

    if (slots > (uint64_t)OKTA_REVOCATIONS_MAX * SLOTS_PER_LINE)
        return false;
    name_of(list, kind, token->values[kind].text, token->values[kind].length, name);
    i = place_of(name[0], slots);
    for (uint64_t looked = 0; looked < slots; looked++, i = i + 1 < slots ? i + 1 : 0) {
        const uint64_t found = get(&all[i].name);

        if (found == 0)
            return false;
        if (found != name[1])
            continue;
        if (get(&all[i].issuer) != 0) {
            if (issuer == 0)
                issuer = issuer_name(list, token->issuer.text, token->issuer.length);
            if (get(&all[i].issuer) != issuer)
                continue;
        }
        *before = (int64_t)get(&all[i].before);
        if (*before == OKTA_REVOKED_ALWAYS || !token->has_issued_at || token->issued_at < *before)
            return true;
    }
    return false;
}

okta_revoked okta_revocations_find(const okta_revocations *list, const okta_revocable *token,
                                   okta_revocation_kind *kind, int64_t *before)
{
    for (;;) {
        const uint64_t current = get(&list->current);
        bool found = false;

        if (current == 0)
            return OKTA_REVOKED_UNKNOWN;
        for (int i = 0; !found && i < OKTA_REVOKES_COUNT; i++) {
            *kind = (okta_revocation_kind)i;
            found = token->values[i].text && is_in(list, area_in(current), token, *kind, before);
        }
        if (is_still(list, current))
            return found ? OKTA_REVOKED_YES : OKTA_REVOKED_NO;
    }
}
