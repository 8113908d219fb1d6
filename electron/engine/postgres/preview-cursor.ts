/**
 * Rows of one relation, page by page, from a cursor that stays open while somebody looks.
 *
 * Never OFFSET, which reads all the rows before the page again, and never a count. The cursor lives in a READ ONLY
 * transaction, which keeps vacuum from cleaning up behind it: after `idleLimitMs` without a request the transaction
 * is ended. The next request opens it again and says so, because rows can have moved in the newer snapshot.
 */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../contract/app-error.ts';
import type { PreviewPage } from '../../contract/preview.ts';
import type { ConnectionAccess, OpenPreview } from '../ports.ts';
import type { SoughtRelation } from './find-relation.ts';
import { inLockedSnapshot } from './locked-snapshot.ts';
import { previewShape, type PreviewField, type PreviewShape } from './preview-fields.ts';
import { previewRow, previewSelect } from './preview-select.ts';
import { Session } from './session.ts';

/** Milliseconds without a request after which the transaction is ended. */
export const PREVIEW_IDLE_MS = 30_000;

export class PreviewCursor implements OpenPreview {
  readonly #access: ConnectionAccess;
  readonly #shape: PreviewShape;
  readonly #idleLimitMs: number;
  #session: Session | undefined;
  /** Rows before the cursor. */
  #position = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;
  /** True where values have to come as bytes: see {@link PreviewForm}. */
  #bytes: boolean;
  /** True while a request is being answered. */
  #working = false;
  /** Requests run one after the other: a connection takes one statement at a time. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(access: ConnectionAccess, idleLimitMs: number, session: Session, shape: PreviewShape) {
    this.#access = access;
    this.#idleLimitMs = idleLimitMs;
    this.#session = session;
    this.#shape = shape;
    this.#bytes = comesAsBytes(shape);
  }

  get columns(): readonly PreviewField[] {
    return this.#shape.fields;
  }

  get hidden(): readonly string[] {
    return this.#shape.hidden;
  }

  /** Connects and opens the cursor. @throws AppError of the SOURCE_ family */
  static async open(
    access: ConnectionAccess,
    relation: SoughtRelation,
    signal: AbortSignal,
    idleLimitMs: number = PREVIEW_IDLE_MS,
  ): Promise<PreviewCursor> {
    const session = await Session.open(access, signal);
    try {
      const shape = await beginPreview(session, relation, idleLimitMs, false, signal);
      const cursor = new PreviewCursor(access, idleLimitMs, session, shape);
      cursor.#restartIdle();
      return cursor;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** Rows `from` … `from + count - 1`. @throws AppError of the SOURCE_ family */
  async page(from: number, count: number, signal: AbortSignal): Promise<PreviewPage> {
    return await this.#inTurn(signal, async (session, reopened) => {
      await this.#moveTo(session, from);
      const { rows } = await session.queryText(`FETCH FORWARD ${count} FROM sluice_preview`);
      this.#position += rows.length;
      return {
        from,
        rows: rows.map((row) => previewRow(row, this.#shape, { bytes: this.#bytes })),
        end: rows.length < count,
        reopened,
      };
    });
  }

  /** One value, whole up to 4 Mi characters. @throws AppError of the SOURCE_ family */
  async value(row: number, column: number, signal: AbortSignal): Promise<string | null> {
    return await this.#inTurn(signal, async (session) => {
      const whole = this.columns[column];
      if (whole === undefined) {
        throw new AppError('CONFIG_INVALID_INPUT', `column: there are only ${this.columns.length}`, {
          details: { field: 'column' },
        });
      }
      // A cursor of its own, in the same snapshot: the other one has only the beginning of the value.
      const form = { bytes: this.#bytes, whole };
      const select = previewSelect(this.#shape, form);
      await session.query(`DECLARE sluice_value NO SCROLL CURSOR FOR ${select}`);
      await session.query(`MOVE FORWARD ${row} FROM sluice_value`);
      const { rows } = await session.queryText('FETCH FORWARD 1 FROM sluice_value');
      await session.query('CLOSE sluice_value');
      const cell = rows[0] === undefined ? null : previewRow(rows[0], this.#shape, form)[column];
      return typeof cell === 'object' && cell !== null ? cell.cut : (cell ?? null);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    // A query that is going on would go on for nobody, until it has something to send.
    if (this.#working) await this.#session?.cancel();
    await this.#release();
  }

  async #inTurn<T>(
    signal: AbortSignal,
    work: (session: Session, reopened: boolean) => Promise<T>,
  ): Promise<T> {
    const turn = this.#queue.then(() => this.#run(signal, work));
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  async #run<T>(signal: AbortSignal, work: (session: Session, reopened: boolean) => Promise<T>): Promise<T> {
    try {
      return await this.#attempt(signal, work);
    } catch (error) {
      if (this.#bytes || !isUntranslatable(error)) throw error;
      this.#bytes = true;
      return await this.#attempt(signal, work);
    }
  }

  async #attempt<T>(
    signal: AbortSignal,
    work: (session: Session, reopened: boolean) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    if (this.#closed) throw previewClosed();
    clearTimeout(this.#idle);
    const reopened = this.#session === undefined;
    const session = (this.#session ??= await this.#reopen(signal));
    this.#working = true;
    const cancel = () => void session.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      // Closed while it was being opened again.
      if (this.#closed) throw previewClosed();
      const result = await work(session, reopened);
      this.#restartIdle();
      return result;
    } catch (error) {
      // After an error the transaction is of no use: the next request begins a new one.
      await this.#release();
      signal.throwIfAborted();
      throw this.#closed ? previewClosed(error) : error;
    } finally {
      this.#working = false;
      signal.removeEventListener('abort', cancel);
    }
  }

  async #reopen(signal: AbortSignal): Promise<Session> {
    const session = await Session.open(this.#access, signal);
    try {
      const { relation } = this.#shape;
      const shape = await beginPreview(session, relation, this.#idleLimitMs, this.#bytes, signal);
      if (!isDeepStrictEqual(shape, this.#shape)) {
        throw new AppError('SOURCE_PREVIEW_CLOSED', 'The columns of this table have changed.');
      }
      this.#position = 0;
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** Moves without sending rows. A scan can run backwards, so going back costs no more than going on. */
  async #moveTo(session: Session, row: number): Promise<void> {
    if (row === this.#position) return;
    await session.query(`MOVE ABSOLUTE ${row} FROM sluice_preview`);
    this.#position = row;
  }

  #restartIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#release(), this.#idleLimitMs);
    // A forgotten preview must not keep the process alive.
    this.#idle.unref();
  }

  async #release(): Promise<void> {
    clearTimeout(this.#idle);
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }
}

/** True where the server has text that it cannot send in UTF-8: as bytes it can. */
function isUntranslatable(error: unknown): boolean {
  return (
    error instanceof AppError && (error.code === 'DATA_UNENCODABLE' || error.code === 'DATA_UNDECODABLE')
  );
}

function previewClosed(cause?: unknown): AppError {
  return new AppError('SOURCE_PREVIEW_CLOSED', 'This preview has been closed.', { cause });
}

/** Begins the transaction and opens the cursor: one snapshot, so that a second cursor sees the same rows. */
async function beginPreview(
  session: Session,
  relation: SoughtRelation,
  idleLimitMs: number,
  bytes: boolean,
  signal: AbortSignal,
): Promise<PreviewShape> {
  const { result } = await inLockedSnapshot(
    session,
    async () => ({ select: previewSelect(await previewShape(session, relation), { bytes: false }) }),
    async () => {
      // Should this computer fall asleep, nobody here ends the transaction: then the server does.
      await session.query(`SET LOCAL idle_in_transaction_session_timeout = ${idleLimitMs * 2}`);
      // The first rows matter, not the last: the planner's default assumes that a tenth will be fetched.
      await session.query('SET LOCAL cursor_tuple_fraction = 0.001');
      // Compiling a plan for ten million rows takes longer than to show the first two hundred.
      await session.query('SET LOCAL jit = off');
      const shape = await previewShape(session, relation);
      const select = previewSelect(shape, { bytes: bytes || comesAsBytes(shape) });
      await session.query(`DECLARE sluice_preview SCROLL CURSOR FOR ${select}`);
      return shape;
    },
    signal,
  );
  return result;
}

/** A database in SQL_ASCII holds what it was given; in others a value that UTF-8 has no character for is rare. */
function comesAsBytes({ encoding }: PreviewShape): boolean {
  return encoding === 'SQL_ASCII';
}
