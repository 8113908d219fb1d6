import type { Command } from 'commander';
import { exitCodeOf } from '../../contract/error-table.ts';
import type { Verification } from '../../contract/verification.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { manifestInput, type ManifestOptions } from '../manifest-address.ts';
import { withEngine } from '../with-engine.ts';

/** `sluice verify MANIFEST`: reads the objects of a run again and proves rows, bytes and checksums. */
export function addVerify(program: Command, context: CommandContext): void {
  const { world } = context;
  program
    .command('verify')
    .description('read the objects of a run again, and prove rows, bytes and checksums')
    .argument('<manifest>', 's3://bucket/…/manifest.json, or a file')
    .option('--destination <name>', 'a saved destination, for its endpoint and credentials')
    .option('--s3-endpoint <url>', 'an S3-compatible server (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)')
    .option(
      '--s3-region <region>',
      'region of the bucket (default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1)',
    )
    .option('--requester-pays', 'accept to pay for requests and traffic')
    .option('--json', 'write one JSON event a line to stdout: object, finished')
    .action(async (manifest: string, options: ManifestOptions & { json?: boolean }) => {
      const startedMs = world.monotonicMs();
      const input = manifestInput(manifest, options, world.env, world.cwd);
      const found = await withEngine(world, (engine) =>
        callEngine(engine, 'manifests.verify', input, world.interrupted),
      );
      if (options.json === true) showJson(found, world.monotonicMs() - startedMs, context);
      else showText(found, context);
      if (!found.proved) context.exitWith(exitCodeOf('DATA_NOT_PROVED'));
    });
}

function showJson(found: Verification, durationMs: number, { world }: CommandContext): void {
  for (const object of found.objects) world.out(jsonLine({ type: 'object', ...object }));
  const outcome = found.proved ? 'succeeded' : 'failed';
  const { rows, bytes, runId } = found;
  world.out(jsonLine({ ...finishedWithoutRun(outcome, durationMs, { rows }), runId, bytes }));
}

function showText(found: Verification, { world }: CommandContext): void {
  for (const { key, rows, bytes, problem } of found.objects) {
    const verdict = problem === null ? 'as it should be' : `WRONG: ${problem}`;
    world.out(`${key}  ${formatExact(rows)} rows, ${formatBytes(bytes)}  ${verdict}\n`);
  }
  const count = found.objects.length === 1 ? 'the object is' : `the ${found.objects.length} objects are`;
  world.err(
    found.proved
      ? `Proved: ${count} what the manifest says, ${formatExact(found.rows)} rows\n`
      : 'Not proved: do not rely on these objects\n',
  );
}
