/**
 * Rows as tab-separated text for the clipboard, quoted as spreadsheets read it. NULL is nothing, the empty string is
 * `""`: the same difference as in delimited text.
 */
export function toTsv(rows: readonly (readonly (string | null)[])[]): string {
  return rows.map((row) => row.map(tsvField).join('\t')).join('\n');
}

function tsvField(value: string | null): string {
  if (value === null) return '';
  return value === '' || /["\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
