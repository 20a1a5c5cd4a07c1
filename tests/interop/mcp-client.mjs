// SPDX-License-Identifier: Apache-2.0
// The reference MCP clients (npm @modelcontextprotocol/client 2.x, and @modelcontextprotocol/sdk 1.x), for
// mcp_parts.py: one command a line in, one answer a line out, both JSON. All of OAuth is their own code; where a
// person has to sign in, the answer holds the URL to open.

import { createInterface } from 'node:readline';

import * as newest from '@modelcontextprotocol/client';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError as OlderUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const libraries = {
  client: {
    Client: newest.Client, Transport: newest.StreamableHTTPClientTransport, Unauthorized: newest.UnauthorizedError,
    // The whole URL, so that it sees who answers (RFC 9207).
    answer: (url) => url.searchParams,
  },
  sdk: {
    Client: OlderClient, Transport: OlderTransport, Unauthorized: OlderUnauthorizedError,
    answer: (url) => url.searchParams.get('code'),
  },
};

// fetch, with a record of what went over the wire; `opened` hears of the stream of a GET.
function recorder(exchanges, opened) {
  return async (url, options = {}) => {
    const exchange = { method: options.method ?? 'GET', url: String(url), body: options.body && String(options.body),
      headers: Object.fromEntries(new Headers(options.headers)) };
    exchanges.push(exchange);
    const response = await fetch(url, options);
    exchange.status = response.status;
    exchange.challenge = response.headers.get('www-authenticate');
    exchange.type = response.headers.get('content-type');
    if (exchange.method === 'GET' && response.ok && exchange.type === 'text/event-stream') opened();
    if (response.ok && /json/.test(exchange.type)) exchange.answer = await response.clone().json();
    return response;
  };
}

// Keeps what a client has to remember, and the URL that a browser would be sent to.
function memory(redirectUrl, exchanges) {
  const kept = {};
  return {
    kept,
    redirectUrl,
    clientMetadata: { client_name: 'An agent', redirect_uris: [redirectUrl], application_type: 'native',
      token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], response_types: ['code'] },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => { kept.client = client; },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => { kept.tokens = tokens; },
    saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
    codeVerifier: () => kept.verifier,
    saveDiscoveryState: (state) => { kept.discovery = state; },
    discoveryState: () => kept.discovery,
    redirectToAuthorization: (url) => {
      kept.authorize = url.href;
      exchanges.push({ method: 'BROWSER', url: url.href });
    },
  };
}

const agents = new Map();

// What the client came to: its result, the URL where a person has to consent, or its error.
async function outcome(agent, running) {
  try {
    return { result: await running };
  } catch (error) {
    if (error instanceof agent.library.Unauthorized) return { authorize: agent.provider.kept.authorize };
    return { failed: { message: error.message, code: error.code, status: error.status ?? error.data?.status } };
  }
}

function transport(agent) {
  agent.transport = new agent.library.Transport(agent.url, { authProvider: agent.provider, fetch: agent.fetch });
  return agent.transport;
}

const commands = {
  open({ name, library, url, redirect_uri: redirectUrl, options, dpop }) {
    const exchanges = [];
    const agent = { library: libraries[library], url: new URL(url), options, exchanges,
      provider: memory(redirectUrl, exchanges) };
    agent.listening = new Promise((opened) => { agent.fetch = recorder(exchanges, opened); });
    const session = dpop && newest.DpopSession.create();
    if (dpop) agent.provider.dpop = () => session;
    agents.set(name, agent);
  },
  connect(agent) {
    agent.client = new agent.library.Client({ name: 'agent', version: '1.0.0' }, agent.options);
    return outcome(agent, (async () => {
      await agent.client.connect(transport(agent));
      const read = agent.transport.onmessage;
      agent.changed = new Promise((told) => {
        agent.transport.onmessage = (message, extra) => {
          if (message.method === 'notifications/tools/list_changed') told();
          read(message, extra);
        };
      });
      return agent.client.getNegotiatedProtocolVersion?.() ?? agent.transport.protocolVersion;
    })());
  },
  // The person has signed in; the browser came back to this URL.
  async finish(agent, { url }) {
    await agent.transport.finishAuth(agent.library.answer(new URL(url)));
    return agent.provider.kept.tokens;
  },
  tools: (agent) => outcome(agent, agent.client.listTools()),
  call: (agent, { tool, arguments: given }) => outcome(agent, agent.client.callTool({ name: tool, arguments: given })),
  // Answers when the stream's first event is here; `watched` then waits for the end.
  watch(agent) {
    return new Promise((told) => {
      const call = { name: 'watch_orders', arguments: {} };
      const options = { onprogress: (event) => told({ first: event.message, over: agent.over }) };
      agent.over = false;
      const running = agent.library === libraries.client
        ? agent.client.callTool(call, options) : agent.client.callTool(call, undefined, options);
      agent.watching = outcome(agent, running).finally(() => { agent.over = true; });
      agent.watching.then(told);
    });
  },
  watched: (agent) => agent.watching,
  // Answers when the stream of the GET is open.
  async listening(agent) { await agent.listening; },
  // Answers when the server has told that its tools changed, which older versions do by that stream.
  async changed(agent) { await agent.changed; },
  // An array of calls, which versions before 2025-06-18 have.
  together: (agent, { tools }) => outcome(agent, agent.transport.send(tools.map((tool, index) => (
    { jsonrpc: '2.0', id: `together-${index}`, method: 'tools/call', params: { name: tool, arguments: { id: '1001' } } })))),
  exchanges: (agent) => agent.exchanges.splice(0),
  async close(agent) {
    const ended = await outcome(agent, agent.transport.terminateSession());
    await agent.client.close();
    return ended;
  },
};

async function run({ command, ...options }) {
  return command === 'open' ? commands.open(options) : commands[command](agents.get(options.name), options);
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ value: (await run(JSON.parse(line))) ?? null });
  } catch (error) {
    say({ error: `${error.stack}; cause: ${JSON.stringify(error.cause)}` });
  }
}
process.exit(0);
