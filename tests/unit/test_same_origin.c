/* SPDX-License-Identifier: Apache-2.0 */
#include "core/same_origin.h"
#include "unit.h"

#define OWN "https://api.example.com/x"

rule(only_pages_of_this_server_count)
{
    static const struct {
        const char *site, *origin, *own;
        bool safe, unsafe; /* whether it counts with such a method */
    } rows[] = {
        {"same-origin", NULL, OWN, true, true},
        {"same-origin", "https://api.example.com", OWN, true, true},
        /* a proxy in front may have changed the name */
        {"same-origin", "https://other.example.com", OWN, true, true},
        {"none", NULL, OWN, true, false},
        {"none", "https://api.example.com", OWN, true, true},
        {"none", "https://evil.example.com", OWN, true, false},
        {"same-site", "https://api.example.com", OWN, false, false},
        {"cross-site", "https://api.example.com", OWN, false, false},
        {"cross-site", NULL, OWN, false, false},
        {"", NULL, OWN, false, false},
        {"Same-Origin", NULL, OWN, false, false},
        {"same-origin, same-origin", NULL, OWN, false, false},
        {"same-origin, cross-site", NULL, OWN, false, false},
        {"same-origin;x", NULL, OWN, false, false},
        {"something", "https://api.example.com", OWN, false, false},
        /* browsers that do not say it, and plain http */
        {NULL, NULL, OWN, false, false},
        {NULL, "https://api.example.com", OWN, true, true},
        {NULL, "https://api.example.com", "https://api.example.com", true, true},
        {NULL, "https://api.example.com:8443", "https://api.example.com:8443/", true, true},
        {NULL, "http://api.example.com", OWN, false, false},
        {NULL, "https://api.example.com:443", OWN, false, false},
        {NULL, "https://api.example.com/", OWN, false, false},
        {NULL, "https://api.example.co", OWN, false, false},
        {NULL, "https://api.example.com.evil.example", OWN, false, false},
        {NULL, "https://evil-api.example.com", OWN, false, false},
        {NULL, "https://api.example.com, https://api.example.com", OWN, false, false},
        {NULL, "null", OWN, false, false},
        {NULL, "", OWN, false, false},
        {NULL, "https://api.example.com", NULL, false, false},
        {NULL, "", "", false, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_caller caller = {rows[i].site, rows[i].origin, rows[i].own, true};

        check(okta_is_same_origin(&caller) == rows[i].safe, "row %zu, safe", i);
        caller.is_safe = false;
        check(okta_is_same_origin(&caller) == rows[i].unsafe, "row %zu, unsafe", i);
    }
}
