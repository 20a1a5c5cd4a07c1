// SPDX-License-Identifier: Apache-2.0
// Runs the pre-request script of a Postman collection in the sandbox of Postman's app, which has WebCrypto, for one
// request. Arguments: the collection, the method, the URL, the Authorization field. Prints the request's header fields.
import { readFileSync } from 'node:fs';
import sandbox from 'postman-sandbox-of-the-app';

const [collection, method, url, authorization] = process.argv.slice(2);
const { event, variable } = JSON.parse(readFileSync(collection, 'utf-8'));
const { script } = event.find(({ listen }) => listen === 'prerequest');
const request = { method, url, header: [{ key: 'Authorization', value: authorization }] };

sandbox.createContext((failed, context) => {
    if (failed) throw failed;
    context.on('error', (cursor, error) => { throw error; });
    const asked = "\nconsole.log(typeof crypto === 'object' && typeof crypto.subtle);";
    const target = { listen: 'prerequest', script: { exec: script.exec.join('\n') + asked } };
    let subtle;
    context.on('console', (cursor, level, word) => { subtle = word; });
    context.execute(target, { context: { request, collectionVariables: variable } }, (error, { request: sent }) => {
        if (error) throw error;
        console.log(JSON.stringify({ subtle, header: sent.header }));
        process.exit();
    });
});
