/** The decoder of pgoutput by itself, in memory: what one core can take before anything is done with the changes. */
import { PgoutputDecoder } from '../../../electron/engine/decode/pgoutput/decoder.ts';
import type { PgoutputMessage } from '../../../electron/engine/decode/pgoutput/messages.ts';
import { PgoutputWriter, type TupleValue } from '../../harness/pgoutput-writer.ts';
import { atMost, type Figure } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { median, quantile } from '../statistics.ts';

const CHANGES = 1_000_000;
/** More than the processor's caches hold, so that every message comes from memory as it does from a socket. */
const DIFFERENT = 200_000;

/** Six columns, as `Orders` has them; half inserts, the rest updates with the old row and deletes with the key. */
function messages(): Buffer[] {
  const row = (i: number): TupleValue[] => [
    { text: String(i) },
    { text: i % 3 === 0 ? 'Backordered' : 'Shipped' },
    { text: `customer ${i % 900}` },
    { text: '1234.50' },
    i % 7 === 0 ? null : { text: 'some words about the order' },
    { text: '2026-11-22 13:00:00.123456' },
  ];
  return Array.from({ length: DIFFERENT }, (_, i) => {
    const kind = i % 4;
    if (kind < 2) return PgoutputWriter.message('I').int32(16_385).int8(0x4e).tuple(row(i)).bytes();
    if (kind === 2) {
      return PgoutputWriter.message('U')
        .int32(16_385)
        .int8(0x4f)
        .tuple(row(i - 1))
        .int8(0x4e)
        .tuple(row(i))
        .bytes();
    }
    const key: TupleValue[] = [{ text: String(i) }, null, null, null, null, null];
    return PgoutputWriter.message('D').int32(16_385).int8(0x4b).tuple(key).bytes();
  });
}

/** As somebody reads a message who wants its values as text. */
function readTexts(message: PgoutputMessage): number {
  let characters = 0;
  for (const tuple of [
    'before' in message ? message.before : undefined,
    'after' in message ? message.after : undefined,
  ]) {
    for (let field = 0; field < (tuple?.length ?? 0); field++) characters += tuple?.text(field)?.length ?? 0;
  }
  return characters;
}

export function measureDecode({ rounds, lines, signal }: Bench): Promise<Outcome> {
  const all = messages();
  const round = (read: (message: PgoutputMessage) => number): number => {
    signal.throwIfAborted();
    const decoder = new PgoutputDecoder();
    const started = performance.now();
    let seen = 0;
    for (let i = 0; i < CHANGES; i++) seen += read(decoder.decode(all[i % DIFFERENT] as Buffer));
    const took = performance.now() - started;
    if (seen === 0) throw new Error('nothing was decoded');
    return took;
  };
  const measure = (read: (message: PgoutputMessage) => number) =>
    Array.from({ length: rounds + 1 }, () => round(read)).slice(1);
  const decoded = measure(() => 1);
  const read = measure(readTexts);
  lines.say(
    `  ${median(decoded).toFixed(0)} ms decoded, ${median(read).toFixed(0)} ms with every value as text`,
  );
  const figure = (what: string, times: readonly number[], goal: Figure['goal']): Figure => ({
    work: `1,000,000 changes of pgoutput, 6 columns, one core, in memory: ${what}`,
    against: '-',
    value: median(times),
    unit: 'ms',
    goal,
    from: `${quantile(times, 0).toFixed(0)} to ${quantile(times, 1).toFixed(0)}`,
  });
  return Promise.resolve({
    figures: [
      figure('decoded', decoded, atMost(1_000)),
      figure('decoded, and every value made a text', read, null),
    ],
    samples: { 'decode ms': decoded, 'decode and text ms': read },
    notes: [],
  });
}
