import { VouchError } from '../../errors.js';
import type { RpcDefinition, ServiceDefinition } from '../services.js';

/** Stands for a message whose bytes are none of its type; without fields, as an upload's empty message. */
const UNREADABLE = Object.freeze({});

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
      return UNREADABLE;
    }
  };
  return { ...method, requestType: { ...requestType, decode } };
}

/** Throws MESSAGE_MALFORMED for what {@link readable} could not read. */
export function checkReadable(request: unknown): void {
  if (request === UNREADABLE) throw new VouchError('MESSAGE_MALFORMED');
}
