/**
 * Stands between a socket and the driver. The driver's parser throws where a message is not what it expects, in a callback of
 * the socket, where nobody catches: the process ended, with all its runs. Here each message is looked at before the driver
 * gets it, and what the driver throws all the same ends its connection and nothing else.
 */
import { AppError } from '../../contract/app-error.ts';
import { columnsIn, HEADER_BYTES, isHeader, isMessage, UNKNOWN_AUTHENTICATIONS } from './message-shape.ts';

/** Kinds that may come before the server has let us in: questions for a password, errors and notices. */
const BEFORE_LOGIN = 'REN';

/** Kinds of which one at least comes before the server is ready for the next command. */
const ENDS_COMMAND = 'CEI';

export class MessageGuard {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Bytes with which something can be said of what is pending. */
  #needed = HEADER_BYTES;
  #columns: number | undefined;
  #loggedIn = false;
  /** True when the server has ended a command, or has just let us in. */
  #ended = false;

  /**
   * The messages that have become whole, in one piece; undefined where none has.
   * @throws AppError `SOURCE_PROTOCOL`, `SOURCE_AUTH_UNSUPPORTED`
   */
  receive(chunk: Buffer): Buffer | undefined {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#needed) return undefined;
    const bytes = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending);
    const whole = this.#check(bytes);
    // A copy, because the socket reads into the same memory again.
    const rest = Buffer.from(bytes.subarray(whole));
    this.#pending = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
    return whole === 0 ? undefined : bytes.subarray(0, whole);
  }

  /** Checks all messages that are whole; where the last of them ends. */
  #check(bytes: Buffer): number {
    let at = 0;
    for (;;) {
      this.#needed = HEADER_BYTES;
      if (at + HEADER_BYTES > bytes.length) return at;
      const kind = String.fromCharCode(bytes[at] ?? 0);
      const end = at + messageSize(bytes, at);
      if (end > bytes.length) {
        this.#needed = end - at;
        return at;
      }
      this.#checkMessage(kind, bytes.subarray(at + HEADER_BYTES, end));
      at = end;
    }
  }

  #checkMessage(kind: string, body: Buffer): void {
    if (this.#loggedIn ? kind === 'R' : !BEFORE_LOGIN.includes(kind))
      throw protocolError(kind, 'does not belong here');
    if (kind === 'R') refuseUnknown(body);
    if (!isMessage(kind, body, this.#columns))
      throw protocolError(kind, 'is cut, or has something behind it');
    if (kind === 'R' && body.readUInt32BE(0) === 0) this.#loggedIn = this.#ended = true;
    if (kind === 'T') this.#columns = columnsIn(body);
    if (ENDS_COMMAND.includes(kind)) this.#ended = true;
    if (kind !== 'Z') return;
    if (!this.#ended) throw protocolError(kind, 'comes before a command has ended');
    this.#ended = false;
    this.#columns = undefined;
  }
}

/** Bytes of the message that begins at `at`, its header included. @throws AppError `SOURCE_PROTOCOL` */
export function messageSize(bytes: Buffer, at: number): number {
  const kind = String.fromCharCode(bytes[at] ?? 0);
  const length = bytes.readUInt32BE(at + 1);
  if (!isHeader(kind, length)) throw protocolError(kind, 'has no such kind, or no such length');
  return 1 + length;
}

/** What a server sent that is no message of its protocol. @param problem the rest of the sentence */
export function protocolError(kind: string, problem: string, cause?: unknown): AppError {
  const shown = /^[A-Za-z0-9]$/.test(kind) ? `"${kind}"` : `0x${(kind.codePointAt(0) ?? 0).toString(16)}`;
  return new AppError(
    'SOURCE_PROTOCOL',
    `The server sent something that is no message of Postgres: the message ${shown} ${problem}.`,
    { cause },
  );
}

function refuseUnknown(body: Buffer): void {
  const method = body.length >= 4 ? UNKNOWN_AUTHENTICATIONS.get(body.readUInt32BE(0)) : undefined;
  if (method === undefined) return;
  throw new AppError(
    'SOURCE_AUTH_UNSUPPORTED',
    `The server wants this user to log in by ${method}, which Sluice does not have.`,
  );
}
