import { clientCertificate, type ClientCertificate } from './client-certificate.js';

/** The proxy looked at the certificate's term when its connection began; without `Cert` the header does not tell it. */
const NO_END = new Date(8.64e15);

/** A key and a value, which is quoted where it holds `,`, `;`, `=` or quotes; quotes in it are escaped. */
const PAIR = /(?<key>[A-Za-z]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^",;=]*))(?<end>;|$)/y;

/**
 * Reads `x-forwarded-client-cert` as Envoy writes it: `Hash=…;Subject="CN=ivr";URI=spiffe://acme.example/ivr`. One
 * certificate only: a proxy that throws away what clients sent writes no second one. Where the whole certificate stands in
 * `Cert`, that alone counts: Envoy does not mask what the names in the others hold.
 *
 * Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 *
 * @returns null for anything else
 */
export function forwardedCertificate(header: string): ClientCertificate | null {
  const pairs = pairsOf(header);
  // The hash stands in each, and once.
  if (pairs?.filter(([key]) => key === 'hash').length !== 1) return null;
  const all = (wanted: string) =>
    pairs.flatMap(([key, value]) => (key === wanted && value !== '' ? [value] : []));
  const certs = all('cert');
  if (certs.length > 0) return certs.length === 1 ? wholeCertificate(certs[0] ?? '') : null;
  const subjects = all('subject');
  if (subjects.length > 1) return null;
  const commonName = commonNameOf(subjects[0] ?? '');
  return { uris: all('uri'), dnsNames: all('dns'), commonName, validUntil: NO_END };
}

/** @param encoded PEM, with percent signs as in a URL */
function wholeCertificate(encoded: string): ClientCertificate | null {
  try {
    return clientCertificate(Buffer.from(decodeURIComponent(encoded)));
  } catch {
    return null;
  }
}

/** Null where there is anything besides. */
function pairsOf(header: string): (readonly [key: string, value: string])[] | null {
  const pairs: (readonly [string, string])[] = [];
  let at = 0;
  for (let isMore = true; isMore;) {
    PAIR.lastIndex = at;
    const groups = PAIR.exec(header)?.groups;
    if (!groups) return null;
    const { key = '', quoted, plain = '', end } = groups;
    pairs.push([key.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain]);
    at = PAIR.lastIndex;
    isMore = end === ';';
  }
  return at === header.length ? pairs : null;
}

/** Of a subject in the form of RFC 2253; empty where there are several, or one with anything that must be escaped. */
function commonNameOf(subject: string): string {
  if (/[\\"#<>]/.test(subject)) return '';
  const names = subject
    .split(/[,+]/)
    .flatMap((part) => /^ ?CN=(?<name>[^=]+)$/.exec(part)?.groups?.['name'] ?? []);
  return names.length === 1 ? (names[0] ?? '') : '';
}
