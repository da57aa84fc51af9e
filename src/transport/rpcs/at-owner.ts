import type { DeepPartial, MessageFns } from '../../gen/vouch/v1/verification.js';
import { VouchError } from '../../errors.js';
import type { CallCommands, CarryOut } from '../../session/index.js';
import { validId } from '../validate.js';
import type { WithPrincipal } from './parts.js';

/** An RPC as ts-proto describes it. */
interface Method<Request, Response> {
  readonly name: string;
  readonly requestType: Pick<MessageFns<Request>, 'encode' | 'decode'>;
  readonly responseType: Pick<MessageFns<Response>, 'encode' | 'decode' | 'fromPartial'>;
}

type Rpc<Request, Response> = (request: Request, context: WithPrincipal) => Promise<Response>;

/** RPCs that only the process that serves the call can answer: asked of another one, they are passed on to it. */
export class AtOwner {
  readonly #own = new Map<string, CarryOut>();

  constructor(private readonly commands: CallCommands) {
    commands.serve((principal, method, request) => {
      const carryOut = this.#own.get(method);
      // A newer version asks.
      if (!carryOut) throw new VouchError('NOT_IMPLEMENTED');
      return carryOut(principal, method, request);
    });
  }

  /** An RPC about the call that its `call_id` names; answered here where the call is here, or nowhere else. */
  rpc<Request extends { callId: string }, Response>(
    { name, requestType, responseType }: Method<Request, Response>,
    here: Rpc<Request, DeepPartial<Response>>,
  ): Rpc<Request, Response | DeepPartial<Response>> {
    this.#own.set(name, async (principal, _, bytes) => {
      const response = await here(requestType.decode(bytes), { principal });
      return responseType.encode(responseType.fromPartial(response)).finish();
    });
    return async (request, context) => {
      const callId = validId(request.callId, 'call_id');
      const asked = encode(requestType, request);
      const response = await this.commands.ask(context.principal, callId, name, asked);
      return response === null ? here(request, context) : responseType.decode(response);
    };
  }
}

/** A time that no Date can hold was decoded all the same; it cannot be passed on. */
function encode<Request>(type: Method<Request, never>['requestType'], request: Request): Uint8Array {
  try {
    return type.encode(request).finish();
  } catch (cause) {
    throw new VouchError('MESSAGE_MALFORMED', { cause });
  }
}
