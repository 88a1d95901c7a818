import { besideNames, isSignatureName, signedFileOf } from '../beside.ts'
import type { Beside } from '../report.ts'

/** What was dropped or chosen: what is to be checked, what lies beside it, and what names somebody to trust. */

const KEY_FILE = /\.(pem|crt|cer|der|pub|key|crl)$/i

/** Files of one check by their names; a page never learns in what folders they lie. */
export type FileSet = ReadonlyMap<string, File>

export interface Intake {
  /** The set as it is now. */
  files: FileSet
  /** Certificates and keys that are meant as trust. */
  trust: File[]
  /** Those that came with evidence, and belong to no signature in it; null: no evidence came. */
  unasked: File[] | null
}

/**
 * Sorts files that came in. A file to check begins a new set; signatures and what lies beside one join the set there is.
 * A key that comes along with evidence vouches for nothing, whatever its name: whoever made the evidence up could have made
 * the key up too.
 */
export function sortFiles(incoming: readonly File[], present: FileSet): Intake {
  const isData = ({ name }: File) => !isSignatureName(name) && !KEY_FILE.test(name)
  const fresh = incoming.some(isData)
  const files = new Map(fresh ? [] : present)
  for (const file of incoming.filter(isData)) files.set(file.name, file)
  const names = dataNames(files).flatMap((name) => Object.values(besideNames(name, null)).flat())
  const beside = new Set(
    // a key by itself, which came later, is meant as trust whatever it is called
    fresh ? names.map(baseName) : names.filter((name) => !name.endsWith('public-key.pem')).map(baseName),
  )
  const others: File[] = []
  for (const file of incoming.filter((one) => !isData(one))) {
    if (isSignatureName(file.name) || beside.has(file.name)) files.set(file.name, file)
    else others.push(file)
  }
  return fresh ? { files, trust: [], unasked: others } : { files, trust: others, unasked: null }
}

/** What is to be checked: all but signatures, keys, and the data form of a PDF that has no signature of its own. */
export function subjectsOf(files: FileSet): File[] {
  const names = dataNames(files)
  return names
    .filter((name) => {
      const isCompanion = names.includes(name.replace(/\.json$/, '.pdf')) && name.endsWith('.json')
      return !isCompanion || signatureOf(name, files) !== null
    })
    .map((name) => files.get(name) as File)
}

/** Signatures that belong to nothing that is there. */
export function strayOf(files: FileSet): string[] {
  return [...files.keys()].filter((name) => isSignatureName(name) && signedFileOf(name, dataNames(files)) === null)
}

/** The report that a PDF shows, where it came with it. */
export function dataFormOf(pdf: File, files: FileSet): File | null {
  return files.get(pdf.name.replace(/\.pdf$/i, '.json')) ?? null
}

/** The parts of a file's signature among the files that came with it. */
export function besideOf(name: string, files: FileSet): Record<keyof Beside, File | null> {
  const names = besideNames(name, signatureOf(name, files))
  const find = (part: keyof Beside): File | null => {
    for (const one of names[part]) {
      const file = files.get(baseName(one))
      if (file !== undefined) return file
    }
    return null
  }
  return {
    text: find('text'),
    der: find('der'),
    token: find('token'),
    publicKey: find('publicKey'),
    chain: find('chain'),
    tsaChain: find('tsaChain'),
    crls: find('crls'),
  }
}

/** The signature's own name may be another than the file's, where there is just one file. */
function signatureOf(name: string, files: FileSet): string | null {
  const all = [...files.keys()].filter((one) => isSignatureName(one) && signedFileOf(one, dataNames(files)) === name)
  return all.find((one) => one.endsWith('.sig')) ?? all[0] ?? null
}

function dataNames(files: FileSet): string[] {
  return [...files.keys()].filter((name) => !isSignatureName(name) && !KEY_FILE.test(name))
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
