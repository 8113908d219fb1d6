/** Searches a batch for the first of several signs, each with one call into native code for as long as it is not met. */

const LF = 0x0a;

/** Bytes that show something; `behind` is 1 where they show it of what begins behind the first of them. */
export interface Sign {
  readonly bytes: Buffer;
  readonly behind: 0 | 1;
}

export class NextSign {
  readonly #signs: readonly Sign[];
  /** Where each sign is next; Infinity where it is not any more. */
  readonly #next: number[];
  #bytes: Buffer = Buffer.alloc(0);

  constructor(signs: readonly Sign[]) {
    this.#signs = signs;
    this.#next = signs.map(() => -1);
  }

  /** Whole rows that are to be searched. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#next.fill(-1);
  }

  /** The offset of the first sign from `from` on, which never goes back; undefined where there is none. */
  from(from: number): number | undefined {
    let first = Infinity;
    for (let i = 0; i < this.#signs.length; i++) {
      let next = this.#next[i] as number;
      if (next < from) next = this.#next[i] = this.#find(this.#signs[i] as Sign, from);
      if (next < first) first = next;
    }
    return first === Infinity ? undefined : first;
  }

  #find({ bytes: sign, behind }: Sign, from: number): number {
    const bytes = this.#bytes;
    // Before the first row there is no line end for the sign to begin with.
    if (behind === 1 && from === 0 && bytes[0] === sign[1]) return 0;
    const found = bytes.indexOf(sign.length === 1 ? (sign[0] as number) : sign, Math.max(0, from - behind));
    return found === -1 ? Infinity : found + behind;
  }
}

/** How empty fields look in rows of COPY's: two delimiters or line ends side by side. */
export function emptySigns(delimiter: number, mayBeEmpty: readonly boolean[]): Sign[] {
  const last = mayBeEmpty.length - 1;
  const signs: Sign[] = [];
  if (mayBeEmpty[0] === true) signs.push({ bytes: Buffer.of(LF, last === 0 ? LF : delimiter), behind: 1 });
  if (mayBeEmpty.slice(1, last).includes(true)) {
    signs.push({ bytes: Buffer.of(delimiter, delimiter), behind: 0 });
  }
  if (last > 0 && mayBeEmpty[last] === true) signs.push({ bytes: Buffer.of(delimiter, LF), behind: 0 });
  return signs;
}
