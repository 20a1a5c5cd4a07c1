/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/answer.h"

#include "cli/clock.h"
#include "cli/dpop_answer.h"

#include <stdlib.h>
#include <string.h>

static void came(void *baton, const okta_fetch_response *response)
{
    okta_answer *answer = baton;

    answer->came_at = okta_time_now();
    answer->error = response->error;
    answer->status = response->status;
    answer->max_age = response->max_age;
    if (!response->answered)
        return;
    answer->body = malloc(response->length + 1);
    answer->head = strdup(response->head ? response->head : "");
    answer->answered = answer->body && answer->head;
    if (!answer->answered) {
        okta_error_set_no_memory(&answer->error);
        return;
    }
    memcpy(answer->body, response->body, response->length + 1);
    answer->length = response->length;
}

void okta_answer_get(okta_answer *answer, const okta_network *network, const char *url,
                     const char *method, okta_strings headers)
{
    okta_fetch_request request = {.url = url, .method = method, .headers = headers, .single = true};

    memset(answer, 0, sizeof(*answer));
    okta_network_fetch(network, &request, came, answer, &answer->error);
}

const char *okta_answer_field(const okta_answer *answer, const char *name, char *buffer,
                              size_t size)
{
    size_t length = 0;
    const char *value = answer->answered ? okta_field_next(answer->head, name, &length) : NULL;

    buffer[0] = '\0';
    if (value)
        okta_text_copy(buffer, size, value, length);
    return buffer;
}

void okta_answer_clear(okta_answer *answer)
{
    free(answer->body);
    free(answer->head);
    answer->body = answer->head = NULL;
    answer->answered = false;
}
