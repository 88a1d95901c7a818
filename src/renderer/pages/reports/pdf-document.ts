import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy } from 'pdfjs-dist'
import workerAddress from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): {
    createScriptURL(address: string): unknown
  }
}

/** One worker for the window: it reads and draws, and is a file of the window's own. */
function startWorker(): Worker {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes }
  // The content security policy takes no script's address that nobody has vouched for.
  const vouched = trustedTypes
    ?.createPolicy('coffer-pdf', { createScriptURL: () => workerAddress })
    .createScriptURL(workerAddress)
  return new Worker((vouched ?? workerAddress) as string, { type: 'module' })
}

let worker: Worker | null = null

/** Where the window's files are: the fonts and character maps lie beside them. */
const beside = (folder: string): string => new URL(`pdf/${folder}/`, document.baseURI).href

/**
 * Opens a PDF for display. Nothing in it is run: no script, no form, no font of this machine.
 * @param bytes are handed over and can't be used afterwards. Rejects for what is no PDF.
 */
export function openPdf(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  worker ??= startWorker()
  GlobalWorkerOptions.workerPort = worker
  return getDocument({
    data: bytes,
    cMapUrl: beside('cmaps'),
    cMapPacked: true,
    standardFontDataUrl: beside('standard_fonts'),
    useSystemFonts: false,
    useWasm: false,
    enableXfa: false,
    stopAtErrors: false,
    verbosity: 0,
  }).promise
}
