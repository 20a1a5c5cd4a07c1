/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection_share.h"

#include "httpd/introspection_memory.h"
#include "httpd/threads.h"

/* quarters of the threads */
#define FEW 1
#define MOST 3
#define TICKETS_MAX (OKTA_ASKING_TICKETS * OKTA_TICKETS_MAX)

static _Atomic int waiting_here;
static int few_here = 1, most_here = 1;
static int few_everywhere = 1, most_everywhere = 1;

void okta_share_child_init(void)
{
    const okta_threads few = okta_threads_share(FEW), most = okta_threads_share(MOST);

    few_here = few.here;
    most_here = most.here;
    few_everywhere = few.everywhere;
    most_everywhere = most.everywhere;
    if (most_everywhere > TICKETS_MAX)
        most_everywhere = TICKETS_MAX;
}

/* The lowest that is free: so its number says how many are taken. */
static int take_ticket(int64_t now, int64_t deadline)
{
    okta_tickets *tickets = okta_introspection_memory()->tickets;

    for (int first = 0; first < most_everywhere; first += OKTA_TICKETS_MAX) {
        int number = okta_tickets_take(tickets++, most_everywhere - first, now, deadline);

        if (number >= 0)
            return first + number;
    }
    return -1;
}

static void return_ticket(int ticket, int64_t deadline)
{
    if (ticket >= 0)
        okta_tickets_return(&okta_introspection_memory()->tickets[ticket / OKTA_TICKETS_MAX],
                            ticket % OKTA_TICKETS_MAX, deadline);
}

bool okta_share_take(okta_share *share, bool calm, int64_t now, int64_t deadline)
{
    int before = atomic_fetch_add(&waiting_here, 1);

    share->deadline = deadline;
    share->ticket = before < most_here ? take_ticket(now, deadline) : -1;
    share->extra = before >= few_here || share->ticket >= few_everywhere;
    if (share->ticket >= 0 && (calm || !share->extra))
        return true;
    return_ticket(share->ticket, deadline);
    atomic_fetch_sub(&waiting_here, 1);
    return false;
}

void okta_share_return(const okta_share *share)
{
    return_ticket(share->ticket, share->deadline);
    atomic_fetch_sub(&waiting_here, 1);
}
