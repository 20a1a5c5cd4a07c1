#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The table of Okta's guide, by curl, against an Apache with the sites of site.conf.

  guide.py API FOLDER     prints the rows, and ends with 1 where one is wrong; FOLDER is the issuer's
"""

import json
import subprocess
import sys
from pathlib import Path

ORIGIN = "https://app.example.com"
BARE = 'Bearer realm="api"'


def call(url, *options):
    """(status, {field: value} in lower case, body) of one request."""
    done = subprocess.run(["curl", "-sS", "--max-time", "20", "-D", "-", *options, url], check=True, text=True,
                          capture_output=True)
    head, _, body = done.stdout.partition("\n\n") if "\r\n" not in done.stdout else done.stdout.partition("\r\n\r\n")
    first, *lines = head.splitlines()
    return int(first.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}, body


def bearer(token):
    return "-H", f"Authorization: Bearer {token}"


def _preflight(api):
    status, fields, _ = call(f"{api}/api/whoami", "-X", "OPTIONS", "-H", f"Origin: {ORIGIN}",
                             "-H", "Access-Control-Request-Method: GET",
                             "-H", "Access-Control-Request-Headers: authorization")
    return (status, fields.get("access-control-allow-origin"),
            "authorization" in fields.get("access-control-allow-headers", "").lower())


def _challenged(api, path, token):
    status, fields, _ = call(api + path, *bearer(token))
    challenge = fields.get("www-authenticate", "")
    return status, challenge.partition('error="')[2].partition('"')[0]


def _known(api, token):
    status, _, body = call(f"{api}/api/whoami", *bearer(token))
    return status, json.loads(body).get("sub") if status == 200 else body


def _greeted(api, *options):
    status, _, body = call(f"{api}/api/hello", *options)
    return status, "message" in json.loads(body) if status == 200 else body


def _untouched(api):
    return call(f"{api}/")[0]


def rows(api, tokens):
    """(what is sent, what is expected, what came)."""
    status, fields, _ = call(f"{api}/api/whoami")
    yield "whoami, no token", (401, BARE), (status, fields.get("www-authenticate"))
    yield "whoami, good token", (200, "user@example.com"), _known(api, tokens["good"])
    for bad in ("expired", "tampered", "other audience"):
        yield f"whoami, {bad}", (401, "invalid_token"), _challenged(api, "/api/whoami", tokens[bad])
    yield "read, token without the scope", (403, "insufficient_scope"), _challenged(
        api, "/api/read", tokens["without scope"])
    yield "read, good token", (200, ""), _challenged(api, "/api/read", tokens["good"])
    yield "hello, no token", (200, True), _greeted(api)
    yield "hello, good token", (200, True), _greeted(api, *bearer(tokens["good"]))
    yield "whoami, preflight", (204, ORIGIN, True), _preflight(api)
    yield "the server's own page", 200, _untouched(api)


def main():
    api, folder = sys.argv[1:]
    tokens = json.loads((Path(folder) / "issuer.json").read_text())["tokens"]
    wrong = 0
    for name, expected, came in rows(api, tokens):
        wrong += came != expected
        print(f"{'ok   ' if came == expected else 'WRONG'} {name}: {came}"
              + ("" if came == expected else f", expected {expected}"), flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
