/** The previews that are open, by id. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { PreviewOpenInput } from '../../contract/preview.ts';
import type { CallHandlers } from '../call-handlers.ts';
import type { ConnectionAccess, OpenPreview } from '../ports.ts';

/** Previews open at once: each is a connection to somebody's database. The one not used for longest makes room. */
const OPEN_LIMIT = 8;

export interface PreviewDeskDeps {
  readonly accessOf: (connectionId: string) => Promise<ConnectionAccess>;
  readonly open: (
    access: ConnectionAccess,
    relation: PreviewOpenInput['relation'],
    signal: AbortSignal,
  ) => Promise<OpenPreview>;
  readonly idleLimitMs: number;
}

export type PreviewCalls = Pick<
  CallHandlers,
  'preview.open' | 'preview.page' | 'preview.value' | 'preview.close'
>;

export class PreviewDesk {
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenPreview>();
  readonly calls: PreviewCalls;

  constructor(deps: PreviewDeskDeps) {
    this.calls = {
      'preview.open': async ({ connectionId, relation }, { signal }) => {
        const preview = await deps.open(await deps.accessOf(connectionId), relation, signal);
        const previewId = randomUUID();
        this.#open.set(previewId, preview);
        await this.#makeRoom();
        const columns = preview.columns.map(({ name, type }) => ({ name, type }));
        return { previewId, columns, hidden: [...preview.hidden], idleLimitMs: deps.idleLimitMs };
      },
      'preview.page': async ({ previewId, from, count }, { signal }) =>
        await this.#use(previewId).page(from, count, signal),
      'preview.value': async ({ previewId, row, column }, { signal }) => ({
        value: await this.#use(previewId).value(row, column, signal),
      }),
      'preview.close': async ({ previewId }) => {
        await this.#close(previewId);
        return {};
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#close(id)));
  }

  #use(previewId: string): OpenPreview {
    const preview = this.#open.get(previewId);
    if (preview === undefined) throw new AppError('SOURCE_PREVIEW_CLOSED', 'This preview has been closed.');
    this.#open.delete(previewId);
    this.#open.set(previewId, preview);
    return preview;
  }

  async #makeRoom(): Promise<void> {
    for (const id of [...this.#open.keys()].slice(0, -OPEN_LIMIT)) await this.#close(id);
  }

  async #close(previewId: string): Promise<void> {
    const preview = this.#open.get(previewId);
    this.#open.delete(previewId);
    await preview?.[Symbol.asyncDispose]();
  }
}
