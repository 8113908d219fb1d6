import { z } from 'zod';
import { idSchema, lineSchema, nameSchema, requiredLineSchema, secretInputSchema } from './fields.ts';
import { objectOptionFields } from './object-options.ts';

/** S3's own rules for bucket names. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketSchema = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be 3 to 63 lower-case letters, digits, dots or hyphens');

/** A prefix without slashes at its ends; empty means the root of the bucket. */
export const prefixSchema = lineSchema(512).transform((prefix) => prefix.replace(/^\/+|\/+$/g, ''));

/** An http or https address of an S3-compatible server, without a path. */
export const endpointSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .max(512)
  .refine((url) => !/^https?:\/\/[^/]*@/.test(url), 'must not contain credentials');

/** Where the keys come from. The secret key itself is kept apart and never leaves the engine. */
export const credentialsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('default') }),
  z.object({ kind: z.literal('profile'), profile: requiredLineSchema(255) }),
  z.object({ kind: z.literal('keys'), accessKeyId: requiredLineSchema(255) }),
]);
export type Credentials = z.infer<typeof credentialsSchema>;

/** Everything that is needed to reach a place in a bucket, except the secret key. */
export const s3SettingsSchema = z.object({
  bucket: bucketSchema,
  prefix: prefixSchema,
  region: requiredLineSchema(64),
  endpoint: endpointSchema.optional(),
  pathStyle: z.boolean(),
  credentials: credentialsSchema,
  ...objectOptionFields,
});
export type S3Settings = z.infer<typeof s3SettingsSchema>;

const profileFields = { name: nameSchema, settings: s3SettingsSchema };

/** A saved destination. `hasSecretKey` is all that is ever said about its secret. */
export const destinationProfileSchema = z.object({
  id: idSchema,
  ...profileFields,
  hasSecretKey: z.boolean(),
});
export type DestinationProfile = z.infer<typeof destinationProfileSchema>;

/** What the form sends: without an id, a new profile is made. */
export const destinationDraftSchema = z.object({
  id: idSchema.optional(),
  ...profileFields,
  secretKey: secretInputSchema,
});
export type DestinationDraft = z.infer<typeof destinationDraftSchema>;

/** What a successful test of a destination found. */
export const destinationFactsSchema = z.object({
  bucket: z.string(),
  /** False where the endpoint ignores `If-None-Match`: then nothing but the key keeps objects from being replaced. */
  conditionalWrites: z.boolean(),
  /** What it does with the tag of an object that is to be replaced; `ignored` and `refused` keep no two runs of a job apart. */
  tags: z.enum(['obeyed', 'unquoted', 'ignored', 'refused']).optional(),
  /** False where the endpoint does not return the CRC-32 that it was sent, or refuses it. */
  checksums: z.boolean(),
  /** True where it does the same for CRC-64/NVME. */
  crc64nvme: z.boolean().optional(),
  /** True where it takes a checksum behind the body. For information: Sluice sends none that way. */
  checksumTrailers: z.boolean().optional(),
  latencyMs: z.number(),
});
export type DestinationFacts = z.infer<typeof destinationFactsSchema>;
