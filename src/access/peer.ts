/** Where a request comes from: an address without its port, and one name for each, whichever way it is written. */
export function peerAddress(peer: string): string {
  const address = peer.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Whether it is on this machine. */
export function isLocal(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Those who share it are one: an address, or of IPv6, where everybody has many, the network of it. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const parts = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - parts.length - rest.length);
  const all = [...parts, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
