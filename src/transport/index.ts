/** The border: gRPC in, domain words inside. */
export { GrpcServer, type GrpcServerOptions } from './grpc/server.js';
export type { TransportParts } from './grpc/parts.js';
export { developmentPrincipal, type Authenticate } from './principal.js';
