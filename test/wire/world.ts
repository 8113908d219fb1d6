/** A server, an engine, and what each conversation brings when nobody changes a message. */
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { startPostgres, type PostgresServer } from '../harness/postgres/postgres-server.ts';
import { CHANGES, converse, CONVERSATIONS, SCENE, type Conversation, type Speaker } from './conversation.ts';
import { MutatingProxy } from './mutating-proxy.ts';

/** Milliseconds without an answer after which the server is asked. */
const SILENCE_MS = 400;

/** What a conversation comes to. */
export interface Expected {
  readonly rows: readonly string[];
  /** Messages that the server sends for it. */
  readonly messages: number;
}

export class WireWorld implements AsyncDisposable {
  readonly engine: TestEngine;
  readonly db: TemporaryDatabase;
  readonly expected: ReadonlyMap<Conversation, Expected>;
  readonly #server: PostgresServer;
  #slots = 0;

  private constructor(
    server: PostgresServer,
    engine: TestEngine,
    db: TemporaryDatabase,
    expected: Map<Conversation, Expected>,
  ) {
    this.#server = server;
    this.engine = engine;
    this.db = db;
    this.expected = expected;
  }

  static async start(): Promise<WireWorld> {
    const server = await startPostgres({
      auth: 'trust',
      settings: { max_connections: '300', max_replication_slots: '150', max_wal_senders: '150' },
    });
    const db = await server.createDatabase();
    await db.query(SCENE);
    await db.query(`SELECT pg_create_logical_replication_slot('talked', 'pgoutput')`);
    await db.query(CHANGES);
    const engine = await TestEngine.start({
      readLimits: { minRangeBytes: 2_048, giveUpMs: 1_500, silenceMs: SILENCE_MS },
    });
    const expected = new Map<Conversation, Expected>();
    const world = new WireWorld(server, engine, db, expected);
    for (const what of CONVERSATIONS) {
      await using proxy = await MutatingProxy.start(db.port, {
        kind: 'as-it-is',
        at: 0,
        stream: false,
        seed: 0,
      });
      await using speaker = await world.speaker(what, proxy.port, AbortSignal.timeout(60_000));
      const rows = await converse(speaker, what);
      expected.set(what, { rows, messages: proxy.messages });
    }
    return world;
  }

  /** Somebody who talks to the server by way of a port. */
  async speaker(what: Conversation, port: number, signal: AbortSignal): Promise<Speaker & AsyncDisposable> {
    const settings = { ...settingsOf(this.db), port, tls: 'disable' as const };
    const number = ++this.#slots;
    // Not saved: the files of many profiles would be what is waited for.
    const connectionId = this.engine.engine.lend(settings, undefined);
    const own = what === 'stream' ? `talked_${number}` : 'talked';
    if (what === 'stream')
      await this.db.query(`SELECT pg_copy_logical_replication_slot('talked', $1)`, [own]);
    return {
      engine: this.engine,
      connectionId,
      access: { settings, password: undefined, silenceMs: SILENCE_MS },
      slot: own,
      signal,
      [Symbol.asyncDispose]: async () => {
        if (what === 'stream') await this.#dropSlot(own);
      },
    };
  }

  /** Ends whoever reads it: the server may not have noticed yet that its client is gone. */
  async #dropSlot(name: string): Promise<void> {
    for (;;) {
      await this.db.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL`,
        [name],
      );
      const { rowCount } = await this.db.query(
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active`,
        [name],
      );
      if (rowCount === 1) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.db.drop();
    await this.#server[Symbol.asyncDispose]();
  }
}
