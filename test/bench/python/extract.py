"""Extracts a table to S3 the plain way: all rows into memory, from there to a file, the file to the bucket.

Arguments: table, bucket, key, endpoint. The connection and the credentials come from the environment.
"""

import csv
import json
import os
import resource
import sys

import boto3
import psycopg2


def extract(table, bucket, key, endpoint):
    connection = psycopg2.connect("")
    cursor = connection.cursor()
    cursor.execute(f"SELECT * FROM {table}")
    rows = cursor.fetchall()
    cursor.close()
    connection.close()

    path = os.path.basename(key)
    with open(path, "w", newline="") as file:
        csv.writer(file, delimiter="|").writerows(rows)

    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.upload_file(path, bucket, key)

    size = os.path.getsize(path)
    os.remove(path)
    return len(rows), size


def peak_rss():
    """Bytes. From /proc where there is one: getrusage also counts the memory of the parent at the fork."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except FileNotFoundError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


rows, size = extract(*sys.argv[1:])
json.dump({"rows": rows, "bytes": size, "peakRss": peak_rss()}, sys.stdout)
