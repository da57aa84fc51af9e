import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokens } from '../../../src/access/index.js';
import { authenticateBy } from '../../../src/transport/index.js';
import type { Fuzz } from './fuzz.js';

const ISSUER = 'https://login.acme.example';
const AUDIENCE = 'vouch';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const folder = mkdtempSync(join(tmpdir(), 'vouch-fuzz-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'jwks.json');
writeFileSync(
  path,
  JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] }),
);

const tokens = new Tokens(
  {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { path },
    tenantId: '',
    claims: { tenant: 'tenant', roles: 'realm.roles', actor: 'sub' },
  },
  (tenantId) => Promise.resolve(tenantId === 'acme'),
  { now: () => new Date() },
);
const authenticate = authenticateBy({ apiKeys: null, tokens, certificates: null });

const encode = (text: string) => Buffer.from(text).toString('base64url');
const HEADER = '{"alg":"ES256","kid":"k"}';
const PAYLOAD = JSON.stringify({
  iss: ISSUER,
  aud: AUDIENCE,
  exp: 4_000_000_000,
  sub: 'ann',
  tenant: 'acme',
  realm: { roles: ['agent'] },
});

/** A token whose signature is good, whatever it says. */
function signed(header: string, payload: string): string {
  const text = `${encode(header)}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const altered = (fuzz: Fuzz, text: string) => fuzz.mutated(Buffer.from(text)).toString('latin1');

/** Authenticates by a header that is broken somewhere: around the token, in its form, in what is signed. */
export async function authenticateAnyhow(fuzz: Fuzz): Promise<void> {
  const given = fuzz.pick([
    () => fuzz.text(),
    () => altered(fuzz, `Bearer ${signed(HEADER, PAYLOAD)}`),
    () => `Bearer ${signed(altered(fuzz, HEADER), PAYLOAD)}`,
    () => `Bearer ${signed(HEADER, altered(fuzz, PAYLOAD))}`,
    () => `Bearer ${encode(fuzz.text())}.${encode(fuzz.text())}.${encode(fuzz.text())}`,
  ])();
  const { tenantId, roles, actorId } = await authenticate({ metadata: () => given });
  if (tenantId !== 'acme' || roles.length === 0 || actorId === '') throw new Error('Nobody was let in.');
}
