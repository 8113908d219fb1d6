/** The pure parts of the S3 server of the tests, where an error would hide one of the client's. */
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsChunkedDecoder } from '../harness/s3/aws-chunked.ts';
import { combineCrc32 } from '../harness/s3/checksum.ts';
import { keyMatches } from '../harness/s3/faults.ts';
import { parseRequest } from '../harness/s3/request.ts';
import { innerXml, xmlDocument, xmlText } from '../harness/s3/xml.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

test('the CRC of two texts follows from those of each', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

describe('aws-chunked', () => {
  const framed = (chunks: readonly Buffer[], trailer: string) =>
    Buffer.concat([
      ...chunks.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`0\r\n${trailer}\r\n\r\n`),
    ]);

  test('gives back what was framed, wherever the network cuts it', () => {
    const chunks = fc.array(bytes.filter((chunk) => chunk.length > 0));
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 50 }), (data, step) => {
        const wire = framed(data, 'x-amz-checksum-crc32:AAAAAA==');
        const decoder = new AwsChunkedDecoder();
        const out: Buffer[] = [];
        for (let at = 0; at < wire.length; at += step)
          out.push(...decoder.decode(wire.subarray(at, at + step)));
        decoder.finish();
        expect(Buffer.concat(out).equals(Buffer.concat(data))).toBe(true);
        expect(decoder.trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
      }),
    );
  });

  test.each([
    ['a size that is none', 'xyz\r\n'],
    ['data without its line end', '1\r\nab\r\n'],
    ['a trailer without a colon', '0\r\nnothing\r\n'],
  ])('refuses %s', (_, wire) => {
    expect(() => [...new AwsChunkedDecoder().decode(Buffer.from(wire))]).toThrow('not valid aws-chunked');
  });

  test('refuses a body without an end', () => {
    const decoder = new AwsChunkedDecoder();
    expect([...decoder.decode(Buffer.from('2\r\nab\r\n'))].join('')).toBe('ab');
    expect(() => decoder.finish()).toThrow('terminated unexpectedly');
  });
});

test.each([
  ['GET', '/', 'ListBuckets', '', ''],
  ['HEAD', '/b', 'HeadBucket', 'b', ''],
  ['GET', '/b/?list-type=2&prefix=a', 'ListObjectsV2', 'b', ''],
  ['PUT', '/b/a%20b/%C3%A9', 'PutObject', 'b', 'a b/é'],
  ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart', 'b', 'k'],
  ['POST', '/b/k?uploads', 'CreateMultipartUpload', 'b', 'k'],
  ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload', 'b', 'k'],
  ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload', 'b', 'k'],
])('%s %s is %s', (method, url, operation, bucket, key) => {
  expect(parseRequest(method, url, { host: '127.0.0.1:9000' })).toMatchObject({ operation, bucket, key });
});

test('the bucket can be in the host', () => {
  const request = parseRequest('PUT', '/a/b', { host: 'orders.localhost:9000' });
  expect(request).toMatchObject({ operation: 'PutObject', bucket: 'orders', key: 'a/b' });
});

test('what the server does not know is refused', () => {
  expect(() => parseRequest('GET', '/b/k?acl', {})).toThrow('does not know GET with ?acl');
  expect(() => parseRequest('PATCH', '/b/k', {})).toThrow('not allowed');
});

test('XML is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (keys) => {
      const xml = xmlDocument('Delete', { Object: keys.map((Key) => ({ Key })) });
      expect(innerXml(xml, 'Object').map((object) => xmlText(object, 'Key'))).toEqual(keys);
    }),
  );
});

test('a pattern for keys has one special character', () => {
  expect(keyMatches('a/*.csv', 'a/b/c.csv')).toBe(true);
  expect(keyMatches('a.csv', 'aXcsv')).toBe(false);
  expect(keyMatches('(a)+*', '(a)+\n1')).toBe(true);
});
