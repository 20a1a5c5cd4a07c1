/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a configuration, and what holds in each once httpd has merged them: which surely
 * apply where another does, and in which order. For the judgment at a start; nothing here is
 * looked at while requests are served. */
#ifndef OKTA_HTTPD_PLACES_H
#define OKTA_HTTPD_PLACES_H

#include "httpd/config.h"
#include "httpd/judge.h"

/* In the order in which httpd merges them. */
typedef enum okta_place_kind {
    OKTA_PLACE_DIRECTORY,
    OKTA_PLACE_DIRECTORY_MATCH, /* <DirectoryMatch>, <Proxy>, and paths with wildcards */
    OKTA_PLACE_FILES,
    OKTA_PLACE_LOCATION,
    OKTA_PLACE_LOCATION_MATCH,
    OKTA_PLACE_IF
} okta_place_kind;

/* A <Location>, <Directory> or the like. */
typedef struct okta_place {
    okta_place_kind kind;
    const ap_directive_t *node;
    const struct okta_place *outer; /* the section around it; NULL: none */
    server_rec *server;
    const char *path;              /* of a DIRECTORY or LOCATION, as written; NULL for the others */
    int order;                     /* of appearance */
    const okta_dir_config *config; /* NULL: no Okta directive in it */
    const ap_directive_t *first;   /* the first of them */
    const ap_directive_t *auth_type;
    const char *auth_name;           /* the word behind it; NULL: no AuthType in it */
    const ap_directive_t *require;   /* the first Require or container of such; NULL: none */
    const ap_directive_t *overrides; /* AllowOverride, or its List; NULL: none */
    bool merges_requires;            /* AuthMerging And, Or */
} okta_place;

typedef struct okta_places {
    okta_judge *judge;
    apr_array_header_t *list; /* okta_place * */
} okta_places;

/* What surely holds in a place. */
typedef struct okta_holding {
    const okta_dir_config *config;
    const okta_place *auth;     /* whose AuthType; NULL: none */
    apr_array_header_t *askers; /* const okta_place *, whose Require lines; the last one last */
    bool maybe_issuer;          /* sections that may apply as well name an issuer or an audience */
    bool htaccess;              /* .htaccess files there may have AuthType and Require */
} okta_holding;

/* All sections of the configuration that has been read; from the judge's pool. */
okta_places okta_places_of(okta_judge *judge);

/* What holds in the place for requests of server: its own, or a virtual host for a place of the
 * main server. From the judge's pool. */
okta_holding okta_place_holding(const okta_places *places, const okta_place *place,
                                server_rec *server);

typedef enum okta_overlap { OKTA_OVERLAP_NO, OKTA_OVERLAP_MAYBE, OKTA_OVERLAP_YES } okta_overlap;

/* Whether what `outer` sets applies wherever `place` does. What patterns and files match is for
 * httpd to say, at request time. */
okta_overlap okta_place_covers(const okta_place *outer, const okta_place *place);

/* Whether the directive is called so; a section's name begins with `<`. */
bool okta_is_named(const ap_directive_t *node, const char *name);

/* The path of a <Location> or <Directory>, from pool; NULL where it is a pattern. */
const char *okta_plain_path(apr_pool_t *pool, const ap_directive_t *node);

/* Whether a path is within another one as httpd compares those of sections. */
bool okta_path_is_within(const char *path, const char *outer);

/* The same for folders, which httpd takes with and without a slash at the end. */
bool okta_directory_is_within(const char *path, const char *outer);

/* How long a folder's path is without slashes at its end: of folders around one place the longer
 * one is further in. */
size_t okta_directory_length(const char *path);

/* Whether an AllowOverride lets .htaccess files say AuthType and Require. */
bool okta_allows_htaccess(const ap_directive_t *overrides);

/* Whether the place says AuthType Okta; of NULL, false. */
bool okta_place_is_okta(const okta_place *place);

#endif
