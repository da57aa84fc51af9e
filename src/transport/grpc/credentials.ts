import { ServerCredentials } from '@grpc/grpc-js';
import { HANDSHAKE_WITHIN_MS, type TlsFiles } from '../../access/index.js';

/** Credentials whose certificates change while the server runs. */
export class FileCredentials extends ServerCredentials {
  constructor(files: TlsFiles) {
    const { ca } = files.contents;
    // A certificate that does not hold is as good as none: there are other ways to say who one is.
    super(
      {
        requestCert: ca !== undefined,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_WITHIN_MS,
      },
      files.contents,
    );
    files.onChange((contents) => {
      this.updateSecureContextOptions(contents);
    });
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
