/**
 * Where the manifest of a run lies. Under `_sluice/` and with the run's id, so that it never meets a data object, nor
 * the manifest of another run, whatever the key template is.
 */
export function manifestKey(prefix: string, runId: string): string {
  const key = `_sluice/runs/${runId}/manifest.json`;
  return prefix === '' ? key : `${prefix}/${key}`;
}
