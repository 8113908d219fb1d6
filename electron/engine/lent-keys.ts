import type { S3Settings } from '../contract/destination-profile.ts';

/** Secret keys of destinations that are not saved: what `--conf FILE` brings. They live as long as the engine. */
export class LentKeys {
  readonly #byKey = new Map<string, string>();

  lend({ credentials }: S3Settings, secretKey: string): void {
    if (credentials.kind === 'keys') this.#byKey.set(credentials.accessKeyId, secretKey);
  }

  /** The secret of the access key that these settings name; undefined where none was lent. */
  secretFor({ credentials }: S3Settings): string | undefined {
    return credentials.kind === 'keys' ? this.#byKey.get(credentials.accessKeyId) : undefined;
  }
}
