import { describe, expect, it } from 'vitest';
import type { Credentials, S3Settings } from '../../electron/contract/destination-profile.ts';
import { LentKeys } from '../../electron/engine/lent-keys.ts';

const at = (credentials: Credentials, change: Partial<S3Settings> = {}): S3Settings => ({
  bucket: 'lake',
  prefix: '',
  region: 'r',
  pathStyle: false,
  credentials,
  ...change,
});
const keys = (accessKeyId: string): Credentials => ({ kind: 'keys', accessKeyId });
const lent = new LentKeys();
lent.lend(at(keys('NEW')), 'secret', 'token');

describe('lent keys', () => {
  it.each<[string, S3Settings]>([
    ['the access key that they are of, in any bucket', at(keys('NEW'), { bucket: 'other', prefix: 'p' })],
    ['a job of the same bucket that was saved with earlier keys', at(keys('OLD'), { prefix: 'p' })],
    ['a job of the same bucket that was saved without keys', at({ kind: 'default' })],
  ])('open %s', (_name, settings) => {
    expect(lent.accessTo(settings)).toEqual({
      kind: 's3',
      settings: { ...settings, credentials: keys('NEW') },
      secretKey: 'secret',
      sessionToken: 'token',
    });
  });

  it.each<[string, S3Settings]>([
    ['another bucket', at(keys('OLD'), { bucket: 'other' })],
    ['a bucket of that name on another server', at(keys('OLD'), { endpoint: 'http://other' })],
    ['what names a profile of AWS', at({ kind: 'profile', profile: 'work' })],
  ])('do not open %s', (_name, settings) => {
    expect(lent.accessTo(settings)).toEqual({ kind: 's3', settings, secretKey: undefined });
  });
});
