/** Pages of rows that a preview has got, bounded in number and in characters; the one used longest ago goes first. */
import type { PreviewCell } from '../../../electron/contract/preview.ts';

export type PreviewRow = readonly PreviewCell[];

export interface PageCacheBounds {
  readonly pageSize: number;
  readonly maxPages: number;
  /** Characters of all values together: wide rows count for more than narrow ones. */
  readonly maxCharacters: number;
}

interface Page {
  readonly rows: readonly PreviewRow[];
  readonly characters: number;
}

export class PageCache {
  readonly #bounds: PageCacheBounds;
  /** In the order of their last use: a Map keeps the order in which keys were put in. */
  readonly #pages = new Map<number, Page>();
  #characters = 0;

  constructor(bounds: PageCacheBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#pages.size;
  }

  pageOf(row: number): number {
    return Math.floor(row / this.#bounds.pageSize);
  }

  has(page: number): boolean {
    return this.#pages.has(page);
  }

  /** A row, or undefined where its page is not here or has no such row. Does not count as a use. */
  row(index: number): PreviewRow | undefined {
    return this.#pages.get(this.pageOf(index))?.rows[index % this.#bounds.pageSize];
  }

  /** Marks a page as used just now. */
  touch(page: number): void {
    const found = this.#pages.get(page);
    if (found === undefined) return;
    this.#pages.delete(page);
    this.#pages.set(page, found);
  }

  put(page: number, rows: readonly PreviewRow[]): void {
    this.#drop(page);
    const characters = rows.reduce((sum, row) => sum + charactersOf(row), 0);
    this.#pages.set(page, { rows, characters });
    this.#characters += characters;
    for (const oldest of this.#pages.keys()) {
      const tooMany = this.#pages.size > this.#bounds.maxPages;
      const tooLarge = this.#characters > this.#bounds.maxCharacters && this.#pages.size > 1;
      if (!tooMany && !tooLarge) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#characters = 0;
  }

  #drop(page: number): void {
    const found = this.#pages.get(page);
    if (found === undefined) return;
    this.#pages.delete(page);
    this.#characters -= found.characters;
  }
}

function charactersOf(row: PreviewRow): number {
  let sum = 0;
  for (const cell of row) sum += cell === null ? 1 : typeof cell === 'string' ? cell.length : cell.cut.length;
  return sum;
}
