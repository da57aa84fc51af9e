import { VouchError, type ErrorReason } from '../../errors.js';
import type { RpcDefinition, ServiceDefinition } from '../services.js';

/** Messages that nobody may act on, and why: each stands for one that is not there. */
const UNREADABLE = new WeakMap<object, ErrorReason>();

/** An empty message in place of one that cannot be read, for {@link checkReadable}. */
export function unreadable(reason: ErrorReason): object {
  const message = {};
  withhold(message, reason);
  return message;
}

/** Lets nobody act on a message any more, unless it was known before why not. */
export function withhold(message: object, reason: ErrorReason): void {
  if (!UNREADABLE.has(message)) UNREADABLE.set(message, reason);
}

/**
 * A definition whose requests can always be decoded: grpc-js calls bytes that cannot be INTERNAL, as if the fault were the
 * service's. Streams take the empty message that stands for them as malformed; {@link checkReadable} is for the others.
 */
export function readable(definition: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(definition.methods).map(([name, method]) => [name, readableMethod(method)]);
  return { ...definition, methods: Object.fromEntries(methods) as ServiceDefinition['methods'] };
}

function readableMethod(method: RpcDefinition): RpcDefinition {
  const { requestType } = method;
  const decode: typeof requestType.decode = (input, length) => {
    try {
      return requestType.decode(input, length) as unknown;
    } catch {
      return unreadable('MESSAGE_MALFORMED');
    }
  };
  return { ...method, requestType: { ...requestType, decode } };
}

/** Throws why a message that stands for another is there: MESSAGE_MALFORMED for what {@link readable} could not read. */
export function checkReadable(request: unknown): void {
  const reason = typeof request === 'object' && request !== null ? UNREADABLE.get(request) : undefined;
  if (reason !== undefined) throw new VouchError(reason);
}
