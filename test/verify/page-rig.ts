import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { verifierPage } from '../../src/evidence/package/verifier-page.ts'
import { launchChromium } from '../window/chromium.ts'

/** The verifier page in a real Chromium, from a `file:` address, with the network off. */

export interface PageFile {
  name: string
  bytes: Uint8Array
}

export interface PageCase {
  /** Dropped together. */
  files: PageFile[]
  trust: PageFile[]
}

export interface Shown {
  verdict: string
  /** Empty for a file that passed. */
  lead: string
  /** First line of the checks, which are the worst first. */
  worst: string
  trusting: string
}

export interface PageRig {
  page: Page
  folder: string
  requests: string[]
  problems: string[]
  /** Puts each case through the page's own controls, one after the other, in a single trip to the browser. */
  judge(cases: readonly PageCase[]): Promise<Shown[]>
  close(): Promise<void>
}

/** @param clock milliseconds: what the page takes for now; null: the real time */
export async function openPage(clock: number | null): Promise<PageRig> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-page-'))
  await writeFile(join(folder, 'verify.html'), await verifierPage())
  const browser: Browser = await launchChromium()
  const context = await browser.newContext({ offline: true })
  const page = await context.newPage()
  const requests: string[] = []
  const problems: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  if (clock !== null) await page.clock.setFixedTime(clock)
  await page.goto(pathToFileURL(join(folder, 'verify.html')).href)
  return {
    page,
    folder,
    requests,
    problems,
    judge: (cases) =>
      page.evaluate(
        inPage,
        cases.map(({ files, trust }) => [files.map(plain), trust.map(plain)]),
      ),
    close: async () => {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const plain = ({ name, bytes }: PageFile) => ({ name, base64: Buffer.from(bytes).toString('base64') })

/** Runs in the page: no more than a person with a file dialog could do. */
async function inPage(cases: { name: string; base64: string }[][][]): Promise<Shown[]> {
  const byId = (id: string) => document.getElementById(id) as HTMLElement
  const choose = (id: string, files: { name: string; base64: string }[]) => {
    const input = byId(id) as HTMLInputElement
    const transfer = new DataTransfer()
    for (const { name, base64 } of files) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], name))
    }
    input.files = transfer.files
    input.dispatchEvent(new Event('change'))
  }
  const until = async (done: () => boolean) => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        const channel = new MessageChannel()
        channel.port1.onmessage = () => resolve()
        channel.port2.postMessage(null)
      })
    }
  }
  const shown: Shown[] = []
  for (const [files = [], trust = []] of cases) {
    byId('again').click()
    for (const button of [...document.querySelectorAll<HTMLElement>('#trusted button')]) button.click()
    if (trust.length > 0) {
      choose('trust', trust)
      await until(
        () => document.querySelectorAll('#trusted li').length === trust.length || byId('status').textContent !== '',
      )
    }
    choose('file', files)
    await until(
      () =>
        !byId('result').hidden || /could not be read|add the file|can't trust/.test(byId('status').textContent ?? ''),
    )
    shown.push({
      verdict: byId('result').hidden ? (byId('status').textContent ?? '') : (document.body.dataset.verdict ?? ''),
      lead: byId('lead').hidden ? '' : (byId('lead').textContent ?? ''),
      worst: byId('checks').firstElementChild?.textContent ?? '',
      trusting: byId('trusting').textContent ?? '',
    })
  }
  return shown
}
