import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cached, mustRun, runTool } from './cache.ts'
import { BRIEF } from './java-process.ts'

const FOLDER = join(import.meta.dirname, 'pdf-checks')
const INSTALL_PYTHON = 'install Python 3.10 or later with pip (Debian: apt install python3-pip)'

function stateOf(file: string): string {
  return createHash('sha256')
    .update(readFileSync(join(FOLDER, file)))
    .digest('hex')
    .slice(0, 12)
}

/** Name of the jars' folder in the cache. */
export const PDF_CHECKS = `pdf-checks-${stateOf('pom.xml')}`

/** Folder of the jars of EU DSS and veraPDF, fetched on first use by Maven. */
export function pdfCheckJars(): Promise<string> {
  return cached(PDF_CHECKS, 'fetching EU DSS and veraPDF by Maven, about 55 MB', async (to) => {
    await copyFile(join(FOLDER, 'pom.xml'), join(to, 'pom.xml'))
    const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
    const install = 'install Apache Maven (Debian: apt install maven)'
    await mustRun('mvn', ['-q', '-B', plugin, `-DoutputDirectory=${to}`, '-DincludeScope=runtime'], {
      cwd: to,
      install,
    })
  })
}

/** Folder with pyHanko and what it needs, for PYTHONPATH; fetched on first use by pip, for this version of Python. */
export async function pyHankoFolder(): Promise<string> {
  const version = await mustRun('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    install: INSTALL_PYTHON,
  })
  const name = `pyhanko-${stateOf('requirements.txt')}-python${version.stdout.trim()}`
  return cached(name, 'fetching pyHanko by pip, about 55 MB', async (to) => {
    const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-compile', '--target', to]
    await mustRun('python3', [...args, '-r', join(FOLDER, 'requirements.txt')], { install: INSTALL_PYTHON })
  })
}

/** What EU DSS and veraPDF say about one file. */
export interface DssFacts {
  signatures: { format: string; indication: string; subIndication: string }[]
  /** Indications of the signature timestamps. */
  timestamps: string[]
  errors: string[]
  warnings: string[]
  /** Flavour and whether it conforms; `rules` has what is broken. */
  conformance: Record<string, boolean>
  rules: string[]
}

/**
 * EU DSS and veraPDF on all files, in one Java process and offline.
 * @param rootFiles DER certificates that are trusted, and no others
 * @param flavours of veraPDF: `3a`, `ua1` …
 */
export async function checkWithDss(
  files: readonly string[],
  rootFiles: readonly string[],
  flavours: readonly string[],
): Promise<Map<string, DssFacts>> {
  const jars = await pdfCheckJars()
  const args = [
    '-Xmx512m',
    '-XX:+UseSerialGC',
    BRIEF,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-cp',
    join(jars, '*'),
  ]
  const source = join(FOLDER, 'CheckPdf.java')
  const { stdout } = await mustRun('java', [...args, source, rootFiles.join(','), flavours.join(','), ...files])
  const found = new Map<string, DssFacts>()
  for (const { file, lines } of blocks(stdout)) {
    const facts: DssFacts = { signatures: [], timestamps: [], errors: [], warnings: [], conformance: {}, rules: [] }
    for (const line of lines) {
      const [word = '', ...rest] = line.split(' ')
      const text = rest.join(' ')
      const [first = '', second = '', third = ''] = rest
      if (word === 'signature' && first !== 'NONE') {
        facts.signatures.push({ format: first, indication: second, subIndication: third })
      } else if (word === 'timestamp') facts.timestamps.push(first)
      else if (word === 'error') facts.errors.push(text)
      else if (word === 'warning') facts.warnings.push(text)
      else if (word === 'pdfa') facts.conformance[first] = second === 'true'
      else if (word === 'rule') facts.rules.push(text)
    }
    found.set(file, facts)
  }
  return found
}

/** What pyHanko says about one signature. */
export interface PyHankoFacts {
  bottomLine: boolean
  intact: boolean
  valid: boolean
  trusted: boolean
  coverage: string
  modifications: string
  timestamp: string
}

/** pyHanko on all files, in one process and offline. */
export async function checkWithPyHanko(
  files: readonly string[],
  rootFiles: readonly string[],
): Promise<Map<string, PyHankoFacts[]>> {
  const env = { PYTHONPATH: await pyHankoFolder(), PYTHONDONTWRITEBYTECODE: '1' }
  const script = join(FOLDER, 'check_pdf.py')
  const { stdout } = await mustRun('python3', [script, rootFiles.join(','), ...files], { env, install: INSTALL_PYTHON })
  const found = new Map<string, PyHankoFacts[]>()
  for (const { file, lines } of blocks(stdout)) {
    const facts = lines.map((line) => {
      const [, bottomLine, intact, valid, trusted, coverage = '', modifications = '', timestamp = ''] = line.split(' ')
      const is = (word: string | undefined) => word === 'True'
      return {
        bottomLine: is(bottomLine),
        intact: is(intact),
        valid: is(valid),
        trusted: is(trusted),
        coverage,
        modifications,
        timestamp,
      }
    })
    found.set(file, facts)
  }
  return found
}

function blocks(output: string): { file: string; lines: string[] }[] {
  const found: { file: string; lines: string[] }[] = []
  for (const line of output.split('\n')) {
    if (line.startsWith('file ')) found.push({ file: line.slice('file '.length), lines: [] })
    else if (line !== '') found.at(-1)?.lines.push(line)
  }
  return found
}

/** poppler's pdfsig: its lines about the signatures. */
export async function pdfsig(file: string): Promise<string> {
  const { stdout, stderr } = await runTool('pdfsig', ['-nocert', file], {
    install: 'install poppler-utils (Debian: apt install poppler-utils)',
  })
  return `${stdout}\n${stderr}`
}

/** `qpdf --check`: throws with its words when it finds anything to complain about. */
export async function qpdfCheck(file: string): Promise<string> {
  const { stdout } = await mustRun('qpdf', ['--check', file], { install: 'install qpdf (Debian: apt install qpdf)' })
  return stdout
}

/** What the results are keyed by. */
export function nameOf(file: string): string {
  return basename(file)
}
