// SPDX-License-Identifier: Apache-2.0
// OAuth clients that do DPoP (npm openid-client and oauth4webapi), for clients.py: one command a line in, one answer
// a line out, both JSON. A client keeps its key, which cannot be exported, and its nonces, as long as this runs.

import { createInterface } from 'node:readline';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

// fetch, with a record of what went over the wire; what is withheld is recorded only.
function recorder(record) {
  return async (url, options) => {
    const sent = new Headers(options.headers);
    const response = record.withhold ? new Response() : await fetch(url, options);
    record.exchanges.push({
      method: options.method,
      url: String(url),
      authorization: sent.get('authorization'),
      proof: sent.get('dpop'),
      status: response.status,
      nonce: response.headers.get('dpop-nonce'),
    });
    return response;
  };
}

// The handshake for nonces is its own: nothing here tries twice.
async function openidClient({ issuer, id, secret, alg, fetch: customFetch }) {
  const authentication = secret ? openid.ClientSecretBasic(secret) : openid.None();
  const config = await openid.discovery(new URL(issuer), id, undefined, authentication, {
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: customFetch,
  });
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(alg));
  return {
    jkt: await DPoP.calculateThumbprint(),
    grant: (parameters) => openid.clientCredentialsGrant(config, parameters, { DPoP }),
    authorize: (parameters) => openid.buildAuthorizationUrl(config, parameters).href,
    redeem: (url, checks, parameters) =>
      openid.authorizationCodeGrant(config, new URL(url), checks, parameters, { DPoP }),
    call: (token, url, method, body, headers, bound) =>
      openid.fetchProtectedResource(config, token, url, method, body, headers,
        bound ? { DPoP } : undefined),
  };
}

// As its documents say: try again when isDPoPNonceError says that the server told a nonce.
async function withNonce(attempt) {
  try {
    return await attempt();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return attempt();
  }
}

async function oauth4webapi({ issuer, id, secret, alg, fetch: customFetch }) {
  const common = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: customFetch };
  const found = await oauth.discoveryRequest(new URL(issuer), common);
  const server = await oauth.processDiscoveryResponse(new URL(issuer), found);
  const client = { client_id: id };
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(alg));
  return {
    jkt: await DPoP.calculateThumbprint(),
    grant: (parameters) => withNonce(async () => {
      const answer = await oauth.clientCredentialsGrantRequest(server, client,
        oauth.ClientSecretBasic(secret), parameters, { ...common, DPoP });
      return oauth.processClientCredentialsResponse(server, client, answer);
    }),
    call: (token, url, method, body, headers, bound) => withNonce(() =>
      oauth.protectedResourceRequest(token, method, url, headers, body,
        bound ? { ...common, DPoP } : common)),
  };
}

const libraries = { 'openid-client': openidClient, oauth4webapi };
const clients = new Map();

// What the library made of the answer: a response, or the challenges that it read.
async function read(call) {
  try {
    const response = await call;
    return { status: response.status, body: await response.text() };
  } catch (error) {
    if (error.code !== 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') throw error;
    return { status: error.status, challenges: error.cause, body: await error.response.text() };
  }
}

const commands = {
  async open({ name, library, ...options }) {
    const record = { exchanges: [], withhold: false };
    const client = await libraries[library]({ ...options, fetch: recorder(record) });
    clients.set(name, { ...client, record });
    return client.jkt;
  },
  grant: (client, { parameters }) => client.grant(parameters),
  authorize: (client, { parameters }) => client.authorize(parameters),
  redeem: (client, { url, checks, parameters }) => client.redeem(url, checks, parameters),
  call: (client, { token, url, method = 'GET', body, headers, bound = true }) =>
    read(client.call(token, new URL(url), method, body, new Headers(headers), bound)),
};

// The answer of a client's command, and what it sent for it.
async function run({ command, withhold = false, ...options }) {
  if (command === 'open') return commands.open(options);
  const client = clients.get(options.name);
  Object.assign(client.record, { exchanges: [], withhold });
  const value = await commands[command](client, options);
  return { value, exchanges: client.record.exchanges };
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ value: (await run(JSON.parse(line))) ?? null });
  } catch (error) {
    say({ error: `${error.stack}; cause: ${JSON.stringify(error.cause)}` });
  }
}
