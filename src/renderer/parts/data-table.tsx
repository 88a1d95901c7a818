import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns })
/** Of a row of one line at the usual size of letters. */
const ROW_PX = 41
const MOST_PX = 560
/** A column is at least so wide for each part of `grow`; narrower windows scroll sideways. */
const MIN_REM = 5.2

export interface TableColumn<T extends object> {
  id: string
  title: string
  cell(row: T): ReactNode
  /** What the column sorts by; without it, it does not sort. */
  sort?(row: T): string | number
  /** With `onOrder`: the host sorts by it. */
  sortable?: boolean
  /** Numbers stand to the right. */
  right?: boolean
  /** Share of the width; 1 where it is left out. */
  grow?: number
}

interface DataTableProps<T extends object> {
  /** What the table is, for screen readers. */
  caption: string
  columns: readonly TableColumn<T>[]
  rows: readonly T[]
  rowKey(row: T): string
  /** Asked for when the last rows come into sight: the next page of a long list. */
  onEnd?(): void
  /** Of all, where `rows` are only those read so far. */
  total?: number
  /** Sorted by the host, where a list is too long to be held: how it is now, and what is asked for. */
  order?: { id: string; descending: boolean }
  onOrder?(id: string): void
  /** A row that can be opened; its name is said by the link or button in its cells. */
  selected?: string | null
}

interface CellsProps<T extends object> {
  columns: readonly TableColumn<T>[]
  row: T
}

/** Of one row: made once, and not again for each step of a scroll, as long as `columns` stays the same. */
const Cells = memo(function Cells<T extends object>({ columns, row }: CellsProps<T>) {
  // biome-ignore-start lint/a11y: see below
  return columns.map((column) => (
    <span key={column.id} role="cell" className={column.right ? 'r' : undefined}>
      {column.cell(row)}
    </span>
  ))
  // biome-ignore-end lint/a11y: end of the cells
}) as <T extends object>(props: CellsProps<T>) => ReactNode

/** @returns pixels; null where no row is drawn */
function usualHeight(table: HTMLElement | null): number | null {
  const counts = new Map<number, number>()
  for (const row of table?.querySelectorAll<HTMLElement>('.grid-body > .grid-row') ?? []) {
    counts.set(row.offsetHeight, (counts.get(row.offsetHeight) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}

/** Whether columns lie outside of what is seen, so that a number may be cut off and read as a smaller one. */
function useHidesColumns(scroll: { current: HTMLElement | null }): boolean {
  const [hides, setHides] = useState(false)
  useLayoutEffect(() => {
    const element = scroll.current
    if (element === null) return
    const observer = new ResizeObserver(() => setHides(element.scrollWidth > element.clientWidth + 1))
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroll])
  return hides
}

/** A table of any length: only the rows in sight are in the document. Sorts what it holds; its head stays in sight. */
export function DataTable<T extends object>({
  caption,
  columns,
  rows,
  rowKey,
  onEnd,
  total,
  order,
  onOrder,
  selected = null,
}: DataTableProps<T>) {
  const { t } = useTranslation()
  const scroll = useRef<HTMLDivElement>(null)
  const hidesColumns = useHidesColumns(scroll)
  const definitions = useMemo(
    () =>
      columns.map(
        (column): ColumnDef<typeof features, T> => ({
          id: column.id,
          accessorFn: (row) => column.sort?.(row) ?? '',
          enableSorting: column.sort !== undefined,
          sortFn: 'alphanumeric',
        }),
      ),
    [columns],
  )
  const table = useTable({ features, columns: definitions, data: rows as T[], getRowId: rowKey })
  const sorted = table.getRowModel().rows
  // The same function while the rows are the same: a new one has the places of all rows computed anew, at each frame.
  const keyOf = useCallback((at: number) => sorted[at]?.id ?? at, [sorted])
  const [rowPx, setRowPx] = useState(ROW_PX)
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowPx,
    getItemKey: keyOf,
    overscan: 5,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1)
      if (onEnd !== undefined && last !== undefined && last.index >= sorted.length - 1) onEnd()
    },
  })
  const widths = columns.map((column) => `minmax(${(column.grow ?? 1) * MIN_REM}rem, ${column.grow ?? 1}fr)`).join(' ')
  const minWidth = `${columns.reduce((sum, column) => sum + (column.grow ?? 1) * MIN_REM + 1, 0)}rem`
  const items = virtual.getVirtualItems()
  // A row that is as high as was expected moves nothing; each other one has the places of all below it computed anew. So
  // what is expected is what most rows here are, whatever the size of letters.
  const isFilled = items.length > 0
  useLayoutEffect(() => {
    const usual = isFilled ? usualHeight(scroll.current) : null
    if (usual === null || usual === rowPx) return
    setRowPx(usual)
    virtual.measure()
  }, [isFilled, rowPx, virtual])

  return (
    <>
      {/* biome-ignore-start lint/a11y: a grid of virtual rows states its roles itself; what scrolls must be reachable by keyboard */}
      <div
        ref={scroll}
        className="grid-scroll"
        role="table"
        tabIndex={0}
        aria-label={caption}
        aria-rowcount={(total ?? sorted.length) + 1}
        style={{ maxHeight: MOST_PX }}
      >
        <div role="rowgroup" className="grid-head">
          <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: widths, minWidth }}>
            {columns.map((column) => {
              const state = table.getColumn(column.id)
              const isSortable = onOrder === undefined ? column.sort !== undefined : column.sortable === true
              const asked = order?.id === column.id && (order.descending ? 'desc' : 'asc')
              const direction = onOrder === undefined ? (state?.getIsSorted() ?? false) : asked
              return (
                <span
                  key={column.id}
                  role="columnheader"
                  className={column.right ? 'r' : undefined}
                  aria-sort={direction === false ? undefined : direction === 'asc' ? 'ascending' : 'descending'}
                >
                  {!isSortable ? (
                    column.title
                  ) : (
                    <button
                      type="button"
                      title={t('sortBy', { column: column.title })}
                      onClick={() => (onOrder === undefined ? state?.toggleSorting() : onOrder(column.id))}
                    >
                      {column.title}{' '}
                      <span aria-hidden="true">{direction === 'asc' ? '↑' : direction === 'desc' ? '↓' : ''}</span>
                    </button>
                  )}
                </span>
              )
            })}
          </div>
        </div>
        <div key={rowPx} role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = sorted[item.index]
            if (row === undefined) return null
            return (
              <div
                key={row.id}
                role="row"
                ref={virtual.measureElement}
                data-index={item.index}
                aria-rowindex={item.index + 2}
                aria-selected={row.id === selected || undefined}
                className="grid-row"
                style={{ gridTemplateColumns: widths, minWidth, transform: `translateY(${item.start}px)` }}
              >
                <Cells columns={columns} row={row.original} />
              </div>
            )
          })}
        </div>
      </div>
      {/* biome-ignore-end lint/a11y: end of the grid */}
      {hidesColumns && <p className="mute small more-columns">{t('moreColumns')}</p>}
      {total !== undefined && total > rows.length && (
        <p className="mute small" role="status">
          {t('ofRows', { shown: rows.length, total })}
        </p>
      )}
    </>
  )
}
