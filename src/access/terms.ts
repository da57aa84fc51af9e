import { X509Certificate } from 'node:crypto';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** All certificates in a file of the form PEM, chains and all. Throws for one that cannot be read. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  return (pem.match(PEM) ?? []).map((each) => new X509Certificate(each));
}

/** When the first of several certificates ends; undefined for none. */
export function firstEnd(certificates: readonly X509Certificate[]): Date | undefined {
  const ends = certificates.map(({ validTo }) => Date.parse(validTo));
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
