import { z } from 'zod';
import {
  canonicalJson,
  StreamOpener,
  StreamSealer,
  verifySignature,
  type Keyring,
  type StreamKeyPair,
} from '../crypto/index.js';
import { VouchError } from '../errors.js';
import { ByteReader } from './byte-reader.js';

/** For whom a file is sealed. */
export interface ReceiverKey {
  readonly transferId: string;
  /** X25519, 32 bytes. */
  readonly publicKey: Buffer;
}

/*
 * A file: the magic; the length of the header (32 bit, big-endian), the header in canonical JSON, its Ed25519 signature;
 * then pieces, each its length (32 bit, big-endian, the highest bit set on the last) and a sealed record in JSON. The
 * signature binds the stream's own key to the sender, and only the sender and the receiver know what follows from it: so
 * every piece is the sender's.
 */
const MAGIC = Buffer.from('vouch-transfer-1\n');
const SIGNATURE_BYTES = 64;
const MOST_HEADER_BYTES = 4096;
const LAST = 0x8000_0000;

/** The longest record, bytes. */
export const MOST_RECORD_BYTES = 4 * 1_048_576;
const MOST_PIECE_BYTES = MOST_RECORD_BYTES + 16;

const headerSchema = z.strictObject({
  use: z.literal('vouch transfer 1'),
  transferId: z.uuid(),
  ephemeralKey: z.base64(),
  tenantId: z.string(),
  keyId: z.string(),
  madeAt: z.iso.datetime(),
});

/** Writes such a file, record by record. */
export class TransferWriter {
  private constructor(
    /** What the file begins with. */
    readonly head: Buffer,
    private readonly sealer: StreamSealer,
  ) {}

  /** @throws TRANSFER_KEY_INVALID */
  static async begin(
    keyring: Keyring,
    tenantId: string,
    { transferId, publicKey }: ReceiverKey,
    madeAt: Date,
  ): Promise<TransferWriter> {
    const sealer = new StreamSealer(publicKey);
    const { keyId } = await keyring.publicKey(tenantId);
    const ephemeralKey = sealer.ephemeralKey.toString('base64');
    const use = 'vouch transfer 1';
    const header = { use, transferId, ephemeralKey, tenantId, keyId, madeAt: madeAt.toISOString() };
    const bytes = Buffer.from(canonicalJson(header));
    sealer.begin(bytes);
    const { signature } = await keyring.sign(tenantId, bytes);
    return new TransferWriter(Buffer.concat([MAGIC, uint32(bytes.length), bytes, signature]), sealer);
  }

  /** The record as the file's next bytes; null where it is longer than a record may be. */
  record(record: object, last = false): Buffer | null {
    const bytes = Buffer.from(JSON.stringify(record));
    if (bytes.length > MOST_RECORD_BYTES) return null;
    const sealed = this.sealer.seal(bytes, last);
    bytes.fill(0);
    return Buffer.concat([uint32(sealed.length + (last ? LAST : 0)), sealed]);
  }
}

/** Reads such a file as it arrives. */
export class TransferReader {
  private constructor(
    readonly transferId: string,
    /** Of the public key of the installation that made it. */
    readonly keyId: string,
    private readonly bytes: ByteReader,
    private readonly opener: StreamOpener,
  ) {}

  /**
   * Reads the beginning.
   *
   * @param exporterPem - the public key of the installation that must have made it
   * @throws TRANSFER_FILE_INVALID, and what `keysOf` throws
   */
  static async begin(
    pieces: AsyncIterable<Uint8Array>,
    exporterPem: string,
    keysOf: (transferId: string) => Promise<StreamKeyPair>,
  ): Promise<TransferReader> {
    const bytes = new ByteReader(pieces);
    if (!(await bytes.take(MAGIC.length)).equals(MAGIC)) throw new VouchError('TRANSFER_FILE_INVALID');
    const length = (await bytes.take(4)).readUInt32BE();
    if (length > MOST_HEADER_BYTES) throw new VouchError('TRANSFER_FILE_INVALID');
    const header = Buffer.from(await bytes.take(length));
    if (!verifySignature(exporterPem, header, await bytes.take(SIGNATURE_BYTES)))
      throw new VouchError('TRANSFER_FILE_INVALID', { field: 'exporter_public_key_pem' });
    const parsed = headerSchema.safeParse(JSON.parse(header.toString()));
    if (!parsed.success) throw new VouchError('TRANSFER_FILE_INVALID');
    const { transferId, keyId, ephemeralKey } = parsed.data;
    const keys = await keysOf(transferId);
    try {
      const opener = new StreamOpener(keys, Buffer.from(ephemeralKey, 'base64'), header);
      return new TransferReader(transferId, keyId, bytes, opener);
    } finally {
      keys.privateKey.fill(0);
    }
  }

  /** The records, to the last. Throws TRANSFER_FILE_INVALID where one was changed, or the end is missing. */
  async *records(): AsyncGenerator {
    for (let last = false; !last;) {
      const word = (await this.bytes.take(4)).readUInt32BE();
      last = word >= LAST;
      const length = last ? word - LAST : word;
      if (length > MOST_PIECE_BYTES) throw new VouchError('TRANSFER_FILE_INVALID');
      const record = this.opener.open(await this.bytes.take(length), last);
      const text = record.toString();
      record.fill(0);
      yield JSON.parse(text);
    }
    if (!(await this.bytes.atEnd())) throw new VouchError('TRANSFER_FILE_INVALID');
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
