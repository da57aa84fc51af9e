import test from 'ava';
import { openSpeakerKey } from '../../src/keys/index.js';
import { findEvidence } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { rightsGround } from '../helpers/rights.js';

interface SealedRecord {
  format?: number;
  receipt: { destroyed: Record<string, number> };
}

test('a record from before its form had a number, and before all kinds were counted, is read', async (t) => {
  const { url, rights, erase, officer, keyring, database } = await rightsGround(t);
  const receipt = await erase('kim');
  const idHash = await keyring.keyedHash(officer.tenantId, 'speaker-id', 'kim');
  await database.tenant(officer.tenantId, async (tx) => {
    const [row] = await findEvidence(tx, idHash);
    const { evidenceId } = row!;
    const key = await openSpeakerKey(tx, keyring, evidenceId);
    const context = { use: 'erasure-evidence', evidence: evidenceId, idHash: idHash.toString('hex') };
    const record = JSON.parse(key.open(row!.ciphertext, context).toString()) as SealedRecord;
    t.is(record.format, 1);
    delete record.format;
    delete record.receipt.destroyed['manifestRows'];
    const sealed = key.seal(Buffer.from(JSON.stringify(record)), context);
    await asOwner(url, 'UPDATE vouch.erasure_evidence SET ciphertext = $1', [sealed]);
  });
  const [evidence] = await rights.evidence(officer, 'kim');
  t.deepEqual(evidence?.receipt, receipt);
});
