import { Checkbox, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  CANNED_ACLS,
  CHECKSUMS,
  STORAGE_CLASSES,
  type ChecksumChoice,
  type Encryption,
} from '../../../electron/contract/object-options.ts';
import { Fold } from '../../ui/fold.tsx';
import { ENCRYPTION_NAMES, storageSummary, type StorageValues } from './storage-values.ts';

/** In a list, an empty value would be a field that is not filled in. */
const AS_BUCKET = 'as-bucket';

const CHECKSUM_NAMES: Readonly<Record<ChecksumChoice, string>> = {
  auto: 'auto: CRC-32, or MD5',
  crc32: 'CRC-32',
  crc64nvme: 'CRC-64/NVME',
  none: 'none',
};

export interface StorageSectionProps {
  readonly values: StorageValues;
  readonly keyError: string | undefined;
  readonly onChange: (values: StorageValues) => void;
}

/** How S3 keeps the objects; folded, because mostly the bucket decides. */
export function StorageSection({ values, keyError, onChange }: StorageSectionProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className="folds">
      <Fold
        title="Storage"
        summary={storageSummary(values)}
        open={open || keyError !== undefined}
        onToggle={setOpen}
      >
        <Select
          className="span-3"
          label="Encryption"
          allowDeselect={false}
          data={Object.entries(ENCRYPTION_NAMES).map(([value, label]) => ({ value, label }))}
          value={values.encryption}
          onChange={(kind) => {
            if (kind !== null) onChange({ ...values, encryption: kind as Encryption['kind'] });
          }}
        />
        <Select
          className="span-3"
          label="Storage class"
          allowDeselect={false}
          data={[
            { value: AS_BUCKET, label: 'As the bucket has it' },
            ...STORAGE_CLASSES.map((value) => ({ value, label: value })),
          ]}
          value={values.storageClass === '' ? AS_BUCKET : values.storageClass}
          onChange={(chosen) =>
            onChange({ ...values, storageClass: STORAGE_CLASSES.find((each) => each === chosen) ?? '' })
          }
        />
        {(values.storageClass === 'GLACIER' || values.storageClass === 'DEEP_ARCHIVE') && (
          <p className="field-note" role="note">
            What lies in {values.storageClass} has to be restored before anybody can load or verify it.
          </p>
        )}
        {values.encryption === 'sse-kms' && (
          <>
            <TextInput
              label="KMS key"
              description="Id, ARN or alias. Empty: the account’s own key for S3."
              placeholder="arn:aws:kms:eu-central-1:111122223333:key/…"
              spellCheck={false}
              value={values.keyId}
              error={keyError}
              onChange={(event) => onChange({ ...values, keyId: event.currentTarget.value })}
            />
            <Checkbox
              label="Bucket key"
              description="Saves calls to KMS, and what they cost."
              checked={values.bucketKey === true}
              onChange={(event) =>
                onChange({ ...values, bucketKey: event.currentTarget.checked ? true : undefined })
              }
            />
          </>
        )}
        <Select
          className="span-3"
          label="ACL"
          description="Most buckets refuse ACLs."
          allowDeselect={false}
          data={[
            { value: AS_BUCKET, label: 'none' },
            ...CANNED_ACLS.map((value) => ({ value, label: value })),
          ]}
          value={values.acl === '' ? AS_BUCKET : values.acl}
          onChange={(chosen) =>
            onChange({ ...values, acl: CANNED_ACLS.find((each) => each === chosen) ?? '' })
          }
        />
        <Select
          className="span-3"
          label="Checksum"
          description="How the endpoint checks what it stores. Choose none where it mishandles them."
          allowDeselect={false}
          data={CHECKSUMS.map((value) => ({ value, label: CHECKSUM_NAMES[value] }))}
          value={values.checksum}
          onChange={(chosen) =>
            onChange({ ...values, checksum: CHECKSUMS.find((each) => each === chosen) ?? 'auto' })
          }
        />
        <Checkbox
          label="Requester pays"
          description="Accepts the costs of requests and traffic, where the bucket’s owner asks for it."
          checked={values.requesterPays}
          onChange={(event) => onChange({ ...values, requesterPays: event.currentTarget.checked })}
        />
      </Fold>
    </div>
  );
}
