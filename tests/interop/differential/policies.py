# SPDX-License-Identifier: Apache-2.0
"""What the places expect that a token is judged at: each is a <Location>, and the same for every other judge."""

from dataclasses import asdict, dataclass

from differential.keysets import ALGORITHMS

AUDIENCE, OTHER_AUDIENCE = "api://default", "https://api.example.com/orders"
CLIENT, OTHER_CLIENT = "0oaorders0000000001", "0oareports000000002"
# Wide, so that a token on one side of an edge stays there while the judges take their time.
SKEW = 600


@dataclass(frozen=True)
class Policy:
    name: str
    issuers: tuple  # names of issuers
    audiences: tuple = (AUDIENCE,)
    clients: tuple = ()
    algorithms: tuple = ("RS256",)
    at_jwt: bool = False
    skew: int = SKEW

    def told(self, urls):
        """For the judges: plain data, issuers by their URLs."""
        return {**asdict(self), "issuers": [urls[name] for name in self.issuers]}


def _policies():
    yield Policy("okta", ("okta",))
    yield Policy("okta-client", ("okta",), (AUDIENCE, OTHER_AUDIENCE), (CLIENT,))
    yield Policy("okta-strict", ("okta",), at_jwt=True, skew=0)
    yield Policy("pair", ("okta", "twin"))
    for name in ("every", "bare", "blind", "odd"):
        yield Policy(name, (name,), algorithms=ALGORITHMS)
    yield Policy("every-client", ("every",), (OTHER_AUDIENCE, AUDIENCE), (CLIENT, OTHER_CLIENT), ALGORITHMS)
    yield Policy("every-strict", ("every",), algorithms=ALGORITHMS, at_jwt=True, skew=0)
    yield Policy("bare-rsa", ("bare",), algorithms=("RS256", "PS256"))
    for name in ("nulls", "together"):
        yield Policy(name, (name,), algorithms=("RS256", "ES256"))
    for name in ("lone", "shared", "sizes"):
        yield Policy(name, (name,))


POLICIES = {policy.name: policy for policy in _policies()}
# How often a token is made for each: most of them for keys as Okta publishes them.
WEIGHTS = {"okta": 24, "okta-client": 8, "okta-strict": 8, "pair": 5, "every": 16, "every-client": 5,
           "every-strict": 5, "bare": 8, "bare-rsa": 3, "blind": 3, "odd": 8, "lone": 2, "shared": 2, "sizes": 3, "nulls": 2,
           "together": 4}
