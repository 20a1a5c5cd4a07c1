/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nodes.h"

#include <stdlib.h>
#include <string.h>

#define FEW_MEMBERS 16 /* comparing all pairs of names is cheaper than sorting them */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool okta_nodes_names_differ(const okta_node *object, const char **names)
{
    size_t count = object->value.length;
    const okta_node *member = object + 1;

    for (size_t i = 0; i < count; i++) {
        names[i] = member->value.name;
        member += member->span;
    }
    if (count > FEW_MEMBERS) {
        qsort(names, count, sizeof(*names), compare_names);
        for (size_t i = 1; i < count; i++)
            if (strcmp(names[i - 1], names[i]) == 0)
                return false;
        return true;
    }
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (names[i][0] == names[k][0] && strcmp(names[i], names[k]) == 0)
                return false;
    return true;
}

typedef struct placement {
    const char *from; /* where the texts stood */
    char *texts;
    okta_value *next;
} placement;

/* Children side by side, texts behind all values. */
static void place(placement *p, const okta_node *from, okta_value *to)
{
    *to = from->value;
    if (to->name)
        to->name = p->texts + (to->name - p->from);
    if (to->type == OKTA_VALUE_STRING) {
        to->as.string = p->texts + (to->as.string - p->from);
    } else if (to->type == OKTA_VALUE_ARRAY || to->type == OKTA_VALUE_OBJECT) {
        okta_value *children = p->next;
        const okta_node *child = from + 1;

        to->as.children = children;
        p->next += to->length;
        for (uint32_t i = 0; i < to->length; i++) {
            place(p, child, &children[i]);
            child += child->span;
        }
    }
}

okta_value *okta_nodes_to_block(const okta_node *nodes, size_t count, const char *texts,
                                size_t length)
{
    size_t values = count * sizeof(okta_value);
    okta_value *root = malloc(values + length);
    placement p = {.from = texts};

    if (!root)
        return NULL;
    p.texts = (char *)root + values;
    p.next = root + 1;
    /* behind the last value of a block without texts there is no place to copy to */
    if (length > 0)
        memcpy(p.texts, texts, length);
    place(&p, nodes, root);
    return root;
}
