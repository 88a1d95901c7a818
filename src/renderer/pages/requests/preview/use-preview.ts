import { useEffect, useRef, useState } from 'react'
import type { SerializedError } from '../../../../contract/errors.ts'
import type { PreviewState } from '../../../../contract/ipc/calls/requests.ts'
import type { PreviewField, PreviewRecord, PreviewRow } from '../../../../contract/requests/preview.ts'
import type { ExtractionSpec } from '../../../../contract/requests/spec.ts'
import { host } from '../../../host.ts'
import { errorOf } from '../../../state.ts'

const TYPED_MS = 400
const ASK_EVERY_MS = 250

export interface LivePreview {
  previewId: string | null
  state: PreviewState | null
  error: SerializedError | null
  /** Looks further, where there is more. */
  more(): void
}

/**
 * A preview that follows what is chosen: a change ends the one before and starts anew a moment later. Leaving the page
 * ends it.
 * @param sample without the filter
 */
export function usePreview(id: string, spec: ExtractionSpec, sample: boolean, enabled: boolean): LivePreview {
  const [previewId, setPreviewId] = useState<string | null>(null)
  const [error, setError] = useState<SerializedError | null>(null)
  const current = useRef<string | null>(null)
  const { location, backupId, topics, start, end, time, filter, mask } = spec
  const asked = JSON.stringify({ location, backupId, topics, start, end, time, filter: sample ? null : filter, mask })
  const latest = useRef(spec)
  latest.current = spec

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is what decides the rows, and stands for all of it
  useEffect(() => {
    if (!enabled) return
    let over = false
    const timer = setTimeout(
      async () => {
        const replaces = current.current
        current.current = null
        try {
          const begun = await host.call('requests.preview', { id, spec: latest.current, sample, replaces })
          if (over) return void host.call('requests.previewEnd', begun).catch(() => {})
          current.current = begun.previewId
          setError(null)
          setPreviewId(begun.previewId)
        } catch (failure) {
          if (over) return
          setPreviewId(null)
          setError(errorOf(failure))
        }
      },
      current.current === null ? 0 : TYPED_MS,
    )
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [id, asked, sample, enabled])

  const { state, more } = usePreviewState(previewId)
  useEffect(
    () => () => {
      if (current.current !== null)
        void host.call('requests.previewEnd', { previewId: current.current }).catch(() => {})
      current.current = null
    },
    [],
  )

  return { previewId, state, error, more }
}

/** The records inside of a package. */
export function useOpenedPackage(id: string, file: string): LivePreview {
  const [previewId, setPreviewId] = useState<string | null>(null)
  const [error, setError] = useState<SerializedError | null>(null)
  useEffect(() => {
    let over = false
    let opened: string | null = null
    const end = () => {
      if (opened !== null) void host.call('requests.previewEnd', { previewId: opened }).catch(() => {})
    }
    void host.call('requests.openPackage', { id, file }).then(
      (begun) => {
        opened = begun.previewId
        if (over) end()
        else setPreviewId(opened)
      },
      (failure) => over || setError(errorOf(failure)),
    )
    return () => {
      over = true
      end()
    }
  }, [id, file])
  return { previewId, error, ...usePreviewState(previewId) }
}

/** How far a preview is, asked for while it looks. */
function usePreviewState(previewId: string | null): Pick<LivePreview, 'state' | 'more'> {
  const [told, setTold] = useState<{ of: string; state: PreviewState } | null>(null)
  const [kick, setKick] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `kick` asks anew
  useEffect(() => {
    if (previewId === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const ask = async () => {
      try {
        const now = await host.call('requests.previewState', { previewId })
        if (over) return
        setTold({ of: previewId, state: now })
        if (now.running) timer = setTimeout(ask, ASK_EVERY_MS)
      } catch (failure) {
        // ended by a newer one, it answers no more; whatever else went wrong is no reason to stop looking
        if (!over && errorOf(failure).code !== 'USAGE') timer = setTimeout(ask, 4 * ASK_EVERY_MS)
      }
    }
    void ask()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [previewId, kick])

  const asking = useRef<string | null>(null)
  const state = told !== null && told.of === previewId ? told.state : null
  const more = () => {
    if (previewId === null || state === null || state.running || state.complete || state.full || state.error !== null)
      return
    // the list says at each frame that its end is in sight
    if (asking.current === previewId) return
    asking.current = previewId
    void host
      .call('requests.previewMore', { previewId })
      .then(
        () => setKick((n) => n + 1),
        () => {},
      )
      .finally(() => {
        if (asking.current === previewId) asking.current = null
      })
  }
  return { state, more }
}

const PAGE = 100
/** Pages that are kept: what is scrolled past is asked for again. */
const PAGES_KEPT = 60

/** Rows of a preview, read in pages when they come into sight. */
export function usePreviewRows(previewId: string | null, total: number) {
  const pages = useRef(new Map<number, PreviewRow[]>())
  const asking = useRef(new Set<number>())
  const of = useRef(previewId)
  const [, draw] = useState(0)
  if (of.current !== previewId) {
    of.current = previewId
    pages.current = new Map()
    asking.current = new Set()
  }
  const need = (from: number, until: number) => {
    if (previewId === null) return
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(until, total); page++) {
      const wanted = Math.min(PAGE, total - page * PAGE)
      if (asking.current.has(page) || (pages.current.get(page)?.length ?? 0) >= wanted) continue
      asking.current.add(page)
      void host
        .call('requests.previewRows', { previewId, from: page * PAGE, count: PAGE })
        .then((rows) => {
          asking.current.delete(page)
          if (of.current !== previewId) return
          pages.current.delete(page)
          pages.current.set(page, rows)
          const oldest = pages.current.keys().next().value
          if (pages.current.size > PAGES_KEPT && oldest !== undefined) pages.current.delete(oldest)
          draw((n) => n + 1)
        })
        .catch(() => asking.current.delete(page))
    }
  }
  const row = (at: number): PreviewRow | null => pages.current.get(Math.floor(at / PAGE))?.[at % PAGE] ?? null
  return { need, row }
}

/** One record, whole. */
export function usePreviewRecord(previewId: string | null, row: number | null): PreviewRecord | null {
  const [record, setRecord] = useState<PreviewRecord | null>(null)
  useEffect(() => {
    if (previewId === null || row === null) return setRecord(null)
    let over = false
    void host.call('requests.previewRecord', { previewId, row }).then(
      (found) => over || setRecord(found),
      () => over || setRecord(null),
    )
    return () => {
      over = true
    }
  }, [previewId, row])
  return record
}

/** The fields of the first records, once there are some. */
export function usePreviewFields({ previewId, state }: LivePreview): PreviewField[] {
  const [fields, setFields] = useState<PreviewField[]>([])
  const ready = state !== null && (state.rows >= 50 || !state.running)
  useEffect(() => {
    if (previewId === null || !ready) return
    let over = false
    void host.call('requests.previewFields', { previewId }).then(
      (found) => over || setFields(found),
      () => {},
    )
    return () => {
      over = true
    }
  }, [previewId, ready])
  return fields
}
