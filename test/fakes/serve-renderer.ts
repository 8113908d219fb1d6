/**
 * Serves the built renderer on the fake engine, for looking at screens that a real database is seldom in:
 * `node test/fakes/serve-renderer.ts [--empty] [--plain] [--relations N] [--latency MS]`. Prints the link.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../../electron/host/serve.ts';
import { createRendererEngine } from './renderer-engine.ts';

const { values } = parseArgs({
  options: {
    empty: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    relations: { type: 'string', default: '300' },
    latency: { type: 'string', default: '20' },
    port: { type: 'string', default: '0' },
  },
});

const engine = createRendererEngine({
  profiles: !values.empty,
  extraRelations: Number(values.relations),
  secrets: values.plain ? 'plain' : 'keyFile',
  latencyMs: Number(values.latency),
  pastRuns: values.empty ? 0 : 60,
  verifyMs: 3_000,
});
const quiet = { info: () => undefined, warn: console.warn, error: console.error };
const server = await startServer({
  engine,
  port: Number(values.port),
  rendererFolder: path.resolve(import.meta.dirname, '../../.vite/renderer/main_window'),
  log: quiet,
});
console.log(server.newLink());
process.once('SIGTERM', () => {
  engine.close();
  void server.close();
});
