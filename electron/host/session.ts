/**
 * Who may use the served app: the browser that opened a link which was printed for this user. The link carries a
 * token that works once; it is exchanged for a cookie, so that nothing secret stays in the address bar, the history
 * or a bookmark.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Links that may be open at a time; the oldest stops working when there is one more. */
const TOKEN_LIMIT = 32;

export interface Sessions {
  /** A token for one link. */
  newToken(): string;
  /** Uses up the token; the value of `Set-Cookie`, or undefined for a token that is wrong or was used. */
  exchange(token: string): string | undefined;
  /** True when the Cookie header holds a session of this server. */
  knows(cookieHeader: string | undefined): boolean;
}

/**
 * @param port is part of the cookie's name, because browsers do not keep cookies of two ports of one host apart:
 * a second server would end the session of the first
 */
export function createSessions(port: number): Sessions {
  const name = `sluice_${String(port)}`;
  // Only digests are kept and compared, so the time that a look-up takes says nothing about a valid value.
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  return {
    newToken() {
      const token = randomBytes(32).toString('base64url');
      tokens.add(digest(token));
      for (const oldest of tokens) {
        if (tokens.size <= TOKEN_LIMIT) break;
        tokens.delete(oldest);
      }
      return token;
    },
    exchange(token) {
      if (!tokens.delete(digest(token))) return undefined;
      const session = randomBytes(32).toString('base64url');
      sessions.add(digest(session));
      return `${name}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
    knows: (cookieHeader) => cookieValues(cookieHeader, name).some((value) => sessions.has(digest(value))),
  };
}

function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

function digest(value: string): string {
  return createHash('sha256').update(value).digest('base64');
}
