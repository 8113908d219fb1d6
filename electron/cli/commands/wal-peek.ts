import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import type { CallInput } from '../../contract/calls.ts';
import {
  PEEK_CHANGES_LIMIT,
  PEEK_OPERATIONS,
  PEEK_PLUGINS,
  type PeekEnd,
  type PeekOpened,
  type PeekPage,
} from '../../contract/peek.ts';
import { writeTableName } from '../../contract/table-name.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { formatBytes, formatExact } from '../amounts.ts';
import { parseByteSize } from '../byte-size.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { finishedWithoutRun, jsonLine } from '../json-lines.ts';
import { parseNameList } from '../name-list.ts';
import { peekLines, rawLines } from '../peek-lines.ts';
import { addSourceOptions, resolveSource, type SourceOptions } from '../source-options.ts';
import { parseTableName } from '../table-name.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { withEngine } from '../with-engine.ts';

interface PeekOptions extends SourceOptions {
  readonly slot?: string;
  readonly limit: string;
  readonly bytes: string;
  readonly seconds: string;
  readonly upto?: string;
  readonly table?: string;
  readonly operation?: string;
  readonly key?: string;
  readonly plugin?: string;
  readonly publication?: string;
  readonly raw?: boolean;
  readonly json?: boolean;
}

/** Milliseconds that one page may take: then the command looks whether it was interrupted. */
const WAIT_MS = 2_000;

/** Characters of a value that go to a script, and to a terminal. */
const VALUE_CHARACTERS = { json: 1_048_576, text: 200 } as const;

const ENDS: Readonly<Record<PeekEnd, string>> = {
  caughtUp: 'that is all that is pending',
  changes: 'there may be more: raise --limit',
  bytes: 'there may be more: raise --bytes',
  seconds: 'the time is over: raise --seconds',
  lsn: 'the position of --upto is reached',
};

/** `sluice wal peek`: changes as they come, and nothing moved by it. */
export function addWalPeek(wal: Command, context: CommandContext): void {
  const { world } = context;
  const command = wal
    .command('peek')
    .description('show the changes that a slot has pending, or those from now on, without moving any slot');
  addSourceOptions(command)
    .optionsGroup('What is read:')
    .option('--slot <name>', 'the pending changes of this slot (default: what happens from now on)')
    .option(
      '--plugin <name>',
      `${PEEK_PLUGINS.join(' or ')} (default: pgoutput where there is a publication)`,
    )
    .option('--publication <names>', 'publications for pgoutput, with commas (default: all)')
    .optionsGroup('Where it ends, whichever comes first:')
    .option('--limit <count>', 'changes', '100')
    .option('--bytes <bytes>', 'bytes of changes, such as 64MB', '16MB')
    .option('--seconds <count>', 'seconds', '30')
    .option('--upto <lsn>', 'no transaction that was committed after this position')
    .optionsGroup('Which changes are shown:')
    .option('--table <name>', 'of this table: [schema.]name')
    .option('--operation <names>', `of ${PEEK_OPERATIONS.join(', ')}`)
    .option('--key <text>', 'with this text in their key')
    .optionsGroup('Output:')
    .option('--raw', 'write the lines of test_decoding as they are')
    .option('--json', 'write one JSON event a line to stdout: peek, transaction, change, finished')
    .action(async (options: PeekOptions) => {
      const startedMs = world.monotonicMs();
      const shown = await withEngine(world, async (engine) => {
        const { connectionId, warnings } = await resolveSource(options, engine, world);
        for (const warning of warnings) world.err(`warning: ${warning}\n`);
        return await peek(engine, inputOf(connectionId, options), options, context);
      });
      if (options.json === true) {
        world.out(
          jsonLine(finishedWithoutRun('succeeded', world.monotonicMs() - startedMs, { rows: shown })),
        );
      }
    });
}

function inputOf(connectionId: string, options: PeekOptions): CallInput<'wal.peekOpen'> {
  const { slot, table, key, publication, operation, upto } = options;
  if (options.raw === true && (options.plugin ?? 'test_decoding') !== 'test_decoding') {
    throw new AppError('CONFIG_USAGE', '--raw shows the lines of test_decoding: pgoutput has none');
  }
  const plugin = options.raw === true ? 'test_decoding' : options.plugin;
  const filter = {
    ...(table === undefined ? {} : { table: writeTableName(parseTableName(table)) }),
    ...(key === undefined ? {} : { key }),
    ...(operation === undefined
      ? {}
      : { operations: oneOf(parseNameList(operation, '--operation'), PEEK_OPERATIONS, '--operation') }),
  };
  return {
    connectionId,
    slot: slot ?? null,
    ...(plugin === undefined ? {} : { plugin: oneOf([plugin], PEEK_PLUGINS, '--plugin')[0] }),
    ...(publication === undefined ? {} : { publications: parseNameList(publication, '--publication') }),
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    limits: {
      changes: parseWholeNumber(options.limit, '--limit', 1, PEEK_CHANGES_LIMIT),
      bytes: parseByteSize(options.bytes, '--bytes'),
      seconds: parseWholeNumber(options.seconds, '--seconds', 1, 3_600),
      ...(upto === undefined ? {} : { uptoLsn: upto }),
    },
    valueLimit: options.json === true ? VALUE_CHARACTERS.json : VALUE_CHARACTERS.text,
  };
}

/** Changes that were shown. */
async function peek(
  engine: Engine,
  input: CallInput<'wal.peekOpen'>,
  { json = false, raw = false }: PeekOptions,
  { world }: CommandContext,
): Promise<number> {
  const { interrupted } = world;
  const opened = await callEngine(engine, 'wal.peekOpen', input, interrupted);
  const { peekId, ...facts } = opened;
  if (json) world.out(jsonLine({ type: 'peek', slot: input.slot, ...facts }));
  else world.err(introduction(opened, input.slot));
  try {
    for (;;) {
      const page = await callEngine(engine, 'wal.peekNext', { peekId, waitMs: WAIT_MS }, interrupted);
      for (const warning of page.warnings) world.err(`warning: ${warning}\n`);
      world.out(json ? jsonOf(page) : raw ? rawLines(page) : peekLines(page));
      if (page.end !== null) {
        if (!json) world.err(`${formatExact(page.progress.changes)} changes; ${ENDS[page.end]}\n`);
        return page.progress.changes;
      }
      // `| head` took what it wanted: that is a good end.
      if (world.outClosed.aborted) return page.progress.changes;
    }
  } finally {
    await callEngine(engine, 'wal.peekClose', { peekId }, new AbortController().signal);
  }
}

/** The cost, before it starts. */
function introduction({ database, plugin, walBytes, startLsn }: PeekOpened, slot: string | null): string {
  return slot === null
    ? `Changes of ${database} from ${startLsn} on, with ${plugin}\n`
    : `A copy of ${slot} (${database}, ${plugin}) from ${startLsn}: the server has ${formatBytes(walBytes)} of WAL to read\n`;
}

function jsonOf({ transactions, changes, withdrawn }: PeekPage): string {
  return [
    ...changes.map((change) => jsonLine({ type: 'change', ...change })),
    ...(withdrawn.length === 0 ? [] : [jsonLine({ type: 'withdrawn', indexes: withdrawn })]),
    ...transactions.map((transaction) => jsonLine({ type: 'transaction', ...transaction })),
  ].join('');
}

function oneOf<T extends string>(given: readonly string[], known: readonly T[], option: string): T[] {
  return given.map((text) => {
    const found = known.find((each) => each === text);
    if (found !== undefined) return found;
    throw new AppError('CONFIG_USAGE', `${option}: "${text}" is none of ${known.join(', ')}`);
  });
}
