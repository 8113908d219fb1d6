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
  const remove = async () =>
    await startProgram(['capture', 'remove', '--name', scene.bucket], { env: { SLUICE_HOME: home } }).outcome;
  const capture = scene.start(['--metrics-port', '0']);
  await capture.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');
  const monitor = /Metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(capture.said)?.[1] ?? '';
  const health = await fetch(`${monitor}/healthz`);
  expect([health.status, await health.json()]).toMatchObject([200, { phase: 'streaming', lastError: null }]);
  const metrics = await (await fetch(`${monitor}/metrics`)).text();
  expect(metrics).toContain(`sluice_capture_up{job="commands",slot="${scene.slot}"} 1`);
  expect(metrics).toMatch(/^sluice_capture_lag_bytes\{.*\} \d+$/m);
  expect((await fetch(`${monitor}/else`)).status).toBe(404);
  // While S3 is away a monitor hears of it.
  world.s3.faults.add({
    op: '*',
    times: 'always',
    action: { kind: 'status', status: 503, code: 'SlowDown' },
  });
  await scene.write(500, 510);
  await capture.heard((event) => event.type === 'waiting');
  const away = await fetch(`${monitor}/healthz`);
  expect([away.status, await away.json()]).toMatchObject([
    503,
    { lastError: { code: expect.stringMatching(/^DEST_/) } },
  ]);
  world.s3.faults.clear();
  await expect.poll(async () => (await fetch(`${monitor}/healthz`)).status).toBe(200);
  expect((await remove()).err).toContain('STORE_CAPTURE_BUSY');

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

  const files = world.files(scene.bucket).size;
  expect((await remove()).exitCode).toBe(0);
  expect((await ask('status')).events.at(-1)).toMatchObject({ error: { code: 'STORE_CAPTURE_NOT_FOUND' } });
  expect((await remove()).err).toContain('STORE_CAPTURE_NOT_FOUND');
  expect(world.files(scene.bucket).size).toBe(files);
});
