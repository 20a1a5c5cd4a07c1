# SPDX-License-Identifier: Apache-2.0
"""What the tables of docs/migrate.md say of back ends and of keys, measured: {row: cell} of one side."""

from env.client import bearer
from env.keys import key
from env.waiting import wait_for
from migration import asked

SPOOFED = ("X-User", "OIDC_CLAIM_sub", "OAUTH2_CLAIM_sub")
STRANGERS = 10
LOGIN = "user@example.com"
UMLAUT = "jürgen@example.com"


def _fate(fields, name):
    values = [value for field, value in fields if field == name]
    return "arrives" if "root" in values else "replaced" if values else "removed"


def _carrier(fields, value):
    """The names of the fields that hold the value, as the table has them."""
    return ", ".join(f"`{name}`" for name, found in fields if found == value) or "none"


def back_end(port, mint, seen):
    """What of a good request reaches a proxied back end, when the client sends headers of its own."""
    token = asked.token(mint, scp=["orders.read", "orders.write"])
    fields = (f"Authorization: {bearer(token)}", *(f"{name}: root" for name in SPOOFED))
    assert asked.Sent(fields).to(port).status == 200
    got = [(name, value) for name, value in seen[-1]["headers"] if not name.startswith("X-Forwarded")]
    scopes = next(value for name, value in got if "scp" in name)
    assert asked.by(asked.token(mint, sub=UMLAUT)).to(port).status == 200
    named = next(value for name, value in seen[-1]["headers"] if name.endswith("_sub"))
    # a server's headers are read as Latin-1
    plain = named in (UMLAUT, UMLAUT.encode().decode("latin-1"))
    return {
        "`sub` is in": _carrier(got, LOGIN),
        "`scp` with two elements arrives as": f"`{scopes}`",
        "`ü` in `sub` arrives": "as it is" if plain else f"as `{named[1:-len('rgen@example.com')]}`",
        "`aud` is in": _carrier(got, "api://default"),
        "the token is in": ", ".join(f"`{name}`" for name, value in got if token in value),
        **{f"a client's `{name}: root`": _fate(got, name) for name in SPOOFED},
    }


def variables(port, mint):
    """The environment of a CGI program at /env."""
    token = asked.token(mint, scp=["orders.read", "orders.write"])
    seen = asked.by(token, path="/env").to(port).environment()
    claims = {name: value for name, value in seen.items() if not name.startswith("HTTP_")}
    return {
        "CGI: `AUTH_TYPE`": f"`{seen.get('AUTH_TYPE', 'none')}`",
        "CGI: `REMOTE_USER`": f"`{seen.get('REMOTE_USER', 'none')}`",
        "CGI: `sub` is in": ", ".join(sorted(f"`{name}`" for name, value in claims.items() if value == LOGIN)),
        "CGI: `scp` arrives as": f"`{next(v for name, v in claims.items() if name.endswith('CLAIM_scp'))}`",
    }


def _by(port, mint):
    return asked.cell(asked.by(asked.token(mint)).to(port))


def keys(port, issuer, settled=lambda: True):
    """A rotation, a flood of unknown key ids, then an issuer that is gone."""
    first, rows = issuer.mint, {}
    assert _by(port, first) == "200"
    wait_for(settled, "the first fetch to end")
    issuer.keys = [key("key-2")]
    rows["new key, used as soon as it is published"] = _by(port, issuer.mint)
    rows["old key, withdrawn, right after that"] = _by(port, first)
    before = issuer.key_fetches()
    for i in range(STRANGERS):
        assert asked.by(asked.token(issuer.mint, header={"kid": f"nobody-{i}"})).to(port).status == 401
    rows["ten tokens with unknown key ids: fetches of keys"] = str(issuer.key_fetches() - before)
    known = issuer.mint if rows["new key, used as soon as it is published"] == "200" else first
    issuer.refuse()
    rows["issuer down: a key that was used before"] = _by(port, known)
    rows["issuer down: an unknown key"] = _by(port, issuer.mint_with(key("key-3")))
    return rows


def cold(port, issuer):
    """Started while the issuer is down."""
    rows = {"issuer down since the start: good token": _by(port, issuer.mint),
            "issuer down since the start: no token": asked.cell(asked.Sent().to(port))}
    issuer.resume()
    wait_for(lambda: _by(port, issuer.mint) == "200", "the issuer to be found again")
    rows["issuer back: good token, without a restart"] = "200"
    return rows
