/* SPDX-License-Identifier: Apache-2.0 */
/* Values in the order of their text, as the reader finds them, and the block that they become. */
#ifndef OKTA_CORE_NODES_H
#define OKTA_CORE_NODES_H

#include "core/value.h"

/* A value: its children follow it, each with its own. */
typedef struct okta_node {
    okta_value value;
    size_t span; /* nodes up to the next sibling */
} okta_node;

/* Whether no two members of an object have one name; names: room for one pointer each. */
bool okta_nodes_names_differ(const okta_node *object, const char **names);

/* The block (core/value.h) of count nodes, whose names and strings stand in texts[length]; from
 * malloc, the caller frees it; NULL when out of memory. Any thread. */
okta_value *okta_nodes_to_block(const okta_node *nodes, size_t count, const char *texts,
                                size_t length);

#endif
