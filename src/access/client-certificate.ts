import { X509Certificate } from 'node:crypto';

/** Who a client certificate names, once it was verified against the authority's. */
export interface ClientCertificate {
  /** Of the subject's alternative names: URIs, DNS names. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** Of the subject; empty without one. */
  readonly commonName: string;
  readonly validUntil: Date;
}

/** Reads a certificate. @param der as it stands on the wire, or PEM; whoever calls this knows that it was verified */
export function clientCertificate(der: Uint8Array): ClientCertificate {
  const { subjectAltName = '', subject, validTo } = new X509Certificate(der);
  const names = alternativeNames(subjectAltName);
  return {
    uris: names.flatMap(([kind, name]) => (kind === 'URI' ? [name] : [])),
    dnsNames: names.flatMap(([kind, name]) => (kind === 'DNS' ? [name] : [])),
    commonName: /^CN=(?<name>.*)$/m.exec(subject)?.groups?.['name'] ?? '',
    validUntil: new Date(validTo),
  };
}

/** Node writes `DNS:a, URI:b`; names with a comma or quotes in them as JSON strings, so that none can pass for two. */
function alternativeNames(text: string): (readonly [kind: string, name: string])[] {
  return [...text.matchAll(/(?:^|, )(?<kind>[A-Za-z ]+):(?<name>"(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ({ groups }) => {
      const name = groups?.['name'] ?? '';
      return [groups?.['kind'] ?? '', name.startsWith('"') ? String(JSON.parse(name)) : name] as const;
    },
  );
}
