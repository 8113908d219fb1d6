import { expect, test } from 'vitest';
import { hidesBodies } from '../../electron/engine/s3/s3-client.ts';

test.each([
  [undefined, true],
  ['https://minio.example:9000', true],
  ['http://127.0.0.1:9000', true],
  ['http://127.1.2.3', true],
  ['http://localhost:9000', true],
  ['http://[::1]:9000', true],
  ['http://minio.example:9000', false],
  ['http://10.0.0.1', false],
  ['http://localhost.example', false],
  ['http://127.0.0.1.example', false],
])('between here and %s nobody can change a body: %s', (endpoint, hidden) => {
  expect(hidesBodies(endpoint)).toBe(hidden);
});
