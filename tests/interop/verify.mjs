// SPDX-License-Identifier: Apache-2.0
// What other verifiers say of the same tokens: Okta's own (@okta/jwt-verifier) and npm jose.
// Usage: node verify.mjs ISSUER AUDIENCE JWKS_URI, a JSON array of tokens on standard input.
// Prints a JSON array of { okta, jose }: "ok", or the verifier's reason for refusing.
import { text } from 'node:stream/consumers';

import OktaJwtVerifier from '@okta/jwt-verifier';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer, audience, jwksUri] = process.argv.slice(2);
// Okta's verifier warns on standard output that https is off; the test reads JSON from there.
console.warn = () => {};
const okta = new OktaJwtVerifier({ issuer, jwksUri, testing: { disableHttpsCheck: true } });
const keySet = createRemoteJWKSet(new URL(jwksUri));

async function verdict(check) {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return error.message || error.code || String(error);
  }
}

const verdicts = [];
for (const token of JSON.parse(await text(process.stdin))) {
  verdicts.push({
    okta: await verdict(() => okta.verifyAccessToken(token, audience)),
    jose: await verdict(() =>
      jwtVerify(token, keySet, { issuer, audience, algorithms: ['RS256'] }),
    ),
  });
}
console.log(JSON.stringify(verdicts));
