import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { Worker } from '#domain/work';

/** The server for workers, with the types of its schemas. */
export type GateServer = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** Who asks, by the key that was checked before the body was read. */
export type WorkerOfRequest = (request: FastifyRequest) => Worker;
