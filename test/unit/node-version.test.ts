import { expect, test } from 'vitest';

test('the tests run under the Node that the project brings, not under that of the machine', () => {
  // An install without scripts leaves out that Node, and then nothing else says so.
  expect(process.version).toMatch(/^v24\./);
});
