/* SPDX-License-Identifier: Apache-2.0 */
/* Which release of the module this is. */
#ifndef OKTA_CORE_RELEASE_H
#define OKTA_CORE_RELEASE_H

/* "release " and its number. httpd's headers have a PACKAGE_VERSION of their own, so it is not for
 * what includes them. Any thread. */
const char *okta_release(void);

#endif
