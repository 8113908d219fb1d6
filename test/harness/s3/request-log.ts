/** Every request that a server has seen, and a way to wait for one without sleeping. */
import type { FaultAction } from './faults.ts';
import { keyMatches } from './faults.ts';
import type { Operation, S3Request } from './request.ts';

/** One request. It enters the log when its headers are here, and is filled in when it ends. */
export interface LoggedRequest {
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
  readonly part: number | undefined;
  readonly uploadId: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the script did to it. */
  readonly fault: FaultAction['kind'] | undefined;
  /** `performance.now()` at both ends. */
  readonly arrivedAt: number;
  endedAt: number | undefined;
  /** Of the answer; undefined while there is none, and where the connection was cut. */
  status: number | undefined;
}

export interface RequestMatch {
  /** Exact, or with `*` for any text. */
  readonly key?: string;
  readonly part?: number;
  /** The n-th such request; the first where left out. */
  readonly nth?: number;
}

interface Waiter {
  readonly found: () => LoggedRequest | undefined;
  readonly resolve: (request: LoggedRequest) => void;
}

export class RequestLog {
  readonly #requests: LoggedRequest[] = [];
  readonly #waiters = new Set<Waiter>();

  /** In the order of arrival. */
  get all(): readonly LoggedRequest[] {
    return this.#requests;
  }

  of(operation: Operation, match: RequestMatch = {}): readonly LoggedRequest[] {
    return this.#requests.filter(
      (request) =>
        request.operation === operation &&
        (match.part === undefined || request.part === match.part) &&
        (match.key === undefined || keyMatches(match.key, request.key)),
    );
  }

  /** Comes back when such a request has arrived, also when that was before the call. */
  seen(operation: Operation, match: RequestMatch = {}): Promise<LoggedRequest> {
    return this.#wait(() => this.of(operation, match)[(match.nth ?? 1) - 1]);
  }

  /** Comes back when such a request has ended: answered, or cut off. */
  ended(operation: Operation, match: RequestMatch = {}): Promise<LoggedRequest> {
    return this.#wait(
      () =>
        this.of(operation, match).filter((request) => request.endedAt !== undefined)[(match.nth ?? 1) - 1],
    );
  }

  /** The most requests of this kind that were on their way at one moment. */
  peak(operation: Operation): number {
    const requests = this.of(operation);
    return Math.max(
      0,
      ...requests.map(
        ({ arrivedAt }) =>
          requests.filter((r) => r.arrivedAt <= arrivedAt && (r.endedAt ?? Infinity) > arrivedAt).length,
      ),
    );
  }

  arrived(request: S3Request, fault: FaultAction['kind'] | undefined): LoggedRequest {
    const part = request.query.get('partNumber');
    const entry: LoggedRequest = {
      operation: request.operation,
      bucket: request.bucket,
      key: request.key,
      part: part === null ? undefined : Number(part),
      uploadId: request.query.get('uploadId') ?? undefined,
      headers: request.headers,
      fault,
      arrivedAt: performance.now(),
      endedAt: undefined,
      status: undefined,
    };
    this.#requests.push(entry);
    this.#wake();
    return entry;
  }

  end(entry: LoggedRequest, status: number | undefined): void {
    entry.endedAt = performance.now();
    entry.status = status;
    this.#wake();
  }

  clear(): void {
    this.#requests.length = 0;
  }

  async #wait(found: () => LoggedRequest | undefined): Promise<LoggedRequest> {
    const already = found();
    if (already !== undefined) return already;
    return new Promise((resolve) => {
      this.#waiters.add({ found, resolve });
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      const request = waiter.found();
      if (request === undefined) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(request);
    }
  }
}
