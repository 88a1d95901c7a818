import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { type FoundImport, findImports } from './imports.ts'

/**
 * Which folder of src/ may import which. Imports point down this list and never up; a layer may use any below it that
 * its line names. `type:` before a path allows types alone. A path with a dot is one file; others are whole folders.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  contract: [],
  storage: ['contract'],
  kafka: ['contract'],
  archive: ['contract', 'type:storage/storage.ts'],
  // A signer reads what others send it (certificates, lists, tokens) with the verifier's eyes: docs/decisions/10.
  signing: [
    'contract',
    'archive',
    'kafka',
    'storage',
    'verify/bytes.ts',
    'verify/cms',
    'verify/crypto.ts',
    'verify/der',
    'verify/finding.ts',
    'verify/tsp',
    'verify/x509',
  ],
  // A PDF that is made reserves the room for its signature, in the signer's own way.
  evidence: ['contract', 'archive', 'kafka', 'storage', 'signing/pades/placeholder.ts'],
  journal: ['contract', 'archive', 'kafka', 'storage'],
  // The verifier stands alone: it rebuilds every result from raw bytes.
  verify: [
    'contract',
    'archive/segment',
    'archive/manifest/parse.ts',
    'archive/merkle.ts',
    'archive/account.ts',
    'archive/types.ts',
  ],
  jobs: ['contract', 'archive', 'kafka', 'storage', 'signing', 'evidence', 'journal', 'verify'],
  worker: ['contract', 'archive', 'kafka', 'storage', 'signing', 'evidence', 'journal', 'verify', 'jobs'],
  // Hosts are thin: they reach jobs through the worker alone, and an archive, Kafka or a storage through jobs.
  cli: ['contract', 'worker', 'verify'],
  main: ['contract', 'worker', 'verify'],
  'web-host': ['contract', 'worker', 'verify'],
  preload: ['contract'],
  renderer: ['contract'],
}

/** Npm packages that only some places may import: a folder, or one file. */
const PACKAGE_HOMES: readonly { packages: RegExp; homes: readonly string[] }[] = [
  { packages: /^kafkajs(\/|$)/, homes: ['kafka/kafkajs.ts', 'kafka/kafkajs-internals.d.ts'] },
  { packages: /^(@aws-sdk|@smithy)\//, homes: ['storage'] },
  { packages: /^electron(\/|$)/, homes: ['main', 'preload'] },
  {
    packages: /^(react(-dom|-router|-i18next)?|@mantine\/.*|@tanstack\/.*|i18next|pdfjs-dist)(\/|$)/,
    homes: ['renderer'],
  },
]

/** Folders that run where there is no Node. */
const WITHOUT_NODE = new Set(['contract', 'renderer', 'verify'])

/** The one npm package that anything without Node, apart from the renderer, needs. */
const CONTRACT_PACKAGES = new Set(['zod', 'yaml'])

const SOURCE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/
/** A bundler's configuration lies beside what it bundles and runs in Node at build time. */
const BUILD_CONFIG = /\.config\.ts$/
const MAX_LINES = 400

/** A file of the tree that is checked: path relative to its root with `/`, and text. */
export interface CheckedFile {
  path: string
  text: string
}

/**
 * Checks the layer rules on the files below `src/`.
 * @returns one line for each breach, `path:line: what is wrong`; empty where all is well
 */
export function checkLayers(files: readonly CheckedFile[]): string[] {
  const problems: string[] = []
  for (const { path, text } of files) {
    if (!path.startsWith('src/') || !SOURCE.test(path)) continue
    const inside = path.slice('src/'.length)
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    if (lines > MAX_LINES) problems.push(`${path}: expected at most ${MAX_LINES} lines, got ${lines}`)
    const layer = inside.split('/')[0] ?? ''
    if (!inside.includes('/') || !Object.hasOwn(MAY_IMPORT, layer)) {
      problems.push(`${path}: expected a folder of src/ that the layer check knows, got "${layer}"`)
      continue
    }
    for (const found of findImports(text)) {
      const problem = found.specifier.startsWith('.')
        ? checkRelative(inside, layer, found)
        : checkPackage(inside, layer, found)
      if (problem !== undefined) problems.push(`${path}:${found.line}: ${problem}`)
    }
  }
  return problems
}

function checkRelative(importer: string, layer: string, found: FoundImport): string | undefined {
  const target = posix.join(posix.dirname(importer), found.specifier)
  if (target.startsWith('../')) return `imports "${found.specifier}" from outside src/`
  if (target.split('/')[0] === layer) return undefined
  const allowed = (MAY_IMPORT[layer] ?? []).some((entry) => {
    const typesOnly = entry.startsWith('type:')
    if (typesOnly && !found.typeOnly) return false
    return isWithin(target, typesOnly ? entry.slice('type:'.length) : entry)
  })
  return allowed ? undefined : `${layer}/ may not import "${target}"`
}

function checkPackage(importer: string, layer: string, found: FoundImport): string | undefined {
  const { specifier } = found
  const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier)
  if (BUILD_CONFIG.test(importer)) return undefined
  if (isNode && WITHOUT_NODE.has(layer)) return `${layer}/ runs without Node and may not import "${specifier}"`
  if (layer === 'contract' && !CONTRACT_PACKAGES.has(specifier)) return `contract/ may not import "${specifier}"`
  for (const { packages, homes } of PACKAGE_HOMES) {
    if (packages.test(specifier) && !homes.some((home) => isWithin(importer, home))) {
      return `only ${homes.map((home) => `src/${home}`).join(' and ')} may import "${specifier}"`
    }
  }
  return undefined
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}
