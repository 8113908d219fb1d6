import type { Command } from 'commander';
import { AppError, fromWireError } from '../../contract/app-error.ts';
import type { ConnectionProfile } from '../../contract/connection-profile.ts';
import type { DestinationProfile } from '../../contract/destination-profile.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { nameKey } from '../../engine/profiles/profile-name.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { createTextTable, type TextColumn } from '../text-table.ts';
import { withEngine } from '../with-engine.ts';
import { readInput } from './run.ts';

const COLUMNS: readonly TextColumn[] = [
  { title: 'Name', align: 'left' },
  { title: 'Kind', align: 'left' },
  { title: 'Place', align: 'left' },
  { title: 'Secret', align: 'left' },
];

/** `sluice profiles`: the saved connections and destinations, shared with the app. */
export function addProfiles(program: Command, context: CommandContext): void {
  const { world } = context;
  const profiles = program
    .command('profiles')
    .description('saved connections and destinations: list, import, export, test');

  profiles
    .command('list')
    .description('list the saved connections and destinations')
    .action(() => withEngine(world, (engine) => list(engine, context)));
  profiles
    .command('import')
    .description('save the profiles of a pipeline.conf, a postgres:// URL or an export')
    .argument('<file>', 'the file; - for stdin; or the URL itself')
    .option('--name <name>', 'name for what is imported')
    .action((file: string, options: { name?: string }) =>
      withEngine(world, (engine) => importFile(engine, file, options.name, context)),
    );
  profiles
    .command('export')
    .description('write all profiles to stdout as JSON, without passwords and keys')
    .action(() =>
      withEngine(world, async (engine) => {
        world.out((await callEngine(engine, 'profiles.export', {}, world.interrupted)).text);
      }),
    );
  profiles
    .command('test')
    .description('try a saved connection or destination')
    .argument('<name>', 'its name')
    .action((name: string) => withEngine(world, (engine) => test(engine, name, context)));
}

async function list(engine: Engine, { world }: CommandContext): Promise<void> {
  const saved = await callEngine(engine, 'profiles.list', {}, world.interrupted);
  const rows = [
    ...saved.connections.map((connection) => [
      connection.name,
      'connection',
      connectionPlace(connection),
      connection.hasPassword ? 'saved' : '',
    ]),
    ...saved.destinations.map((destination) => [
      destination.name,
      'destination',
      destinationPlace(destination),
      destination.hasSecretKey ? 'saved' : '',
    ]),
  ];
  if (rows.length === 0) return world.err('No profiles are saved yet; see `sluice profiles import --help`\n');
  const table = createTextTable(COLUMNS, rows);
  world.out(table.header() + table.rows(rows));
}

async function importFile(
  engine: Engine,
  file: string,
  name: string | undefined,
  context: CommandContext,
): Promise<void> {
  const { world } = context;
  const text = /^postgres(?:ql)?:\/\//i.test(file) ? file : await readInput(file, context);
  const input = name === undefined ? { text } : { text, name };
  const imported = await callEngine(engine, 'profiles.import', input, world.interrupted);
  for (const connection of imported.connections) {
    world.out(`Saved the connection "${connection.name}": ${connectionPlace(connection)}\n`);
  }
  for (const destination of imported.destinations) {
    world.out(`Saved the destination "${destination.name}": ${destinationPlace(destination)}\n`);
  }
  for (const warning of imported.warnings) world.err(`warning: ${warning}\n`);
}

async function test(engine: Engine, name: string, { world }: CommandContext): Promise<void> {
  const saved = await callEngine(engine, 'profiles.list', {}, world.interrupted);
  const connection = saved.connections.find((profile) => nameKey(profile.name) === nameKey(name));
  const destination = saved.destinations.find((profile) => nameKey(profile.name) === nameKey(name));
  if (connection === undefined && destination === undefined) {
    throw new AppError(
      'CONFIG_PROFILE_NOT_FOUND',
      `There is no connection and no destination named "${name}"`,
    );
  }
  if (connection !== undefined) {
    const draft = { ...connection, password: { kind: 'keep' as const } };
    const tested = await callEngine(engine, 'connections.test', draft, world.interrupted);
    if (!tested.ok) throw fromWireError(tested.error);
    const { serverVersion, database, user, encrypted, standby, latencyMs } = tested.facts;
    world.out(
      `The connection "${connection.name}" works: Postgres ${serverVersion}${standby ? ' (standby)' : ''}, database ${database}, user ${user}, ${encrypted ? 'encrypted' : 'not encrypted'}, ${Math.round(latencyMs)} ms\n`,
    );
  }
  if (destination !== undefined) {
    const draft = { ...destination, secretKey: { kind: 'keep' as const } };
    const tested = await callEngine(engine, 'destinations.test', draft, world.interrupted);
    if (!tested.ok) throw fromWireError(tested.error);
    const { bucket, conditionalWrites, tags, checksums, latencyMs } = tested.facts;
    const missing = [
      ...(conditionalWrites ? [] : ['conditional writes']),
      ...(tags === 'ignored' || tags === 'refused' ? ['conditions on what is replaced'] : []),
      ...(checksums ? [] : ['checksums']),
    ];
    const without = missing.length === 0 ? '' : `, without ${missing.join(' and ')}`;
    world.out(
      `The destination "${destination.name}" works: bucket ${bucket}${without}, ${Math.round(latencyMs)} ms\n`,
    );
  }
}

function connectionPlace({ settings }: ConnectionProfile): string {
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return `${settings.user}@${host}:${settings.port}/${settings.database}`;
}

function destinationPlace({ settings }: DestinationProfile): string {
  const place = settings.prefix === '' ? settings.bucket : `${settings.bucket}/${settings.prefix}`;
  return `s3://${place}${settings.endpoint === undefined ? '' : ` at ${settings.endpoint}`}`;
}
