// SPDX-License-Identifier: Apache-2.0
// Signs by npm jose. Standard input: { keys: { name: private JWK }, drafts: [{ key, header, payload }] }, payload in
// base64. Prints a JSON array of compact tokens.
import { text } from 'node:stream/consumers';

import { CompactSign, importJWK } from 'jose';

const { keys, drafts } = JSON.parse(await text(process.stdin));
const imported = new Map();
const tokens = [];
for (const { key, header, payload } of drafts) {
  const name = `${key} ${header.alg}`;
  if (!imported.has(name)) imported.set(name, await importJWK(keys[key], header.alg));
  tokens.push(
    await new CompactSign(Buffer.from(payload, 'base64'))
      .setProtectedHeader(header)
      .sign(imported.get(name)),
  );
}
console.log(JSON.stringify(tokens));
