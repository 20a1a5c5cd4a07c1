# SPDX-License-Identifier: Apache-2.0
"""The seeded program that makes the tokens of a run, each with a description and without an expectation.

The seed fixes which tokens are made. Keys are fresh in each run, and so are the random parts of PSS and ECDSA.
"""

import random
from dataclasses import dataclass

from differential import (mutate_claims, mutate_encoding, mutate_header,  # noqa: F401 (they register)
                          mutate_signature, mutate_text)
from differential.draft import MUTATIONS, Draft
from differential.policies import AUDIENCE, OTHER_CLIENT, POLICIES, WEIGHTS

# For each mutation: cases on Okta's kind of key, and on any.
_SURE = ("okta", None)
_RARE_MOST = 3
_HOW_MANY = ((0, 22), (1, 50), (2, 20), (3, 8))


@dataclass(frozen=True)
class Case:
    number: int
    policy: str
    about: tuple  # the algorithm, the key's trait, the mutations: what a class of disagreements may name
    minter: str
    token: str  # each character is one byte on the wire

    def description(self):
        alg, key, *changes = self.about
        return f"#{self.number} at {self.policy}: {alg}, {key}; {'; '.join(changes) or 'nothing changed'}" \
               f" (minted by {self.minter})"


class Generator:
    """now: the time that the tokens are made around; issuers: those of keysets.make()."""

    def __init__(self, seed, now, issuers):
        self._seed, self._now, self._issuers = seed, now, issuers
        self._rare = dict.fromkeys((name for name, m in MUTATIONS.items() if m.rare), 0)

    def drafts(self, count):
        """(number, draft, names of its mutations), at least `count` of them."""
        number = 0
        for index, plan in enumerate(self._plans(count)):
            rng = random.Random(f"{self._seed}/{index}")
            made = plan(rng)
            if made is not None:
                draft, names = made
                for name in names:
                    MUTATIONS[name].apply(draft, rng)
                yield number, draft, tuple(names)
                number += 1

    def _plans(self, count):
        planned = 0
        for policy in POLICIES.values():
            for issuer in policy.issuers:
                for signer in self._issuers[issuer].signers:
                    yield lambda rng, p=policy, i=issuer, s=signer: (self._draft(rng, p, i, s), ())
                    planned += 1
        for name in MUTATIONS:
            for policy in _SURE:
                yield lambda rng, n=name, p=policy: self._fitting(rng, p, [n])
                planned += 1
        for _ in range(max(0, count + 100 - planned)):
            yield self._at_random

    def _at_random(self, rng):
        size = rng.choices(*zip(*_HOW_MANY))[0]
        names = []
        for name in rng.sample(sorted(MUTATIONS), size):
            if name in self._rare:
                if self._rare[name] >= _RARE_MOST:
                    continue
                self._rare[name] += 1
            names.append(name)
        # In the order of the catalog: what changes the header comes before what signs it.
        return self._fitting(rng, None, sorted(names, key=list(MUTATIONS).index), tries=20)

    def _fitting(self, rng, policy, names, tries=400):
        """A draft that all these mutations fit, or None."""
        for _ in range(tries):
            name = policy or rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            draft = self._draft(rng, POLICIES[name])
            if all(MUTATIONS[n].fits(draft) for n in names):
                return draft, names
        return None

    def _draft(self, rng, policy, issuer=None, signer=None):
        issuer = self._issuers[issuer or rng.choice(policy.issuers)]
        signer = signer or rng.choice(issuer.signers)
        header = {"alg": signer.alg}
        if signer.kid is not None:
            header["kid"] = signer.kid
        if policy.at_jwt and rng.random() < 0.85:
            header["typ"] = rng.choice(("at+jwt", "application/at+jwt"))
        return Draft(now=self._now, issuers=self._issuers, issuer=issuer, policy=policy, signer=signer,
                     header=header, claims=self._claims(rng, policy, issuer))

    def _claims(self, rng, policy, issuer):
        """As Okta fills them for a user or for a client."""
        claims = {
            "ver": 1, "jti": f"AT.{rng.randrange(16 ** 20):020x}", "iss": issuer.url,
            "aud": rng.choice(policy.audiences) if rng.random() < 0.9 else AUDIENCE,
            "iat": self._now - rng.choice((0, 5, 300)), "exp": self._now + rng.choice((3600, 86400)),
            "cid": rng.choice(policy.clients) if policy.clients else OTHER_CLIENT,
            "scp": rng.sample(["openid", "email", "orders.read", "orders.write"], 2),
        }
        if rng.random() < 0.3:
            return {**claims, "sub": claims["cid"]}
        return {**claims, "uid": f"00u{rng.randrange(10 ** 15)}", "auth_time": claims["iat"],
                "sub": rng.choice(("user@example.com", "jürgen@example.com", "00u1234"))}


def _by_jose(draft):
    """Whether npm's jose is to mint it: what it would refuse or normalize, jwcrypto mints."""
    header = draft.header
    return (draft.plain() and draft.signer.by_jose and not draft.signer.curve
            and header.get("alg") == draft.alg and set(header) <= {"alg", "kid", "typ"}
            and all(isinstance(value, str) for value in header.values()))


def _sendable(token):
    """What a field of HTTP can hold; the ends would be trimmed."""
    return token.translate({0: None, 10: None, 13: None}).strip(" \t") or "."


def cases(seed, count, now, issuers, jose_mint):
    """All cases of a run. jose_mint: a list of drafts -> their tokens, minted by npm's jose."""
    drafts = list(Generator(seed, now, issuers).drafts(count))
    by_jose = [draft for number, draft, _ in drafts if number % 2 and _by_jose(draft)]
    minted = dict(zip(map(id, by_jose), jose_mint(by_jose)))
    for number, draft, names in drafts:
        token = minted.get(id(draft)) or draft.minted()
        yield Case(number, draft.policy.name, (f"alg: {draft.alg}", draft.signer.trait, *names),
                   "jose" if id(draft) in minted else "jwcrypto", _sendable(draft.finished(token)))
