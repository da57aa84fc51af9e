import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { certificatesIn } from '../../access/index.js';
import type { Clock } from '../../domain/clock.js';
import { Findings, type Finding } from './finding.js';

/** Whoever issues certificates needs some days: say so in time. */
const WARN_DAYS = 21;
const DAY_MS = 86_400_000;

/** How long the certificates in these files hold, chains and all. */
export async function checkCertificates(paths: readonly string[], clock: Clock): Promise<Finding[]> {
  const findings = new Findings('certificates');
  for (const path of paths) {
    try {
      const certificates = certificatesIn(await readFile(path, 'utf8'));
      if (certificates.length === 0) throw new Error('no certificate is in it');
      for (const certificate of certificates) checkOne(findings, path, certificate, clock);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it is no certificate';
      findings.fail(`${path} cannot be used: ${why}.`, 'Put a certificate in the form PEM there.');
    }
  }
  return findings.list;
}

function checkOne(findings: Findings, path: string, certificate: X509Certificate, clock: Clock): void {
  const daysLeft = (new Date(certificate.validTo).getTime() - clock.now().getTime()) / DAY_MS;
  const name = `${certificate.subject.replaceAll('\n', ', ')} in ${path}`;
  const remedy = 'Have it issued again; the files are read again when they change, or at the next start.';
  if (new Date(certificate.validFrom) > clock.now())
    findings.fail(
      `${name} holds from ${certificate.validFrom} only.`,
      'Look at the clock, or at who issued it.',
    );
  else if (daysLeft < 0) findings.fail(`${name} expired ${Math.ceil(-daysLeft)} days ago.`, remedy);
  else if (daysLeft < WARN_DAYS) findings.warn(`${name} holds ${Math.floor(daysLeft)} more days.`, remedy);
  else findings.ok(`${name} holds ${Math.floor(daysLeft)} more days.`);
}
