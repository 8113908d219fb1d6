/** A table of lines for Amazon Athena, and views over it: a line is taken as text, and its members by JSON paths. */
import { distinctNames, plainName } from '../load-scripts/names.ts';
import { hiveString, quotedName } from '../load-scripts/quoting.ts';
import { athenaParquetLatest } from './athena-parquet-latest.ts';
import { athenaCast, athenaPath } from './athena-value.ts';
import { columnsOf, type CapturedFiles } from './captured-files.ts';
import { headOf, viewsOver, type LatestDialect } from './latest-view.ts';

export function athenaLatest(files: CapturedFiles): string {
  return files.format === 'parquet' ? athenaParquetLatest(files) : overLines(files);
}

function overLines(files: CapturedFiles): string {
  const table = plainName(files.schema.table.name).toLowerCase();
  const names = columnsOf(files).map(({ name }) => name);
  const distinct = distinctNames(names.map((name) => plainName(name).toLowerCase()));
  const dialect: LatestDialect = {
    name: quotedName,
    columnName: (name) => distinct[names.indexOf(name)] ?? name,
    member: (path) => `json_extract_scalar(line, ${athenaPath(path)})`,
    list: (path) => `json_format(json_extract(line, ${athenaPath(path)}))`,
    typed: athenaCast,
    text: 'varchar',
  };
  return [
    headOf('Amazon Athena', files, [
      'Athena reads every object in the folder, also those that come later. Run one statement at a time: Athena takes no more.',
    ]),
    '',
    `CREATE EXTERNAL TABLE \`${table}_lines\` (\`line\` string)`,
    // JSON has no such character as it is: the whole line becomes one field.
    `ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001'`,
    'STORED AS TEXTFILE',
    `LOCATION ${hiveString(`s3://${files.bucket?.name ?? ''}/${files.folder}`)};`,
    '',
    ...viewsOver(files, `"${table}_lines"`, dialect, table),
    '',
  ].join('\n');
}
