import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { Worker } from '#domain/work';

/** The type of the server for workers. */
export type GateServer = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** The worker that sent the request. Its key was checked before the body was read. */
export type WorkerOfRequest = (request: FastifyRequest) => Worker;
