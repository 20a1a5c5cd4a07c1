/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tickets.h"

int okta_tickets_take(okta_tickets *tickets, int limit, int64_t now, int64_t deadline)
{
    for (int i = 0; i < limit && i < OKTA_TICKETS_MAX; i++) {
        int64_t seen = tickets->deadlines[i];

        if (seen <= now && atomic_compare_exchange_strong(&tickets->deadlines[i], &seen, deadline))
            return i;
    }
    return -1;
}

void okta_tickets_return(okta_tickets *tickets, int number, int64_t deadline)
{
    atomic_compare_exchange_strong(&tickets->deadlines[number], &deadline, 0);
}
