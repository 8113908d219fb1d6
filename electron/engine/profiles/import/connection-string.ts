/**
 * Connection strings as libpq understands them: the URL `postgres://user@host/db?sslmode=require` and the form
 * `host=… dbname=…`. They are parsed here and not by a URL parser, which refuses several hosts, and takes a `#` in a
 * password for the end of the address.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */

/** What a string says, under libpq's names: host, port, user, password, dbname, sslmode, service and others. */
export type ConnectionParams = ReadonlyMap<string, string>;

/** A fault of the string. The message never quotes the string: it may hold a password. */
export class ConnectionStringError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConnectionStringError';
  }
}

const SCHEME = /^postgres(?:ql)?:\/\//i;

/** True where the text is a connection URL. */
export function isConnectionUrl(text: string): boolean {
  return SCHEME.test(text);
}

/** Parses either form. @throws ConnectionStringError */
export function parseConnectionString(text: string): ConnectionParams {
  return isConnectionUrl(text) ? parseUrl(text) : parseKeyValues(text);
}

function parseUrl(text: string): ConnectionParams {
  const params = new Map<string, string>();
  const rest = text.replace(SCHEME, '');
  const authority = /^[^/?]*/.exec(rest)?.[0] ?? '';
  // The last @: a host cannot hold one, a password that somebody forgot to encode can.
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const credentials = authority.slice(0, at);
    const colon = credentials.indexOf(':');
    setIfGiven(params, 'user', decode(colon < 0 ? credentials : credentials.slice(0, colon), 'the user'));
    if (colon >= 0) setIfGiven(params, 'password', decode(credentials.slice(colon + 1), 'the password'));
  }
  readHosts(params, authority.slice(at + 1));

  const [path, query] = splitOnce(rest.slice(authority.length), '?');
  setIfGiven(params, 'dbname', decode(path.replace(/^\//, ''), 'the database'));
  for (const pair of (query ?? '').split('&')) {
    if (pair === '') continue;
    const [rawName, rawValue] = splitOnce(pair, '=');
    if (rawValue === undefined) throw new ConnectionStringError('an option after the ? has no value');
    const name = decode(rawName, 'the name of an option');
    const value = decode(rawValue, `the option "${name}"`);
    // The JDBC way to say it, which libpq takes in URLs.
    if (name === 'ssl' && value === 'true') params.set('sslmode', 'require');
    else params.set(name, value);
  }
  return params;
}

function readHosts(params: Map<string, string>, text: string): void {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const item of text.split(',')) {
    const found = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(item);
    if (found === null || found[3]?.includes(':') === true) {
      throw new ConnectionStringError('the host is malformed; an IPv6 address needs brackets: [::1]');
    }
    if (found[1] === '') throw new ConnectionStringError('the brackets of the IPv6 address are empty');
    hosts.push(decode(found[1] ?? found[2] ?? '', 'the host'));
    ports.push(decode(found[3] ?? '', 'the port'));
  }
  if (hosts.some((host) => host !== '')) params.set('host', hosts.join(','));
  if (ports.some((port) => port !== '')) params.set('port', ports.join(','));
}

/** `host=localhost dbname='my db'`: a backslash keeps the next character, quotes keep spaces. */
function parseKeyValues(text: string): ConnectionParams {
  const params = new Map<string, string>();
  // Only the start: a blank at the end can be the last character of a value, behind a backslash.
  let rest = text.trimStart();
  while (rest !== '') {
    const name = /^([^\s=]+)\s*=\s*/.exec(rest);
    if (name?.[1] === undefined)
      throw new ConnectionStringError('expected name=value pairs or a postgres:// URL');
    rest = rest.slice(name[0].length);
    const value = rest.startsWith("'")
      ? /^'((?:[^'\\]|\\.)*)'/s.exec(rest)
      : /^((?:[^\s\\]|\\.)*)/s.exec(rest);
    if (value === null) throw new ConnectionStringError(`the quoted value of "${name[1]}" does not end`);
    params.set(name[1], (value[1] ?? '').replaceAll(/\\(.)/gs, '$1'));
    rest = rest.slice(value[0].length).trimStart();
  }
  return params;
}

function decode(text: string, what: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new ConnectionStringError(
      `${what} has a % that does not begin a percent-encoded character; write %25`,
    );
  }
  if (decoded.includes('\0')) throw new ConnectionStringError(`${what} holds a zero byte`);
  return decoded;
}

function setIfGiven(params: Map<string, string>, name: string, value: string): void {
  if (value !== '') params.set(name, value);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
