import './table.css';

/** A column: its name, or its name and how it differs. */
export type TableColumn =
  | string
  | {
      readonly name: string;
      /** Numbers stand to the right. */
      readonly number?: boolean;
      /** Named for those who cannot see that it needs no name. */
      readonly hidden?: boolean;
      readonly className?: string;
    };

/** The head of a table of class `table`. */
export function TableHead({ columns }: { readonly columns: readonly TableColumn[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const { name, number, hidden, className } = typeof column === 'string' ? { name: column } : column;
          const look = number === true ? 'is-number' : className;
          return hidden === true ? (
            <th key={name} scope="col" className={look} aria-label={name} />
          ) : (
            <th key={name} scope="col" className={look}>
              {name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
