# SPDX-License-Identifier: Apache-2.0
"""A token in the making: what a mutation may change, and the steps that make a token of it."""

import json
from dataclasses import dataclass, field

from env.mint import b64url, from_b64url

from differential import signing

ABSENT = object()

@dataclass
class Draft:
    now: int
    issuers: dict  # all of the run, by name
    issuer: object  # the one that the token claims to be from
    policy: object
    signer: object
    header: dict
    claims: dict
    literals: dict = field(default_factory=dict)  # text for a number that json would not write
    header_edits: list = field(default_factory=list)  # bytes -> bytes
    payload_edits: list = field(default_factory=list)
    segment_edits: dict = field(default_factory=lambda: {0: [], 1: []})  # encoded text -> text, signed that way
    sign_with: object = None  # bytes -> signature, in place of the regular one
    signature_edits: list = field(default_factory=list)  # (signature, signed bytes) -> signature
    compact_edits: list = field(default_factory=list)  # whole token -> token

    @property
    def alg(self):
        """The algorithm that the key signs by, whatever the header says."""
        return self.signer.alg

    def regular(self, data):
        """The signature that belongs to the data."""
        if self.signer.curve:
            return signing.ecdsa_raw(self.signer.jwk, data, "256", 32)
        return signing.sign(self.alg, self.signer.jwk, data)

    def literal(self, claim, text):
        """Write a claim as a number spelled in a certain way."""
        mark = f"@{len(self.literals)}@"
        self.literals[f'"{mark}"'] = text
        self.claims[claim] = mark

    def plain(self):
        """Whether any library would mint the signed part."""
        return not (self.header_edits or self.segment_edits[0] or self.segment_edits[1] or self.sign_with)

    def header_bytes(self):
        text = json.dumps(self.header, separators=(",", ":")).encode()
        for edit in self.header_edits:
            text = edit(text)
        return text

    def payload_bytes(self):
        text = json.dumps(self.claims, separators=(",", ":"))
        for mark, literal in self.literals.items():
            text = text.replace(mark, literal)
        text = text.encode()
        for edit in self.payload_edits:
            text = edit(text)
        return text

    def signing_input(self):
        segments = [b64url(self.header_bytes()), b64url(self.payload_bytes())]
        for index, edits in self.segment_edits.items():
            for edit in edits:
                segments[index] = edit(segments[index])
        return ".".join(segments)

    def minted(self):
        """header.payload.signature as the issuer would send it, by jwcrypto."""
        text = self.signing_input()
        signature = (self.sign_with or self.regular)(text.encode("latin-1"))
        return f"{text}.{b64url(signature)}"

    def finished(self, minted):
        """What becomes of a minted token on its way."""
        text, _, encoded = minted.rpartition(".")
        if self.signature_edits:
            signature = from_b64url(encoded)
            for edit in self.signature_edits:
                signature = edit(signature, text.encode("latin-1"))
            minted = f"{text}.{b64url(signature)}"
        for edit in self.compact_edits:
            minted = edit(minted)
        return minted

@dataclass(frozen=True)
class Mutation:
    name: str
    apply: object  # (draft, rng)
    fits: object = lambda draft: True
    rare: bool = False  # expensive for a judge: used just often enough to be seen

MUTATIONS = {}

def mutation(name, fits=None, rare=False):
    """Register a function (draft, rng) under what it does."""
    def keep(function):
        assert name not in MUTATIONS, name
        MUTATIONS[name] = Mutation(name, function, fits or (lambda draft: True), rare)
        return function
    return keep

def replace(members, name, value):
    """Set a member, or take it out."""
    if value is ABSENT:
        members.pop(name, None)
    else:
        members[name] = value
