/**
 * Saving, copying and removing, the same for connections and destinations. A profile lies in the store, its secret
 * apart from it; a secret is written before the profile that needs it and forgotten after, so that a crash in
 * between leaves a secret too many and never a profile that claims one which is not there.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { SecretInput } from '../../contract/fields.ts';
import type { SecretStore } from '../ports.ts';
import { copyName, nameKey } from './profile-name.ts';
import type { ProfileLists, ProfileStore } from './profile-store.ts';

interface NamedProfile {
  readonly id: string;
  readonly name: string;
  readonly removedAt?: string | undefined;
}

/** What differs between the kinds of profile. */
export interface ProfileKind<S extends NamedProfile, D> {
  readonly noun: 'connection' | 'destination';
  /** For messages: `password`. */
  readonly secretNoun: string;
  listOf(lists: ProfileLists): readonly S[];
  withList(lists: ProfileLists, list: readonly S[]): ProfileLists;
  idOf(draft: D): string | undefined;
  nameOf(draft: D): string;
  /** What the draft says about its secret; `clear` where its settings have no use for one. */
  secretOf(draft: D): SecretInput;
  hasSecret(stored: S): boolean;
  build(draft: D, id: string, hasSecret: boolean): S;
}

export interface CollectionDeps {
  readonly store: ProfileStore;
  readonly secrets: SecretStore;
  readonly now: () => Date;
  /** Called after each change by this process. */
  readonly onChanged: () => void;
}

/** Handlers for one kind of profile. All throw AppError: `CONFIG_PROFILE_NOT_FOUND` or of the STORE_ family. */
export interface ProfileCollection<S, D> {
  /** The ones that are not removed. */
  list(): readonly S[];
  byId(id: string): S;
  byName(name: string): S;
  /** @throws AppError `CONFIG_PROFILE_EXISTS` when another profile has the name */
  save(draft: D): Promise<S>;
  duplicate(id: string): Promise<S>;
  remove(id: string): Promise<void>;
  restore(id: string): Promise<S>;
  /** The saved secret. @throws AppError `CONFIG_SECRET_MISSING` when the profile has one and it is gone */
  secret(stored: S): Promise<string | undefined>;
  /** The secret that a draft stands for: the one it carries, or the saved one. */
  draftSecret(draft: D): Promise<string | undefined>;
  /** Name of a secret in the secret store. */
  secretRef(id: string): string;
}

/** A collection over the part of the store that `kind` describes. */
export function createProfileCollection<S extends NamedProfile, D>(
  kind: ProfileKind<S, D>,
  deps: CollectionDeps,
): ProfileCollection<S, D> {
  const { store, secrets } = deps;
  const secretRef = (id: string) => `${kind.noun}:${id}`;
  const all = () => kind.listOf(store.read());
  const list = () => all().filter(isPresent);

  const change = async (edit: (profiles: readonly S[]) => readonly S[]) => {
    await store.update((lists) => kind.withList(lists, edit(kind.listOf(lists))));
    deps.onChanged();
  };

  const byId = (id: string) => find(list(), id);

  const find = (profiles: readonly S[], id: string): S => {
    const found = profiles.find((profile) => profile.id === id);
    if (found === undefined) {
      throw new AppError('CONFIG_PROFILE_NOT_FOUND', `This ${kind.noun} is no longer saved`);
    }
    return found;
  };

  const refuseTakenName = (profiles: readonly S[], name: string, ownId: string): void => {
    const other = profiles.find(
      (profile) => isPresent(profile) && profile.id !== ownId && nameKey(profile.name) === nameKey(name),
    );
    if (other === undefined) return;
    throw new AppError('CONFIG_PROFILE_EXISTS', `name: a ${kind.noun} named "${other.name}" exists already`, {
      details: { field: 'name' },
    });
  };

  const secret = async (stored: S): Promise<string | undefined> => {
    if (!kind.hasSecret(stored)) return undefined;
    const label = `The ${kind.secretNoun} of the ${kind.noun} "${stored.name}"`;
    const value = await secrets.get(secretRef(stored.id)).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'STORE_SECRET_UNREADABLE')) throw error;
      throw new AppError(error.code, `${label} cannot be read. ${error.message}`, {
        cause: error.cause,
        details: error.details,
      });
    });
    if (value === undefined) throw new AppError('CONFIG_SECRET_MISSING', `${label} is no longer saved`);
    return value;
  };

  const insert = async (profile: S, secretValue: string | undefined): Promise<S> => {
    if (secretValue !== undefined) await secrets.set(secretRef(profile.id), secretValue);
    try {
      await change((profiles) => {
        refuseTakenName(profiles, profile.name, profile.id);
        return [...profiles, profile];
      });
    } catch (error) {
      if (secretValue !== undefined) await secrets.delete(secretRef(profile.id)).catch(() => undefined);
      throw error;
    }
    return profile;
  };

  const create = (draft: D): Promise<S> => {
    const input = kind.secretOf(draft);
    const value = input.kind === 'set' ? input.value : undefined;
    refuseTakenName(all(), kind.nameOf(draft), '');
    return insert(kind.build(draft, randomUUID(), value !== undefined), value);
  };

  const replace = async (draft: D, id: string): Promise<S> => {
    const before = byId(id);
    const input = kind.secretOf(draft);
    // Looked at before the secret is touched: a refused draft must leave everything as it was.
    refuseTakenName(all(), kind.nameOf(draft), id);
    if (input.kind === 'set') await secrets.set(secretRef(id), input.value);
    const hasSecret = input.kind === 'set' || (input.kind === 'keep' && kind.hasSecret(before));
    const after = kind.build(draft, id, hasSecret);
    await change((profiles) => {
      find(profiles.filter(isPresent), id);
      refuseTakenName(profiles, after.name, id);
      return profiles.map((profile) => (profile.id === id ? after : profile));
    });
    if (input.kind === 'clear') await secrets.delete(secretRef(id));
    return after;
  };

  return {
    list,
    byId,
    secret,
    secretRef,
    byName: (name) => {
      const found = list().find((profile) => nameKey(profile.name) === nameKey(name));
      if (found !== undefined) return found;
      throw new AppError('CONFIG_PROFILE_NOT_FOUND', `There is no ${kind.noun} named "${name}"`, {
        details: { name },
      });
    },
    save: (draft) => {
      const id = kind.idOf(draft);
      return id === undefined ? create(draft) : replace(draft, id);
    },
    duplicate: async (id) => {
      const original = byId(id);
      const value = await secret(original);
      const name = copyName(
        original.name,
        list().map((profile) => profile.name),
      );
      return insert({ ...original, id: randomUUID(), name }, value);
    },
    remove: (id) =>
      change((profiles) => {
        find(profiles.filter(isPresent), id);
        const removedAt = deps.now().toISOString();
        return profiles.map((profile) => (profile.id === id ? { ...profile, removedAt } : profile));
      }),
    restore: async (id) => {
      const removed = find(all(), id);
      const { removedAt: _removedAt, ...rest } = removed;
      // The same fields without an optional one: the compiler cannot see that for a generic type.
      const restored = rest as unknown as S;
      await change((profiles) => {
        find(profiles, id);
        refuseTakenName(profiles, restored.name, id);
        return profiles.map((profile) => (profile.id === id ? restored : profile));
      });
      return restored;
    },
    draftSecret: async (draft) => {
      const input = kind.secretOf(draft);
      if (input.kind === 'set') return input.value;
      const id = kind.idOf(draft);
      return input.kind === 'clear' || id === undefined ? undefined : secret(byId(id));
    },
  };
}

function isPresent(profile: NamedProfile): boolean {
  return profile.removedAt === undefined;
}
