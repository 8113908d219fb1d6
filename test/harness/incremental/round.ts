/**
 * One round of the model: writers, maintenance and extracts in an order that the seed decides. At its end all extracts,
 * applied one after the other, must be the table; and in exact mode no version of a row may have come twice.
 */
import { parseInput } from '../../../electron/contract/parse-input.ts';
import { watermarkSpecSchema, type WatermarkSpec } from '../../../electron/contract/watermark-spec.ts';
import type { Position } from '../../../electron/contract/watermark-state.ts';
import { settingsOf } from '../engine/test-engine.ts';
import type { Database } from '../postgres/database.ts';
import { Dice } from './dice.ts';
import { readIncrement, type RowVersion, type Taken } from './incremental-reader.ts';
import { Replacement } from './replacement.ts';
import { SHARED_FROM, SHARED_TO, Writer, type Table } from './writer.ts';

const WRITERS = 4;
const STEPS = 160;

/** A second of the server is an hour on the watermarks: so the bounds of scans matter within a round. */
const WARP = 3_600;
const WARP_FROM = Date.parse('2026-01-01T00:00:00Z');

/** What came of a round. */
export interface RoundResult {
  readonly extracts: number;
  readonly killed: number;
  readonly rows: number;
  /** How often the name came to stand for something else, or the rows were rewritten. */
  readonly replaced: number;
  /** Rows that the table has and the extracts have not, or differently. */
  readonly skipped: readonly string[];
  readonly repeated: readonly string[];
  /** Runs that promised less than exactly once. */
  readonly fallbacks: readonly string[];
  readonly bounded: boolean;
}

/** Plays the round of a seed. */
export async function playRound(
  db: Database,
  seed: number,
  mode: WatermarkSpec['mode'],
): Promise<RoundResult> {
  const dice = new Dice(seed);
  const round = new Round(db, seed, dice, mode);
  return await round.play();
}

class Round {
  readonly #db: Database;
  readonly #dice: Dice;
  readonly #name: string;
  readonly #spec: WatermarkSpec;
  readonly #bounded: boolean;
  readonly #started = Date.now();
  #position: Position | null = null;
  #reading: AsyncGenerator<undefined, Taken> | undefined;
  readonly #applied = new Map<number, number>();
  readonly #seen = new Set<string>();
  readonly #repeated: string[] = [];
  readonly #fallbacks: string[] = [];
  #replacement: Replacement | undefined;
  #partitioned = false;
  /** How often the name came to stand for something else, or its rows were rewritten. */
  #replaced = 0;
  /** The same when the reading that goes on, and the one that was applied last, had begun. */
  #replacedAtBegin = 0;
  #replacedKnown = 0;
  /** True where the database is a copy since the last run: nothing else may change before the next one. */
  #copied = false;
  #extracts = 0;
  #killed = 0;

  constructor(db: Database, seed: number, dice: Dice, mode: WatermarkSpec['mode']) {
    this.#db = db;
    this.#dice = dice;
    this.#name = `round_${seed}_${mode}`;
    this.#bounded = mode !== 'exact' || dice.percent(60);
    // A margin of warped time: real transactions of a round last milliseconds.
    const margin = this.#bounded ? dice.pick(['1 minute', '20 minutes', '2 hours']) : 'unbounded';
    this.#spec = parseInput(watermarkSpecSchema, { column: 'changed', mode, margin });
  }

  async play(): Promise<RoundResult> {
    const db = this.#db;
    await this.#createTable();
    const clients = await Promise.all(
      Array.from({ length: WRITERS }, () => db.connect({ statement_timeout: 10_000 })),
    );
    const table = this.#table();
    const replacer = await db.connect();
    this.#replacement = new Replacement(
      replacer,
      table,
      new Dice(this.#dice.below(2 ** 31)),
      this.#partitioned,
    );
    const writers = clients.map(
      (client, i) => new Writer(client, i, table, new Dice(this.#dice.below(2 ** 31))),
    );
    try {
      for (let step = 0; step < STEPS; step++) await this.#step(writers);
      for (const writer of writers) await writer.finish();
      await this.#finishReading();
      await this.#extract();
      return await this.#result();
    } finally {
      await this.#reading?.return(undefined as never);
      await Promise.all(clients.map((client) => client.end()));
      await this.#replacement.clean();
      await replacer.end();
      await db.query(`DROP TABLE ${this.#name} CASCADE`);
    }
  }

  async #step(writers: readonly Writer[]): Promise<void> {
    const roll = this.#dice.below(100);
    if (roll < 78) return await this.#dice.pick(writers).step();
    if (roll < 93) return await this.#stepReading();
    if (roll < 97) return await this.#replace(writers);
    const vacuum = this.#dice.pick(['VACUUM (FREEZE)', 'VACUUM', 'VACUUM FULL', 'ANALYZE', 'CHECKPOINT']);
    await this.#maintain(vacuum === 'CHECKPOINT' ? vacuum : `${vacuum} ${this.#name}`);
    if (vacuum === 'VACUUM FULL') this.#replaced++;
  }

  /** Between two runs: what happens within one is held off by its locks, and is for other tests. */
  async #replace(writers: readonly Writer[]): Promise<void> {
    await this.#finishReading();
    if (this.#copied) return;
    if (this.#dice.percent(15)) return this.#copyDatabase();
    if (this.#dice.percent(70)) for (const writer of writers) await writer.finish();
    if (await this.#replacement?.step()) this.#replaced++;
  }

  /** To a program, a database that was restored from a copy is one with another oid under the same name. */
  #copyDatabase(): void {
    if (this.#position === null || this.#replaced > this.#replacedKnown) return;
    const { cluster } = this.#position;
    this.#position = { ...this.#position, cluster: { ...cluster, databaseOid: '1' } };
    this.#copied = true;
    this.#replaced++;
  }

  async #stepReading(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#begin();
    } else if (this.#dice.percent(8)) {
      // The process has died: nothing of this run counts.
      await this.#reading.return(undefined as never);
      this.#reading = undefined;
      this.#killed++;
      return;
    }
    const { done, value } = await this.#reading.next();
    if (done === true && value !== undefined) this.#apply(value);
  }

  #begin(): AsyncGenerator<undefined, Taken> {
    const access = { settings: settingsOf(this.#db), password: this.#db.password };
    const warp = (at: Date) => new Date(WARP_FROM + (at.getTime() - this.#started) * WARP);
    this.#replacedAtBegin = this.#replaced;
    return readIncrement({ access, table: this.#name, spec: this.#spec, position: this.#position, warp });
  }

  async #finishReading(): Promise<void> {
    while (this.#reading !== undefined) await this.#stepReading();
  }

  /** One run from begin to end, with nobody in between. */
  async #extract(): Promise<void> {
    const reading = this.#begin();
    for (;;) {
      const { done, value } = await reading.next();
      if (done === true) return this.#apply(value);
    }
  }

  #apply({ rows, position, promise, reasons }: Taken): void {
    // A run may repeat rows where the name stands for something else, and where it says so.
    const excused = this.#replacedAtBegin > this.#replacedKnown && promise !== 'exactly-once';
    this.#replacedKnown = this.#replacedAtBegin;
    this.#copied = false;
    for (const row of rows) this.#take(row, excused);
    this.#position = position;
    this.#reading = undefined;
    this.#extracts++;
    if (promise !== 'exactly-once' && !excused) this.#fallbacks.push(reasons.join('; '));
  }

  #take({ id, version }: RowVersion, excused: boolean): void {
    const key = `${id}@${version}`;
    if (this.#seen.has(key) && !excused) this.#repeated.push(key);
    this.#seen.add(key);
    this.#applied.set(id, version);
  }

  async #result(): Promise<RoundResult> {
    const { rows } = await this.#db.query<RowVersion>(`SELECT id, version FROM ${this.#name}`);
    const skipped = rows
      .filter(({ id, version }) => this.#applied.get(id) !== version)
      .map(({ id, version }) => `${id}@${version}, have ${String(this.#applied.get(id))}`);
    // But for tables that were replaced nothing is ever deleted: what was extracted and is not there was never committed.
    const ids = new Set(rows.map(({ id }) => id));
    const invented = [...this.#applied.keys()]
      .filter((id) => !ids.has(id) && this.#replaced === 0)
      .map((id) => `${id} was never there`);
    return {
      extracts: this.#extracts,
      killed: this.#killed,
      rows: rows.length,
      replaced: this.#replaced,
      skipped: [...skipped, ...invented],
      repeated: this.#repeated,
      fallbacks: this.#fallbacks,
      bounded: this.#bounded,
    };
  }

  async #createTable(): Promise<void> {
    const partitioned = this.#dice.percent(20);
    this.#partitioned = partitioned;
    await this.#db.query(
      `CREATE TABLE ${this.#name} (id int PRIMARY KEY, version int NOT NULL, changed timestamptz)
       ${partitioned ? 'PARTITION BY HASH (id)' : ''}`,
    );
    for (let i = 0; i < (partitioned ? 3 : 0); i++) {
      await this.#db.query(
        `CREATE TABLE ${this.#name}_${i} PARTITION OF ${this.#name} FOR VALUES WITH (MODULUS 3, REMAINDER ${i})`,
      );
    }
    if (this.#dice.percent(60)) await this.#db.query(`CREATE INDEX ON ${this.#name} (changed)`);
    const { rows } = await this.#db.query<{ now: Date }>('SELECT now()');
    // The server's clock and ours are the same machine's; both are read for a table that was just made.
    await this.#db.query(
      `INSERT INTO ${this.#name} SELECT i, -i, $1::timestamptz - i * interval '1 day' FROM generate_series(${SHARED_FROM}, ${SHARED_TO}) i`,
      [rows[0]!.now],
    );
  }

  #table(): Table {
    let version = 0;
    const warped = (clock: string) =>
      `('${new Date(WARP_FROM).toISOString()}'::timestamptz + (${clock} - '${new Date(this.#started).toISOString()}'::timestamptz) * ${WARP})`;
    return {
      name: this.#name,
      nextVersion: () => ++version,
      stamp: (dice) => {
        if (!this.#bounded && dice.percent(30))
          return dice.pick(['NULL', "'1999-12-31'", "'infinity'", "'2999-01-01'"]);
        const clock = warped(dice.pick(['now()', 'now()', 'clock_timestamp()']));
        // Clocks of applications differ, by less than the margin.
        return dice.percent(20) ? `${clock} - interval '50 seconds'` : clock;
      },
    };
  }

  /** What has to wait for open transactions is left: they would wait for us. */
  async #maintain(sql: string): Promise<void> {
    const client = await this.#db.connect();
    try {
      await client.query(`SET lock_timeout = '20ms'`);
      await client.query(sql).catch((error: Error & { code?: string }) => {
        if (error.code !== '55P03') throw error;
      });
    } finally {
      await client.end();
    }
  }
}
