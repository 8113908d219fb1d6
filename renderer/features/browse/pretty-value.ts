/** How the side panel writes a value: JSON indented, arrays one element a line, everything else as it is. */
export interface PrettyValue {
  readonly text: string;
  /** What was made of it, for the line above; undefined where the value is shown as it is. */
  readonly as: 'JSON' | 'array' | undefined;
}

export function prettyValue(value: string, type: string): PrettyValue {
  if (type === 'json' || type === 'jsonb') {
    const text = indentJson(value);
    return text === undefined ? { text: value, as: undefined } : { text, as: 'JSON' };
  }
  if (type.endsWith('[]')) {
    const elements = splitArray(value);
    return elements === undefined
      ? { text: value, as: undefined }
      : { text: elements.join('\n'), as: 'array' };
  }
  return { text: value, as: undefined };
}

/**
 * Indents JSON without parsing it, so that numbers beyond 2^53 and the order of keys stay as Postgres wrote them.
 * Undefined for what is not balanced: a value that was cut.
 */
export function indentJson(json: string): string | undefined {
  const parts: string[] = [];
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|"/gs)) {
    if (token === '{' || token === '[') {
      depth += 1;
      parts.push(token, line());
    } else if (token === '}' || token === ']') {
      depth -= 1;
      if (depth < 0) return undefined;
      const opened = parts.at(-2);
      // An empty object or array stays on one line.
      if (parts.at(-1)?.startsWith('\n') === true && (opened === '{' || opened === '[')) parts.pop();
      else parts.push(line());
      parts.push(token);
    } else if (token === ',') parts.push(token, line());
    else if (token === ':') parts.push(': ');
    else if (token === '"') return undefined;
    else parts.push(token);
  }
  return depth === 0 ? parts.join('') : undefined;
}

/**
 * The elements of a one-dimensional array as Postgres writes it; undefined for several dimensions or a cut value.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function splitArray(value: string): readonly string[] | undefined {
  if (!value.startsWith('{') || !value.endsWith('}')) return undefined;
  const inner = value.slice(1, -1);
  if (inner === '') return [];
  const elements: string[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^",{}]+)/gsy;
  let at = 0;
  while (at < inner.length) {
    element.lastIndex = at;
    const found = element.exec(inner);
    if (found === null) return undefined;
    elements.push(found[1] === undefined ? (found[2] ?? '') : unquoted(found[1]));
    at = element.lastIndex;
    if (at === inner.length) return elements;
    if (inner[at] !== ',') return undefined;
    at += 1;
  }
  return undefined;
}

/** The quotes stay where they make a difference: an empty text, and the text NULL. */
function unquoted(element: string): string {
  const text = element.replaceAll(/\\(.)/gs, '$1');
  return text === '' || text.toUpperCase() === 'NULL' ? `"${text}"` : text;
}
