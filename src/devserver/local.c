/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/local.h"

#include <apr_network_io.h>
#include <string.h>

static bool is_loopback(const apr_sockaddr_t *addr)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const unsigned char loopback6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const unsigned char *ip = addr->ipaddr_ptr;
    if (addr->family == APR_INET) {
        return ip[0] == 127;
    }
#if APR_HAVE_IPV6
    if (addr->family == APR_INET6) {
        return memcmp(ip, loopback6, sizeof(loopback6)) == 0 ||
               (memcmp(ip, mapped, sizeof(mapped)) == 0 && ip[12] == 127);
    }
#endif
    return false;
}

/* A site is a host name with all its ports, so a page of the same site is from this machine too. */
static bool is_foreign_page(const request_rec *r)
{
    const char *site = apr_table_get(r->headers_in, "Sec-Fetch-Site");
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "same-site") != 0 &&
           strcmp(site, "none") != 0;
}

bool okta_dev_is_local(const request_rec *r)
{
    /* A proxy on this machine is a loopback peer that speaks for others. */
    return is_loopback(r->connection->client_addr) && is_loopback(r->useragent_addr) &&
           !apr_table_get(r->headers_in, "X-Forwarded-For") &&
           !apr_table_get(r->headers_in, "Forwarded") && !apr_table_get(r->headers_in, "Via") &&
           !is_foreign_page(r);
}
