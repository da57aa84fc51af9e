import test from 'ava';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { EnrolFromCallRequest } from '../../src/gen/vouch/v1/enrolment.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();

/** Numbers of fields: `EnrolFromCallRequest.proofing`, `IdentityProofing.proved_at`. */
const PROOFING = 4;
const PROVED_AT = 5;

/** Sends bytes as the request of an RPC. Resolves with the error that comes of it. */
async function refusalOf(rpc: string, bytes: Uint8Array): Promise<ServiceError> {
  const client = new Client(service().address, credentials.createInsecure());
  const same = (message: Buffer) => message;
  try {
    return await new Promise<ServiceError>((resolve, reject) => {
      client.makeUnaryRequest(`/vouch.v1.${rpc}`, same, same, Buffer.from(bytes), new Metadata(), (error) => {
        if (error) resolve(error);
        else reject(new Error('It was taken.'));
      });
    });
  } finally {
    client.close();
  }
}

test('bytes that are no message are the fault of whoever sent them', async (t) => {
  for (const rpc of [
    'VerificationService/GetCall',
    'AdminService/PutPolicy',
    'VerificationService/WatchCall',
  ]) {
    // A field of 127 bytes, of which none follows.
    const error = await refusalOf(rpc, Buffer.from([0x0a, 0x7f]));
    t.is(error.code, status.INVALID_ARGUMENT, rpc);
    t.is(error.details, 'The message could not be read.');
  }
});

test('a time that no date can hold is refused where it would be passed on to the owner of a call', async (t) => {
  const bytes = EnrolFromCallRequest.encode(
    EnrolFromCallRequest.fromPartial({ callId: 'call', speakerId: 'ann', proofing: { method: 'passport' } }),
  ).finish();
  // proofing.proved_at.seconds = 2^55, appended: fields of one message may come in pieces.
  const time = Buffer.from([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  const error = await refusalOf(
    'EnrolmentService/EnrolFromCall',
    Buffer.concat([bytes, field(PROOFING, field(PROVED_AT, time))]),
  );
  t.is(error.code, status.INVALID_ARGUMENT);
});
