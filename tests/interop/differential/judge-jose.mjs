// SPDX-License-Identifier: Apache-2.0
// npm jose's verdicts. Standard input: { policies, keysets, cases: [{ policy, token }] }, tokens in hex.
// Prints a JSON array: "ok", or the reason for refusing.
import { text } from 'node:stream/consumers';

import { createLocalJWKSet, jwtVerify } from 'jose';

const { policies, keysets, cases } = JSON.parse(await text(process.stdin));
const keys = Object.fromEntries(
  Object.entries(keysets).map(([issuer, jwks]) => [issuer, createLocalJWKSet(jwks)]),
);

// jose has no setting for the client: the claim is compared here.
function checkClient(payload, clients) {
  const client = payload.cid ?? payload.client_id ?? payload.azp;
  if (clients.length && !clients.includes(client)) throw new Error('the client is not accepted');
}

async function verdict(policy, token) {
  let said = 'no issuer';
  for (const issuer of policy.issuers) {
    try {
      const { payload } = await jwtVerify(token, keys[issuer], {
        issuer,
        audience: policy.audiences,
        algorithms: policy.algorithms,
        clockTolerance: policy.skew,
        requiredClaims: ['exp'],
        ...(policy.at_jwt && { typ: 'at+jwt' }),
      });
      checkClient(payload, policy.clients);
      return 'ok';
    } catch (error) {
      // of several issuers, one whose keys fit the signature says more than one whose keys do not
      if (said === 'no issuer' || error.code !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
        said = `${error.code ?? error.name}: ${error.message}`;
    }
  }
  return said;
}

const verdicts = [];
for (const { policy, token } of cases)
  verdicts.push(await verdict(policies[policy], Buffer.from(token, 'hex').toString('latin1')));
console.log(JSON.stringify(verdicts));
