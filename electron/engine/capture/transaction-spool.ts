/**
 * Transactions whose end is not known yet, on disk: those that the server sends while they run, and prepared ones. What
 * is rolled back is left out when they are read again.
 *
 * Bounds: WRITE_BYTES wait in memory, and what came with the batch; on disk it is what the capture was given. Beyond that,
 * or when the disk does not take it, {@link SpoolFull}: then the server has to keep such transactions.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/app-error.ts';
import { malformed } from '../decode/pgoutput/message-reader.ts';
import { SpoolFile, SpoolMemory, type SpooledMessage } from './spool-file.ts';

/** Bytes that may wait to be written. */
const WRITE_BYTES = 1024 * 1024;

/** The spool takes no more. What it has can be thrown away: the server sends it again. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

/** A transaction on disk. */
export class SpooledTransaction {
  readonly xid: number;
  readonly file: SpoolFile;
  /** Sub-transactions that were rolled back. */
  readonly aborted = new Set<number>();

  constructor(xid: number, file: SpoolFile) {
    this.xid = xid;
    this.file = file;
  }
}

export class TransactionSpool implements AsyncDisposable {
  readonly #folder: string;
  readonly #limit: number;
  readonly #memory = new SpoolMemory();
  readonly #transactions = new Map<string, SpooledTransaction>();
  readonly #dropped: SpoolFile[] = [];

  private constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /**
   * Begins with an empty folder.
   * @param limit bytes on disk
   * @throws AppError `STORE_NOT_WRITABLE`
   */
  static async open(folder: string, limit: number): Promise<TransactionSpool> {
    try {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const what = `The folder for transactions that have not ended cannot be made: ${messageOf(error)}`;
      throw new AppError('STORE_NOT_WRITABLE', what, { cause: error });
    }
    return new TransactionSpool(folder, limit);
  }

  /** @throws AppError `SLOT_MESSAGE_INVALID` where there is one of that name */
  begin(name: string, xid: number): SpooledTransaction {
    if (this.#transactions.has(name)) throw malformed('a transaction begins that had begun');
    const made = new SpooledTransaction(
      xid,
      new SpoolFile(path.join(this.#folder, `${name}.wal`), this.#memory),
    );
    this.#transactions.set(name, made);
    return made;
  }

  find(name: string): SpooledTransaction | undefined {
    return this.#transactions.get(name);
  }

  /** Gives a transaction up, with the next {@link sweep}. One that is not there is fine. */
  drop(name: string): void {
    const found = this.#transactions.get(name);
    if (found === undefined) return;
    this.#transactions.delete(name);
    this.#dropped.push(found.file);
  }

  /**
   * All messages of a transaction, in pieces of which each is valid until the next is asked for.
   * @throws SpoolFull before the first, where the disk does not take what still waits
   * @throws AppError `STORE_SPOOL_FAILED`
   */
  async *read({ file }: SpooledTransaction): AsyncGenerator<readonly SpooledMessage[]> {
    await flushed(file);
    try {
      yield* file.read();
    } catch (error) {
      throw failed(error);
    }
  }

  /** Removes what was given up. @throws AppError `STORE_SPOOL_FAILED` */
  async sweep(): Promise<void> {
    try {
      for (const file of this.#dropped.splice(0)) await file.remove();
    } catch (error) {
      throw failed(error);
    }
  }

  /** Removes what was given up, and writes what waits, where that has become much. @throws SpoolFull, or as {@link sweep} */
  async settle(): Promise<void> {
    await this.sweep();
    const files = [...this.#transactions.values()].map(({ file }) => file);
    const buffered = files.reduce((sum, file) => sum + file.buffered, 0);
    if (buffered < WRITE_BYTES) return;
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > this.#limit) throw new SpoolFull(`more than ${this.#limit} bytes`);
    for (const file of files) await flushed(file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#transactions.keys()) this.drop(name);
    await this.sweep();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function flushed(file: SpoolFile): Promise<void> {
  try {
    await file.flush();
  } catch (error) {
    throw new SpoolFull(messageOf(error), { cause: error });
  }
}

function failed(error: unknown): AppError {
  const what = `A transaction that was kept on disk until its end cannot be read back: ${messageOf(error)}`;
  return new AppError('STORE_SPOOL_FAILED', what, { cause: error });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
