import type { S3Settings } from '../contract/destination-profile.ts';
import type { DestinationAccess } from './ports.ts';

/** Secret keys of destinations that are not saved: what `--conf FILE` brings. They live as long as the engine. */
export class LentKeys {
  /** The latest first. */
  readonly #lent: (DestinationAccess & { readonly kind: 's3' })[] = [];

  /** @param sessionToken of temporary keys */
  lend(settings: S3Settings, secretKey: string, sessionToken?: string): void {
    if (settings.credentials.kind === 'keys')
      this.#lent.unshift({ kind: 's3', settings, secretKey, sessionToken });
  }

  /**
   * What opens these settings: the secret of the access key that they name, or else the keys that were lent for the same
   * bucket. Temporary keys are new each time, and whoever goes on with a job has others than it was saved with.
   */
  accessTo(settings: S3Settings): DestinationAccess {
    const lent =
      settings.credentials.kind === 'profile'
        ? undefined
        : (this.#lent.find((one) => accessKeyOf(one.settings) === accessKeyOf(settings)) ??
          this.#lent.find((one) => isSameBucket(one.settings, settings)));
    if (lent === undefined) return { kind: 's3', settings, secretKey: undefined };
    return { ...lent, settings: { ...settings, credentials: lent.settings.credentials } };
  }
}

/** Undefined where the settings name none. */
function accessKeyOf({ credentials }: S3Settings): string | undefined {
  return credentials.kind === 'keys' ? credentials.accessKeyId : undefined;
}

function isSameBucket(one: S3Settings, other: S3Settings): boolean {
  return one.bucket === other.bucket && one.endpoint === other.endpoint;
}
