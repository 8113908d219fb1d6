import type { Command } from 'commander';
import type { Engine } from '../../engine/engine-api.ts';
import { AppError } from '../../contract/app-error.ts';
import { LOAD_TARGET_NAMES } from '../../contract/load-target.ts';
import type { CliWorld } from '../cli-world.ts';
import type { CommandContext } from '../command-context.ts';
import {
  addDestinationOptions,
  namesDestination,
  placeOf,
  type DestinationOptions,
  type ResolvedPlace,
} from '../destination-options.ts';
import { addFormatOptions } from '../format-options.ts';
import { MASK_HELP } from '../mask-options.ts';
import { gathered } from '../name-values.ts';
import { addObjectOptions } from '../object-options.ts';
import { addPolitenessOptions } from '../politeness-options.ts';
import { runJob } from '../run-job.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { showPlan } from '../show-plan.ts';
import { specFromOptions, type SpecOptions } from '../spec-options.ts';
import { addWatermarkOptions } from '../watermark-options.ts';
import { withEngine } from '../with-engine.ts';

interface ExtractOptions extends SourceOptions, DestinationOptions, SpecOptions {
  readonly json?: boolean;
  readonly plan?: boolean;
  readonly count?: boolean;
}

const EXAMPLES = `
Examples:
  sluice extract --pg postgres://me@localhost/shop --table Orders --s3 s3://lake/orders
  sluice extract --profile Shop --query 'SELECT * FROM "Orders" WHERE "OrderId" > 100' --dir out --format jsonl
  sluice extract --profile Shop --table 'public."Odd.Name"' --destination Lake --compression zstd --json
  sluice extract --pg service=shop --table people --format parquet --mask email=sha256 --plan --count

The password comes from PGPASSWORD or ~/.pgpass, as with psql. The keys of S3 come from the AWS default chain
(environment, profile, SSO, role), from the saved destination, or all of it from a pipeline.conf (--conf). The salt of sha256 masks is SLUICE_MASK_SALT. Names are taken as they are written: Orders is
"Orders". Exit codes: 0 done, 2 usage, 3 source, 4 destination, 6 data, 7 store, 130 cancelled, 1 defect.
`;

/** `sluice extract`: rows of a table or a query, as objects in a bucket or files in a folder. */
export function addExtract(program: Command, context: CommandContext): void {
  const { world } = context;
  const command = program
    .command('extract')
    .description('copy a table, or what a query gives, to S3 or a folder');
  addSourceOptions(command)
    .optionsGroup('What is extracted:')
    .option('--table <name>', '[schema.]name of a table or view', onlyOne)
    .option('--query <sql>', 'a SELECT, instead of a table')
    .option('--columns <a,b>', 'only these columns of the table, in this order')
    .option('--where <sql>', 'only rows of the table that fulfil this condition')
    .option(
      '--mask <column=mask>',
      `in place of clear values: ${MASK_HELP}; can come several times`,
      gathered,
    );
  addWatermarkOptions(command);
  addObjectOptions(addDestinationOptions(command))
    .option('--tag <name=value>', 'a tag of every object; can come up to ten times', gathered)
    .option('--metadata <name=value>', 'user metadata of every object; can come several times', gathered)
    .optionsGroup('How it is written:');
  addFormatOptions(command)
    .option('--parallel <n>', 'connections that read side by side (default: by size and machine)')
    .option('--recovery <what>', 'when the snapshot is lost: restart, or resume (default: restart)')
    .option('--object-size <bytes>', 'begin a new object at this size, such as 256MiB (default: one object)')
    .option('--object-rows <n>', 'begin a new object behind this many rows (default: one object)')
    .option(
      '--partition-by <column>',
      'folders by a column, as Hive has them: COLUMN[:day|month|year][=name], such as created:day=dt',
    )
    .option('--key <template>', 'key of the objects (default: {schema}/{table}/{run_id}/part-{part}.{ext})')
    .option(
      '--accept-lossy',
      'go on where a value cannot be held by the format: it is counted, and becomes NULL',
    )
    .option('--overwrite', 'replace an object that exists already')
    .option(
      '--load-scripts <names>',
      `write scripts that load the objects, next to the manifest: ${LOAD_TARGET_NAMES.join(',')}`,
    );
  addPolitenessOptions(command)
    .optionsGroup('Output:')
    .option('--plan', 'only tell what each column becomes, and what would make the run refuse')
    .option('--count', 'with --plan: read all rows on the server, and count the values in question')
    .option('--json', 'write one JSON event a line to stdout, the last is "finished"')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExtractOptions) => {
      const { plan = false, count = false, json = false } = options;
      if (count && !plan) throw new AppError('CONFIG_USAGE', '--count goes with --plan');
      await withEngine(world, async (engine) => {
        const place = await (plan ? anyPlace : placeOf)(options, engine, world);
        const source = await resolveSource(options, engine, world);
        const warnings = [...source.warnings, ...place.warnings];
        const spec = specFromOptions(options, source.ref, place.destination);
        if (plan) await showPlan(engine, spec, context, { count, json, warnings });
        else await runJob(engine, spec, context, { json, warnings });
      });
    });
}

/** A plan writes nothing, so it need not be said where to. */
async function anyPlace(options: ExtractOptions, engine: Engine, world: CliWorld): Promise<ResolvedPlace> {
  return namesDestination(options)
    ? await placeOf(options, engine, world)
    : { destination: { folder: world.cwd }, warnings: [] };
}

/** The last one would win, and the others would be missing without a word: `capture start` takes several. */
function onlyOne(value: string, previous: string | undefined): string {
  if (previous === undefined) return value;
  throw new AppError('CONFIG_USAGE', '--table: an extract is of one table; name one, and run it for each');
}
