/** A capture that starts while another process works on the same job. */
import { expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { CaptureCheckpoint } from '../../electron/contract/capture-log.ts';
import { CaptureAttempt, type AttemptDeps } from '../../electron/engine/capture/capture-attempt.ts';
import { formatLsn } from '../../electron/engine/decode/lsn.ts';

/** Another process commits before every look that this one takes: first the checkpoint is there, then the slot. */
function movingJob(kind: 'streams' | 'begins') {
  let moved = 0x1000n;
  let writes = 0;
  const asked: string[] = [];
  const source = {
    facts: async () => {
      asked.push('slot');
      moved += 0x10n;
      return {
        systemIdentifier: '7',
        timeline: 1,
        database: 'shop',
        serverVersion: '18.4',
        slot: {
          plugin: 'pgoutput',
          database: 'shop',
          confirmedFlushLsn: moved,
          restartLsn: 0x800n,
          walStatus: 'reserved',
          activePid: undefined,
        },
        publication: { tables: [{ schema: 'public', name: 'Orders' }], identities: [] },
        currentLsn: 0x9000n,
      };
    },
    open: async () => {
      asked.push('open');
      if (kind === 'streams') throw new AppError('SLOT_IN_USE', 'The slot is read.');
      return { [Symbol.asyncDispose]: async () => undefined };
    },
  };
  const history = {
    look: async () => {
      asked.push('checkpoint');
      moved += 0x10n;
      const checkpoint: Partial<CaptureCheckpoint> = {
        slot: 'sluice_orders',
        database: 'shop',
        systemIdentifier: '7',
        timeline: 1,
        durableLsn: kind === 'streams' ? formatLsn(moved) : '0/0',
        durableCommitAt: null,
        writeId: String(++writes),
      };
      return checkpoint;
    },
    restart: async () => void asked.push('restart'),
  };
  const deps = {
    spec: { tables: [{ schema: 'public', name: 'Orders' }], snapshot: true, spoolBytes: 1 },
    ref: { slot: 'sluice_orders', publication: 'sluice_orders' },
    ownSlot: true,
    ownPublication: true,
    resnapshot: false,
    source,
    history,
  } as unknown as AttemptDeps;
  return { asked, attempt: new CaptureAttempt(deps) };
}

const forever = new AbortController().signal;

test('a slot that moves on behind a checkpoint that was read is no gap', async () => {
  const { asked, attempt } = movingJob('streams');
  await expect(attempt.run(forever)).rejects.toMatchObject({ code: 'SLOT_IN_USE' });
  expect(asked).toEqual(['slot', 'checkpoint', 'open']);
});

test('a history that another one has begun meanwhile is not begun again', async () => {
  const { asked, attempt } = movingJob('begins');
  await expect(attempt.run(forever)).rejects.toMatchObject({ code: 'SLOT_IN_USE' });
  expect(asked).toEqual(['slot', 'checkpoint', 'open', 'checkpoint']);
});

test('an attempt that is told to end before it has read anything gives up what it waits for', async () => {
  const { attempt } = movingJob('streams');
  const running = attempt.run(forever);
  attempt.end();
  await expect(running).resolves.toBe(undefined);
});
