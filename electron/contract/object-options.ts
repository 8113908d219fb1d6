/**
 * How S3 keeps an object: encryption, storage class, access, and what is written beside it. All of it can be left out:
 * then the bucket decides, as it does for everybody else who writes to it.
 */
import { z } from 'zod';
import { requiredLineSchema } from './fields.ts';

/**
 * Who encrypts the object. `bucket-default` names nothing, so that the bucket's own setting holds.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
export const encryptionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bucket-default') }),
  z.strictObject({ kind: z.literal('sse-s3') }),
  z.strictObject({
    kind: z.literal('sse-kms'),
    /** Id, ARN or alias of the key; left out, the account's own key for S3 (`aws/s3`). */
    keyId: requiredLineSchema(2048).optional(),
    /** A bucket key saves calls to KMS; left out, the bucket's own setting holds. */
    bucketKey: z.boolean().optional(),
  }),
]);
export type Encryption = z.infer<typeof encryptionSchema>;

/**
 * The storage classes that make sense for data that is loaded somewhere. What lies in GLACIER and DEEP_ARCHIVE has to be
 * restored before anybody can read it, `sluice verify` included.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
 */
export const STORAGE_CLASSES = [
  'STANDARD',
  'INTELLIGENT_TIERING',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/**
 * Canned ACLs. Off by default: buckets refuse them unless their owner has switched ACLs on.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
 */
export const CANNED_ACLS = [
  'private',
  'public-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;
export type CannedAcl = (typeof CANNED_ACLS)[number];

/**
 * How the destination checks what it stores. `auto`: CRC-32 where the endpoint knows it, or else MD5. `none` sends no
 * checksum headers at all, for endpoints that mishandle them: MD5 as well.
 */
export const CHECKSUMS = ['auto', 'crc32', 'crc64nvme', 'none'] as const;
export type ChecksumChoice = (typeof CHECKSUMS)[number];

/** The most tags that S3 takes for an object, and the characters of their names and values. */
export const TAGS_MAX = 10;
export const TAG_NAME_MAX = 128;
export const TAG_VALUE_MAX = 256;

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAG_CHARACTERS = 'must consist of letters, digits, spaces and + - = . _ : / @';

/** Tags of every object. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const tagsSchema = z
  .record(
    z.string().min(1, 'must not be empty').max(TAG_NAME_MAX).regex(TAG_TEXT, TAG_CHARACTERS),
    z
      .string()
      .max(TAG_VALUE_MAX, `must be at most ${TAG_VALUE_MAX} characters`)
      .regex(TAG_TEXT, TAG_CHARACTERS),
  )
  .superRefine((tags, context) => {
    const names = Object.keys(tags);
    if (names.length > TAGS_MAX) {
      context.addIssue({ code: 'custom', message: `must be at most ${TAGS_MAX}: S3 takes no more` });
    }
    if (names.some((name) => /^aws:/i.test(name))) {
      context.addIssue({ code: 'custom', message: 'must not begin with aws:, which is reserved' });
    }
  });
export type Tags = z.infer<typeof tagsSchema>;

/** Metadata that every object of ours carries: the run that wrote it. */
export const RUN_METADATA = 'sluice-run';

/** Bytes of all names and values of user metadata together, ours included, the most that S3 takes. */
export const METADATA_BYTES_MAX = 2_048;

/** What {@link RUN_METADATA} takes of it: the name and the id of a run. */
const RUN_METADATA_BYTES = RUN_METADATA.length + '20261122T093000Z-4f3a9c21'.length;

/**
 * User metadata of every object. Names travel as headers (`x-amz-meta-…`), so they are lower-case and ASCII; values are
 * ASCII because S3 gives others back in another encoding than it took them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
 */
export const metadataSchema = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be a name of lower-case letters, digits, dots and hyphens'),
    z
      .string()
      // Blanks at the ends would be lost with the header.
      .regex(/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/, 'must be ASCII, without blanks at its ends'),
  )
  .superRefine((metadata, context) => {
    if (Object.keys(metadata).some((name) => name.startsWith('sluice-'))) {
      context.addIssue({ code: 'custom', message: 'must not begin with sluice-, which Sluice uses itself' });
    }
    const bytes = Object.entries(metadata).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    );
    if (bytes > METADATA_BYTES_MAX - RUN_METADATA_BYTES) {
      context.addIssue({
        code: 'custom',
        message: `must be at most ${METADATA_BYTES_MAX - RUN_METADATA_BYTES} bytes in all: S3 takes 2 KB`,
      });
    }
  });
export type Metadata = z.infer<typeof metadataSchema>;

/** What a destination says about its objects; part of its settings. */
export const objectOptionFields = {
  /** Left out: `bucket-default`. */
  encryption: encryptionSchema.optional(),
  /** Left out, the one that the bucket gives: STANDARD. The manifest has no class of its own. */
  storageClass: z.enum(STORAGE_CLASSES).optional(),
  /** Accepts to pay for requests and traffic, where the bucket's owner asks for it. */
  requesterPays: z.boolean().optional(),
  /** Left out, no ACL is sent. */
  acl: z.enum(CANNED_ACLS).optional(),
  /** Left out: `auto`. */
  checksum: z.enum(CHECKSUMS).optional(),
};
