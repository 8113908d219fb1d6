import type { ConnectionSettings } from '../../../electron/contract/connection-profile.ts';

/** What each mode does, in one line. https://www.postgresql.org/docs/current/libpq-ssl.html */
export const TLS_EXPLANATION: Readonly<Record<ConnectionSettings['tls'], string>> = {
  disable: 'Never encrypts. For a server on this machine or behind a tunnel.',
  prefer: 'Encrypts if the server can, and connects without encryption if it cannot.',
  require: 'Always encrypts. Does not check whose certificate the server shows.',
  'verify-ca': 'Always encrypts, and checks that a trusted authority signed the certificate.',
  'verify-full': 'Like verify-ca, and checks that the certificate is for this host name.',
};
