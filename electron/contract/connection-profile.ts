import { z } from 'zod';
import { idSchema, nameSchema, requiredLineSchema, secretInputSchema } from './fields.ts';

/**
 * How the connection is encrypted; the words and their meaning are libpq's.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export const TLS_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** Everything that is needed to reach a database, except the password. */
export const connectionSettingsSchema = z.object({
  host: requiredLineSchema(255),
  port: z
    .int('must be a whole number')
    .min(1, 'must be from 1 to 65535')
    .max(65_535, 'must be from 1 to 65535'),
  database: requiredLineSchema(255),
  user: requiredLineSchema(255),
  tls: z.enum(TLS_MODES),
  /**
   * Path of a file with the certificate authorities to trust (PEM), which libpq calls sslrootcert. Left out: those that
   * Node trusts. The servers of Amazon RDS, for one, have an authority that only such a file names.
   */
  caFile: requiredLineSchema(4096).optional(),
});
export type ConnectionSettings = z.infer<typeof connectionSettingsSchema>;

/** True for the same user of the same database: one password is for both. */
export function isSameLogin(one: ConnectionSettings, other: ConnectionSettings): boolean {
  return (
    one.host === other.host &&
    one.port === other.port &&
    one.database === other.database &&
    one.user === other.user
  );
}

/** The colours a profile can be marked with, so that production is not mistaken for a test system. */
export const PROFILE_COLOURS = ['gray', 'blue', 'teal', 'green', 'yellow', 'orange', 'red', 'grape'] as const;

const profileFields = {
  name: nameSchema,
  colour: z.enum(PROFILE_COLOURS),
  /** A label for the user's eye. Sluice reads in READ ONLY transactions whether or not it is set. */
  readOnly: z.boolean(),
  settings: connectionSettingsSchema,
};

/** A saved connection. `hasPassword` is all that is ever said about its secret. */
export const connectionProfileSchema = z.object({
  id: idSchema,
  ...profileFields,
  hasPassword: z.boolean(),
});
export type ConnectionProfile = z.infer<typeof connectionProfileSchema>;

/** What the form sends: without an id, a new profile is made. */
export const connectionDraftSchema = z.object({
  id: idSchema.optional(),
  ...profileFields,
  password: secretInputSchema,
});
export type ConnectionDraft = z.infer<typeof connectionDraftSchema>;

/** What a successful connection test found. */
export const connectionFactsSchema = z.object({
  serverVersion: z.string(),
  database: z.string(),
  user: z.string(),
  encrypted: z.boolean(),
  standby: z.boolean(),
  latencyMs: z.number(),
});
export type ConnectionFacts = z.infer<typeof connectionFactsSchema>;
