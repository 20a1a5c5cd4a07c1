/* SPDX-License-Identifier: Apache-2.0 */
#include "core/target.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define PORT_MAX 65535

typedef struct writer {
    char *buffer;
    size_t length, size;
} writer;

/* One place is the terminator's. */
static bool put(writer *to, char c)
{
    if (to->length + 1 >= to->size)
        return false;
    to->buffer[to->length++] = c;
    return true;
}

static bool put_text(writer *to, const char *text)
{
    while (*text)
        if (!put(to, *text++))
            return false;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* RFC 3986 section 2.3. */
static bool is_unreserved(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || (c && strchr("-._~", c));
}

static bool is_sub_delim(char c)
{
    return c && strchr("!$&'()*+,;=", c);
}

/* Those of RFC 3986 section 3.3, and those that browsers send as they are. */
static bool is_of_path(char c)
{
    return is_unreserved(c) || is_sub_delim(c) || (c && strchr(":@[]^|", c));
}

static bool is_of_host(char c)
{
    return is_unreserved(c) || is_sub_delim(c);
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 section 6.2.2: an escape of an unreserved character is that character, all others are
 * written in upper case. */
static bool put_escape(writer *to, const char *at, const char *end, bool is_host)
{
    static const char digits[] = "0123456789ABCDEF";
    int high = end - at < 3 ? -1 : hex_value(at[1]), low = end - at < 3 ? -1 : hex_value(at[2]);
    char c;

    if (high < 0 || low < 0)
        return false;
    c = (char)(high << 4 | low);
    if (is_unreserved(c))
        return put(to, is_host ? lower(c) : c);
    return put(to, '%') && put(to, digits[high]) && put(to, digits[low]);
}

static bool put_part(writer *to, const char *at, const char *end, bool is_host)
{
    while (at < end) {
        if (*at == '%') {
            if (!put_escape(to, at, end, is_host))
                return false;
            at += 3;
        } else if (is_host ? is_of_host(*at) && put(to, lower(*at))
                           : is_of_path(*at) && put(to, *at)) {
            at++;
        } else {
            return false;
        }
    }
    return true;
}

/* RFC 3986 section 3.2.2: what is between brackets is an address; zones are not for URLs that
 * travel. */
static bool put_address(writer *to, const char *at, const char *end)
{
    for (const char *p = at + 1; p < end - 1; p++)
        if (hex_value(*p) < 0 && *p != ':' && *p != '.')
            return false;
    if (end - at < 4)
        return false;
    while (at < end)
        if (!put(to, lower(*at++)))
            return false;
    return true;
}

/* [at, end): empty, or a colon and digits. */
static bool put_port(writer *to, const char *at, const char *end, uint32_t usual)
{
    char text[8] = "";
    size_t digits = sizeof(text) - 1;
    uint32_t port = 0;

    if (at == end)
        return true;
    if (*at++ != ':')
        return false;
    if (at == end)
        return true;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        port = port * 10 + (uint32_t)(*at - '0');
        if (port > PORT_MAX)
            return false;
    }
    if (port == 0)
        return false;
    for (uint32_t rest = port; rest; rest /= 10)
        text[--digits] = (char)('0' + rest % 10);
    text[--digits] = ':';
    return port == usual || put_text(to, text + digits);
}

static bool put_authority(writer *to, const char *at, const char *end, uint32_t usual_port)
{
    bool is_address = at < end && *at == '[';
    const char *host_end = memchr(at, is_address ? ']' : ':', (size_t)(end - at));

    if (is_address && !host_end)
        return false;
    host_end = host_end ? host_end + is_address : end;
    return host_end > at &&
           (is_address ? put_address(to, at, host_end) : put_part(to, at, host_end, true)) &&
           put_port(to, host_end, end, usual_port);
}

static bool is_text(const writer *of, size_t from, const char *text)
{
    size_t length = strlen(text);

    return of->length - from == length && memcmp(of->buffer + from, text, length) == 0;
}

/* Take the last segment away again. An empty one stays: httpd makes one slash of two before it
 * looks at dots (MergeSlashes), and would serve another path than the one that is left here. */
static bool take_segment(writer *from, size_t path)
{
    size_t end = from->length;

    while (from->length > path && from->buffer[--from->length] != '/')
        ;
    return end == path || end - from->length > 1;
}

/* RFC 3986 section 5.2.4, on segments that are decoded: "." goes, ".." takes the one before along.
 */
static bool put_path(writer *to, const char *at, const char *end)
{
    size_t path = to->length;

    if (at == end)
        return put(to, '/');
    while (at < end) {
        const char *slash = memchr(at + 1, '/', (size_t)(end - at - 1));
        const char *segment_end = slash ? slash : end;
        size_t segment = to->length;
        bool up;

        if (!put(to, '/') || !put_part(to, at + 1, segment_end, false))
            return false;
        up = is_text(to, segment, "/..");
        if (up || is_text(to, segment, "/.")) {
            to->length = segment;
            if ((up && !take_segment(to, path)) || (segment_end == end && !put(to, '/')))
                return false;
        }
        at = segment_end;
    }
    return true;
}

/* Behind the scheme. */
static bool put_rest(writer *to, const char *at, const char *end, uint32_t usual_port)
{
    const char *path = at;

    for (const char *p = at; p < end; p++)
        if (*p == '?' || *p == '#')
            end = p;
    while (path < end && *path != '/')
        path++;
    return put_authority(to, at, path, usual_port) && put_path(to, path, end);
}

static bool has_controls(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
            return true;
    return false;
}

bool okta_target_normalize(const char *url, size_t length, char *buffer, size_t size)
{
    static const struct {
        const char *scheme;
        uint32_t port;
    } schemes[] = {{"https://", 443}, {"http://", 80}};
    writer to = {buffer, 0, size};

    if (has_controls(url, length))
        return false;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t head = strlen(schemes[i].scheme);

        if (length < head || strncasecmp(url, schemes[i].scheme, head) != 0)
            continue;
        if (!put_text(&to, schemes[i].scheme) ||
            !put_rest(&to, url + head, url + length, schemes[i].port))
            return false;
        buffer[to.length] = '\0';
        return true;
    }
    return false;
}
