// SPDX-License-Identifier: Apache-2.0
// What JSON.parse makes of files. Usage: node parse.mjs FILE…
// Prints a JSON array: null for what it refuses, else [method, name] of each message in the file.
import { readFileSync } from 'node:fs';

function nameOf(message) {
  const params = message.params ?? {};
  if (message.method.startsWith('resources/')) return params.uri ?? null;
  return (message.method.startsWith('tasks/') ? params.taskId : params.name) ?? null;
}

function read(file) {
  let value;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
  const messages = Array.isArray(value) ? value : [value];
  return messages
    .filter((message) => typeof message?.method === 'string')
    .map((message) => [message.method, nameOf(message)]);
}

console.log(JSON.stringify(process.argv.slice(2).map(read)));
