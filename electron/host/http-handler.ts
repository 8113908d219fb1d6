/** The HTTP side of the served app: the renderer's files, and the door that turns a link into a session. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../engine/ports.ts';
import { LINK_NEEDED, messagePage, type MessagePage } from './message-page.ts';
import { hostAllowed, parseTarget, type Target } from './request-checks.ts';
import type { Sessions } from './session.ts';
import type { StaticFiles } from './static-files.ts';

export interface HttpDeps {
  readonly hosts: ReadonlySet<string>;
  readonly headers: Readonly<Record<string, string>>;
  readonly sessions: Sessions;
  readonly files: StaticFiles;
  readonly log: Log;
}

type Answer = (status: number, headers: Record<string, string>, body: string | Buffer) => void;

/** Answers one request; a request that is not right gets a 4xx that says why. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  deps: HttpDeps,
): Promise<void> {
  const answer: Answer = (status, headers, body) => {
    response.writeHead(status, { ...deps.headers, ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  try {
    await respond(request, deps, answer);
  } catch (error) {
    deps.log.error(`http: ${error instanceof Error ? error.message : String(error)}`);
    if (response.headersSent) response.destroy();
    else plain(answer, 500, 'Sluice could not read this file.');
  }
}

async function respond(request: IncomingMessage, deps: HttpDeps, answer: Answer): Promise<void> {
  if (!hostAllowed(request.headersDistinct['host'], deps.hosts)) {
    return plain(answer, 403, 'This server answers only to its own address on this computer.');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return plain(answer, 405, 'Only GET and HEAD are answered here.', { allow: 'GET, HEAD' });
  }
  const target = parseTarget(request.url);
  if (target === undefined) return plain(answer, 400, 'The path of the request is malformed.');
  if (target.path === '/' && target.query.has('token')) return enter(request, target, deps, answer);
  if (!deps.sessions.knows(request.headers.cookie)) return page(answer, 403, LINK_NEEDED);
  const file = await deps.files.read(target.path);
  if (file === undefined) return plain(answer, 404, 'There is no such file.');
  answer(200, { 'content-type': file.contentType, 'cache-control': file.cacheControl }, file.body);
}

/** Exchanges the token of a link for a cookie. */
function enter(request: IncomingMessage, target: Target, deps: HttpDeps, answer: Answer): void {
  // Programs that preview links send HEAD: the token must survive them.
  if (request.method === 'HEAD') return page(answer, 200, OPENING);
  const cookie = deps.sessions.exchange(target.query.get('token') ?? '');
  if (cookie === undefined) return page(answer, 403, LINK_NEEDED);
  const headers = { 'set-cookie': cookie };
  // After a click on another site (a terminal in a browser), a redirect would still count as coming from there, and
  // SameSite=Strict would keep the cookie back. A page of our own that goes on is a fresh start.
  if (request.headers['sec-fetch-site'] === 'cross-site') return page(answer, 200, OPENING, headers);
  plain(answer, 303, 'Opening Sluice.', { ...headers, location: '/' });
}

const OPENING: MessagePage = { title: 'Opening Sluice', text: 'One moment.', goTo: '/' };

function page(
  answer: Answer,
  status: number,
  content: MessagePage,
  headers: Record<string, string> = {},
): void {
  const fixed = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  answer(status, { ...fixed, ...headers }, messagePage(content));
}

function plain(answer: Answer, status: number, text: string, headers: Record<string, string> = {}): void {
  const fixed = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  answer(status, { ...fixed, ...headers }, `${text}\n`);
}
