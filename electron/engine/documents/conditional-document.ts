/**
 * A JSON document at a destination that several processes change. Each change is made of the version that was read and is
 * written on condition that nobody else has written in between; whoever is late reads again and decides anew.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AppError } from '../../contract/app-error.ts';
import { parseWrittenText } from '../../contract/parse-written.ts';
import { OF_NO_OBJECT, type StateShelf } from './state-shelf.ts';

/** Attempts to write before somebody else: each one that fails means that another got through. */
const ATTEMPTS = 20;

/** Where documents lie. */
export type DocumentShelf = StateShelf & { uriOf(key: string): string };

/** A content as it is written: with another id each time, so that a reply that was lost can be told from a conflict. */
export type Stamped<C> = C & { readonly writeId: string };

export interface DocumentKind<C> {
  readonly key: string;
  readonly schema: z.ZodType<Stamped<C>>;
  /** The error for what lies there and is no such document. */
  readonly invalid: (uri: string, cause: unknown) => AppError;
}

/** A version of a document, and the tag that stands for it. */
export interface DocumentVersion<C> {
  readonly value: Stamped<C>;
  readonly tag: string;
}

/** What somebody makes of a version: the next one, or none, and what that is to the one who asked. */
export interface Move<C, R> {
  readonly write?: C;
  readonly result: R;
}

/** What a change came to: the last version, and what was made of it. */
export interface Moved<C, R> {
  readonly value: Stamped<C> | undefined;
  readonly result: R;
}

export class ConditionalDocument<C extends object> {
  readonly #shelf: DocumentShelf;
  readonly #kind: DocumentKind<C>;

  constructor(shelf: DocumentShelf, kind: DocumentKind<C>) {
    this.#shelf = shelf;
    this.#kind = kind;
  }

  /** Where it lies, for people. */
  get uri(): string {
    return this.#shelf.uriOf(this.#kind.key);
  }

  /** Undefined where there is none. @throws AppError of the kind, `STORE_VERSION_NEWER`, or of the DEST_ family */
  async read(signal: AbortSignal): Promise<DocumentVersion<C> | undefined> {
    const { key, schema, invalid } = this.#kind;
    const found = await this.#shelf.readState(key, signal);
    if (found === undefined) return undefined;
    const value = parseWrittenText(schema, found.text, this.uri, (cause) => invalid(this.uri, cause));
    return { value, tag: found.tag };
  }

  /**
   * Writes in the place of the version with this tag; without one, where nothing is. The same value can be written again
   * until an answer comes, because its `writeId` tells whether an earlier attempt has arrived.
   * @returns the new tag; undefined where somebody else was quicker
   */
  async write(value: Stamped<C>, tag: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    return await this.#shelf.replaceState(this.#kind.key, documentText(value), tag, signal);
  }

  /** Changes it. @returns undefined where others were always quicker */
  async update<R>(
    move: (found: Stamped<C> | undefined) => Move<C, R> | Promise<Move<C, R>>,
    signal: AbortSignal,
  ): Promise<Moved<C, R> | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.read(signal);
      const { write, result } = await move(found?.value);
      if (write === undefined) return { value: found?.value, result };
      const value = stamped(write);
      if ((await this.write(value, found?.tag, signal)) !== undefined) return { value, result };
    }
    return undefined;
  }

  /**
   * Takes it over, and finds out on the way whether conditions keep two writers apart here. The endpoint is asked each
   * time: a document can be copied from one to another, and an endpoint can learn.
   * @param begin the first version, where there is none
   * @param next the version of the one who takes it over
   * @returns undefined where others were always quicker
   */
  async claim(
    begin: () => C | Promise<C>,
    next: (found: Stamped<C>) => C | Promise<C>,
    signal: AbortSignal,
  ): Promise<DocumentVersion<C> | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = (await this.read(signal)) ?? (await this.#begin(stamped(await begin()), signal));
      const taken = found && (await this.#fence(await next(found.value), found.tag, signal));
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  async #begin(value: Stamped<C>, signal: AbortSignal): Promise<DocumentVersion<C> | undefined> {
    return versionOf(value, await this.write(value, undefined, signal));
  }

  async #fence(next: C, tag: string, signal: AbortSignal): Promise<DocumentVersion<C> | undefined> {
    const open = () => stamped({ ...next, fenced: false });
    // An endpoint that does not know conditions takes this write, which one that does refuses.
    const ignoring = open();
    const ignored = await this.write(ignoring, OF_NO_OBJECT, signal);
    if (ignored !== undefined) return versionOf(ignoring, ignored);
    const fenced = stamped({ ...next, fenced: true });
    const written = await this.write(fenced, tag, signal);
    if (written === undefined || !this.#shelf.refusesConditions) return versionOf(fenced, written);
    const unfenced = open();
    return versionOf(unfenced, await this.write(unfenced, written, signal));
  }
}

/** A content with a write id of its own. */
export function stamped<C extends object>(content: C): Stamped<C> {
  return { ...content, writeId: randomUUID() };
}

/** A document as it lies at the destination. */
export function documentText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function versionOf<C>(value: Stamped<C>, tag: string | undefined): DocumentVersion<C> | undefined {
  return tag === undefined ? undefined : { value, tag };
}
