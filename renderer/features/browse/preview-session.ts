/**
 * One preview of one relation: opens it, fetches the pages that the grid looks at, and closes it.
 *
 * At most one page is on its way. When it has arrived, the next one is chosen from what is on the screen then, so a
 * fast scroll does not leave a queue of pages behind that nobody looks at any more.
 */
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { PreviewColumn } from '../../../electron/contract/preview.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import type { Client } from '../../client/client.ts';
import { appErrorOf } from '../../state/app-error-of.ts';
import { createStore, type ReadonlyStore } from '../../state/store.ts';
import type { Range } from '../../ui/grid-geometry.ts';
import { PageCache, type PreviewRow } from './page-cache.ts';
import { afterPage, unknownTotal, type RowTotal } from './row-total.ts';

/** Rows of one request: some screens full, so that slow scrolling seldom waits. */
export const PAGE_SIZE = 200;
const BOUNDS = { pageSize: PAGE_SIZE, maxPages: 100, maxCharacters: 16_000_000 };

export interface PreviewState {
  /** Undefined while the preview is being opened. */
  readonly columns: readonly PreviewColumn[] | undefined;
  /** Names of the columns that the user may not read. */
  readonly hidden: readonly string[];
  readonly total: RowTotal;
  /** True once the cursor had to be opened again: rows can have moved. */
  readonly reopened: boolean;
  readonly error: AppError | undefined;
  /** Goes up whenever rows have arrived or were dropped, so that the grid draws again. */
  readonly version: number;
}

export class PreviewSession {
  readonly #client: Client;
  readonly #target: { readonly connectionId: string; readonly relation: RelationRef };
  readonly #cache = new PageCache(BOUNDS);
  readonly #store;
  readonly #abort = new AbortController();
  #previewId: string | undefined;
  #wanted: Range = { first: 0, end: 0 };
  #busy = false;
  #closed = false;

  constructor(
    client: Client,
    target: { readonly connectionId: string; readonly relation: RelationRef },
    estimatedRows: number | null,
  ) {
    this.#client = client;
    this.#target = target;
    this.#store = createStore<PreviewState>({
      columns: undefined,
      hidden: [],
      total: unknownTotal(estimatedRows),
      reopened: false,
      error: undefined,
      version: 0,
    });
  }

  get state(): ReadonlyStore<PreviewState> {
    return this.#store;
  }

  row(index: number): PreviewRow | undefined {
    return this.#cache.row(index);
  }

  /** Says which rows are on the screen; what is missing of them is fetched. */
  want(range: Range): void {
    this.#wanted = range;
    void this.#work();
  }

  /** Tries again after an error. */
  retry(): void {
    this.#change({ error: undefined });
    void this.#work();
  }

  /** One value whole. @throws AppError */
  async value(row: number, column: number): Promise<string | null> {
    const previewId = this.#previewId ?? (await this.#open());
    const { value } = await this.#client.call(
      'preview.value',
      { previewId, row, column },
      this.#abort.signal,
    );
    return value;
  }

  /** Rows of a range, from the cache or the server. @throws AppError */
  async rows(range: Range): Promise<readonly PreviewRow[]> {
    const rows: PreviewRow[] = [];
    for (let index = range.first; index < range.end; index += 1) {
      if (this.#cache.row(index) === undefined) await this.#fetch(this.#cache.pageOf(index));
      const row = this.#cache.row(index);
      if (row === undefined) break;
      rows.push(row);
    }
    return rows;
  }

  /** Ends the preview; the engine closes cursor and transaction. */
  close(): void {
    this.#closed = true;
    this.#abort.abort();
    this.#cache.clear();
    const previewId = this.#previewId;
    if (previewId === undefined) return;
    // Where the link is lost the engine closes it by itself, at the latest at the idle limit.
    this.#client.call('preview.close', { previewId }).catch(() => undefined);
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (this.#previewId === undefined && this.#store.get().error === undefined) await this.#open();
      for (;;) {
        const page = this.#nextPage();
        if (page === undefined) return;
        await this.#fetch(page);
      }
    } catch (error) {
      if (!this.#closed) this.#change({ error: appErrorOf(error) });
    } finally {
      this.#busy = false;
    }
  }

  /** The first page on the screen that is not here, then the neighbours; undefined where there is nothing to do. */
  #nextPage(): number | undefined {
    const { error, total } = this.#store.get();
    const { first, end } = this.#wanted;
    if (this.#closed || error !== undefined || end <= first) return undefined;
    const from = this.#cache.pageOf(first);
    const to = this.#cache.pageOf(end - 1);
    for (let page = from; page <= to; page += 1) {
      if (this.#cache.has(page)) this.#cache.touch(page);
      else return page;
    }
    const ahead = to + 1;
    const exists = ahead * PAGE_SIZE < (total.limit ?? Infinity);
    return exists && !this.#cache.has(ahead) ? ahead : undefined;
  }

  async #open(): Promise<string> {
    const opened = await this.#client.call('preview.open', this.#target);
    if (this.#closed) {
      // The screen was left while the server was opening: nobody else would close this cursor.
      this.#client.call('preview.close', { previewId: opened.previewId }).catch(() => undefined);
      throw new DOMException('the preview was left', 'AbortError');
    }
    this.#previewId = opened.previewId;
    this.#change({ columns: opened.columns, hidden: opened.hidden });
    return opened.previewId;
  }

  async #fetch(page: number): Promise<void> {
    const from = page * PAGE_SIZE;
    const answer = await this.#ask(from);
    if (this.#closed) return;
    // A cursor that was opened again reads a newer snapshot: rows of before do not belong beside its rows.
    if (answer.reopened) this.#cache.clear();
    this.#cache.put(page, answer.rows);
    const { total, version, reopened } = this.#store.get();
    this.#change({
      total: afterPage(total, { from, count: answer.rows.length, end: answer.end }),
      reopened: reopened || answer.reopened,
      version: version + 1,
    });
  }

  async #ask(from: number) {
    const request = { from, count: PAGE_SIZE };
    const previewId = this.#previewId ?? (await this.#open());
    try {
      return await this.#client.call('preview.page', { previewId, ...request }, this.#abort.signal);
    } catch (error) {
      if (appErrorOf(error).code !== 'SOURCE_PREVIEW_CLOSED') throw error;
      // The engine has forgotten the preview, for example because it was started anew: open it again, once.
      const again = await this.#open();
      const page = await this.#client.call(
        'preview.page',
        { previewId: again, ...request },
        this.#abort.signal,
      );
      return { ...page, reopened: true };
    }
  }

  #change(part: Partial<PreviewState>): void {
    if (!this.#closed) this.#store.set({ ...this.#store.get(), ...part });
  }
}
