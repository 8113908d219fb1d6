import { describe, expect, it, vi } from 'vitest';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import type { PreviewCell } from '../../electron/contract/preview.ts';
import type { Relation } from '../../electron/contract/relation.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { cliWorld, LENT_ID } from '../fakes/cli-world.ts';

const PG = ['--pg', 'postgres://me@db/shop'];
const ID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a22';

const demo: ConnectionProfile = {
  id: ID,
  name: 'Demo',
  colour: 'teal',
  readOnly: false,
  hasPassword: true,
  settings: { host: '::1', port: 5432, database: 'shop', user: 'ada', tls: 'disable' },
};
const lake: DestinationProfile = {
  id: ID,
  name: 'Lake',
  hasSecretKey: false,
  settings: { bucket: 'lake', prefix: 'in', region: 'r', pathStyle: false, credentials: { kind: 'default' } },
};
const profiles: Partial<CallHandlers> = {
  'profiles.list': () => Promise.resolve({ connections: [demo], destinations: [lake] }),
};
const relation = (schema: string, name: string): Relation => ({
  schema,
  name,
  kind: 'table',
  estimatedRows: 5,
  bytes: 8192,
  readable: true,
  partitionOf: null,
  comment: null,
});
const relations: Partial<CallHandlers> = {
  'relations.list': () => Promise.resolve({ relations: [relation('public', 'Orders'), relation('x', 'y')] }),
};

describe('usage', () => {
  it.each<[string[], RegExp]>([
    [['extrct'], /unknown command 'extrct' \(Did you mean extract\?\)/],
    [['extract', '--frob'], /unknown option '--frob'/],
    [['tables'], /--profile NAME, --pg/],
    [['tables', ...PG, '--profile', 'Demo'], /exclude each other/],
    [['tables', ...PG, 'more'], /too many arguments/],
    [['preview', ...PG], /--table <name>/],
    [['preview', ...PG, '--table', 'a', '--limit', '0'], /--limit/],
    [['extract', ...PG, '--table', 'a'], /Name one destination/],
    [['serve', '--port', 'x'], /--port/],
    [['run'], /missing required argument 'file'/],
    [['profiles', 'sort'], /unknown command 'sort'/],
  ])('%j is told once, and ends with 2', async (args, message) => {
    const { exitCode, out, err } = await cliWorld().run(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.match(/error:/g)).toHaveLength(1);
    expect(err).toMatch(/\ncode: {2}CONFIG_/);
  });

  it('is JSON when that was asked for, whatever was wrong', async () => {
    const { exitCode, out, err, events } = await cliWorld().run('extract', '--json', '--frob');
    expect([exitCode, err, out.split('\n')]).toEqual([2, '', [expect.any(String), '']]);
    expect(events).toEqual([expect.objectContaining({ type: 'finished', runId: null, outcome: 'failed' })]);
  });

  it.each(['connect'])('%s says that it is not there yet', async (command) => {
    const { exitCode, err } = await cliWorld().run(command, 'status', '--slot', 'x');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/not part of this version.*\n.*\ncode: {2}CONFIG_NOT_SUPPORTED/);
  });

  it.each([['--help'], ['extract', '--help'], ['help', 'preview'], ['--version']])(
    '%s is no error',
    async (...args) => {
      const { exitCode, out, err } = await cliWorld().run(...args);
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).not.toBe('');
    },
  );

  it.each([[], ['profiles']])('%s alone shows the help, and ends with 2', async (...args) => {
    const { exitCode, out, err } = await cliWorld().run(...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('Usage: sluice');
  });

  it('calls a defect a defect', async () => {
    const { exitCode, err } = await cliWorld(
      {},
      {
        openEngine: () => {
          throw new TypeError('oops');
        },
      },
    ).run('tables', ...PG);
    expect(exitCode).toBe(1);
    expect(err).toContain('INTERNAL_INVARIANT');
  });
});

describe('sluice tables', () => {
  it('is a table on stdout', async () => {
    const { out, err } = await cliWorld(relations).run('tables', ...PG);
    expect(err).toBe('');
    expect(out).toBe(
      [
        'Schema  Name    Kind   Rows (about)    Size',
        '------  ------  -----  ------------  ------',
        'public  Orders  table             5  8.2 KB',
        'x       y       table             5  8.2 KB',
        '',
      ].join('\n'),
    );
  });

  it('says which ones this user may not read', async () => {
    const secret = { ...relation('hr', 'salaries'), readable: false };
    const world = cliWorld({
      'relations.list': async () => ({ relations: [relation('public', 'Orders'), secret] }),
    });
    expect((await world.run('tables', ...PG)).out).toBe(
      [
        'Schema  Name      Kind   Rows (about)    Size  Remark',
        '------  --------  -----  ------------  ------  -------------------',
        'public  Orders    table             5  8.2 KB',
        'hr      salaries  table             5  8.2 KB  no SELECT privilege',
        '',
      ].join('\n'),
    );
  });

  it('is one JSON event a line', async () => {
    const { events } = await cliWorld(relations).run('tables', ...PG, '--json');
    expect(events[0]).toEqual({ type: 'relation', ...relation('public', 'Orders') });
    expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: 'succeeded', runId: null, rows: 2 });
  });

  it('uses a saved connection by its name', async () => {
    const list = vi.fn<CallHandlers['relations.list']>(() => Promise.resolve({ relations: [] }));
    const world = cliWorld({ ...profiles, 'relations.list': list });
    expect((await world.run('tables', '--profile', 'demo')).exitCode).toBe(0);
    expect(list.mock.calls[0]?.[0]).toEqual({ connectionId: ID });
    const missing = await cliWorld(profiles).run('tables', '--profile', 'Lake');
    expect([missing.exitCode, missing.err]).toEqual([2, expect.stringContaining('CONFIG_PROFILE_NOT_FOUND')]);
  });

  it('ends with 130 when it is interrupted', async () => {
    const world = cliWorld({
      'relations.list': (_input, { signal }) => {
        world.interrupt();
        return Promise.reject(signal.reason as Error);
      },
    });
    const { exitCode, events } = await world.run('tables', ...PG, '--json');
    expect([exitCode, events]).toEqual([130, [expect.objectContaining({ outcome: 'cancelled' })]]);
  });
});

describe('sluice preview', () => {
  const columns = [
    { name: 'OrderId', type: 'integer' },
    { name: 'Note', type: 'text' },
  ];
  /** A table of so many rows; the first has a long value, the second NULL, the third nothing. */
  function withRows(total: number) {
    const close = vi.fn<CallHandlers['preview.close']>(() => Promise.resolve({}));
    const page = vi.fn<CallHandlers['preview.page']>(({ from, count }) => {
      const rows = Array.from({ length: Math.min(count, total - from) }, (_, n): PreviewCell[] => [
        String(from + n),
        from + n === 0 ? { cut: 'lo', length: 4 } : from + n === 1 ? null : '',
      ]);
      return Promise.resolve({ from, rows, end: from + rows.length >= total, reopened: false });
    });
    const open = vi.fn<CallHandlers['preview.open']>(() =>
      Promise.resolve({ previewId: ID, columns, hidden: [], idleLimitMs: 60_000 }),
    );
    const world = cliWorld({
      ...relations,
      'preview.open': open,
      'preview.page': page,
      'preview.value': () => Promise.resolve({ value: 'long' }),
      'preview.close': close,
    });
    return { world, open, page, close };
  }

  it('is a table on stdout, and tells NULL from nothing', async () => {
    const { world, open, close } = withRows(3);
    const { out, err, exitCode } = await world.run('preview', ...PG, '--table', 'Orders');
    expect(out).toBe(
      ['OrderId  Note', '-------  ------', '      0  lo', '      1  <null>', '      2', ''].join('\n'),
    );
    expect([exitCode, err]).toEqual([0, '3 rows\n']);
    expect(open.mock.calls[0]?.[0]).toEqual({
      connectionId: LENT_ID,
      relation: { name: 'Orders' },
    });
    expect(close).toHaveBeenCalledOnce();
  });

  it('is JSON with whole values', async () => {
    const { events, err } = await withRows(3).world.run('preview', ...PG, '--table', 'x.y', '--json');
    expect(err).toBe('');
    expect(events).toEqual([
      { type: 'columns', columns },
      { type: 'row', values: ['0', 'long'] },
      { type: 'row', values: ['1', null] },
      { type: 'row', values: ['2', ''] },
      expect.objectContaining({ type: 'finished', outcome: 'succeeded', rows: 3 }),
    ]);
  });

  it('E10, E12: says which values have bytes that are no text, and which columns may not be read', async () => {
    const { world, open, page } = withRows(1);
    open.mockResolvedValue({ previewId: ID, columns, hidden: ['Card'], idleLimitMs: 60_000 });
    const cell = { cut: 'caf\\xe9', length: 4, escaped: true as const };
    page.mockResolvedValue({ from: 0, rows: [['1', cell]], end: true, reopened: false });
    const text = await world.run('preview', ...PG, '--table', 'Orders');
    expect(text.err).toContain('not shown, because this user may not read them: Card\n');
    expect(text.err).toContain('values with bytes that are no text, shown as \\xNN: 1\n');
    const json = await world.run('preview', ...PG, '--table', 'Orders', '--json');
    expect(json.events.slice(0, 2)).toEqual([
      { type: 'columns', columns, hidden: ['Card'] },
      { type: 'row', values: ['1', 'long'], escaped: [1] },
    ]);
  });

  it('asks for no more rows than the limit', async () => {
    const { world, page } = withRows(10_000);
    const { out, err } = await world.run('preview', ...PG, '--table', 'Orders', '--limit', '2500');
    expect(page.mock.calls.map(([{ from, count }]) => [from, count])).toEqual([
      [0, 1000],
      [1000, 1000],
      [2000, 500],
    ]);
    expect(out.split('\n')).toHaveLength(2503);
    expect(err).toContain('2,500 rows; there may be more');
  });

  it('ends quietly when nobody reads on, and closes the cursor', async () => {
    const { world, close, page } = withRows(10_000);
    page.mockImplementationOnce(() => {
      world.closeOut();
      return Promise.resolve({ from: 0, rows: [['0', '']], end: false, reopened: false });
    });
    const { exitCode, err } = await world.run('preview', ...PG, '--table', 'Orders', '--limit', '9000');
    expect([exitCode, err]).toEqual([0, '']);
    expect(close).toHaveBeenCalledOnce();
  });

  it('closes the cursor when a page fails', async () => {
    const { world, close, page } = withRows(3);
    page.mockImplementationOnce(() => Promise.reject(new AppError('SOURCE_CONNECTION_LOST', 'gone')));
    expect((await world.run('preview', ...PG, '--table', 'Orders')).exitCode).toBe(3);
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('sluice profiles', () => {
  it('lists', async () => {
    const { out } = await cliWorld(profiles).run('profiles', 'list');
    expect(out).toContain('Demo  connection   ada@[::1]:5432/shop  saved\nLake  destination  s3://lake/in\n');
  });

  it('imports a file, a URL and stdin', async () => {
    const imported = vi.fn<CallHandlers['profiles.import']>(() =>
      Promise.resolve({ connections: [demo], destinations: [], warnings: ['No region'] }),
    );
    const world = cliWorld(
      { 'profiles.import': imported },
      {
        readTextFile: (file) => Promise.resolve(`text of ${file}`),
        readStdin: () => Promise.resolve('piped'),
      },
    );
    const { out, err } = await world.run('profiles', 'import', 'pipeline.conf', '--name', 'Demo');
    expect([out, err]).toEqual([
      'Saved the connection "Demo": ada@[::1]:5432/shop\n',
      'warning: No region\n',
    ]);
    await world.run('profiles', 'import', 'postgres://me@db/shop');
    await world.run('profiles', 'import', '-');
    expect(imported.mock.calls.map(([input]) => input)).toEqual([
      { text: 'text of /here/pipeline.conf', name: 'Demo' },
      { text: 'postgres://me@db/shop' },
      { text: 'piped' },
    ]);
  });

  it('tests what has the name, with the saved secret', async () => {
    const test = vi.fn<CallHandlers['connections.test']>(() =>
      Promise.resolve({
        ok: false,
        error: toWireError(new AppError('SOURCE_AUTH_FAILED', 'wrong password')),
      }),
    );
    const { exitCode, err } = await cliWorld({ ...profiles, 'connections.test': test }).run(
      'profiles',
      'test',
      'DEMO',
    );
    expect([exitCode, err]).toEqual([3, expect.stringContaining('SOURCE_AUTH_FAILED')]);
    expect(test.mock.calls[0]?.[0]).toMatchObject({ id: ID, password: { kind: 'keep' } });
    const facts = { bucket: 'lake', conditionalWrites: false, checksums: true, latencyMs: 7.4 };
    const destinations: Partial<CallHandlers> = {
      ...profiles,
      'destinations.test': () => Promise.resolve({ ok: true, facts }),
    };
    expect((await cliWorld(destinations).run('profiles', 'test', 'lake')).out).toBe(
      'The destination "Lake" works: bucket lake, without conditional writes, 7 ms\n',
    );
  });
});

describe('sluice serve', () => {
  it('prints the link, and ends in good order', async () => {
    const close = vi.fn(() => Promise.resolve());
    const world = cliWorld(
      {},
      {
        serve: (_engine, port) => {
          setTimeout(() => world.interrupt(), 5);
          return Promise.resolve({ link: `http://127.0.0.1:${String(port)}/?token=t`, close });
        },
      },
    );
    const { exitCode, out } = await world.run('serve', '--port', '8123');
    expect([exitCode, out]).toEqual([0, 'http://127.0.0.1:8123/?token=t\n']);
    expect([close.mock.calls.length, world.closedEngines(), world.opened]).toEqual([1, 1, ['served']]);
  });
});
