import { type ReactNode, useState } from 'react'
import { t } from '../strings.ts'

export interface Column<T> {
  title: string
  /** Numbers stand to the right. */
  right?: boolean
  cell(row: T): ReactNode
}

interface PagedTableProps<T> {
  caption: string
  columns: Column<T>[]
  rows: T[]
  rowKey(row: T): string
  pageSize?: number
}

/** A table that stays fluid whatever it holds: only one page of it is in the document. */
export function PagedTable<T>({ caption, columns, rows, rowKey, pageSize = 50 }: PagedTableProps<T>) {
  const [asked, setPage] = useState(0)
  // The rows may have become fewer since.
  const page = Math.min(asked, Math.max(0, Math.ceil(rows.length / pageSize) - 1))
  const from = page * pageSize
  const shown = rows.slice(from, from + pageSize)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={caption}>
        <table>
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" className={column.right ? 'r' : undefined}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.title} className={column.right ? 'r' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > pageSize && (
        <div className="pager">
          <button type="button" className="btn q" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {t.app.previous}
          </button>
          <span aria-live="polite">{t.app.page(from + 1, from + shown.length, rows.length)}</span>
          <button
            type="button"
            className="btn q"
            disabled={from + pageSize >= rows.length}
            onClick={() => setPage(page + 1)}
          >
            {t.app.next}
          </button>
        </div>
      )}
    </>
  )
}
