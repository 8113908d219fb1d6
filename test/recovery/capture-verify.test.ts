/** A capture of a real server is verified and compacted while it runs, from the command line. */
import { expect, test } from 'vitest';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { startProgram } from '../harness/cli-program.ts';

test('what a running capture has written is the table, before and after its objects were merged', async () => {
  await using world = await CaptureWorld.start();
  await using scene = await CaptureScene.begin(world, 'verify');
  const { args, env } = world.addresses(scene.database.database, scene.bucket);
  const home = world.dataFolder(`here-${scene.bucket}`);
  const run = async (...words: string[]) =>
    await startProgram([...words], { env: { ...env, SLUICE_HOME: home } }).outcome;
  const [pg, url, , place, ...endpoint] = args as [string, string, string, string, ...string[]];
  const verify = async (...more: string[]) =>
    await run('verify', place, '--job', scene.bucket, ...endpoint, pg, url, '--json', ...more);
  const capture = scene.start();
  await capture.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');
  for (let i = 0; i < 4; i++) {
    await scene.write(1_000 + i * 10, 1_010 + i * 10);
    await capture.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
  }

  const before = await verify();
  expect(before.exitCode).toBe(0);
  const counts = { missing: 0, extra: 0, different: 0 };
  expect(before.events[0]).toMatchObject({ type: 'table', irregular: 0, compared: counts });

  expect((await run('capture', 'compact', '--name', scene.bucket, '--json')).exitCode).toBe(0);
  await scene.write(2_000, 2_010);
  const after = await verify();
  expect(after.exitCode).toBe(0);
  expect(after.events[0]).toMatchObject({ type: 'table', irregular: 0, compared: counts });

  expect(await capture.kill('SIGTERM')).toBe(0);
  const stopped = await verify();
  expect(stopped.exitCode).toBe(0);
  expect(stopped.events[0]).toMatchObject({ type: 'table', irregular: 0, compared: counts });

  await scene.write(3_000, 3_001);
  const behind = await verify('--wait', '0');
  expect(behind.exitCode).toBe(6);
  expect(behind.out + behind.err).toContain('DATA_CAPTURE_LAGS');
});
