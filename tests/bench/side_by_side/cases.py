# SPDX-License-Identifier: Apache-2.0
"""What is compared: servers, and the requests that they get."""

import json
from dataclasses import dataclass
from pathlib import Path

from .server import MODULES
from .tokens import AUDIENCE

CACHE = 4096


def no_auth():
    return "<Location />\nRequire all granted\n</Location>"


def okta(module, tokens, *, cache=CACHE, other_issuers=(), extra=""):
    """The token's issuer stands last, behind all the others."""
    issuers = [*other_issuers, tokens.issuer]
    sections = "".join(f"<OktaIssuer {url}>\nOktaJwksFile {tokens.jwks}\n</OktaIssuer>\n"
                       for url in issuers)
    return f"""LoadModule auth_okta_module {module}
OktaTokenCache {cache}
OktaStateDir state
{extra}
{sections}
<Location />
AuthType Okta
OktaIssuer {" ".join(issuers)}
OktaAudience {AUDIENCE}
Require valid-user
</Location>"""


def openidc(tokens):
    return f"""LoadModule auth_openidc_module {MODULES}/mod_auth_openidc.so
OIDCOAuthVerifyCertFiles {tokens.kid}#{tokens.pem}
OIDCOAuthRemoteUserClaim sub
OIDCCryptoPassphrase bench
<Location />
AuthType oauth20
Require valid-user
</Location>"""


def oauth2(tokens):
    """A key in the configuration, as above."""
    key = next(key for key in json.loads(tokens.jwks.read_text())["keys"] if key["kid"] == tokens.kid)
    return f"""LoadModule oauth2_module {MODULES}/mod_oauth2.so
<Location />
AuthType oauth2
OAuth2TokenVerify jwk '{json.dumps(key)}' verify.exp=required
Require valid-user
</Location>"""


@dataclass(frozen=True)
class Case:
    name: str
    server: str       # of the table below
    tokens: Path      # None: no token
    refused: bool = False
    label: str = ""


def servers(module, tokens):
    return {
        "none": no_auth(),
        "okta": okta(module, tokens),
        "okta-uncached": okta(module, tokens, cache=0),
        "openidc": openidc(tokens),
        "oauth2": oauth2(tokens),
    }


def cases(tokens):
    first, first_bad = tokens.first("good"), tokens.first("bad")
    return [
        Case("none", "none", None, label="no auth"),
        Case("hot", "okta", first, label="one token"),
        Case("cold", "okta", tokens.good, label="20,000 tokens"),
        Case("cold-uncached", "okta-uncached", tokens.good, label="20,000 tokens, cache off"),
        Case("bad", "okta", tokens.bad, True, label="20,000 badly signed"),
        Case("bad-one", "okta", first_bad, True, label="one badly signed"),
        Case("openidc-hot", "openidc", first, label="mod_auth_openidc, one token"),
        Case("openidc-cold", "openidc", tokens.good, label="mod_auth_openidc, 20,000 tokens"),
        Case("openidc-bad", "openidc", tokens.bad, True, label="mod_auth_openidc, 20,000 badly signed"),
    ]


def counted_cases(tokens):
    """Those above, and what only its instructions are counted of."""
    return [*cases(tokens), Case("oauth2-hot", "oauth2", tokens.first("good"), label="mod_oauth2, one token"),
            Case("oauth2-cold", "oauth2", tokens.good, label="mod_oauth2, 20,000 tokens")]
