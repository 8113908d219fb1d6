import { importExportFile } from './export-file.ts';
import { importFailed, type ImportedProfiles } from './imported-profiles.ts';
import { isConnectionUrl } from './connection-string.ts';
import { importPipelineConf } from './pipeline-conf.ts';
import { importPostgresUrl } from './postgres-url.ts';

/**
 * Finds out what a text is, and reads the profiles in it: a `postgres://` URL, an export of Sluice, a `pipeline.conf`.
 * @throws AppError `CONFIG_IMPORT_FAILED`
 */
export function importText(text: string): ImportedProfiles {
  const trimmed = text.replace(/^\ufeff/, '').trim();
  if (isConnectionUrl(trimmed)) return importPostgresUrl(trimmed);
  if (trimmed.startsWith('{')) return importExportFile(trimmed);
  if (/^\s*\[/m.test(text)) return importPipelineConf(text);
  throw importFailed(
    'The text is neither a postgres:// URL, nor a pipeline.conf with [postgres_config] or [aws_boto_credentials], nor an export of Sluice profiles',
  );
}
