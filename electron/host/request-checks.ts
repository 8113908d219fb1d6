/**
 * Is a request meant for this server, and does it come from its own page? A server on loopback can be reached by
 * every page in every browser of this machine, so neither is taken for granted.
 */

/** The names under which the server may be addressed. Another one means DNS rebinding: a foreign name for 127.0.0.1. */
export function allowedHosts(port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost'];
  // A browser leaves out the port that is the scheme's own.
  return new Set(names.flatMap((name) => [`${name}:${String(port)}`, ...(port === 80 ? [name] : [])]));
}

/**
 * True when the Host header names this server. Two of them are refused: who decides by the first and who decides by
 * the last would not see the same host.
 */
export function hostAllowed(values: readonly string[] | undefined, hosts: ReadonlySet<string>): boolean {
  const [host, ...more] = values ?? [];
  return host !== undefined && more.length === 0 && hosts.has(host.toLowerCase());
}

/** True when the page that opens a WebSocket came from the same address. Browsers always send an Origin there. */
export function originAllowed(origin: string | undefined, host: string | undefined): boolean {
  return (
    origin !== undefined && host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`
  );
}

/** A request target, taken apart. */
export interface Target {
  /** Decoded, beginning with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Longest request target that is read; the app's own are shorter than a hundred characters. */
export const TARGET_LIMIT = 2_048;

/** Takes a request target apart; undefined for one that no browser would send for a page of this server. */
export function parseTarget(raw: string | undefined): Target | undefined {
  if (raw === undefined || !raw.startsWith('/') || raw.length > TARGET_LIMIT) return undefined;
  const [encoded = '', ...query] = raw.split('?');
  const path = decode(encoded);
  if (path === undefined || !isPlainPath(path)) return undefined;
  return { path, query: new URLSearchParams(query.join('?')) };
}

/** No step upwards, no other separator, no control character: the rest is looked up literally. */
function isPlainPath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return !/[\u0000-\u001f\u007f\\]/.test(path) && !path.split('/').includes('..');
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
