/** Names with values as people type them: `team=data`, one a line. */
export interface NameValues {
  readonly record: Readonly<Record<string, string>>;
  /** What is wrong with the text itself, in words that stand on their own. */
  readonly problem: string | undefined;
}

export function parseNameValues(text: string): NameValues {
  const record: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at < 1) return { record, problem: `“${line}” is not of the form name=value` };
    const name = line.slice(0, at).trim();
    if (Object.hasOwn(record, name)) return { record, problem: `${name} is there twice` };
    record[name] = line.slice(at + 1).trim();
  }
  return { record, problem: undefined };
}
