// SPDX-License-Identifier: Apache-2.0
// Keys and tokens by npm jose for every algorithm that the module knows: an implementation of JOSE that is not ours.
// Usage: node mint.mjs JWKS_FILE ISSUER AUDIENCE. Writes the public keys to JWKS_FILE and prints one JSON object:
// algorithm -> { good, expired, forged }, where the forged one is signed with a stranger's key under the good kid.
import { writeFile } from 'node:fs/promises';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const ALGORITHMS = [
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA',
];
const [jwksFile, issuer, audience] = process.argv.slice(2);

function token(alg, key, lifetime) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ cid: '0oajose', scp: ['orders:read'], groups: ['Everyone', 'Café'] })
    .setProtectedHeader({ alg, kid: `jose-${alg}` })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(`${alg}@example.com`)
    .setJti(crypto.randomUUID())
    .setIssuedAt(now - 7200)
    .setExpirationTime(now + lifetime)
    .sign(key);
}

const keys = [];
const tokens = {};
for (const alg of ALGORITHMS) {
  const own = await generateKeyPair(alg, { extractable: true });
  const stranger = await generateKeyPair(alg);
  keys.push({ ...(await exportJWK(own.publicKey)), kid: `jose-${alg}`, alg, use: 'sig' });
  tokens[alg] = {
    good: await token(alg, own.privateKey, 3600),
    expired: await token(alg, own.privateKey, -3600),
    forged: await token(alg, stranger.privateKey, 3600),
  };
}
await writeFile(jwksFile, JSON.stringify({ keys }, null, 2));
console.log(JSON.stringify(tokens));
