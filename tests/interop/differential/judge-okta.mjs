// SPDX-License-Identifier: Apache-2.0
// The verdicts of @okta/jwt-verifier. Usage: node judge-okta.mjs SETUP_FILE, which holds { policies, keysets }.
// Reads lines "policy token" (the token in hex), prints for each a line of JSON: "ok", or the reason for refusing.
// A token can end this process; whoever runs it starts another one for the rest.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import OktaJwtVerifier from '@okta/jwt-verifier';

const { policies, keysets } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// It warns on standard output that https is off; the verdicts go there.
console.warn = () => {};

const issuers = Object.keys(keysets);
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(keysets[issuers[Number(request.url.slice(1))]]));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

function verifier(issuer, client) {
  return new OktaJwtVerifier({
    issuer,
    jwksUri: `http://127.0.0.1:${server.address().port}/${issuers.indexOf(issuer)}`,
    // Its limit of 10 fetches a minute would refuse good tokens after the first unknown kids.
    jwksRequestsPerMinute: 1e9,
    testing: { disableHttpsCheck: true },
    ...(client && { assertClaims: { cid: client } }),
  });
}

// It compares cid with one value: a verifier for each issuer and each client.
const verifiers = Object.fromEntries(
  Object.entries(policies).map(([name, policy]) => [
    name,
    policy.issuers.flatMap((issuer) =>
      (policy.clients.length ? policy.clients : [null]).map((client) => verifier(issuer, client)),
    ),
  ]),
);

async function verdict(policy, token) {
  let said = 'no issuer';
  for (const each of verifiers[policy]) {
    try {
      await each.verifyAccessToken(token, policies[policy].audiences);
      return 'ok';
    } catch (error) {
      said = String(error?.message ?? error);
    }
  }
  return said;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [policy, token] = line.split(' ');
  const said = await verdict(policy, Buffer.from(token, 'hex').toString('latin1'));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
server.close();
