// SPDX-License-Identifier: Apache-2.0
'use strict';

const HOUR = 3600;
const KEPT_ANSWERS = 6;

const find = (selector) => document.querySelector(selector);
const token = find('#token');
let demo; // demo.json, which scripts/demo writes
let proofKey; // that the newest bound token is bound to
let lastProof = '';

function decodePart(part) {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
}

/* What is pasted may be the whole answer of the authorization server. */
function readPasted() {
  try {
    token.value = JSON.parse(token.value).access_token ?? token.value;
  } catch {
    // the token alone
  }
  showDecoded();
}

function showDecoded() {
  let text = '';
  try {
    const [header, claims] = token.value.trim().split('.').slice(0, 2).map(decodePart);
    text = `${JSON.stringify(header, null, 2)}\n${JSON.stringify(claims, null, 2)}`;
  } catch {
    // not a token, or not one yet
  }
  find('#decoded').hidden = !text;
  find('#claims').textContent = text;
}

/* The same token with more rights than the issuer signed for. */
function tampered(text) {
  const [header, claims, signature] = text.split('.');
  try {
    return [header, encodePart({ ...decodePart(claims), scp: ['admin'] }), signature].join('.');
  } catch {
    return `${text}x`;
  }
}

/* What the development server is asked for: a token that is good, or wrong in one way. */
function wishes(kind) {
  const now = Math.floor(Date.now() / 1000);
  return {
    good: {},
    admin: { scope: 'api:read admin' },
    expired: { dev_claims: JSON.stringify({ iat: now - 2 * HOUR, exp: now - HOUR }) },
    audience: { dev_claims: JSON.stringify({ aud: 'api://another' }) },
    issuer: { dev_claims: JSON.stringify({ iss: new URL('another', demo.issuer).href }) },
    kid: { dev_key: 'unpublished' },
    bound: { client_id: demo.dpop_client_id },
  }[kind];
}

/* The parameters of a WWW-Authenticate header with one challenge. */
function parameters(challenge) {
  const quoted = challenge.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...quoted].map(([, name, value]) => [name, value.replace(/\\(.)/g, '$1')]));
}

/* What an app can tell its user from the status and the challenge. */
function meaning(status, challenge) {
  const { error, error_description: description, scope } = parameters(challenge);
  if (error === 'insufficient_scope' && scope) {
    return `The token is good, but lacks the scope ${scope}.`;
  }
  if (description) {
    return description.endsWith('.') ? description : `${description}.`;
  }
  return status === 401 && challenge ? 'This call takes a token.' : '';
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
      .replace(/("access_token": "[^"]{24})[^"]*"/, '$1…"');
  } catch {
    return text;
  }
}

function fill(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

function show({ status = '–', statusText = '', request, sent = '', challenge = '', said, body = '' }) {
  const answer = find('#answer').content.cloneNode(true);
  const pill = answer.querySelector('.status');
  pill.textContent = `${status} ${statusText}`.trim();
  pill.classList.toggle('good', status >= 200 && status < 300);
  answer.querySelector('.request').textContent = request;
  answer.querySelector('.sent').textContent = sent;
  fill(answer.querySelector('.meaning'), said ?? meaning(status, challenge));
  fill(answer.querySelector('.challenge'), challenge && `WWW-Authenticate: ${challenge}`);
  fill(answer.querySelector('.body'), pretty(body));
  find('#answers .note')?.remove();
  find('#answers').prepend(answer);
  for (const old of [...document.querySelectorAll('#answers article')].slice(KEPT_ANSWERS)) {
    old.remove();
  }
}

async function call(url, method, sent, options) {
  const request = `${method} ${new URL(url).pathname}`;
  try {
    const response = await fetch(url, { method, cache: 'no-store', ...options });
    const { status, statusText } = response;
    const challenge = response.headers.get('WWW-Authenticate') ?? '';
    const nonce = response.headers.get('DPoP-Nonce') ?? '';
    return { status, statusText, request, sent, challenge, nonce, body: await response.text() };
  } catch (error) {
    // A script learns no more than this; the browser's console says which of the two it is.
    const said = `The browser says “${error.message}”: the API does not allow the page’s origin, or scripts/demo has ended.`;
    return { status: 'no answer', request, sent, said };
  }
}

/* A server that wants a nonce says so, and gets a second proof that repeats it. */
async function callWithProof(url, method, sent, options, bearing) {
  const send = async (nonce) => {
    lastProof = await makeProof(proofKey, method, url, { token: bearing, nonce });
    return call(url, method, sent, { ...options, headers: { ...options.headers, DPoP: lastProof } });
  };
  const answer = await send();
  if (!answer.nonce || !`${answer.body}${answer.challenge}`.includes('use_dpop_nonce')) {
    return answer;
  }
  const second = await send(answer.nonce);
  const said = 'The server asked for a nonce first (use_dpop_nonce); the second proof repeats it.';
  return second.status === 200 ? { ...second, said } : second;
}

async function getToken(kind, label) {
  const sent = { good: '', admin: 'with scope admin', bound: 'with a proof' }[kind] ?? `asks for: ${label}`;
  const url = `${demo.issuer}/v1/token`;
  const options = {
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: demo.client_id,
      client_secret: demo.client_secret,
      scope: 'api:read',
      ...wishes(kind),
    }),
  };
  if (kind === 'bound') {
    proofKey = await makeProofKey();
  }
  const answer = kind === 'bound'
    ? await callWithProof(url, 'POST', sent, options)
    : await call(url, 'POST', sent, options);
  if (answer.status === 200) {
    token.value = JSON.parse(answer.body).access_token;
    showDecoded();
  }
  show(answer);
}

const SENT = {
  none: 'without token',
  token: 'with the token',
  tampered: 'with it tampered',
  proof: 'with the token and a proof',
  replay: 'with the same proof again',
  unproven: 'without a proof',
};

async function callApi({ call: path, with: kind }) {
  const text = token.value.trim();
  const url = demo.api + path;
  const sent = SENT[kind];
  const refuse = (said) => show({ request: `GET ${path}`, sent: 'not sent', said });
  if (kind !== 'none' && !text) {
    refuse('There is no token yet: get one in step 1.');
  } else if (kind === 'none') {
    show(await call(url, 'GET', sent, {}));
  } else if (kind === 'token' || kind === 'tampered') {
    const value = kind === 'tampered' ? tampered(text) : text;
    show(await call(url, 'GET', sent, { headers: { Authorization: `Bearer ${value}` } }));
  } else if (!proofKey) {
    refuse('There is no key for a proof yet: get a token that is bound to one in step 1.');
  } else {
    const headers = { Authorization: `DPoP ${text}` };
    if (kind === 'replay') {
      headers.DPoP = lastProof;
    }
    show(kind === 'proof'
      ? await callWithProof(url, 'GET', sent, { headers }, text)
      : await call(url, 'GET', sent, { headers }));
  }
}

async function act(button) {
  if (button.dataset.token) {
    await getToken(button.dataset.token, button.textContent);
  } else if (button.dataset.call) {
    await callApi(button.dataset);
  } else {
    show(await call(`${demo.issuer}/v1/rotate`, 'POST', '', {}));
  }
}

function showPlaces() {
  const isHome = location.origin === demo.app;
  const elsewhere = new URL(demo.app);
  elsewhere.hostname = 'localhost'; // the same server by another name is another origin
  find('#page').textContent = location.origin;
  find('#elsewhere').href = elsewhere;
  find('#elsewhere').hidden = !isHome;
  find('#home').href = demo.app;
  find('#home').textContent = demo.app;
  find('#foreign').hidden = isHome;
  for (const name of ['api', 'issuer', 'audience', 'curl']) {
    find(`#${name}`).textContent = demo[name];
  }
}

async function start() {
  demo = await (await fetch('demo.json', { cache: 'no-store' })).json();
  find('#mode').textContent = demo.mode === 'dev'
    ? 'A web app and an API on two origins, with the development authorization server of this repository.'
    : 'A web app and an API on two origins, with your Okta authorization server.';
  showPlaces();
  for (const part of document.querySelectorAll('[data-mode]')) {
    part.hidden = part.dataset.mode !== demo.mode;
  }
  token.addEventListener('input', readPasted);
  document.addEventListener('click', async ({ target: button }) => {
    if (button.tagName !== 'BUTTON') {
      return;
    }
    button.disabled = true;
    try {
      await act(button);
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
}

start();
