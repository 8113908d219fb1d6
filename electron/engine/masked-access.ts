import type { ColumnMask } from '../contract/mask.ts';
import type { Selection } from '../contract/selection.ts';
import type { EngineDeps } from './engine-api.ts';
import { maskSalt } from './mask-salt.ts';
import type { ConnectionAccess } from './ports.ts';

/** Adds what the masks of a selection need, for every session that reads its rows. */
export async function withMasks(
  selection: Selection,
  access: ConnectionAccess,
  deps: Pick<EngineDeps, 'maskSalt' | 'secrets'>,
  settingsOf: (masks: readonly ColumnMask[], salt: string | undefined) => Record<string, string>,
): Promise<ConnectionAccess> {
  const masks = ('table' in selection ? selection.masks : undefined) ?? [];
  if (masks.length === 0) return access;
  const salted = masks.some(({ mask }) => mask.kind === 'sha256');
  const salt = salted ? await maskSalt(deps.maskSalt, deps.secrets) : undefined;
  return { ...access, maskSettings: settingsOf(masks, salt) };
}
