import { describe, expect, it } from 'vitest';
import { destinationDraftSchema } from '../../electron/contract/destination-profile.ts';
import {
  storageOptionsOf,
  storageSummary,
  storageValuesOf,
  type StorageOptions,
} from '../../renderer/features/profiles/storage-values.ts';

const ALL: StorageOptions = {
  encryption: { kind: 'sse-kms', keyId: 'alias/lake', bucketKey: false },
  storageClass: 'STANDARD_IA',
  acl: 'bucket-owner-full-control',
  checksum: 'crc64nvme',
  requesterPays: true,
};

describe('the storage of a destination', () => {
  it('says nothing where the bucket decides', () => {
    expect(storageOptionsOf(storageValuesOf({}))).toEqual({});
    expect(storageOptionsOf(storageValuesOf({ encryption: { kind: 'bucket-default' } }))).toEqual({});
    expect(storageSummary(storageValuesOf({}))).toBe('As the bucket has it');
  });

  it('comes back as it was saved', () => {
    expect(storageOptionsOf(storageValuesOf(ALL))).toEqual(ALL);
    const encryption = { kind: 'sse-s3' } as const;
    expect(storageOptionsOf(storageValuesOf({ encryption }))).toEqual({ encryption });
    expect(storageSummary(storageValuesOf(ALL))).toBe(
      'SSE-KMS, STANDARD_IA, ACL bucket-owner-full-control, checksum crc64nvme, requester pays',
    );
  });

  it('leaves a key out that is not named', () => {
    const values = { ...storageValuesOf({ encryption: { kind: 'sse-kms' } }), keyId: ' ' };
    expect(storageOptionsOf(values)).toEqual({ encryption: { kind: 'sse-kms' } });
  });

  it('finds the problem of a key where the form shows it', () => {
    const values = { ...storageValuesOf({ encryption: { kind: 'sse-kms' } }), keyId: 'a\u0007b' };
    const settings = {
      bucket: 'lake',
      prefix: '',
      region: 'r',
      pathStyle: false,
      credentials: { kind: 'default' },
      ...storageOptionsOf(values),
    };
    const draft = { name: 'Lake', settings, secretKey: { kind: 'clear' } };
    const [issue] = destinationDraftSchema.safeParse(draft).error?.issues ?? [];
    expect(issue?.path.join('.')).toBe('settings.encryption.keyId');
  });
});
