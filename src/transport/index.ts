/** The border: gRPC and HTTP in, domain words inside. */
export type { Chain } from './chain.js';
export { GrpcServer } from './grpc/server.js';
export type { BegunRequest, ObserveRequest, RequestFollower } from './observer.js';
export { HttpServer } from './http/server.js';
export { authenticateBy, type TrustedProxy } from './authenticate.js';
export { BadCredentials } from './bad-credentials.js';
export { developmentPrincipal, type Authenticate } from './principal.js';
export type { TransportParts } from './rpcs/parts.js';
export { createServices } from './services.js';
