/** The frame around scenarios: shared servers, a world for each, and a report where one fails. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import type { Door, OpenApp } from './door.ts';
import { World } from './world.ts';

export interface Scenario<App extends OpenApp = OpenApp> {
  readonly name: string;
  readonly run: (world: World<App>) => Promise<void>;
}

/** Makes a test of each scenario; `door` is asked for inside of tests. */
export function runScenarios<App extends OpenApp>(
  scenarios: readonly Scenario<App>[],
  door: () => Door<App>,
): void {
  const postgres = sharedPostgres({ settings: { shared_buffers: '256MB' } });
  let s3: S3Server | undefined;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(async () => {
    await s3?.stop();
  });
  for (const { name, run } of scenarios) {
    it(name, async () => {
      if (s3 === undefined) throw new Error('the S3 server has not been started');
      await using world = await World.make({ postgres: postgres(), s3 }, door());
      try {
        await run(world);
      } catch (error) {
        console.error(`"${name}" has failed; the window said:\n${await world.screenText()}`);
        throw error;
      }
      expect(world.problems).toEqual([]);
    });
  }
}
