import { S3Error } from './s3-error.ts';
import type { Exchange } from './service.ts';

/**
 * Refuses what an endpoint of this kind refuses.
 * https://www.backblaze.com/docs/cloud-storage-s3-compatible-api
 * @throws S3Error `InvalidArgument` or `NotImplemented`, with the name of the header
 */
export function checkChecksumHeaders({ service, request }: Exchange): void {
  const { refusesChecksums, crc64nvme, trailers } = service.features;
  for (const [name, value] of Object.entries(request.headers)) {
    const about = /^x-amz-(checksum-|sdk-checksum-algorithm|trailer)/.test(name);
    if (about && refusesChecksums) {
      throw new S3Error('InvalidArgument', `Unsupported header '${name}' received for this API call.`);
    }
    if (about && !crc64nvme && /crc64nvme/i.test(`${name} ${String(value)}`)) {
      throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
    }
    if (name === 'x-amz-trailer' && trailers === 'refused') {
      throw new S3Error('NotImplemented', `Header '${name}' with value '${String(value)}' not implemented`);
    }
  }
}
