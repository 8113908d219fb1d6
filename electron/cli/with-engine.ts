import type { RunOrigin } from '../contract/run.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { CliWorld } from './cli-world.ts';

/** Opens the engine for one command and closes it afterwards, however the command ends. */
export async function withEngine<T>(
  world: CliWorld,
  work: (engine: Engine) => Promise<T>,
  origin: RunOrigin = 'cli',
): Promise<T> {
  const engine = world.openEngine(origin);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
