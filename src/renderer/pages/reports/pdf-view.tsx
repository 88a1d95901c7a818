import { Button } from '@mantine/core'
import type { PDFDocumentProxy, RenderTask } from 'pdfjs-dist'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HeldFile } from '../../../contract/ipc/calls/files.ts'
import { bytesOf } from '../../files.ts'
import { count } from '../../format.ts'
import { Problem } from '../../parts/basics.tsx'
import { errorOf } from '../../state.ts'
import { openPdf } from './pdf-document.ts'

const ZOOMS = [1, 1.25, 1.5, 2, 3] as const
/** Pages are drawn a little before they come into sight, and given up when they are far away. */
const NEAR = '600px 0px'
/** Of one page's picture. A larger one is drawn coarser. */
const MOST_PIXELS = 16_000_000

/** A PDF, page below page, fitted to the width. Its words for those who can't see it stand in another tab. */
export function PdfView({ file }: { file: HeldFile }) {
  const { t } = useTranslation('reports')
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [zoom, setZoom] = useState(0)
  const [width, setWidth] = useState(0)
  const [ratio, setRatio] = useState(Math.SQRT2)
  const scroll = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let gone = false
    let opened: PDFDocumentProxy | null = null
    const abort = new AbortController()
    setPdf(null)
    setError(null)
    bytesOf(file.id, abort.signal)
      .then(openPdf)
      .then(async (document) => {
        opened = document
        // left while it was opened: nobody else would let go of it
        if (gone) return void document.loadingTask.destroy()
        const { width: w, height: h } = (await document.getPage(1)).getViewport({ scale: 1 })
        if (gone) return
        setRatio(h / w)
        setPdf(document)
      })
      .catch((cause: unknown) => {
        if (!gone) setError(cause)
      })
    return () => {
      gone = true
      abort.abort()
      void opened?.loadingTask.destroy()
    }
  }, [file.id])

  useEffect(() => {
    const element = scroll.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const factor = ZOOMS[zoom] ?? 1
  const pages = pdf === null ? [] : Array.from({ length: pdf.numPages }, (_, at) => at + 1)
  return (
    <div className="pdf">
      <div className="between pdf-bar">
        <span className="mute small" role="status">
          {pdf === null ? (error === null ? t('loading', { ns: 'app' }) : '') : t('pdf.pages', { count: pdf.numPages })}
        </span>
        <span className="actions">
          <Button
            variant="default"
            size="xs"
            aria-label={t('pdf.smaller')}
            disabled={zoom === 0}
            onClick={() => setZoom(zoom - 1)}
          >
            −
          </Button>
          <span className="small">{count(Math.round(factor * 100))} %</span>
          <Button
            variant="default"
            size="xs"
            aria-label={t('pdf.larger')}
            disabled={zoom === ZOOMS.length - 1}
            onClick={() => setZoom(zoom + 1)}
          >
            +
          </Button>
        </span>
      </div>
      {error !== null && <Problem error={{ ...errorOf(error), message: t('pdf.broken') }} inside />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={scroll} className="pdf-pages" tabIndex={0} aria-label={t('pdf.label')}>
        {pdf !== null &&
          width > 0 &&
          pages.map((number) => (
            <PdfPage
              key={number}
              pdf={pdf}
              number={number}
              width={Math.floor(width * factor) - 2}
              ratio={ratio}
              label={t('pdf.page', { n: number, of: pages.length })}
            />
          ))}
      </section>
    </div>
  )
}

interface PageProps {
  pdf: PDFDocumentProxy
  number: number
  /** CSS pixels. */
  width: number
  /** Height by width of the first page, until this one's own is known. */
  ratio: number
  label: string
}

function PdfPage({ pdf, number, width, ratio, label }: PageProps) {
  const holder = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [near, setNear] = useState(false)
  const [own, setOwn] = useState(ratio)

  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      root: element.parentElement,
      rootMargin: NEAR,
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const target = canvas.current
    if (!near || target === null) return
    let task: RenderTask | null = null
    let gone = false
    void pdf.getPage(number).then(async (page) => {
      const plain = page.getViewport({ scale: 1 })
      const height = (width * plain.height) / plain.width
      const sharp = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (width * height)))
      const viewport = page.getViewport({ scale: (width / plain.width) * sharp })
      if (gone) return
      setOwn(plain.height / plain.width)
      // drawn aside: what is on the screen stays until the new picture is whole
      const fresh = document.createElement('canvas')
      fresh.width = Math.floor(viewport.width)
      fresh.height = Math.floor(viewport.height)
      task = page.render({ canvas: fresh, viewport })
      const drawn = await task.promise.then(
        () => true,
        () => false,
      )
      page.cleanup()
      if (!drawn || gone) return
      target.width = fresh.width
      target.height = fresh.height
      target.getContext('2d')?.drawImage(fresh, 0, 0)
      target.setAttribute('data-drawn', 'yes')
    })
    return () => {
      gone = true
      task?.cancel()
    }
  }, [near, pdf, number, width])

  useEffect(() => {
    const target = canvas.current
    if (near || target === null) return
    // a picture that nobody sees keeps no memory
    target.width = 0
    target.height = 0
    target.removeAttribute('data-drawn')
  }, [near])

  return (
    <div ref={holder} className="pdf-page" style={{ width, height: Math.round(width * own) }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
}
