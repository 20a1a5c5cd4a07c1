// SPDX-License-Identifier: Apache-2.0
// The reference MCP server (npm @modelcontextprotocol/server) with orders behind it, for the tests and for
// `scripts/demo --mcp`. It knows nothing of tokens: httpd in front of it does.
//   node mcp-server.mjs [--sessions VERSION,…]
// Prints one JSON line when it listens; ends when standard input closes, so that it cannot outlive its caller.
// --sessions: clients older than 2026-07-28 get sessions as their specification has them (GET, DELETE), in one of
// these versions, and a third tool, whose answer is a stream.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { z } from 'zod';

const versions = process.argv[2] === '--sessions' ? process.argv[3].split(',') : undefined;
const orders = new Map([['1001', 'shipped'], ['1002', 'open']]);
const watchers = new Set();
const sessions = new Map();

const text = (said) => ({ content: [{ type: 'text', text: said }] });

function listOrders() {
  return text([...orders].map(([id, state]) => `order ${id}: ${state}`).join('\n'));
}

function cancelOrder({ id }) {
  if (!orders.has(id)) return { ...text(`There is no order ${id}.`), isError: true };
  orders.set(id, 'canceled');
  for (const told of watchers) told(id);
  // Who has a stream open hears of it there.
  for (const session of sessions.values()) session.server.sendToolListChanged();
  return text(`Order ${id} is canceled.`);
}

// Says at once that it watches, and ends with the next order that is canceled: whoever buffers the stream never
// sees the first event.
async function watchOrders(_, { mcpReq }) {
  const canceled = new Promise((told) => watchers.add(told));
  const { progressToken } = mcpReq._meta;
  await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, message: 'watching' } });
  return text(`Order ${await canceled} was canceled.`);
}

function shop() {
  const server = new McpServer({ name: 'orders', version: '1.0.0' },
    versions && { supportedProtocolVersions: versions });
  server.registerTool('list_orders', { description: 'All orders and how they stand' }, listOrders);
  server.registerTool('cancel_order', { description: 'Cancel an order', inputSchema: z.object({ id: z.string() }) },
    cancelOrder);
  if (versions) {
    server.registerTool('watch_orders', { description: 'Wait for the next order that is canceled',
      inputSchema: z.object({}) }, watchOrders);
  }
  return server;
}

async function openSession() {
  const server = shop();
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, { server, transport }),
    onsessionclosed: (id) => sessions.delete(id),
  });
  await server.connect(transport);
  return transport;
}

async function inSession(request, response, body) {
  const transport = sessions.get(request.headers['mcp-session-id'])?.transport ?? await openSession();
  await transport.handleRequest(request, response, body);
}

const modern = toNodeHandler(createMcpHandler(shop));

async function serve(request, response) {
  if (new URL(request.url, 'http://localhost').pathname !== '/mcp') return response.writeHead(404).end();
  if (!versions) return modern(request, response);
  const body = request.method === 'POST' ? await json(request) : undefined;
  const older = await isLegacyRequest(await toWebRequest(request, body), body);
  return older ? inSession(request, response, body) : modern(request, response, body);
}

const server = createServer(serve);
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/mcp` }));
