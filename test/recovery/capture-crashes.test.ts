/** A capture that is killed at each step of its order, and what a second one finds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHistory } from '../captures/history-rows.ts';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { endSessions } from '../harness/postgres/end-sessions.ts';
import type { FaultRule } from '../harness/s3/faults.ts';

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const held = (key: string, kind: 'hang' | 'delay', after = 0): FaultRule => ({
  op: 'PutObject',
  key,
  after,
  times: 'always',
  action: kind === 'hang' ? { kind } : { kind, ms: 60_000 },
});

describe('a capture that is killed', () => {
  test.each([
    ['between the slot and the first checkpoint', '*checkpoint.json', 0, false],
    ['while an object of the snapshot is written', '*.jsonl*', 0, false],
    ['before the entry of the snapshot', '*/log/*', 0, false],
    ['while an object of changes is written', '*.jsonl*', 0, true],
    ['before the entry of changes', '*/log/*', 0, true],
    ['between the entry and the checkpoint', '*checkpoint.json', 1, true],
  ] as const)(
    '%s goes on without a gap and without doing anything twice',
    async (_, key, after, streaming) => {
      const bucket = `crash-${key.replaceAll(/[^a-z]/g, '')}-${streaming ? 'stream' : 'begin'}`;
      await using scene = await CaptureScene.begin(world, bucket);
      const hang = () => world.s3.faults.add(held(key, 'hang', after));
      if (!streaming) hang();
      const capture = scene.start();
      if (streaming) {
        await capture.heard((event) => event.type === 'entry');
        hang();
        world.s3.requests.clear();
        await scene.write(1_000, 1_100);
      }
      await world.s3.requests.seen('PutObject', { key, nth: after + 1 });
      await capture.kill('SIGKILL');
      world.s3.faults.clear();
      await scene.write(2_000, 2_050);
      const last = await scene.finish();
      expect(await last.exitCode(), last.said).toBe(0);
      expect(await scene.problem()).toBe(undefined);
    },
  );

  test('between the entry of the snapshot and the checkpoint counts the entry in, and does not read the table again', async () => {
    await using scene = await CaptureScene.begin(world, 'crash-counted');
    world.s3.faults.add({ op: 'PutObject', key: '*/log/*', action: { kind: 'hold' } });
    const capture = scene.start();
    await world.s3.requests.seen('PutObject', { key: '*/log/*' });
    const before = world.s3.requests.of('PutObject', { key: '*checkpoint.json' }).length;
    world.s3.faults.add(held('*checkpoint.json', 'hang'));
    world.s3.faults.release();
    await world.s3.requests.ended('PutObject', { key: '*/log/*' });
    await world.s3.requests.seen('PutObject', { key: '*checkpoint.json', nth: before + 1 });
    await capture.kill('SIGKILL');
    world.s3.faults.clear();
    await scene.write(2_000, 2_050);
    const last = await scene.finish();
    expect(await last.exitCode(), last.said).toBe(0);
    expect(await scene.problem()).toBe(undefined);
    const { entries } = await readHistory(world.files('crash-counted'), 'crash-counted');
    expect(entries.filter(({ kind }) => kind === 'snapshot')).toHaveLength(1);
  });

  test('between the checkpoint and the acknowledgement skips what is in the log', async () => {
    await using scene = await CaptureScene.begin(world, 'crash-ack');
    const capture = scene.start();
    await capture.heard((event) => event.type === 'entry');
    world.s3.faults.add({ op: 'PutObject', key: '*/log/*', action: { kind: 'hold' } });
    await scene.write(1_000, 1_100);
    await world.s3.requests.seen('PutObject', { key: '*/log/*', nth: 2 });
    // Changes are here already; what is said to the server from now on does not arrive.
    world.wire.freeze();
    world.s3.faults.release();
    await capture.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
    await capture.kill('SIGKILL');
    world.wire.forget();
    const last = await scene.finish();
    expect(await last.exitCode(), last.said).toBe(0);
    expect(await scene.problem()).toBe(undefined);
  });
});

test('a second machine waits for the slot, and the first is fenced off when it has lost it', async () => {
  await using scene = await CaptureScene.begin(world, 'fenced');
  const first = scene.start(['--roll-seconds', '12']);
  await first.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');
  await scene.write(1_000, 1_100);
  await first.heard((event) => event.type === 'progress' && Number(event['changes']) > 100);
  // The first believes that it is connected, and has changes in hand.
  world.wire.freeze();
  await endSessions(world.postgres, `backend_type = 'walsender'`);
  const second = scene.start(['--roll-seconds', '0.2'], 'elsewhere');
  await second.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
  expect(await first.exitCode()).toBe(4);
  expect(first.events.at(-1)).toMatchObject({ error: { code: 'DEST_CAPTURE_FENCED' } });
  expect(await second.kill('SIGTERM')).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});

test('one machine runs a job once', async () => {
  await using scene = await CaptureScene.begin(world, 'once');
  const first = scene.start();
  await first.heard((event) => event.type === 'entry');
  const second = scene.start();
  expect(await second.exitCode()).toBe(7);
  expect(second.events.at(-1)).toMatchObject({ error: { code: 'STORE_CAPTURE_BUSY' } });
  await scene.write(1_000, 1_010);
  await first.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
  expect(await first.kill('SIGINT')).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});
