/** What a WAVE file made for a test says about itself; what is left out is made to agree with the rest. */
export interface WaveDescription {
  readonly codec?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly bitsPerSample?: number;
  readonly frameBytes?: number;
  readonly byteRate?: number;
  readonly dataBytes?: number;
  readonly riffBytes?: number;
  /** Chunks between the format and the samples. */
  readonly extra?: Buffer;
  readonly data: Uint8Array;
}

/** A WAVE file of 44 bytes of header (and `extra`), and the data. */
export function waveFile(description: WaveDescription): Buffer {
  const { codec = 1, channels = 1, sampleRateHz = 8000, bitsPerSample = 16, data } = description;
  const { extra = Buffer.alloc(0), dataBytes = data.length } = description;
  const frameBytes = description.frameBytes ?? (channels * bitsPerSample) / 8;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(codec, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRateHz, 4);
  format.writeUInt32LE(description.byteRate ?? frameBytes * sampleRateHz, 8);
  format.writeUInt16LE(frameBytes, 12);
  format.writeUInt16LE(bitsPerSample, 14);
  const body = Buffer.concat([
    Buffer.from('WAVE', 'latin1'),
    chunk('fmt ', format),
    extra,
    chunk('data', data, dataBytes),
  ]);
  return chunk('RIFF', body, description.riffBytes ?? body.length);
}

/** A RIFF chunk; its header may state another size than it has. */
export function chunk(id: string, content: Uint8Array, statedBytes = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 0, 'latin1');
  header.writeUInt32LE(statedBytes, 4);
  return Buffer.concat([header, content]);
}

/** 16-bit little-endian samples. */
export function pcm16(samples: Float32Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((v, n) =>
    bytes.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(v * 32768))), n * 2),
  );
  return bytes;
}
