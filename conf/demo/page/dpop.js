// SPDX-License-Identifier: Apache-2.0
'use strict';

/* DPoP (RFC 9449) in a browser: a key that this page can sign with and nobody can read, and proofs by it. */

const bytesOf = (text) => new TextEncoder().encode(text);

function encodeBytes(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const encodePart = (object) => encodeBytes(bytesOf(JSON.stringify(object)));

async function makeProofKey() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { privateKey, jwk: { kty, crv, x, y } };
}

/* A new proof for one request. token is the access token that goes with it, nonce the server's; both may be missing. */
async function makeProof({ privateKey, jwk }, method, url, { token, nonce } = {}) {
  const claims = { htm: method, htu: url, iat: Math.floor(Date.now() / 1000), jti: crypto.randomUUID() };
  if (token) {
    claims.ath = encodeBytes(await crypto.subtle.digest('SHA-256', bytesOf(token)));
  }
  if (nonce) {
    claims.nonce = nonce;
  }
  const input = `${encodePart({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${encodePart(claims)}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, bytesOf(input));
  return `${input}.${encodeBytes(signature)}`;
}
