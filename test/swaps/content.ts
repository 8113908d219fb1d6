/** What a table holds at one moment: its rows as text, in order. */
import type { Client } from 'pg';

/** The contents of `t`, in the order in which they were committed. There is one writer, so each is what all could see. */
export class Contents {
  readonly #contents: string[] = [];
  #committed = 0;

  /** Contents that were committed. */
  get committed(): number {
    return this.#committed;
  }

  /** Contents that were committed, or may be at any moment. */
  get known(): number {
    return this.#contents.length;
  }

  /** Notes what the transaction of the client leaves, before it commits. */
  async add(client: Client): Promise<void> {
    const { rows } = await client.query<{ line: string }>(
      `SELECT concat_ws(',', id, gen, bucket) AS line FROM t`,
    );
    this.#contents.push(contentOf(rows.map(({ line }) => line)));
  }

  /** What was noted last is there for all to see. */
  commit(): void {
    this.#committed = this.#contents.length;
  }

  /** True where this was the content at some time between two moments. */
  has(content: string, from: number, to: number): boolean {
    return this.#contents.slice(Math.max(0, from - 1), to).includes(content);
  }

  /** Rows of each content between two moments, for people. */
  sizes(from: number, to: number): readonly number[] {
    return this.#contents.slice(Math.max(0, from - 1), to).map(sizeOf);
  }
}

/** A content from its lines, in any order. */
export function contentOf(lines: readonly string[]): string {
  return lines.toSorted().join('\n');
}

/** Rows of a content. */
export function sizeOf(content: string): number {
  return content === '' ? 0 : content.split('\n').length;
}
