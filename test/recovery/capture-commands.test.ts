/** Commands of one process about a capture that another one runs. */
import { expect, test } from 'vitest';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { startProgram } from '../harness/cli-program.ts';

test('pause, resume, stop and drop reach the process that works on the job', async () => {
  await using world = await CaptureWorld.start();
  await using scene = await CaptureScene.begin(world, 'commands');
  const { env } = world.addresses(scene.database.database, scene.bucket);
  const home = world.dataFolder(`here-${scene.bucket}`);
  const ask = async (...args: string[]) =>
    await startProgram(['capture', ...args, '--name', scene.bucket, '--json'], {
      env: { ...env, SLUICE_HOME: home },
    }).outcome;
  const capture = scene.start(['--metrics-port', '0']);
  await capture.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');

  const paused = await ask('pause');
  expect(paused.events[0]).toMatchObject({ type: 'capture', phase: 'paused' });
  await scene.write(1_000, 1_010);
  expect((await ask('resume')).exitCode).toBe(0);
  await capture.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
  expect((await ask('drop')).events.at(-1)).toMatchObject({ error: { code: 'STORE_CAPTURE_BUSY' } });

  const stopped = await ask('stop');
  expect(stopped.events[0]).toMatchObject({ type: 'capture', phase: 'stopped', process: null });
  expect(await capture.exitCode()).toBe(0);
  expect(await scene.problem()).toBe(undefined);

  expect((await ask('drop')).events.map(({ what }) => what)).toMatchObject([
    `slot ${scene.slot}`,
    `publication ${scene.slot}`,
    undefined,
  ]);
});
