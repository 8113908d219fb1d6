/**
 * One request from its headers to its answer: understood, logged, hit by a fault or not, authenticated, done.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBlob } from './blob-store.ts';
import { checkRegion } from './bucket-calls.ts';
import type { FaultAction, StatusFault, FaultScript } from './faults.ts';
import { checkChecksumHeaders } from './checksum-headers.ts';
import { checkPayer } from './object-options.ts';
import { parseRequest, type S3Request } from './request.ts';
import type { RequestLog } from './request-log.ts';
import { CALLS } from './router.ts';
import { S3Error } from './s3-error.ts';
import { checkKey, type Exchange, type Reply, type Service } from './service.ts';
import { checkSignature, type Credentials } from './signature.ts';
import { xmlDocument } from './xml.ts';

export interface Desk {
  readonly service: Service;
  readonly credentials: Credentials;
  readonly faults: FaultScript;
  readonly log: RequestLog;
  /** Time, so that a clock that is off can be tested. */
  readonly now: () => Date;
}

/** The connection is to be cut instead of answered. */
class Cut extends Error {}

export async function serveRequest(
  desk: Desk,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Kept from the beginning: the message lets go of it when it has been read.
  const { socket } = incoming;
  let request: S3Request;
  try {
    request = parseRequest(incoming.method ?? '', incoming.url ?? '', incoming.headers);
  } catch (error) {
    incoming.resume();
    await send(incoming, response, errorReply(error, undefined)).catch(() => socket.destroy());
    return;
  }
  const fault = desk.faults.take(request);
  const entry = desk.log.arrived(request, fault?.kind);
  try {
    const reply = await answer(desk, request, incoming, response, fault).catch((error: unknown) => {
      if (error instanceof Cut) throw error;
      return errorReply(error, request);
    });
    await send(incoming, response, reply, fault?.kind === 'resetMidBody');
    desk.log.end(entry, reply.status);
  } catch {
    // Cut on purpose, or the client went away: there is nobody to answer.
    socket.resetAndDestroy();
    desk.log.end(entry, undefined);
  }
}

async function answer(
  desk: Desk,
  request: S3Request,
  incoming: IncomingMessage,
  response: ServerResponse,
  fault: FaultAction | undefined,
): Promise<Reply> {
  const instead =
    fault === undefined ? undefined : await strike(fault, desk.faults.released, incoming, response);
  if (instead !== undefined) return instead;
  const { region } = checkSignature(request, desk.credentials, desk.now());
  const exchange: Exchange = {
    service: desk.service,
    request,
    incoming,
    bodyFault: {
      cutAtHalf: fault?.kind === 'resetMidBody',
      truncate: fault?.kind === 'truncateStored',
      ...(fault?.kind === 'commitLater' && { laterMs: fault.ms }),
    },
  };
  checkRegion(exchange, region);
  checkKey(exchange);
  checkPayer(exchange);
  checkChecksumHeaders(exchange);
  // The one that makes something without a body.
  if (fault?.kind === 'commitLater' && request.operation === 'CreateMultipartUpload') await sleep(fault.ms);
  const reply = await CALLS[request.operation](exchange);
  if (fault?.kind === 'resetAfterCommit') throw new Cut();
  return fault?.kind === 'wrongChecksum' ? withWrongChecksum(reply) : reply;
}

/** What a fault does before the work; a reply where there will be no work. */
async function strike(
  fault: FaultAction,
  released: Promise<void>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | undefined> {
  switch (fault.kind) {
    case 'status':
      return answerInstead(fault, incoming);
    case 'refuse':
      await refuse(response, fault.status, fault.code);
      throw new Cut();
    case 'completeError200':
      incoming.resume();
      return {
        status: 200,
        xml: errorXml(fault.code ?? 'InternalError', 'We encountered an internal error.'),
      };
    case 'resetBeforeBody':
      throw new Cut();
    case 'hang':
      incoming.resume();
      await once(response, 'close');
      throw new Cut();
    case 'hold':
      await Promise.race([released, once(response, 'close')]);
      if (response.destroyed) throw new Cut();
      return fault.answer && answerInstead(fault.answer, incoming);
    case 'delay':
      await sleep(fault.ms, undefined, { signal: closed(response) }).catch(() => {
        throw new Cut();
      });
      break;
    case 'commitLater':
    case 'resetMidBody':
    case 'resetAfterCommit':
    case 'truncateStored':
    case 'wrongChecksum':
      break;
  }
  return undefined;
}

function answerInstead({ status, code, message }: StatusFault, incoming: IncomingMessage): Reply {
  incoming.resume();
  return { status, xml: errorXml(code, message ?? 'As the script of faults asks.') };
}

/** Answers while the client is still sending, and goes away: the system resets what still comes. */
async function refuse(response: ServerResponse, status: number, code: string): Promise<void> {
  const { socket } = response;
  const xml = errorXml(code, 'As the script of faults asks.');
  response.writeHead(status, { connection: 'close', 'content-length': String(Buffer.byteLength(xml)) });
  response.end(xml);
  await finished(response, { readable: false });
  // Not by a reset of our own, which in the middle of a goodbye keeps the process from ever ending.
  socket?.destroy();
}

/** Fires when the client has gone away. */
function closed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

const WRONG_CRC32 = 'AAAAAA==';
const WRONG_CRC64 = 'AAAAAAAAAAA=';

function withWrongChecksum(reply: Reply): Reply {
  const headers = { ...reply.headers };
  if (headers['x-amz-checksum-crc32'] !== undefined) headers['x-amz-checksum-crc32'] = WRONG_CRC32;
  if (headers['x-amz-checksum-crc64nvme'] !== undefined) headers['x-amz-checksum-crc64nvme'] = WRONG_CRC64;
  // Without a checksum, the ETag is what says something about the bytes.
  const sums = Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-crc'));
  if (!sums && headers['etag'] !== undefined) headers['etag'] = '"00000000000000000000000000000000"';
  const xml = reply.xml?.replace(/<ChecksumCRC32>[^<]*</, `<ChecksumCRC32>${WRONG_CRC32}<`);
  return { ...reply, headers, ...(xml === undefined ? {} : { xml }) };
}

function errorReply(error: unknown, request: S3Request | undefined): Reply {
  // What is not S3's is a defect of this server, and the test that meets it should say which.
  const known = error instanceof S3Error ? error : new S3Error('InternalError', String(error));
  const body = known.status !== 304 && request?.method !== 'HEAD';
  return {
    status: known.status,
    headers: known.headers,
    ...(body
      ? { xml: errorXml(known.code, known.message, { Resource: request?.rawPath ?? '', ...known.extra }) }
      : {}),
  };
}

function errorXml(code: string, message: string, extra: Record<string, string> = {}): string {
  return xmlDocument('Error', { Code: code, Message: message, ...extra, RequestId: 'test' }, '');
}

async function send(
  incoming: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  cutAtHalf = false,
): Promise<void> {
  // What is left of the body has to be taken, or the next request on this connection begins in its middle.
  if (!incoming.readableEnded) incoming.resume();
  const body = incoming.method === 'HEAD' ? undefined : reply.xml;
  response.writeHead(reply.status, {
    'x-amz-request-id': randomBytes(8).toString('hex'),
    ...(reply.xml === undefined ? {} : { 'content-type': 'application/xml' }),
    ...(reply.content === undefined && reply.headers?.['content-length'] === undefined && reply.status !== 204
      ? { 'content-length': String(Buffer.byteLength(body ?? '')) }
      : {}),
    ...reply.headers,
  });
  if (reply.content !== undefined) await sendContent(response, reply.content, cutAtHalf);
  response.end(body);
  await finished(response);
}

/** Comes back when there is room again, or nobody who would take it. Leaves no listener behind. */
async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  over.abort();
}

async function sendContent(
  response: ServerResponse,
  { blob, start, end }: NonNullable<Reply['content']>,
  cutAtHalf: boolean,
): Promise<void> {
  const until = cutAtHalf ? start + Math.floor((end - start) / 2) : end;
  for await (const bytes of readBlob(blob, start, until)) {
    if (response.destroyed) throw new Cut();
    if (!response.write(bytes)) await drained(response);
  }
  if (cutAtHalf) throw new Cut();
}
