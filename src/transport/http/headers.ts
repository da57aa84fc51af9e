import type { FastifyHelmetOptions } from '@fastify/helmet';

/** What pages of ours may use of the browser: the microphone, for enrolment in the console. */
export const PERMISSIONS =
  'microphone=(self), camera=(), display-capture=(), geolocation=(), payment=(), usb=(), serial=()';

/** Headers of every answer. Pages run only what came from here, and nothing that stands within them. */
export function securityHeaders(): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'connect-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'media-src': ["'self'", 'blob:'],
        'worker-src': ["'self'"],
        'manifest-src': ["'self'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: false,
  };
}
