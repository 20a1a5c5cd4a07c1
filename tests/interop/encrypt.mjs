// SPDX-License-Identifier: Apache-2.0
// Encrypts a token by npm jose to keys that a server publishes: an implementation of JWE that is not ours.
// Reads {"token": …, "keys": [JWK, …]} from standard input and prints {kid: {alg: {enc: JWE}}}.
import { readFileSync } from 'node:fs';

import { CompactEncrypt, importJWK } from 'jose';

const ALGORITHMS = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'];
const ENCRYPTIONS = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'];
const { token, keys } = JSON.parse(readFileSync(0, 'utf8'));

function encrypt(key, kid, alg, enc) {
  return new CompactEncrypt(new TextEncoder().encode(token))
    .setProtectedHeader({ alg, enc, cty: 'JWT', kid })
    .encrypt(key);
}

const made = {};
for (const jwk of keys) {
  made[jwk.kid] = {};
  for (const alg of ALGORITHMS) {
    const key = await importJWK({ ...jwk, alg }, alg);
    made[jwk.kid][alg] = Object.fromEntries(
      await Promise.all(ENCRYPTIONS.map(async (enc) => [enc, await encrypt(key, jwk.kid, alg, enc)])),
    );
  }
}
console.log(JSON.stringify(made));
