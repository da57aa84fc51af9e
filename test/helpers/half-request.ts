import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

/** Requests of which `sentBytes` of `bytes` of a message come, and no more. */
export interface HalfRequests {
  /** For example `/vouch.v1.AdminService/GetPrincipal`. */
  readonly path: string;
  readonly ca?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly count: number;
  readonly bytes: number;
  readonly sentBytes: number;
}

const PREFIX_BYTES = 5;

/**
 * Begins requests over one connection and ends none of them, as somebody does who wants them to be kept. Returns the
 * grpc-status of each; `cut` for one that was reset.
 */
export async function halfRequests(url: string, requests: HalfRequests): Promise<readonly string[]> {
  const { ca, count } = requests;
  const session = connect(url, { ...(ca && { ca }) });
  session.on('error', () => undefined);
  try {
    return await Promise.all(Array.from({ length: count }, () => halfRequest(session, requests)));
  } finally {
    session.destroy();
  }
}

function halfRequest(
  session: ClientHttp2Session,
  { path, headers, bytes, sentBytes }: HalfRequests,
): Promise<string> {
  return new Promise((resolve) => {
    const common = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const request = session.request({ ...common, ...headers });
    const ended = ({ 'grpc-status': status }: IncomingHttpHeaders) => {
      if (typeof status === 'string') resolve(status);
    };
    request.on('response', ended).on('trailers', ended);
    request
      .on('error', () => undefined)
      .once('close', () => {
        resolve('cut');
      });
    request.resume();
    const message = Buffer.alloc(PREFIX_BYTES + sentBytes);
    message.writeUInt32BE(bytes, 1);
    request.write(message);
  });
}
