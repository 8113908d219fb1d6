import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolvePgTarget } from '../../electron/cli/pg-target.ts';
import { readService, serviceFilePaths } from '../../electron/cli/service-file.ts';

const SERVICES = `
# comment
[shop]
host=service-host
port=6000
user=service-user
password= x#y=z
dbname = service-db

[other]
host=other-host
`;

const resolve = (text: string, env: Record<string, string> = {}, socket?: string) =>
  resolvePgTarget(text, {
    env,
    userName: 'ada',
    service: (name) => Promise.resolve(readService(SERVICES, name)),
    socketFolder: () => socket,
  });
const settings = async (...args: Parameters<typeof resolve>) => (await resolve(...args)).settings;

describe('--pg', () => {
  it('takes a URL', async () => {
    expect(await resolve('postgres://me:pw@db:5433/shop?sslmode=require')).toEqual({
      settings: { host: 'db', port: 5433, database: 'shop', user: 'me', tls: 'require' },
      password: 'pw',
      warnings: [],
    });
  });

  it('fills in what psql would', async () => {
    expect(await settings('postgres://')).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'ada',
      user: 'ada',
      tls: 'prefer',
    });
    expect(await settings('shop')).toMatchObject({ database: 'shop', user: 'ada' });
    expect(await settings('user=me')).toMatchObject({ database: 'me', user: 'me' });
    expect(await settings('', {}, '/var/run/postgresql')).toMatchObject({ host: '/var/run/postgresql' });
  });

  it('takes the file of the certificate authority, in full, from the text or from PGSSLROOTCERT', async () => {
    const text = 'host=db sslmode=verify-full sslrootcert=rds/global.pem';
    expect(await resolve(text)).toMatchObject({
      settings: { tls: 'verify-full', caFile: path.resolve('rds/global.pem') },
      warnings: [],
    });
    expect(await settings('host=db', { PGSSLROOTCERT: '/etc/ca.pem' })).toMatchObject({
      caFile: '/etc/ca.pem',
    });
    expect(await settings('postgres://db?sslrootcert=system')).not.toHaveProperty('caFile');
  });

  it('takes the variables of libpq for what is missing', async () => {
    const env = {
      PGHOST: 'env-host',
      PGPORT: '7000',
      PGUSER: 'env-user',
      PGDATABASE: 'env-db',
      PGSSLMODE: 'verify-full',
      PGPASSWORD: 'env-password',
    };
    const all = { host: 'env-host', port: 7000, database: 'env-db', user: 'env-user', tls: 'verify-full' };
    expect(await resolve('', env)).toMatchObject({ settings: all, password: 'env-password' });
    expect(await settings('postgres://db', env)).toMatchObject({ ...all, host: 'db' });
    expect(await resolve('postgres://me:pw@/', env)).toMatchObject({
      password: 'pw',
      settings: { user: 'me' },
    });
    expect(await settings('host=', { PGHOST: '', PGPORT: '' })).toMatchObject({
      host: 'localhost',
      port: 5432,
    });
  });

  it('takes a service before the variables, and after the string', async () => {
    const env = { PGHOST: 'env-host', PGUSER: 'env-user', PGSSLMODE: 'disable', PGSERVICE: 'shop' };
    const shop = {
      host: 'service-host',
      port: 6000,
      database: 'service-db',
      user: 'service-user',
      tls: 'disable',
    };
    expect(await resolve('service=shop', { ...env, PGSERVICE: 'other' })).toEqual({
      settings: shop,
      password: ' x#y=z',
      warnings: [],
    });
    expect(await settings('', env)).toEqual(shop);
    expect(await settings('postgres://db/x?service=shop')).toMatchObject({
      host: 'db',
      database: 'x',
      port: 6000,
    });
  });

  it.each([
    ['service=nope', 'CONFIG_INVALID_INPUT', /"nope"/],
    ['host=db port=x', 'CONFIG_INVALID_INPUT', /^--pg: port must be a whole number/],
    ['postgres://me:se%cret@db', 'CONFIG_USAGE', /^--pg: the password has a %/],
    ['mysql://db/shop', 'CONFIG_USAGE', /^--pg: .*postgres:\/\//],
    ['postgres://db?sslmode=sure', 'CONFIG_INVALID_INPUT', /^--pg: sslmode must be one of/],
  ])('refuses %s', async (text, code, message) => {
    await expect(resolve(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('the service file', () => {
  it('lies where libpq looks for it', () => {
    expect(serviceFilePaths('linux', {}, '/home/ada')).toEqual([
      '/home/ada/.pg_service.conf',
      '/etc/postgresql-common/pg_service.conf',
      '/etc/pg_service.conf',
    ]);
    expect(serviceFilePaths('linux', { PGSERVICEFILE: '/s', PGSYSCONFDIR: '/etc/pg' }, '/home/ada')).toEqual([
      '/s',
      '/etc/pg/pg_service.conf',
    ]);
    expect(serviceFilePaths('win32', { APPDATA: String.raw`C:\R` }, String.raw`C:\ada`)[0]).toBe(
      String.raw`C:\R\postgresql\.pg_service.conf`,
    );
  });

  it('ends a service at the next one', () => {
    expect(readService(SERVICES, 'other')).toEqual(new Map([['host', 'other-host']]));
    expect(readService(SERVICES.replaceAll('\n', '\r\n'), 'other')?.get('host')).toBe('other-host');
    expect(readService(SERVICES, 'sho')).toBeUndefined();
  });
});
