import { createBucket, deleteBucket, getBucketLocation, headBucket } from './bucket-calls.ts';
import { listBuckets, listMultipartUploads, listObjectsV2, listParts } from './list-calls.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart-calls.ts';
import { copyObject, deleteObject, deleteObjects, getObject, headObject, putObject } from './object-calls.ts';
import type { Operation } from './request.ts';
import type { Exchange, Reply } from './service.ts';

/** What does the work of each operation. */
export const CALLS: Readonly<Record<Operation, (exchange: Exchange) => Promise<Reply>>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  ListObjectsV2: listObjectsV2,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
};
