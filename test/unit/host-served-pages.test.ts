/** The served app over real HTTP on loopback, as browsers and as attackers use it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEngine } from '../fakes/host-engine.ts';
import { ServedApp, type Headers } from '../harness/served-app.ts';

let app: ServedApp;

beforeAll(async () => {
  app = await ServedApp.start(fakeEngine({}));
});

afterAll(() => app.close());

describe('the link', () => {
  it('is on loopback and lets a browser in once', async () => {
    const link = new URL(app.server.newLink());
    expect(link.hostname).toBe('127.0.0.1');
    const first = await app.ask(`/${link.search}`);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    expect(first.headers['set-cookie']![0]).toMatch(
      new RegExp(`^sluice_${app.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    const second = await app.ask(`/${link.search}`);
    expect(second.status).toBe(403);
    expect(second.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.body).toContain('sluice serve');
  });

  it.each(['', 'wrong', 'x'.repeat(500), '%00', '<script>'])('refuses the token %j', async (token) => {
    const answer = await app.ask(`/?token=${encodeURIComponent(token)}`);
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('<script>');
  });

  it('survives HEAD, which link previews send', async () => {
    const { search } = new URL(app.server.newLink());
    const head = await app.ask(`/${search}`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['set-cookie']).toBeUndefined();
    expect((await app.ask(`/${search}`)).status).toBe(303);
  });

  it('goes on by a page of its own after a click on another site, whose redirect would lack the cookie', async () => {
    const { search } = new URL(app.server.newLink());
    const answer = await app.ask(`/${search}`, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toHaveLength(1);
    expect(answer.body).toContain('content="0;url=/"');
  });

  it('gives each browser a session of its own, and all stay', async () => {
    const [one, two] = [await app.enter(app.server), await app.enter(app.server)];
    expect(one).not.toBe(two);
    for (const session of [one, two, app.cookie]) {
      expect((await app.ask('/', { headers: { cookie: session } })).status).toBe(200);
    }
  });

  it('holds a bounded number of unused links', async () => {
    const oldest = new URL(app.server.newLink());
    for (let i = 0; i < 32; i++) app.server.newLink();
    expect((await app.ask(`/${oldest.search}`)).status).toBe(403);
  });
});

describe('files', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/?anything=else', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/app-1a2b.js', 'text/javascript; charset=utf-8', 'max-age=31536000, immutable'],
    ['/assets/app-1a2b.css', 'text/css; charset=utf-8', 'max-age=31536000, immutable'],
    ['/assets/%C3%A9.svg', 'image/svg+xml', 'max-age=31536000, immutable'],
  ])('serves %s', async (target, type, cache) => {
    const answer = await app.ask(target, { headers: { cookie: app.cookie } });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': type, 'cache-control': cache });
    expect(Number(answer.headers['content-length'])).toBe(Buffer.byteLength(answer.body));
  });

  it('answers HEAD like GET, without the body', async () => {
    const answer = await app.ask('/assets/app-1a2b.js', { method: 'HEAD', headers: { cookie: app.cookie } });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers['content-length']).toBe('10');
  });

  it.each([
    undefined,
    '',
    'sluice=x',
    'sluice_1=x',
    () => `sluice_${app.port}=wrong`,
    () => `x${app.cookie}`,
    () => app.cookie.slice(0, -1),
  ])('shows nothing, but says what to do, to a browser without a session', async (given) => {
    const value = typeof given === 'function' ? given() : given;
    const headers: Headers = value === undefined ? {} : { cookie: value };
    for (const target of ['/', '/assets/app-1a2b.js', '/nothing']) {
      const answer = await app.ask(target, { headers });
      expect(answer.status).toBe(403);
      expect(answer.body).toContain('sluice serve');
    }
  });

  it.each([
    ['/nothing', 404],
    ['/assets', 404],
    ['/assets/', 404],
    ['//', 404],
    ['/INDEX.HTML', 404],
    ['/link.txt', 404],
    ['/../secret.txt', 400],
    ['/assets/../../secret.txt', 400],
    ['/%2e%2e/secret.txt', 400],
    ['/..%2fsecret.txt', 400],
    ['/..%5csecret.txt', 400],
    ['/%', 400],
    ['/%00', 400],
    ['/%ff', 400],
    ['/a%0d%0ab', 400],
    ['http://127.0.0.1/secret.txt', 400],
    ['*', 400],
  ])('refuses %s with %i', async (target, status) => {
    const answer = await app.ask(target, { headers: { cookie: app.cookie } });
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('not for you');
  });

  it('refuses a target that is longer than any of its own', async () => {
    expect((await app.ask(`/${'a'.repeat(3_000)}`, { headers: { cookie: app.cookie } })).status).toBe(400);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    const answer = await app.ask('/', { method, headers: { cookie: app.cookie } });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  it('sends the security headers with every answer', async () => {
    for (const [target, headers] of [
      ['/', { cookie: app.cookie }],
      ['/', {}],
      ['/nothing', { cookie: app.cookie }],
      ['/%', { cookie: app.cookie }],
      ['/', { host: 'evil.example' }],
    ] as [string, Headers][]) {
      const answer = await app.ask(target, { headers });
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain(`ws://127.0.0.1:${app.port}`);
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('the Host header', () => {
  it.each([() => `127.0.0.1:${app.port}`, () => `localhost:${app.port}`, () => `LOCALHOST:${app.port}`])(
    'accepts the own names',
    async (host) => {
      expect((await app.ask('/', { headers: { cookie: app.cookie, host: host() } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    () => `evil.example:${app.port}`,
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    () => `127.0.0.1.evil.example:${app.port}`,
    () => `[::1]:${app.port}`,
    () => `127.0.0.1:${app.port}@evil.example`,
  ])('refuses a name that DNS rebinding could have led here', async (given) => {
    const host = typeof given === 'function' ? given() : given;
    expect((await app.ask('/', { headers: { cookie: app.cookie, host } })).status).toBe(403);
    expect(await app.refusedWith({ ...app.trusted, host, origin: `http://${host}` })).toBe(403);
  });

  it('does not spend a token on a request under a foreign name', async () => {
    const { search } = new URL(app.server.newLink());
    expect((await app.ask(`/${search}`, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await app.ask(`/${search}`)).status).toBe(303);
  });
});

describe('malformed HTTP', () => {
  it.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 403],
    ['garbage', 'hello\r\n\r\n', 400],
    ['a bad header', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000', 400],
    ['a huge header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'smuggling',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a proxy request', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 405],
    [
      'an upgrade to something else',
      'GET /rpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      403,
    ],
  ])('answers %s with a 4xx', async (_what, text, status) => {
    expect(await app.raw(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await app.ask('/', { headers: { cookie: app.cookie } })).status).toBe(200);
  });

  it('answers a trusted upgrade without a key with 400', async () => {
    const { cookie: session, origin } = app.trusted;
    const head = `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nCookie: ${session}\r\nOrigin: ${origin}\r\n`;
    expect(await app.raw(`${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 4\d\d /,
    );
  });
});
