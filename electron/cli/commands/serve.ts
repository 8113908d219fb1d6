import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice serve`: the app in a browser, on this computer only, until it is interrupted. */
export function addServe(program: Command, context: CommandContext): void {
  const { world } = context;
  program
    .command('serve')
    .description('open the app in a browser of this computer')
    .option('--port <n>', 'port on 127.0.0.1 (default: one that is free)')
    .action((options: { port?: string }) => {
      const port = options.port === undefined ? 0 : parseWholeNumber(options.port, '--port', 1, 65_535);
      return withEngine(
        world,
        async (engine) => {
          const app = await world.serve(engine, port);
          try {
            world.err('Open this link in a browser. It works once; Ctrl-C ends Sluice.\n');
            world.out(`${app.link}\n`);
            await untilAborted(world.interrupted);
            for (const { text } of engine.slots.held()) {
              world.err(`warning: ${text}: nobody reads it from now on, and the server keeps its WAL.\n`);
            }
          } finally {
            await app.close();
          }
        },
        'served',
      );
    });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
