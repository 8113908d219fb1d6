import type { ConnectionOptions } from 'node:tls';
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

/** The driver's `ssl` option for a mode of libpq; `prefer` is tried with TLS first. */
export function tlsOptions(mode: ConnectionSettings['tls']): false | ConnectionOptions {
  switch (mode) {
    case 'disable':
      return false;
    case 'prefer':
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      // The chain is checked, the host name is not: that is what libpq means by verify-ca.
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { rejectUnauthorized: true };
  }
}

/** True for a code that says that the server's certificate is not trusted. */
export function isUntrustedCertificate(code: string): boolean {
  return UNTRUSTED.has(code);
}
