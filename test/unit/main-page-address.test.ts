import { describe, expect, it } from 'vitest';
import { isPage, mayOpenExternally, originOf, pageAddress } from '../../electron/main/page-address.ts';

const built = pageAddress(undefined);
const served = pageAddress('http://localhost:5173');

describe('the page', () => {
  it('comes from the own protocol in a build, and from the development server else', () => {
    expect(built).toEqual({ url: 'app://sluice/', origin: 'app://sluice', development: false });
    expect(served).toEqual({
      url: 'http://localhost:5173',
      origin: 'http://localhost:5173',
      development: true,
    });
  });

  it.each([
    'app://sluice/',
    'app://sluice',
    'app://sluice/index.html',
    'app://sluice/#/runs',
    'app://sluice/?x',
  ])('is %s', (url) => expect(isPage(url, built)).toBe(true));

  it.each([
    '',
    'about:blank',
    'https://sluice/',
    'app://sluice.evil/',
    'app://evil/',
    'app://sluice:1/',
    'app://sluice/assets/app.js',
    'app://user@evil/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'http://localhost:5173/',
    'blob:app://sluice/1',
  ])('is not %s', (url) => expect(isPage(url, built)).toBe(false));

  it('is not the own protocol while the development server is in use', () => {
    expect(isPage('app://sluice/', served)).toBe(false);
    expect(isPage('http://localhost:5173/', served)).toBe(true);
  });

  it('has an origin even where URL says "null"', () => {
    expect(originOf('app://sluice/x')).toBe('app://sluice');
    expect(originOf('about:blank')).toBeUndefined();
    expect(originOf('nonsense')).toBeUndefined();
  });
});

describe('a link', () => {
  it.each([
    'https://www.postgresql.org/docs/current/sql-copy.html',
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html',
  ])('may be opened outside: %s', (url) => expect(mayOpenExternally(url)).toBe(true));

  it.each([
    '',
    'x',
    'http://www.postgresql.org/',
    'https://www.postgresql.org.evil.example/',
    'https://www.postgresql.org@evil.example/',
    'https://user@www.postgresql.org/',
    'https://www.postgresql.org:8443/',
    'https://postgresql.org/',
    'file:///bin/sh',
    'smb://share/x',
    'ms-settings:',
    'javascript:alert(1)',
  ])('must not be opened: %s', (url) => expect(mayOpenExternally(url)).toBe(false));
});
