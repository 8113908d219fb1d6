/** The body of a request on its way through the server. */
import { receiveBody, type ReceivedBody } from './receive-body.ts';
import { S3Error } from './s3-error.ts';
import type { Exchange } from './service.ts';

/** Takes the request's body into the store. */
export async function storeBody({ service, incoming, bodyFault }: Exchange): Promise<ReceivedBody> {
  const writer = await service.store.create();
  const keepFraming = service.features.trailers === 'stored';
  return receiveBody(incoming, { writer, etag: service.etag, fault: bodyFault, keepFraming });
}

/** Longest body of a request that is XML. */
const XML_LIMIT = 4 * 1024 * 1024;

/** Takes a small body into memory, checked like any other. */
export async function textBody({ request, incoming, bodyFault }: Exchange): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  await receiveBody(incoming, {
    etag: 'fast',
    fault: bodyFault,
    checksumIsOfBody: request.operation !== 'CompleteMultipartUpload',
    writer: {
      write(bytes) {
        size += bytes.length;
        if (size > XML_LIMIT) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.');
        pieces.push(bytes);
        return undefined;
      },
      finish: async () => ({ size, segments: [] }),
      abandon: async () => {},
    },
  });
  return Buffer.concat(pieces).toString('utf8');
}
