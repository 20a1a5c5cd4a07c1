// SPDX-License-Identifier: Apache-2.0
// What a resource server that is not ours (npm oauth4webapi) says of requests with bound tokens and their proofs.
// Usage: node resource-server.mjs ISSUER AUDIENCE, a JSON array of { method, url, authorization, proof } on standard
// input. Prints a JSON array: "ok", or its reason for refusing.
import { text } from 'node:stream/consumers';

import * as oauth from 'oauth4webapi';

const [issuer, audience] = process.argv.slice(2);
const options = { [oauth.allowInsecureRequests]: true };
const found = await oauth.discoveryRequest(new URL(issuer), options);
const server = await oauth.processDiscoveryResponse(new URL(issuer), found);

async function verdict({ method, url, authorization, proof }) {
  const headers = new Headers({ authorization });
  if (proof) headers.set('dpop', proof);
  try {
    await oauth.validateJwtAccessToken(server, new Request(url, { method, headers }), audience, options);
    return 'ok';
  } catch (error) {
    return error.message;
  }
}

const verdicts = [];
for (const request of JSON.parse(await text(process.stdin))) verdicts.push(await verdict(request));
console.log(JSON.stringify(verdicts));
