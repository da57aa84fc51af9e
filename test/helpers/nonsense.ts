import { connect } from 'node:http2';

/**
 * Sends gRPC what is no message at all, and asks for a method that there is not.
 *
 * @param marker in the body and the path
 * @param token makes one that nobody gave out
 */
export async function sendNonsense(address: string, marker: string, token: () => string): Promise<void> {
  const session = connect(`http://${address}`);
  for (const method of ['GetConsent', marker.slice(0, 20)]) {
    await new Promise<void>((done) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': `/vouch.v1.ConsentService/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
        authorization: `Bearer ${token()}`,
      });
      stream
        .on('close', done)
        .on('error', () => undefined)
        .resume();
      const body = Buffer.from(`\u0001\u0002${marker}`);
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(body.length, 1);
      stream.end(Buffer.concat([frame, body]));
    });
  }
  session.close();
}
