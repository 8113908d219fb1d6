/** A capture that is told to end before it has read anything: it says so, and does not wait for what does not answer. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { comesBack } from '../harness/comes-back.ts';
import { CaptureProcess } from '../captures/capture-process.ts';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s at the first line still ends with "finished" and 0',
  async (signal) => {
    await using scene = await CaptureScene.begin(world, signal.toLowerCase());
    const capture = scene.start();
    await capture.heard(({ type }) => type === 'started');
    expect(await capture.kill(signal), capture.said).toBe(0);
    expect(capture.events.at(-1)).toMatchObject({ type: 'finished', outcome: 'succeeded' });
    expect(await (await scene.finish()).exitCode()).toBe(0);
    expect(await scene.problem()).toBe(undefined);
  },
);

test.each(['saved', 'new'] as const)(
  'SIGTERM while a server takes the connection of a %s job and says nothing',
  async (kind) => {
    await using scene = await CaptureScene.begin(world, `silent-${kind}`);
    const { env } = world.addresses(scene.database.database, scene.bucket);
    const own = { ...env, SLUICE_HOME: world.dataFolder(`here-${scene.bucket}`) };
    if (kind === 'saved') expect(await (await scene.finish()).exitCode()).toBe(0);
    await using silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const asked = once(silent, 'connection');
    const table = kind === 'saved' ? [] : ['--table', 'public.orders', '--s3', `s3://${scene.bucket}`];
    await using capture = new CaptureProcess(
      ['--name', scene.bucket, '--pg', `postgres://me@127.0.0.1:${port}/db?sslmode=disable`, ...table],
      own,
    );
    const [socket] = (await asked) as [Socket];
    // A connection has ten seconds.
    const code = await comesBack(() => capture.kill('SIGTERM'), 9_000);
    socket.destroy();
    expect(capture.events.at(-1)).toMatchObject({ type: 'finished' });
    expect(code).toBe(0);
  },
);
