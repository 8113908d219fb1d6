/** Python with psycopg2, to be asked what it would have written. Not on every machine: then its tests are skipped. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseAddress } from './postgres/database.ts';

const SCRIPT = path.resolve(import.meta.dirname, '../fixtures/python/oracle.py');

/** Where systems put the Python that their own packages, such as psycopg2, belong to. */
const CANDIDATES = [process.env['SLUICE_PYTHON'], '/usr/bin/python3', 'python3', 'python'];

/** A Python that can import the module; undefined where there is none, which is then said loudly. */
export function findPython(module: 'csv' | 'psycopg2'): string | undefined {
  const found = CANDIDATES.find(
    (name) => name !== undefined && spawnSync(name, ['-c', `import ${module}`]).status === 0,
  );
  if (found === undefined) {
    console.warn(
      `!!! No Python with ${module}: what compares with Python is SKIPPED. (Debian, Ubuntu: apt-get install python3-psycopg2)`,
    );
  }
  return found;
}

interface RowsRequest {
  readonly database: DatabaseAddress;
  readonly query: string;
  readonly delimiter: string;
  readonly header?: boolean;
  /** Written by Python. */
  readonly file: string;
}

export class PythonOracle implements AsyncDisposable {
  readonly #process;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string) {
    this.#process = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Lets Python read the rows and write them; their number. @throws Error with what Python raised */
  async rows({ database, query, delimiter, header = false, file }: RowsRequest): Promise<number> {
    const { host, port, user, password, database: dbname } = database;
    const dsn = Object.entries({ host, port, user, password, dbname, sslmode: 'disable' })
      .map(([name, value]) => `${name}='${String(value)}'`)
      .join(' ');
    return await this.#ask<number>({ rows: { dsn, query, delimiter, header, file } });
  }

  /** `str(Decimal(x))` of each. */
  async decimals(texts: readonly string[]): Promise<string[]> {
    return await this.#ask<string[]>({ decimal: texts });
  }

  /** `repr(float(x))` of each. */
  async floats(texts: readonly string[]): Promise<string[]> {
    return await this.#ask<string[]>({ float: texts });
  }

  /** One request at a time. */
  async #ask<Answer>(request: object): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = (await this.#lines.next()) as { value: string };
    const reply = JSON.parse(value) as { answer: Answer; error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}
