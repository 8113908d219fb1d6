import type { ExtractSpec } from '../../contract/extract-spec.ts';

/** What is read, for people: `Demo · public.Orders`. */
export function sourceLabel({ source, selection }: ExtractSpec): string {
  const connection =
    'profile' in source ? source.profile : `${source.settings.database} on ${source.settings.host}`;
  return `${connection} · ${selectionLabel(selection)}`;
}

/** Where it goes, for people: `Demo · s3://bucket/prefix`. */
export function destinationLabel({ destination }: ExtractSpec, place: string): string {
  return 'profile' in destination ? `${destination.profile} · ${place}` : place;
}

function selectionLabel(selection: ExtractSpec['selection']): string {
  if ('query' in selection) return 'query';
  const { schema, name } = selection.table;
  return schema === undefined ? name : `${schema}.${name}`;
}
