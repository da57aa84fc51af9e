import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { SpeakerExport, SpeakerImport, TransferKeys, type ReceiverKey } from '../../src/transfer/index.js';
import { rightsGround, type RightsGround } from '../helpers/rights.js';
import { CAMPPLUS } from '../helpers/voiceprints.js';

const SPEAKERS = 3000;
/** The heap is looked at after so many bytes. */
const EVERY_BYTES = 1_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('however many speakers move, memory stays as it is', async (t) => {
  const [from, to] = [await rightsGround(t), await rightsGround(t)];
  for (let number = 0; number < SPEAKERS; number += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => enrol(from, `speaker-${number + index}`)));
  }
  const transferKeys = new TransferKeys(to.database, to.keyring, to.clock);
  const { key } = await transferKeys.create(to.officer, 7, 'k');
  const heap: number[] = [];
  const { pem } = await from.keyring.publicKey(from.officer.tenantId);
  const { database, keyring, clock } = to;
  const into = new SpeakerImport({ database, keyring, clock, transferKeys, models: [CAMPPLUS] });
  const begunAt = performance.now();
  let summary: unknown;
  for await (const part of into.run(to.officer, pem, watched(from, key, heap)))
    if ('summary' in part) summary = part.summary;
  const seconds = (performance.now() - begunAt) / 1000;
  const first = heap[1] ?? 0;
  const growth = Math.max(...heap.slice(1)) - first;
  t.log(
    `${SPEAKERS} speakers out and in in ${seconds.toFixed(0)} s; heap ${first} bytes, at most ${growth} more`,
  );
  t.like(summary, { speakers: SPEAKERS, voiceprints: SPEAKERS });
  t.true(heap.length > 5);
  // Whoever kept all records would hold all of their bytes by now.
  t.true(growth < (EVERY_BYTES * heap.length) / 4);
});

async function enrol({ grant, enrol: make }: RightsGround, speakerId: string): Promise<void> {
  await grant(speakerId);
  await make(speakerId, { policy: { waitingPeriodMs: 0 } });
}

/** The file piece by piece, as it is made; notes the heap now and then. */
async function* watched(
  { database, keyring, clock, officer }: RightsGround,
  key: ReceiverKey,
  heap: number[],
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of new SpeakerExport(database, keyring, clock).run(officer, key)) {
    if (!('data' in part)) continue;
    bytes += part.data.length;
    if (bytes >= EVERY_BYTES * heap.length) {
      collectGarbage();
      heap.push(process.memoryUsage().heapUsed);
    }
    yield part.data;
  }
}
