/** Stdout that cannot be written: its reader has gone, or its disk is full. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openOutput } from '../../electron/cli/output.ts';

function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: write`), { code })),
  });
}

test.each(['EPIPE', 'EOF'])('a reader that has gone (%s) is told, and is no failure', async (code) => {
  const output = openOutput(failing(code));
  output.write('a');
  await expect.poll(() => output.closed.aborted).toBe(true);
  output.write('b');
  await output.flush();
  expect(output.failure()).toBeUndefined();
});

test('a disk that is full ends neither the process nor what it does, and is kept for its end', async () => {
  const output = openOutput(failing('ENOSPC'));
  output.write('a');
  await expect.poll(() => output.failure()?.message).toBe('ENOSPC: write');
  output.write('b');
  await output.flush();
  expect(output.closed.aborted).toBe(false);
});
