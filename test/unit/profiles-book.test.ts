import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CALLS } from '../../electron/contract/calls.ts';
import type { ConnectionDraft } from '../../electron/contract/connection-profile.ts';
import type { DestinationDraft } from '../../electron/contract/destination-profile.ts';
import { createProfileBook, type ProfileBook } from '../../electron/engine/profiles/profile-book.ts';
import { memoryProfiles, memorySecrets } from '../fakes/memory-stores.ts';

const draft: ConnectionDraft = {
  name: 'Demo',
  colour: 'teal',
  readOnly: true,
  settings: { host: 'db', port: 5432, database: 'shop', user: 'ada', tls: 'prefer' },
  password: { kind: 'set', value: 'sesame' },
};
const lake: DestinationDraft = {
  name: 'Lake',
  settings: {
    bucket: 'lake',
    prefix: 'in',
    region: 'eu-central-1',
    pathStyle: false,
    credentials: { kind: 'keys', accessKeyId: 'AKIA' },
  },
  secretKey: { kind: 'set', value: 'open' },
};
const UNKNOWN = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';
const context = { signal: new AbortController().signal };

let store: ReturnType<typeof memoryProfiles>;
let secrets: ReturnType<typeof memorySecrets>;
let book: ProfileBook;
beforeEach(() => {
  store = memoryProfiles();
  secrets = memorySecrets();
  book = createProfileBook({ store, secrets, now: () => new Date('2026-11-22T09:30:00Z') });
});

const save = (change: Partial<ConnectionDraft> = {}) =>
  book.calls['connections.save']({ ...draft, ...change }, context);
const saveLake = (change: Partial<DestinationDraft> = {}) =>
  book.calls['destinations.save']({ ...lake, ...change }, context);
const list = () => book.calls['profiles.list']({}, context);
const names = async () => (await list()).connections.map(({ name }) => name);

describe('saving a connection', () => {
  it('makes a profile that says nothing about its password but that there is one', async () => {
    const saved = await save();
    expect(saved).toEqual({ ...draft, password: undefined, id: saved.id, hasPassword: true });
    expect(CALLS['connections.save'].output.parse(saved)).toEqual(saved);
    expect(JSON.stringify([await list(), store.read()])).not.toContain('sesame');
    expect(await book.accessOfConnection(saved.id)).toEqual({ settings: draft.settings, password: 'sesame' });
  });

  it.each([
    [{ kind: 'keep' }, true, 'sesame'],
    [{ kind: 'clear' }, false, undefined],
    [{ kind: 'set', value: 'new' }, true, 'new'],
  ] as const)('changes it, with the password %j', async (password, hasPassword, value) => {
    const { id } = await save();
    const saved = await save({ id, name: 'Renamed', password });
    expect(saved).toMatchObject({ id, name: 'Renamed', hasPassword });
    expect(await names()).toEqual(['Renamed']);
    expect((await book.accessOfConnection(id)).password).toBe(value);
    expect([...secrets.entries.values()]).toEqual(value === undefined ? [] : [value]);
  });

  it('has nothing to keep in a new profile', async () => {
    expect(await save({ password: { kind: 'keep' } })).toMatchObject({ hasPassword: false });
  });

  it.each(['Demo', 'demo', ' DEMO '])('refuses the name of another: %j', async (name) => {
    const { id } = await save();
    const other = await save({ name: 'Other', password: { kind: 'set', value: 'other' } });
    const refusal = {
      code: 'CONFIG_PROFILE_EXISTS',
      details: { field: 'name' },
      message: expect.stringMatching(/^name: /),
    };
    const password = { kind: 'set', value: 'changed' } as const;
    await expect(save({ name, password })).rejects.toMatchObject(refusal);
    await expect(save({ id: other.id, name, password })).rejects.toMatchObject(refusal);
    expect([...secrets.entries.values()]).toEqual(['sesame', 'other']);
    await save({ id, name });
  });

  it('lets a destination have the name of a connection', async () => {
    await save({ name: 'Same' });
    await saveLake({ name: 'Same' });
    expect(book.connectionByName('same').name).toBe('Same');
    expect(book.destinationByName('SAME').name).toBe('Same');
  });

  it('refuses to change what is not there', async () => {
    await expect(save({ id: UNKNOWN })).rejects.toMatchObject({ code: 'CONFIG_PROFILE_NOT_FOUND' });
    expect(secrets.entries.size).toBe(0);
  });
});

describe('saving a destination', () => {
  it('keeps the secret key apart', async () => {
    const saved = await saveLake();
    expect(saved).toMatchObject({ hasSecretKey: true });
    expect(await book.accessOfDestination(saved.id)).toEqual({
      kind: 's3',
      settings: lake.settings,
      secretKey: 'open',
    });
  });

  it('forgets the secret key when the credentials are no longer keys', async () => {
    const { id } = await saveLake();
    const settings = { ...lake.settings, credentials: { kind: 'default' } } as const;
    expect(await saveLake({ id, settings, secretKey: { kind: 'keep' } })).toMatchObject({
      hasSecretKey: false,
    });
    expect(secrets.entries.size).toBe(0);
    expect((await book.accessOfDestination(id)).kind).toBe('s3');
  });
});

describe('duplicating', () => {
  it('copies the secret, and numbers the copies', async () => {
    const { id } = await save();
    const copies = [];
    for (let n = 0; n < 3; n += 1) copies.push(await book.calls['connections.duplicate']({ id }, context));
    expect(copies.map(({ name }) => name)).toEqual(['Demo copy', 'Demo copy 2', 'Demo copy 3']);
    await save({ id, password: { kind: 'clear' } });
    expect((await book.accessOfConnection(copies[0]!.id)).password).toBe('sesame');
    const again = await book.calls['connections.duplicate']({ id: copies[1]!.id }, context);
    expect(again.name).toBe('Demo copy 4');
  });

  it('keeps to the longest name', async () => {
    const { id } = await save({ name: 'x'.repeat(100) });
    const copy = await book.calls['connections.duplicate']({ id }, context);
    expect(CALLS['connections.duplicate'].output.parse(copy).name).toBe(`${'x'.repeat(95)} copy`);
  });

  it('duplicates destinations too', async () => {
    const { id } = await saveLake();
    const copy = await book.calls['destinations.duplicate']({ id }, context);
    expect(await book.accessOfDestination(copy.id)).toMatchObject({ secretKey: 'open' });
  });
});

describe('removing and bringing back', () => {
  it('hides the profile, and brings it back with its password', async () => {
    const { id } = await save();
    await book.calls['connections.remove']({ id }, context);
    expect(await names()).toEqual([]);
    await expect(book.accessOfConnection(id)).rejects.toMatchObject({ code: 'CONFIG_PROFILE_NOT_FOUND' });
    expect(() => book.connectionByName('Demo')).toThrow(
      expect.objectContaining({ code: 'CONFIG_PROFILE_NOT_FOUND' }),
    );
    const restored = await book.calls['connections.restore']({ id }, context);
    expect(restored).not.toHaveProperty('removedAt');
    expect((await book.accessOfConnection(id)).password).toBe('sesame');
  });

  it('frees the name, and then does not bring it back under the same one', async () => {
    const { id } = await save();
    await book.calls['connections.remove']({ id }, context);
    await save();
    await expect(book.calls['connections.restore']({ id }, context)).rejects.toMatchObject({
      code: 'CONFIG_PROFILE_EXISTS',
    });
  });

  it('refuses to remove twice', async () => {
    const { id } = await saveLake();
    await book.calls['destinations.remove']({ id }, context);
    await expect(book.calls['destinations.remove']({ id }, context)).rejects.toMatchObject({
      code: 'CONFIG_PROFILE_NOT_FOUND',
    });
    await book.calls['destinations.restore']({ id }, context);
  });

  it('forgets removed profiles and their secrets at the next start, and only those', async () => {
    const kept = await save({ name: 'Kept' });
    const { id } = await save();
    const { id: lakeId } = await saveLake();
    await book.calls['connections.remove']({ id }, context);
    await book.calls['destinations.remove']({ id: lakeId }, context);
    expect(secrets.entries.size).toBe(3);
    await book.purgeRemoved();
    expect(store.read()).toMatchObject({ connections: [{ id: kept.id }], destinations: [] });
    expect([...secrets.entries.keys()]).toEqual([`connection:${kept.id}`]);
    await expect(book.calls['connections.restore']({ id }, context)).rejects.toMatchObject({
      code: 'CONFIG_PROFILE_NOT_FOUND',
    });
  });
});

describe('the access of a draft', () => {
  it('takes the saved password when the form leaves it unchanged', async () => {
    const { id } = await save();
    const settings = { ...draft.settings, port: 6432 };
    expect(await book.accessOfDraft({ ...draft, id, settings, password: { kind: 'keep' } })).toEqual({
      settings,
      password: 'sesame',
    });
  });

  it('takes what the form says, or nothing', async () => {
    const { id } = await save();
    expect((await book.accessOfDraft({ ...draft, id, password: { kind: 'set', value: 'x' } })).password).toBe(
      'x',
    );
    expect(
      (await book.accessOfDraft({ ...draft, id, password: { kind: 'clear' } })).password,
    ).toBeUndefined();
    expect((await book.accessOfDraft({ ...draft, password: { kind: 'keep' } })).password).toBeUndefined();
    expect(await book.accessOfDestinationDraft({ ...lake, secretKey: { kind: 'clear' } })).toEqual({
      kind: 's3',
      settings: lake.settings,
      secretKey: undefined,
    });
  });
});

describe('secrets that are gone', () => {
  it('names the profile whose password is missing', async () => {
    const { id } = await save();
    secrets.entries.clear();
    await expect(book.accessOfConnection(id)).rejects.toMatchObject({
      code: 'CONFIG_SECRET_MISSING',
      message: expect.stringContaining('"Demo"'),
    });
  });

  it('names the profile whose password belongs to another keychain', async () => {
    const { id } = await save();
    secrets.unreadable.add(`connection:${id}`);
    await expect(book.accessOfConnection(id)).rejects.toMatchObject({
      code: 'STORE_SECRET_UNREADABLE',
      message: expect.stringMatching(/"Demo".*another keychain/),
    });
    await save({ id, password: { kind: 'set', value: 'again' } });
  });
});

describe('listening', () => {
  it('hears every change, by this process and by another, until it stops', async () => {
    const heard = vi.fn();
    const stop = book.onChange(heard);
    const { id } = await save();
    await book.calls['connections.remove']({ id }, context);
    store.changeByOther((lists) => lists);
    expect(heard).toHaveBeenCalledTimes(3);
    stop();
    await save();
    expect(heard).toHaveBeenCalledTimes(3);
    expect(store.listeners.size).toBe(0);
  });
});

describe('export and import', () => {
  it('moves profiles to another computer, without their secrets', async () => {
    await save();
    await saveLake();
    const { text } = await book.calls['profiles.export']({}, context);
    expect(text).not.toMatch(/sesame|open/);
    const elsewhere = createProfileBook({
      store: memoryProfiles(),
      secrets: memorySecrets(),
      now: () => new Date(),
    });
    const imported = await elsewhere.calls['profiles.import']({ text }, context);
    expect(CALLS['profiles.import'].output.parse(imported)).toEqual(imported);
    expect(imported.connections).toMatchObject([
      { name: 'Demo', colour: 'teal', readOnly: true, hasPassword: false },
    ]);
    expect(imported.destinations).toMatchObject([
      { name: 'Lake', settings: lake.settings, hasSecretKey: false },
    ]);
    expect(imported.warnings).toEqual([expect.stringContaining('no passwords')]);
  });

  it('leaves removed profiles out', async () => {
    const { id } = await save();
    await book.calls['connections.remove']({ id }, context);
    expect((await book.calls['profiles.export']({}, context)).text).not.toContain('Demo');
  });

  it('numbers names that are taken, and says so', async () => {
    await save();
    const { text } = await book.calls['profiles.export']({}, context);
    const imported = await book.calls['profiles.import']({ text }, context);
    expect(imported.connections[0]?.name).toBe('Demo 2');
    expect(imported.warnings).toContainEqual(expect.stringContaining('"Demo 2"'));
  });

  it('saves the password of a URL, under the name that was chosen', async () => {
    const text = 'postgres://ada:p%40ss@db/shop?sslmode=require';
    const { connections } = await book.calls['profiles.import']({ text, name: 'Shop' }, context);
    expect(connections).toMatchObject([{ name: 'Shop', hasPassword: true, settings: { tls: 'require' } }]);
    expect((await book.accessOfConnection(connections[0]!.id)).password).toBe('p@ss');
    await expect(book.calls['profiles.import']({ text, name: 'shop' }, context)).rejects.toMatchObject({
      code: 'CONFIG_PROFILE_EXISTS',
    });
  });
});
