import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionSettings } from '../../contract/connection-profile.ts';

/** Codes that Node gives a certificate that it does not trust. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
]);

/**
 * The driver's `ssl` option for a mode of libpq; `prefer` is tried with TLS first.
 * @throws AppError `SOURCE_TLS_UNTRUSTED` where the file of authorities is none
 */
export async function tlsOptions({
  tls,
  caFile,
}: Pick<ConnectionSettings, 'tls' | 'caFile'>): Promise<false | ConnectionOptions> {
  if (tls === 'disable') return false;
  if (tls === 'prefer' || (tls === 'require' && caFile === undefined)) return { rejectUnauthorized: false };
  const authorities = caFile === undefined ? {} : { ca: await readAuthorities(caFile) };
  if (tls === 'verify-full') return { ...authorities, rejectUnauthorized: true };
  // The chain is checked, the host name is not: that is what libpq means by verify-ca, and by require with a file.
  return { ...authorities, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

/** Node takes a text without a certificate for "nobody is trusted", and says so only of the server's certificate. */
async function readAuthorities(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError(
      'SOURCE_TLS_UNTRUSTED',
      `The file of certificate authorities ${file} cannot be read.`,
      {
        cause,
      },
    );
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new AppError('SOURCE_TLS_UNTRUSTED', `${file} has no certificate authority in it: PEM is expected.`);
}

/** True for a code that says that the server's certificate is not trusted. */
export function isUntrustedCertificate(code: string): boolean {
  return UNTRUSTED.has(code);
}
