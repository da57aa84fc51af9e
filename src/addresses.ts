import { VouchError } from './errors.js';

/** Origins as browsers write them, so that they can be compared. Throws CONFIGURATION_INVALID. */
export function readOrigins(list: string): readonly string[] {
  const origins = list.split(',').map((origin) => origin.trim());
  const named = origins.filter((origin) => origin !== '');
  if (named.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)) return named;
  throw new VouchError('CONFIGURATION_INVALID', {
    field: 'VOUCH_HTTP_ORIGINS',
    message:
      'VOUCH_HTTP_ORIGINS is a list of origins as browsers write them, such as https://desktop.example.',
  });
}

/** An option that says host:port; an address of IPv6 stands in brackets. Throws CONFIGURATION_INVALID. */
export function readAddress(field: string, address: string): { host: string; port: number } {
  const match = /^(?<host>\[[0-9a-fA-F:]+\]|[^:]+):(?<port>\d{1,5})$/.exec(address);
  const host = match?.groups?.['host'];
  const port = Number(match?.groups?.['port']);
  if (host === undefined || port > 65_535) {
    throw new VouchError('CONFIGURATION_INVALID', {
      field,
      message: `${field} is host:port.`,
    });
  }
  return { host, port };
}

/** A token must not cross a network in clear. */
export function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Whether an address is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
