/** An interrupted snapshot against a model: rows lie in blocks, move, and are read in pieces at several positions. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BegunReading, BlockStretch } from '../../electron/contract/capture-log.ts';
import { divided, united } from '../../electron/engine/capture/block-stretches.ts';
import { decideCourse, type ReadingFacts } from '../../electron/engine/capture/reading-course.ts';
import { formatLsn } from '../../electron/engine/decode/lsn.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { JOB, MadeCapture, shapeOf, type MadeChange } from '../harness/capture/made-capture.ts';
import { tableSource } from '../harness/capture/table-source.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const BLOCKS = 6;
const RANGES: readonly BlockStretch[] = Array.from({ length: BLOCKS }, (_, from) => ({
  from,
  to: from === BLOCKS - 1 ? null : from + 1,
}));

const stretches = fc.array(
  fc
    .tuple(fc.nat(20), fc.option(fc.integer({ min: 1, max: 8 }), { freq: 8 }))
    .map(([from, length]): BlockStretch => ({ from, to: length === null ? null : from + length })),
  { maxLength: 6 },
);
const has = (list: readonly BlockStretch[], block: number) =>
  list.some(({ from, to }) => block >= from && (to === null || block < to));

describe('stretches of blocks', () => {
  test('are united without a gap, an overlap or a neighbour', () => {
    fc.assert(
      fc.property(stretches, (list) => {
        const joined = united(list);
        for (let block = 0; block < 40; block++) expect(has(joined, block)).toBe(has(list, block));
        for (const [i, { from }] of joined.entries())
          if (i > 0) expect(joined[i - 1]?.to ?? Infinity).toBeLessThan(from);
      }),
    );
  });

  test('are divided into what lies in others and what does not', () => {
    fc.assert(
      fc.property(stretches, stretches, (list, others) => {
        for (const one of list) {
          const { inside, outside } = divided(one, others);
          for (let block = 0; block < 40; block++) {
            expect(has(inside, block)).toBe(has([one], block) && has(others, block));
            expect(has(outside, block)).toBe(has([one], block) && !has(others, block));
          }
        }
      }),
    );
  });
});

interface ModelRow {
  readonly n: number;
  readonly body: string;
  readonly block: number;
  readonly xid: number;
}

type Deed = { readonly kind: number; readonly key: number; readonly other: number; readonly block: number };
type Step =
  | { readonly kind: 'write'; readonly deeds: readonly Deed[] }
  /** So many pieces are read whole, and of the next one some rows; then it is interrupted. */
  | { readonly kind: 'read'; readonly pieces: number; readonly more: boolean };

/** A table as the server has it, and the log that a capture of it comes to. */
class Model {
  readonly made: MadeCapture;
  readonly shape = shapeOf(['id', 'n', 'body']);
  readonly rows = new Map<number, ModelRow>();
  readonly #again: boolean;
  #lsn = 100;
  #xid = 10;
  #file = 0;
  #begun: BegunReading | undefined;

  /** @param again false: what was written since is not looked for in finished blocks */
  constructor(made: MadeCapture, again: boolean) {
    this.made = made;
    this.#again = again;
    for (let key = 0; key < 12; key++)
      this.rows.set(key, { n: 0, body: `first ${key}`, block: key % BLOCKS, xid: 1 });
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'write') await this.#write(step.deeds);
    else await this.read(step.pieces, step.more);
  }

  /** @returns true where the table was read to its end */
  async read(pieces: number, more: boolean): Promise<boolean> {
    const at = (this.#lsn += 10);
    const facts: ReadingFacts = {
      keyed: true,
      identity: String(this.#file),
      timeline: 1,
      oldestXid: BigInt(this.#xid),
      nextXid: BigInt(this.#xid),
      toasted: this.#again,
    };
    const course = decideCourse(RANGES, facts, this.#begun);
    const before = course.resumed ? this.#begun : undefined;
    const from = before === undefined ? at : parse(before.fromLsn);
    const whole = course.pieces.slice(0, pieces);
    const broken = more ? course.pieces.slice(pieces, pieces + 1) : [];
    const rowsOf = (list: typeof course.pieces) =>
      list.flatMap(({ blocks, changedSince }) =>
        [...this.rows].filter(
          ([, { block, xid }]) =>
            blocks !== null &&
            has([blocks], block) &&
            (changedSince === undefined || BigInt(xid) >= changedSince),
        ),
      );
    const read = [...rowsOf(whole), ...rowsOf(broken).slice(0, 1)];
    const changes = read.map(([id, { n, body }]): MadeChange => ({
      op: 'r',
      at,
      after: { id, n: String(n), body },
    }));
    const objects = changes.length === 0 ? [] : [{ shape: this.shape, changes }];
    if (pieces >= course.pieces.length) {
      await this.made.resumed(from, at, ...objects);
      return true;
    }
    const finished = whole.flatMap(({ blocks, changedSince }) =>
      blocks === null || changedSince !== undefined ? [] : [blocks],
    );
    if (finished.length === 0 || course.begun === undefined) return false;
    await this.made.partial(from, at, ...objects);
    const blocks = united([...(before?.blocks ?? []), ...finished]);
    this.#begun = { ...course.begun, blocks, fromLsn: formatLsn(BigInt(from)), objects: 0 };
    return false;
  }

  async #write(deeds: readonly Deed[]): Promise<void> {
    const changes: MadeChange[] = [];
    for (const deed of deeds) {
      const at = (this.#lsn += 10);
      const xid = this.#xid++;
      changes.push(...this.#change(deed, at, xid));
    }
    this.#lsn += 10;
    if (changes.length > 0) await this.made.changes(this.#lsn, { shape: this.shape, changes });
  }

  #change({ kind, key, other, block }: Deed, at: number, xid: number): MadeChange[] {
    const row = this.rows.get(key);
    const n = at;
    if (row === undefined) {
      const body = `new ${at}`;
      this.rows.set(key, { n, body, block, xid });
      return [{ op: 'c', at, after: { id: key, n: String(n), body } }];
    }
    if (kind === 0) {
      this.rows.delete(key);
      return [{ op: 'd', at, before: { id: key } }];
    }
    if (kind === 1) {
      const body = `other ${at}`;
      this.rows.set(key, { n, body, block, xid });
      return [{ op: 'u', at, after: { id: key, n: String(n), body } }];
    }
    if (kind === 2 && !this.rows.has(other)) {
      this.rows.delete(key);
      this.rows.set(other, { ...row, n, block, xid });
      return [{ op: 'u', at, before: { id: key }, after: { id: other, n: String(n) }, unchanged: ['body'] }];
    }
    if (kind === 3 && other === 0) {
      this.rows.clear();
      this.#file++;
      return [{ op: 't', at }];
    }
    this.rows.set(key, { ...row, n, block, xid });
    return [{ op: 'u', at, after: { id: key, n: String(n) }, unchanged: ['body'] }];
  }

  /** What the files come to, compared with the table. */
  async verdict() {
    await this.made.checkpoint();
    const rows = [...this.rows].map(([id, { n, body }]) => [String(id), String(n), body]);
    const source = tableSource(BigInt(this.#lsn + 10), this.shape, rows);
    const access = {
      settings: { host: '', port: 1, database: '', user: '', tls: 'disable' as const },
      password: undefined,
    };
    // The last entry of changes reaches up to there.
    await this.made.changes(this.#lsn + 10, {
      shape: this.shape,
      changes: [{ op: 't', at: this.#lsn + 10 }],
    });
    await this.made.checkpoint();
    return (
      await verifyCapture(
        this.made.sink,
        { job: JOB, database: { source, access, waitSeconds: 0 } },
        this.made.signal,
      )
    ).tables[0];
  }
}

function parse(lsn: string): number {
  return Number.parseInt(lsn.split('/')[1] ?? '', 16);
}

const deed = fc.record({ kind: fc.nat(5), key: fc.nat(15), other: fc.nat(15), block: fc.nat(BLOCKS - 1) });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), deeds: fc.array(deed, { minLength: 1, maxLength: 6 }) }),
  fc.record({ kind: fc.constant('read' as const), pieces: fc.nat(3), more: fc.boolean() }),
);

async function play(steps: readonly Step[], again: boolean) {
  const folder = await makeTemporaryFolder('resume');
  try {
    const model = new Model(new MadeCapture(new FolderSink(folder.path)), again);
    for (const each of steps) await model.step(each);
    await model.read(Infinity, false);
    const last = { kind: 1, key: 3, other: 0, block: 0 };
    await model.step({ kind: 'write', deeds: [last] });
    return await model.verdict();
  } finally {
    await folder.remove();
  }
}

const SAME = { irregular: 0, compared: { missing: 0, extra: 0, different: 0, unknownValues: 0 } };

describe('an interrupted snapshot', () => {
  test('comes to the table, whatever is written and read in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        expect(await play(steps, true)).toMatchObject(SAME);
      }),
      { numRuns: 60 },
    );
  });

  test('lacks a value where rows that were written since are not looked for', async () => {
    const move = { kind: 5, key: 5, other: 0, block: 0 };
    const steps: Step[] = [
      { kind: 'read', pieces: 2, more: false },
      { kind: 'write', deeds: [move] },
    ];
    expect(await play(steps, true)).toMatchObject(SAME);
    expect(await play(steps, false)).toMatchObject({ compared: { unknownValues: 1 } });
  });
});
