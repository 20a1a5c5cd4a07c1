/* SPDX-License-Identifier: Apache-2.0 */
/* The judgment on sections: wherever AuthType Okta holds there have to be an issuer and an
 * audience, and what RFC 9728 tells of a section is what holds there. */
#ifndef OKTA_HTTPD_CHECK_SECTIONS_H
#define OKTA_HTTPD_CHECK_SECTIONS_H

#include "httpd/places.h"

/* Complains of what cannot work; registers the issuers that are surely used, and the resources. */
void okta_check_sections(const okta_places *places);

#endif
