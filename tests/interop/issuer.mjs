// SPDX-License-Identifier: Apache-2.0
// A certified OpenID provider (npm oidc-provider) as the authorization server of the interop tests.
// One HTTP server carries three issuers, so that a token differs from a good one in nothing but the point tested:
//   /oauth2/default    the trusted one
//   /oauth2/impostor   the same signing keys, another issuer
//   /                  an issuer without a path, as other products have
// Prints one JSON line when it listens; ends when standard input closes, so that it cannot outlive the test run.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

// Tokens for the last one are opaque: they can be asked about, as an API does with its own client.
const OPAQUE = 'api://opaque';
const AUDIENCES = ['api://default', 'api://other', OPAQUE];
const API = 'interop-api';
const API_KEY = 'interop-api-key';
const SCOPES = 'orders:read orders:write';
// An MCP server behind some httpd: the resource is its URL, and clients register themselves.
const MCP_SERVER = /^http:\/\/127\.0\.0\.1:\d+(\/oldest)?\/mcp$/;
const MCP_SCOPES = 'mcp:use orders:write';

// Its tokens have to be bound, and are for the first audience without being asked, as Okta's are.
const BOUND = 'interop-bound';
// Its tokens are bound to the certificate that it shows, as a proxy in front would hand it on: PEM, percent-encoded.
const CERTIFIED = 'interop-mtls';
const SERVICE_CLIENTS = {
  'interop-service': {},
  [BOUND]: {},
  [CERTIFIED]: {},
  'interop-brief': { accessTokenTTL: 1 },
  'interop-es256': { jwt: { sign: { alg: 'ES256' } } },
  'interop-ps256': { jwt: { sign: { alg: 'PS256' } } },
};
// Its tokens are encrypted to an API, whose private key the tests get.
const recipient = await generateKeyPair('RSA-OAEP-256', { extractable: true });
SERVICE_CLIENTS['interop-encrypted'] = {
  jwt: {
    sign: { alg: 'RS256' },
    encrypt: { alg: 'RSA-OAEP-256', enc: 'A256GCM', key: recipient.publicKey, kid: 'of-the-api' },
  },
};
// A public client with tokens that are bound to its key, as an app in a browser is.
const APP = 'interop-app';
const PROOF_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'Ed25519'];
const SECRET = 'interop-secret-of-at-least-32-characters';
const REDIRECT_URI = 'http://127.0.0.1/callback';

async function privateJwk(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg };
}

function resourceServer(ctx, indicator, client) {
  const mcp = MCP_SERVER.test(indicator);
  if (!mcp && !AUDIENCES.includes(indicator)) throw new Error(`unknown resource ${indicator}`);
  return {
    audience: indicator,
    scope: mcp ? MCP_SCOPES : SCOPES,
    accessTokenFormat: indicator === OPAQUE ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'RS256' } },
    ...SERVICE_CLIENTS[client.clientId],
  };
}

function provider(issuer, keys, apiKeys) {
  return new Provider(issuer, {
    jwks: { keys },
    clients: [
      ...Object.keys(SERVICE_CLIENTS).map((id) => ({
        client_id: id,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        dpop_bound_access_tokens: id === BOUND,
        tls_client_certificate_bound_access_tokens: id === CERTIFIED,
      })),
      { client_id: API, client_secret: SECRET, grant_types: [], response_types: [], redirect_uris: [] },
      {
        client_id: API_KEY,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: apiKeys },
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
      {
        client_id: 'interop-web',
        client_secret: SECRET,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [REDIRECT_URI],
        application_type: 'native',
      },
      {
        client_id: APP,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [REDIRECT_URI],
        application_type: 'native',
        dpop_bound_access_tokens: true,
      },
    ],
    clientBasedCORS: (ctx, origin, client) => client.clientId === APP,
    enabledJWA: { dPoPSigningAlgValues: PROOF_ALGORITHMS },
    scopes: ['openid', 'offline_access', ...MCP_SCOPES.split(' ')],
    cookies: { keys: [crypto.randomUUID()] },
    extraTokenClaims: () => ({ groups: ['Everyone', 'Œuvres & Café'], uid: '00u1nterop' }),
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      devInteractions: { enabled: true },
      registration: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => decodeURIComponent(ctx.get('client-cert')) || undefined,
      },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client) => (client.clientId === BOUND ? AUDIENCES[0] : undefined),
        getResourceServerInfo: resourceServer,
        useGrantedResource: () => true,
      },
    },
    // What a client registers with is what it knows by then; step-up asks for more, and a person consents.
    extraClientMetadata: {
      properties: ['software_id'],
      validator: (ctx, key, value, metadata) => { delete metadata.scope; },
    },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { Session: 600, Interaction: 600, Grant: 600, IdToken: 600 },
  });
}

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const keys = await Promise.all(
  ['RS256', 'ES256', 'PS256'].map((alg) => privateJwk(alg, `interop-${alg.toLowerCase()}`)),
);
const apiKey = await generateKeyPair('RS256', { extractable: true });
const apiKeys = [{ ...(await exportJWK(apiKey.publicKey)), use: 'sig', alg: 'RS256' }];
const paths = { trusted: '/oauth2/default', impostor: '/oauth2/impostor', root: '' };
const issuers = Object.fromEntries(
  Object.entries(paths).map(([name, path]) => [name, `${origin}${path}`]),
);
const mounts = Object.entries(paths).map(([name, path]) => ({
  path,
  handle: provider(issuers[name], keys, apiKeys).callback(),
}));

server.on('request', (request, response) => {
  const mount = mounts.find(({ path }) => request.url.startsWith(`${path}/`));
  // The provider derives its own URLs from originalUrl, as under any framework that mounts it.
  request.originalUrl = request.url;
  request.url = request.url.slice(mount.path.length);
  mount.handle(request, response);
});

process.stdin.resume().on('end', () => process.exit(0));
const decryptionKey = { ...(await exportJWK(recipient.privateKey)), kid: 'of-the-api', use: 'enc' };
console.log(
  JSON.stringify({
    issuers,
    secret: SECRET,
    redirect_uri: REDIRECT_URI,
    decryption_key: decryptionKey,
    api_key: await exportPKCS8(apiKey.privateKey),
  }),
);
