import { parquetMetadata } from 'hyparquet';

/** Bytes at the end of a file that are kept: the footer grows with row groups and columns, and has to lie in them. */
const TAIL_BYTES = 64 * 1024 * 1024;

/** A file whose footer is damaged, or is not there. */
export class UnreadableFooter extends Error {}

/** Finds the number of rows in the footer of a file that passes piece by piece. */
export class FooterRows {
  #tail: Uint8Array[] = [];
  #bytes = 0;

  push(bytes: Uint8Array): void {
    this.#tail.push(new Uint8Array(bytes));
    this.#bytes += bytes.length;
    while (this.#bytes - (this.#tail[0]?.length ?? 0) >= TAIL_BYTES) {
      this.#bytes -= this.#tail.shift()?.length ?? 0;
    }
  }

  /** @throws UnreadableFooter */
  rows(): number {
    try {
      // A copy of its own: the reader looks at the memory behind a Buffer from its beginning.
      const { num_rows: total, row_groups: groups } = parquetMetadata(
        new Uint8Array(Buffer.concat(this.#tail)),
      );
      const sum = groups.reduce((rows, group) => rows + group.num_rows, 0n);
      if (sum !== total)
        throw new UnreadableFooter(`its row groups have ${sum} rows, its footer says ${total}`);
      return Number(total);
    } catch (error) {
      if (error instanceof UnreadableFooter) throw error;
      throw new UnreadableFooter('the footer cannot be read', { cause: error });
    }
  }
}
